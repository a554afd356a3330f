/* Which rows are newly turned away, and which are no more. */
#include "stages/diff_parts.h"

#include "stages/key.h"

/* A row of the quarantine. It is the same before and after when all but its place is. */
struct reject {
    int64_t row_id;
    struct diff_reject fault;
};

struct reject_list {
    struct reject *items;
    size_t count, capacity;
};

static int compare_text(const char *a, const char *b) {
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int compare_rejects(const void *a, const void *b) {
    const struct diff_reject *x = &((const struct reject *)a)->fault;
    const struct diff_reject *y = &((const struct reject *)b)->fault;
    int order = compare_text(x->key, y->key);
    if (!order)
        order = compare_text(x->rule, y->rule);
    if (!order)
        order = compare_text(x->column, y->column);
    return order ? order : compare_text(x->value, y->value);
}

static const char *text_of(const struct statement *statement, size_t column, struct arena *arena) {
    struct value value = statement_value(statement, column);
    return value.kind == VALUE_TEXT ? arena_string(arena, value_span(value)) : NULL;
}

static void add_reject(struct reject_list *list, const struct sheet_model *sheet,
                       const struct statement *statement, struct arena *arena) {
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->items = memory_resize(list->items, list->capacity, sizeof *list->items);
    }
    list->items[list->count++] = (struct reject){.row_id = statement_value(statement, 0).integer,
                                                 .fault = {.sheet = sheet,
                                                           .key = text_of(statement, 1, arena),
                                                           .cell = text_of(statement, 2, arena),
                                                           .column = text_of(statement, 3, arena),
                                                           .rule = text_of(statement, 4, arena),
                                                           .value = text_of(statement, 5, arena)}};
}

static bool read_rejects(struct diff *diff, struct warehouse *warehouse,
                         const struct sheet_model *sheet, const char *sql, struct reject_list *list,
                         struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    struct value table = value_string(arena_printf(&diff->arena, "bronze_%s", sheet->name));
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, &table, 1, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        add_reject(list, sheet, statement, &diff->arena);
    statement_close(statement);
    if (ok && list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_rejects);
    return ok;
}

/* Whether the version itself still stands in the sheet, or another good row of its key does. Of a
 * row that was one too many and went away, nothing healed. */
static bool is_healed(struct warehouse *warehouse, const struct reject *reject, bool *healed,
                      struct err *err) {
    const struct sheet_model *sheet = reject->fault.sheet;
    struct arena scratch = {0};
    struct value id = value_integer(reject->row_id), found, parts[16];
    const char *sql = arena_printf(
        &scratch, "SELECT 1 FROM \"bronze_%s\" WHERE _row_id = $1 AND _removed_snapshot_id IS NULL",
        sheet->name);
    bool ok = warehouse_value(warehouse, &scratch, sql, &id, 1, &found, err);
    *healed = ok && found.kind != VALUE_NULL;
    bool may_look = !*healed && reject->fault.key && sheet->key_count <= COUNT_OF(parts) &&
                    strncmp(reject->fault.rule, "duplicate", strlen("duplicate")) != 0 &&
                    key_parse(sheet, span_from(reject->fault.key), parts, &scratch);
    if (ok && may_look) {
        struct buf query = {0};
        buf_printf(&query, "SELECT 1 FROM \"silver_%s\" WHERE ", sheet->name);
        for (size_t i = 0; i < sheet->key_count; i++)
            buf_printf(&query, "%s\"%s\" = $%zu", i ? " AND " : "",
                       sheet->fields[sheet->key[i]].name, i + 1);
        ok = warehouse_value(warehouse, &scratch, buf_text(&query), parts, sheet->key_count, &found,
                             err);
        *healed = ok && found.kind != VALUE_NULL;
        buf_free(&query);
    }
    arena_free(&scratch);
    return ok;
}

static void append(struct arena *arena, struct diff_reject **list, size_t *count,
                   const struct diff_reject *fault) {
    if ((*count & (*count + 1)) == 0) { /* full at 0, 1, 3, 7, ... */
        struct diff_reject *larger = arena_array(arena, *count * 2 + 1, sizeof *larger);
        for (size_t i = 0; i < *count; i++)
            larger[i] = (*list)[i];
        *list = larger;
    }
    (*list)[(*count)++] = *fault;
}

/* Both lists are sorted; equal rows cancel one by one. */
static bool compare_lists(struct diff *diff, struct warehouse *warehouse,
                          const struct reject_list *before, const struct reject_list *after,
                          struct err *err) {
    size_t i = 0, j = 0;
    while (i < before->count || j < after->count) {
        int order = i == before->count  ? 1
                    : j == after->count ? -1
                                        : compare_rejects(&before->items[i], &after->items[j]);
        if (order > 0)
            append(&diff->arena, &diff->new_rejects, &diff->new_reject_count,
                   &after->items[j].fault);
        bool healed = false;
        if (order < 0 && !is_healed(warehouse, &before->items[i], &healed, err))
            return false;
        if (healed)
            append(&diff->arena, &diff->healed, &diff->healed_count, &before->items[i].fault);
        i += order <= 0;
        j += order >= 0;
    }
    return true;
}

bool diff_finish_rejects(struct diff *diff, struct warehouse *warehouse, struct err *err) {
    bool ok = true;
    for (size_t i = 0; i < diff->model->sheet_count && ok; i++) {
        const struct sheet_model *sheet = &diff->model->sheets[i];
        struct reject_list before = {0}, after = {0};
        ok = read_rejects(diff, warehouse, sheet, sql_file("diff/rejects_before"), &before, err) &&
             read_rejects(diff, warehouse, sheet, sql_file("diff/rejects_after"), &after, err) &&
             compare_lists(diff, warehouse, &before, &after, err);
        free(before.items);
        free(after.items);
    }
    return ok;
}
