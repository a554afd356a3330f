#include "stages/sheet_info.h"

#include <limits.h>
#include <unistd.h>

const char *row_text(const struct statement *statement, size_t column, struct arena *arena) {
    struct value value = statement_value(statement, column);
    return value.kind == VALUE_TEXT ? arena_string(arena, value_span(value)) : NULL;
}

static struct sheet_info read_sheet(const struct statement *statement, struct arena *arena) {
    static const char prefix[] = "bronze_";
    const char *table = row_text(statement, 0, arena);
    bool has_prefix = strncmp(table, prefix, sizeof prefix - 1) == 0;
    return (struct sheet_info){.table = table,
                               .name = has_prefix ? table + sizeof prefix - 1 : table,
                               .source = row_text(statement, 1, arena),
                               .location = row_text(statement, 2, arena),
                               .rows = statement_value(statement, 3).integer,
                               .content_hash = row_text(statement, 4, arena),
                               .loaded_at = row_text(statement, 5, arena),
                               .held = row_text(statement, 6, arena),
                               .rejected = statement_value(statement, 7).integer};
}

/* Stable: sheets that the model does not know keep the order of their names, at the end. */
static void sort_by_model(const struct model *model, struct sheet_info *list, size_t count) {
    size_t sorted = 0;
    for (size_t i = 0; i < model->sheet_count; i++)
        for (size_t j = sorted; j < count; j++) {
            if (strcmp(list[j].name, model->sheets[i].name) != 0)
                continue;
            struct sheet_info found = list[j];
            memmove(&list[sorted + 1], &list[sorted], (j - sorted) * sizeof *list);
            list[sorted++] = found;
            break;
        }
}

bool sheets_read(struct warehouse *warehouse, const struct model *model, struct arena *arena,
                 struct sheet_info **list, size_t *count, struct err *err) {
    struct statement *statement = NULL;
    size_t capacity = 0;
    bool has_row = true;
    *list = NULL;
    *count = 0;
    bool ok = statement_prepare(warehouse, &statement, sql_file("status/sheets"), err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            struct sheet_info *grown = arena_array(arena, capacity, sizeof *grown);
            if (*count)
                memcpy(grown, *list, *count * sizeof *grown);
            *list = grown;
        }
        (*list)[(*count)++] = read_sheet(statement, arena);
    }
    statement_close(statement);
    if (ok)
        sort_by_model(model, *list, *count);
    return ok;
}

/* Unreserved characters of RFC 3986 and the slash stand for themselves. */
static void add_url_path(struct buf *out, const char *path) {
    for (; *path; path++) {
        if (ascii_is_alpha(*path) || ascii_is_digit(*path) || strchr("/-._~", *path))
            buf_add_char(out, *path);
        else
            buf_printf(out, "%%%02X", (unsigned char)*path);
    }
}

/* "F18" is in column 6. */
static unsigned column_number(struct span cell) {
    unsigned number = 0;
    for (size_t i = 0; i < cell.size && ascii_is_alpha(cell.data[i]); i++)
        number = number * 26 + (unsigned)(ascii_upper(cell.data[i]) - 'A' + 1);
    return number;
}

void sheet_info_add_link(struct buf *out, const struct sheet_info *sheet, int64_t row,
                         struct span cell) {
    char path[PATH_MAX], directory[PATH_MAX];
    if (!sheet->location || !sheet->source)
        return;
    if (strcmp(sheet->source, "sheets") == 0) {
        buf_printf(out, "%s&range=%.*s", sheet->location, SPAN_ARG(cell));
        return;
    }
    buf_add_text(out, "file://");
    if (realpath(sheet->location, path)) {
        add_url_path(out, path);
    } else {
        if (sheet->location[0] != '/' && getcwd(directory, sizeof directory)) {
            add_url_path(out, directory);
            buf_add_char(out, '/');
        }
        add_url_path(out, sheet->location);
    }
    buf_printf(out, "#cell=%lld,%u", (long long)row, column_number(cell));
}
