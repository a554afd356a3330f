/* The CSV files of a folder, and the names of their sheets and columns. */
#include "base/log.h"
#include "draft/draft_parts.h"
#include "source/csv.h"
#include "source/header.h"

#include <dirent.h>
#include <errno.h>

/* A file of a spreadsheet program that has the real one open begins with a dot or "~$". */
static int is_csv(const struct dirent *entry) {
    struct span name = span_from(entry->d_name);
    return name.size > 4 && name.data[0] != '.' && name.data[0] != '~' &&
           span_equal_nocase((struct span){name.data + name.size - 4, 4}, SPAN(".csv"));
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* A legal name: small letters, digits, each run of anything else one '_'. */
static const char *legal_name(struct arena *arena, struct span text) {
    char name[NAME_MAX_BYTES + 1];
    size_t size = 0;
    for (size_t i = 0; i < text.size && size < NAME_MAX_BYTES - 4; i++) {
        char c = ascii_lower(text.data[i]);
        bool is_good = ascii_is_alpha(c) || ascii_is_digit(c);
        if (size == 0 && ascii_is_digit(c)) {
            name[size++] = 's';
            name[size++] = '_';
        }
        if (is_good)
            name[size++] = c;
        else if (size && name[size - 1] != '_')
            name[size++] = '_';
    }
    while (size && name[size - 1] == '_')
        size--;
    return arena_string(arena, size ? (struct span){name, size} : SPAN("sheet"));
}

/* bronze_<name>_current and bronze_<name>_snapshots are views of the sheet <name>. */
static bool is_view_of(const char *name, const char *sheet) {
    size_t size = strlen(sheet);
    return strncmp(name, sheet, size) == 0 &&
           (strcmp(name + size, "_current") == 0 || strcmp(name + size, "_snapshots") == 0);
}

static bool is_taken(const struct draft *draft, const char *name) {
    for (size_t i = 0; i < draft->sheet_count; i++) {
        const char *other = draft->sheets[i].name;
        if (strcmp(other, name) == 0 || is_view_of(name, other) || is_view_of(other, name))
            return true;
    }
    return false;
}

static const char *sheet_name(const struct draft *draft, const char *path) {
    const char *base = legal_name(draft->arena, (struct span){path, strlen(path) - 4});
    const char *name = base;
    for (unsigned i = 2; is_taken(draft, name); i++)
        name = arena_printf(draft->arena, "%s_%u", base, i);
    return name;
}

static bool has_header(const struct sheet *sheet) {
    for (size_t i = 0; i < sheet->header_count; i++)
        if (!cell_is_blank(sheet->header[i]))
            return true;
    return false;
}

static bool add_file(struct draft *draft, const char *folder, const char *file, struct err *err) {
    struct draft_sheet *sheet = &draft->sheets[draft->sheet_count];
    const char *path = arena_printf(draft->arena, "%s/%s", folder, file);
    struct span text;
    uint64_t hash;
    *sheet = (struct draft_sheet){.month_of = -1, .currency = -1};
    if (!csv_read_file(path, &text, &hash, err) || !csv_parse(path, text, &sheet->sheet, err))
        return false;
    sheet->path = arena_string(draft->arena, span_from(file));
    sheet->name = sheet_name(draft, sheet->path);
    draft_name_columns(draft, sheet);
    if (has_header(&sheet->sheet) && sheet->column_count) {
        draft->sheet_count++;
        return true;
    }
    log_line(LOG_LEVEL_WARN, "draft_left_out", "%s: left out, because %s", path,
             has_header(&sheet->sheet) ? "none of its headers can be a column's name"
                                       : "it has no header");
    sheet_free(&sheet->sheet);
    return true;
}

static bool add_files(struct draft *draft, const char *folder, struct dirent **files, size_t count,
                      struct err *err) {
    draft->sheets = arena_array(draft->arena, count + 1, sizeof *draft->sheets);
    for (size_t i = 0; i < count; i++)
        if (!add_file(draft, folder, files[i]->d_name, err))
            return false;
    if (draft->sheet_count)
        return true;
    err_set(err, ERR_FAILED, "%s: there is no CSV file with a header in this folder", folder);
    return err_hint(err,
                    "save each sheet as CSV (UTF-8), the names of the columns in its first row");
}

bool draft_open_folder(struct draft *draft, const char *folder, struct err *err) {
    struct dirent **files = NULL;
    int count = scandir(folder, &files, is_csv, by_name);
    if (count < 0)
        return err_set(err, ERR_FAILED, "%s: %s", folder, strerror(errno));
    bool ok = add_files(draft, folder, files, (size_t)count, err);
    for (int i = 0; i < count; i++)
        free(files[i]);
    free(files);
    return ok;
}

/* ---- columns ---- */

static bool is_legal(const char *name) {
    return ascii_is_alpha(name[0]) && strlen(name) <= NAME_MAX_BYTES;
}

static void leave_out(struct buf *list, const struct header_column *column) {
    if (cell_is_blank(column->text))
        return;
    buf_printf(list, "%s\"%.*s\"", list->size ? ", " : "", SPAN_ARG(cell_trim(column->text)));
}

/* The names that the header rules give to a sheet of which nothing is known. Not every one can be
 * a model's: a repeated header, one that begins with a digit or one in letters beyond ASCII does
 * not find its way back from the name. So the names are matched once more, as a run will. */
void draft_name_columns(struct draft *draft, struct draft_sheet *sheet) {
    struct arena *arena = draft->arena;
    struct sheet_model nothing = {.name = sheet->name}, again = {.name = sheet->name};
    struct header header, matched;
    struct buf left_out = {0};
    header_match(arena, &nothing, &sheet->sheet, &header);
    struct field *fields = arena_array(arena, header.column_count + 1, sizeof *fields);
    sheet->columns = arena_array(arena, header.column_count + 1, sizeof *sheet->columns);
    for (size_t i = 0; i < header.column_count; i++)
        if (is_legal(header.columns[i].name) && !header.columns[i].is_beyond)
            fields[again.field_count++].name = header.columns[i].name;
    again.fields = fields;
    header_match(arena, &again, &sheet->sheet, &matched);
    for (size_t i = 0; i < header.column_count; i++) {
        if (matched.columns[i].field < 0) {
            leave_out(&left_out, &matched.columns[i]);
            continue;
        }
        sheet->columns[sheet->column_count++] =
            (struct draft_column){.name = fields[matched.columns[i].field].name,
                                  .header = cell_trim(matched.columns[i].text),
                                  .place = i};
    }
    sheet->left_out = left_out.size ? arena_string(arena, buf_span(&left_out)) : NULL;
    buf_free(&left_out);
}
