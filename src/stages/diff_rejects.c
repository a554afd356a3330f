/* Which rows are newly turned away, and which are no more. */
#include "stages/diff_parts.h"

#include "stages/key.h"

/* A row of the quarantine. It is the same before and after when all but its place is. */
struct reject {
    int64_t row_id;
    bool is_done; /* it is in both lists, or told */
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

/* What became of a version in this run, when that is known: itself or the one in its place. */
static struct diff_version successor_of(const struct diff *diff, const struct reject *reject) {
    const struct diff_sheet *sheet = &diff->sheets[reject->fault.sheet - diff->model->sheets];
    size_t low = 0, high = sheet->version_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sheet->versions[middle].before < reject->row_id)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_found = low < sheet->version_count && sheet->versions[low].before == reject->row_id;
    return is_found ? sheet->versions[low]
                    : (struct diff_version){reject->row_id, reject->row_id, false};
}

static bool ask(struct warehouse *warehouse, const char *sql, const struct value *parameters,
                size_t count, bool *answer, struct err *err) {
    struct arena scratch = {0};
    struct value found;
    bool ok = warehouse_value(warehouse, &scratch, sql, parameters, count, &found, err);
    *answer = ok && found.kind != VALUE_NULL;
    arena_free(&scratch);
    return ok;
}

/* Whether a version stands in the sheet and reached silver: what is in neither the quarantine nor
 * blank did. */
static bool is_well(struct warehouse *warehouse, const struct sheet_model *sheet, int64_t row_id,
                    bool *answer, struct err *err) {
    struct buf sql = {0};
    struct value id = value_integer(row_id);
    buf_printf(&sql,
               "SELECT 1 FROM \"bronze_%s\" b WHERE _row_id = $1 AND _removed_snapshot_id IS NULL"
               " AND _hash <> 0 AND NOT EXISTS (SELECT 1 FROM audit_rejected_rows r"
               " WHERE r.source_table = 'bronze_%s' AND r.row_id = b._row_id)",
               sheet->name, sheet->name);
    bool ok = ask(warehouse, buf_text(&sql), &id, 1, answer, err);
    buf_free(&sql);
    return ok;
}

/* Whether two versions have at least half of their cells in common: then one was made of the other.
 */
static bool is_alike(struct warehouse *warehouse, const struct sheet_model *sheet,
                     const struct diff_version *version, bool *answer, struct err *err) {
    struct buf sql = {0};
    struct value ids[] = {value_integer(version->before), value_integer(version->after)};
    buf_printf(&sql,
               "SELECT 1 FROM \"bronze_%s\" a, \"bronze_%s\" b WHERE a._row_id = $1 AND"
               " b._row_id = $2 AND 0",
               sheet->name, sheet->name);
    for (size_t i = 0; i < sheet->field_count; i++)
        buf_printf(&sql,
                   " + CASE WHEN a.\"%s\" = b.\"%s\" THEN 1 WHEN a.\"%s\" IS NULL THEN 0"
                   " ELSE -1 END",
                   sheet->fields[i].name, sheet->fields[i].name, sheet->fields[i].name);
    buf_add_text(&sql, " >= 0");
    bool ok = ask(warehouse, buf_text(&sql), ids, 2, answer, err);
    buf_free(&sql);
    return ok;
}

/* Of a version that ended in an earlier pull, which silver has not seen until now: whether one of
 * its key came since and reached silver. */
static bool has_later_row(const struct diff *diff, struct warehouse *warehouse,
                          const struct reject *reject, bool *answer, struct err *err) {
    const struct sheet_model *sheet = reject->fault.sheet;
    bool is_pulled = diff->sheets[sheet - diff->model->sheets].model != NULL;
    struct arena scratch = {0};
    struct value parts[16];
    struct buf sql = {0};
    bool ok = true;
    *answer = false;
    if (reject->fault.key && sheet->key_count < COUNT_OF(parts) &&
        key_parse(sheet, span_from(reject->fault.key), parts, &scratch)) {
        buf_printf(&sql,
                   "SELECT 1 FROM \"silver_%s\" s JOIN \"bronze_%s\" b ON b._row_id ="
                   " s._row_id WHERE b._snapshot_id >= (SELECT _removed_snapshot_id FROM"
                   " \"bronze_%s\" WHERE _row_id = $%zu)",
                   sheet->name, sheet->name, sheet->name, sheet->key_count + 1);
        if (is_pulled)
            buf_printf(&sql,
                       " AND (SELECT _removed_snapshot_id FROM \"bronze_%s\" WHERE _row_id ="
                       " $%zu) < (SELECT MAX(snapshot_id) FROM audit_snapshots)",
                       sheet->name, sheet->key_count + 1);
        for (size_t i = 0; i < sheet->key_count; i++)
            buf_printf(&sql, " AND s.\"%s\" = $%zu", sheet->fields[sheet->key[i]].name, i + 1);
        parts[sheet->key_count] = value_integer(reject->row_id);
        ok = ask(warehouse, buf_text(&sql), parts, sheet->key_count + 1, answer, err);
    }
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

/* A row healed when it was turned away and now is in silver. One that went away did not. */
static bool has_healed(const struct diff *diff, struct warehouse *warehouse,
                       const struct reject *reject, bool *answer, struct err *err) {
    const struct sheet_model *sheet = reject->fault.sheet;
    struct diff_version version = successor_of(diff, reject);
    if (!is_well(warehouse, sheet, version.after, answer, err))
        return false;
    if (*answer && version.is_guess)
        return is_alike(warehouse, sheet, &version, answer, err);
    bool is_followed = version.after != reject->row_id;
    return *answer || is_followed || has_later_row(diff, warehouse, reject, answer, err);
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

static struct reject *find_version(struct group *group, int64_t row_id) {
    size_t low = 0, high = group->after_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (group->after[middle].row_id < row_id)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_found = low < group->after_count && group->after[low].row_id == row_id;
    return is_found ? &group->after[low] : NULL;
}

static size_t count_left(const struct reject *rejects, size_t count) {
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        left += !rejects[i].is_done;
    return left;
}

/* Leaves out the rows that are turned away now as they were, edited and moved or not. */
static void drop_same_rows(const struct diff *diff, struct group *group) {
    for (size_t i = 0; i < group->before_count; i++) {
        struct reject *now = find_version(group, group->before[i].row_id);
        if (!now)
            now = find_version(group, successor_of(diff, &group->before[i]).after);
        if (now)
            now->is_done = group->before[i].is_done = true;
    }
}

static bool take_healed(struct diff *diff, struct warehouse *warehouse, struct group *group,
                        struct err *err) {
    for (size_t i = 0; i < group->before_count; i++) {
        struct reject *reject = &group->before[i];
        bool is_healed = false;
        if (!reject->is_done && !has_healed(diff, warehouse, reject, &is_healed, err))
            return false;
        if (!is_healed)
            continue;
        append(&diff->arena, &diff->healed, &diff->healed_count, &reject->fault);
        reject->is_done = true;
    }
    return true;
}

/* Of what is left, a version that is turned away no more and another that is now, for the same
 * reason, are one row that moved. */
static bool compare_group(struct diff *diff, struct warehouse *warehouse, struct group *group,
                          struct err *err) {
    drop_same_rows(diff, group);
    if (!take_healed(diff, warehouse, group, err))
        return false;
    size_t moved = count_left(group->before, group->before_count);
    for (size_t i = 0, passed = 0; i < group->after_count; i++)
        if (!group->after[i].is_done && passed++ >= moved)
            append(&diff->arena, &diff->new_rejects, &diff->new_reject_count,
                   &group->after[i].fault);
    return true;
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
