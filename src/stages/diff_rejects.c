/* Which rows are newly turned away, and which are no more. */
#include "stages/diff_parts.h"

#include "stages/key.h"

/* A row of the quarantine. It is the same before and after when all but its place is. */
struct reject {
    int64_t row_id; /* 0: it is in both lists */
    bool is_standing;
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

static int compare_faults(const struct diff_reject *x, const struct diff_reject *y) {
    int order = compare_text(x->key, y->key);
    if (!order)
        order = compare_text(x->rule, y->rule);
    if (!order)
        order = compare_text(x->column, y->column);
    return order ? order : compare_text(x->value, y->value);
}

static int compare_rejects(const void *a, const void *b) {
    const struct reject *x = a, *y = b;
    int order = compare_faults(&x->fault, &y->fault);
    return order ? order : (x->row_id > y->row_id) - (x->row_id < y->row_id);
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

/* Whether the version itself still stands in the sheet. */
static bool find_standing(struct warehouse *warehouse, struct reject *reject, struct err *err) {
    struct arena scratch = {0};
    struct value id = value_integer(reject->row_id), found;
    const char *sql = arena_printf(
        &scratch, "SELECT 1 FROM \"bronze_%s\" WHERE _row_id = $1 AND _removed_snapshot_id IS NULL",
        reject->fault.sheet->name);
    bool ok = warehouse_value(warehouse, &scratch, sql, &id, 1, &found, err);
    reject->is_standing = ok && found.kind != VALUE_NULL;
    arena_free(&scratch);
    return ok;
}

/* Whether a good row of its key does. Of a row that was one too many and went away, nothing
 * healed. */
static bool has_good_row(struct warehouse *warehouse, const struct diff_reject *fault, bool *has,
                         struct err *err) {
    const struct sheet_model *sheet = fault->sheet;
    struct arena scratch = {0};
    struct value found, parts[16];
    bool ok = true;
    *has = false;
    if (fault->key && sheet->key_count <= COUNT_OF(parts) &&
        strncmp(fault->rule, "duplicate", strlen("duplicate")) != 0 &&
        key_parse(sheet, span_from(fault->key), parts, &scratch)) {
        struct buf query = {0};
        buf_printf(&query, "SELECT 1 FROM \"silver_%s\" WHERE ", sheet->name);
        for (size_t i = 0; i < sheet->key_count; i++)
            buf_printf(&query, "%s\"%s\" = $%zu", i ? " AND " : "",
                       sheet->fields[sheet->key[i]].name, i + 1);
        ok = warehouse_value(warehouse, &scratch, buf_text(&query), parts, sheet->key_count, &found,
                             err);
        *has = ok && found.kind != VALUE_NULL;
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

/* Equal faults in both lists, or in one of them. */
struct group {
    struct reject *before, *after;
    size_t before_count, after_count;
};

static size_t group_size(const struct reject_list *list, size_t from,
                         const struct diff_reject *fault) {
    size_t count = 0;
    while (from + count < list->count &&
           compare_faults(&list->items[from + count].fault, fault) == 0)
        count++;
    return count;
}

/* Leaves out the versions that are turned away now as they were. Returns how many. */
static size_t drop_same_rows(struct group *group) {
    size_t i = 0, j = 0, count = 0;
    while (i < group->before_count && j < group->after_count) {
        int64_t old = group->before[i].row_id, new = group->after[j].row_id;
        if (old == new) {
            group->before[i].row_id = group->after[j].row_id = 0;
            count++;
        }
        i += old <= new;
        j += old >= new;
    }
    return count;
}

/* The first `count` of the old ones that are left: those that stand come first, as they surely are
 * well now. */
static bool add_healed(struct diff *diff, struct warehouse *warehouse, struct group *group,
                       size_t count, struct err *err) {
    for (size_t i = 0; i < group->before_count && count; i++)
        if (group->before[i].row_id && !find_standing(warehouse, &group->before[i], err))
            return false;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < group->before_count && count; i++) {
            const struct reject *reject = &group->before[i];
            bool is_healed = reject->is_standing;
            if (!reject->row_id || reject->is_standing != (pass == 0))
                continue;
            if (!is_healed && !has_good_row(warehouse, &reject->fault, &is_healed, err))
                return false;
            if (is_healed)
                append(&diff->arena, &diff->healed, &diff->healed_count, &reject->fault);
            count--;
        }
    return true;
}

/* A version that is turned away no more and another that is now, for the same reason, are one row
 * that moved. */
static bool compare_group(struct diff *diff, struct warehouse *warehouse, struct group *group,
                          struct err *err) {
    size_t same = drop_same_rows(group);
    size_t old_left = group->before_count - same, new_left = group->after_count - same;
    size_t moved = old_left < new_left ? old_left : new_left;
    for (size_t i = 0, passed = 0; i < group->after_count; i++)
        if (group->after[i].row_id && passed++ >= moved)
            append(&diff->arena, &diff->new_rejects, &diff->new_reject_count,
                   &group->after[i].fault);
    return add_healed(diff, warehouse, group, old_left - moved, err);
}

/* Both lists are sorted. */
static bool compare_lists(struct diff *diff, struct warehouse *warehouse,
                          const struct reject_list *before, const struct reject_list *after,
                          struct err *err) {
    size_t i = 0, j = 0;
    while (i < before->count || j < after->count) {
        bool is_old = j == after->count ||
                      (i < before->count &&
                       compare_faults(&before->items[i].fault, &after->items[j].fault) < 0);
        const struct diff_reject *fault = is_old ? &before->items[i].fault : &after->items[j].fault;
        struct group group = {.before_count = group_size(before, i, fault),
                              .after_count = group_size(after, j, fault)};
        if (group.before_count)
            group.before = &before->items[i];
        if (group.after_count)
            group.after = &after->items[j];
        if (!compare_group(diff, warehouse, &group, err))
            return false;
        i += group.before_count;
        j += group.after_count;
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
