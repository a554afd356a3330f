#include "stages/prune.h"

#include "stages/audit.h"
#include "stages/shortlist.h"

/* ---- which snapshots ---- */

struct snapshots {
    int64_t *ids; /* from the oldest on */
    const char **loaded_at;
    bool *stays;
    size_t count, capacity;
};

static void add_snapshot(struct snapshots *snapshots, int64_t id, const char *loaded_at) {
    if (snapshots->count == snapshots->capacity) {
        snapshots->capacity = snapshots->capacity ? snapshots->capacity * 2 : 256;
        size_t capacity = snapshots->capacity;
        snapshots->ids = memory_resize(snapshots->ids, capacity, sizeof *snapshots->ids);
        snapshots->loaded_at =
            memory_resize(snapshots->loaded_at, capacity, sizeof *snapshots->loaded_at);
        snapshots->stays = memory_resize(snapshots->stays, capacity, sizeof *snapshots->stays);
    }
    snapshots->ids[snapshots->count] = id;
    snapshots->loaded_at[snapshots->count] = loaded_at;
    snapshots->stays[snapshots->count++] = false;
}

static void free_snapshots(struct snapshots *snapshots) {
    free(snapshots->ids);
    free(snapshots->loaded_at);
    free(snapshots->stays);
}

static bool read_snapshots(struct warehouse *warehouse, struct arena *arena,
                           struct snapshots *snapshots, struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    bool ok = statement_prepare(warehouse, &statement, sql_file("prune/snapshots"), err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        add_snapshot(snapshots, statement_value(statement, 0).integer,
                     arena_string(arena, value_span(statement_value(statement, 1))));
    statement_close(statement);
    return ok;
}

/* The first of a sorted list that is not less; `count` when there is none. */
static size_t find_from(const int64_t *ids, size_t count, int64_t id) {
    size_t low = 0;
    for (size_t high = count; low < high;) {
        size_t middle = (low + high) / 2;
        if (ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* By the rule; the newest stays by any. */
static void keep_by_rule(struct snapshots *snapshots, const struct prune_rule *rule,
                         struct prune_plan *plan) {
    for (size_t i = 0; i < snapshots->count; i++) {
        size_t from_end = snapshots->count - i;
        bool is_new = rule->newest ? (int64_t)from_end <= rule->newest
                                   : strcmp(snapshots->loaded_at[i], rule->since) >= 0;
        snapshots->stays[i] = is_new || from_end == 1;
        if (snapshots->stays[i] && !plan->oldest_time)
            plan->oldest_time = snapshots->loaded_at[i];
    }
}

static void keep_anchor(struct snapshots *snapshots, struct value id) {
    if (id.kind != VALUE_INTEGER)
        return;
    size_t at = find_from(snapshots->ids, snapshots->count, id.integer);
    if (at < snapshots->count && snapshots->ids[at] == id.integer)
        snapshots->stays[at] = true;
}

static bool keep_anchors(struct warehouse *warehouse, struct snapshots *snapshots,
                         struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    bool ok = statement_prepare(warehouse, &statement, sql_file("prune/anchors"), err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        keep_anchor(snapshots, statement_value(statement, 0));
        keep_anchor(snapshots, statement_value(statement, 1));
    }
    statement_close(statement);
    return ok;
}

static void sort_snapshots(const struct snapshots *snapshots, struct arena *arena,
                           struct prune_plan *plan) {
    plan->kept = arena_array(arena, snapshots->count, sizeof *plan->kept);
    plan->dropped = arena_array(arena, snapshots->count, sizeof *plan->dropped);
    for (size_t i = 0; i < snapshots->count; i++) {
        if (snapshots->stays[i])
            plan->kept[plan->kept_count++] = snapshots->ids[i];
        else
            plan->dropped[plan->dropped_count++] = snapshots->ids[i];
    }
}

static bool plan_snapshots(struct warehouse *warehouse, const struct prune_rule *rule,
                           struct arena *arena, struct prune_plan *plan, struct err *err) {
    struct snapshots snapshots = {0};
    bool ok = read_snapshots(warehouse, arena, &snapshots, err);
    if (ok) {
        keep_by_rule(&snapshots, rule, plan);
        ok = keep_anchors(warehouse, &snapshots, err);
    }
    if (ok)
        sort_snapshots(&snapshots, arena, plan);
    free_snapshots(&snapshots);
    return ok;
}

/* ---- which versions ---- */

/* The version with the highest id stays until there is a higher one, so that no id is ever given
 * twice. */
#define IS_ENDED "_removed_snapshot_id IS NOT NULL AND _row_id < (SELECT MAX(_row_id) FROM \"%s\")"

/* Whether a version that was current from one snapshot up to another is so in one that stays, or in
 * the state that silver was built from. */
static bool is_needed(const struct prune_plan *plan, const struct prune_sheet *sheet, int64_t from,
                      int64_t removed) {
    size_t next = find_from(plan->kept, plan->kept_count, from);
    bool is_in_kept = next == plan->kept_count || plan->kept[next] < removed;
    return is_in_kept || (sheet->built_to >= from && sheet->built_to < removed);
}

static bool count_dropped(struct warehouse *warehouse, const struct prune_plan *plan,
                          struct prune_sheet *sheet, struct err *err) {
    struct statement *statement = NULL;
    struct arena scratch = {0};
    bool has_row = true;
    const char *sql =
        arena_printf(&scratch,
                     "SELECT _snapshot_id, _removed_snapshot_id, COUNT(*)"
                     " FROM \"%s\" WHERE " IS_ENDED " GROUP BY _snapshot_id, _removed_snapshot_id",
                     sheet->table, sheet->table);
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, NULL, 0, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        if (!is_needed(plan, sheet, statement_value(statement, 0).integer,
                       statement_value(statement, 1).integer))
            sheet->dropped += statement_value(statement, 2).integer;
    statement_close(statement);
    arena_free(&scratch);
    return ok;
}

static bool plan_sheet(struct warehouse *warehouse, struct arena *arena, struct prune_plan *plan,
                       struct prune_sheet *sheet, int64_t first, struct err *err) {
    struct value versions;
    const char *run_id, *sql = arena_printf(arena, "SELECT COUNT(*) FROM \"%s\"", sheet->table);
    sheet->snapshots =
        (int64_t)(plan->dropped_count - find_from(plan->dropped, plan->dropped_count, first));
    if (!warehouse_value(warehouse, arena, sql, NULL, 0, &versions, err) ||
        !audit_read_watermark(warehouse, arena, "silver", sheet->table + strlen("bronze_"), &run_id,
                              &sheet->built_to, err) ||
        !count_dropped(warehouse, plan, sheet, err))
        return false;
    sheet->versions = versions.integer;
    plan->versions_dropped += sheet->dropped;
    return true;
}

/* A sheet and the first snapshot of which there is a header. */
struct recorded {
    const char *table;
    int64_t first;
    struct recorded *next;
};

static bool list_sheets(struct warehouse *warehouse, struct arena *arena, struct recorded **first,
                        size_t *count, struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    bool ok = statement_prepare(warehouse, &statement, sql_file("prune/sheets"), err) &&
              statement_start(statement, NULL, 0, err);
    *count = 0;
    for (; ok && (ok = statement_next(statement, &has_row, err)) && has_row; ++*count) {
        *first = arena_alloc(arena, sizeof **first);
        **first = (struct recorded){
            .table = arena_string(arena, value_span(statement_value(statement, 0))),
            .first = statement_value(statement, 1).integer};
        first = &(*first)->next;
    }
    statement_close(statement);
    return ok;
}

static bool plan_sheets(struct warehouse *warehouse, struct arena *arena, struct prune_plan *plan,
                        struct err *err) {
    struct recorded *recorded = NULL;
    size_t count;
    if (!list_sheets(warehouse, arena, &recorded, &count, err))
        return false;
    plan->sheets = arena_array(arena, count, sizeof *plan->sheets);
    for (; recorded; recorded = recorded->next) {
        struct prune_sheet *sheet = &plan->sheets[plan->sheet_count++];
        sheet->table = recorded->table;
        if (!plan_sheet(warehouse, arena, plan, sheet, recorded->first, err))
            return false;
    }
    return true;
}

bool prune_make_plan(struct warehouse *warehouse, const struct prune_rule *rule,
                     struct arena *arena, struct prune_plan *plan, struct err *err) {
    *plan = (struct prune_plan){0};
    return plan_snapshots(warehouse, rule, arena, plan, err) &&
           plan_sheets(warehouse, arena, plan, err);
}

/* ---- doing it ---- */

/* The same as is_needed(), for the database; audit_snapshots holds those that stay. */
static bool drop_versions(struct warehouse *warehouse, const struct prune_sheet *sheet,
                          struct err *err) {
    struct arena scratch = {0};
    struct value parameter = value_integer(sheet->built_to);
    int64_t changed = 0;
    const char *table = sheet->table;
    const char *sql =
        arena_printf(&scratch,
                     "DELETE FROM \"%s\" WHERE " IS_ENDED
                     " AND _removed_snapshot_id <= (SELECT MIN(s.snapshot_id) FROM audit_snapshots"
                     " s WHERE s.snapshot_id >= \"%s\"._snapshot_id)"
                     " AND NOT (_snapshot_id <= $1 AND _removed_snapshot_id > $1)",
                     table, table, table);
    bool ok = sheet->dropped == 0 || warehouse_run(warehouse, sql, &parameter, 1, &changed, err);
    if (ok && changed != sheet->dropped) {
        err_set(err, ERR_FAILED, "%s: %lld versions were to go, and %lld would have", table,
                (long long)sheet->dropped, (long long)changed);
        ok = err_hint(err, "nothing was dropped; `goldleaf verify` looks at the versions");
    }
    arena_free(&scratch);
    return ok;
}

static bool drop_lines(struct warehouse *warehouse, struct prune_plan *plan, struct err *err) {
    const char *const files[] = {"prune/drop_headers", "prune/drop_loads", "prune/drop_results",
                                 "prune/drop_runs"};
    struct value oldest = value_string(plan->oldest_time);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        int64_t changed;
        bool takes_time = i == COUNT_OF(files) - 1;
        if (!warehouse_run(warehouse, sql_file(files[i]), &oldest, takes_time, &changed, err))
            return false;
        plan->audit_lines += changed;
    }
    return true;
}

/* Snapshots first: what belongs to none that is left can go. */
bool prune_apply(struct warehouse *warehouse, struct prune_plan *plan, struct err *err) {
    plan->audit_lines = (int64_t)plan->dropped_count;
    if (!shortlist_ids(warehouse, plan->dropped, plan->dropped_count, err) ||
        !warehouse_exec(warehouse, sql_file("prune/drop_snapshots"), err))
        return false;
    for (size_t i = 0; i < plan->sheet_count; i++)
        if (!drop_versions(warehouse, &plan->sheets[i], err))
            return false;
    return drop_lines(warehouse, plan, err);
}

bool prune_give_back(struct warehouse *warehouse, const struct prune_plan *plan,
                     struct arena *arena, struct err *err) {
    size_t count = 0;
    const char **tables = arena_array(arena, plan->sheet_count + AUDIT_TABLE_COUNT, sizeof *tables);
    for (size_t i = 0; i < plan->sheet_count; i++)
        if (plan->sheets[i].dropped)
            tables[count++] = plan->sheets[i].table;
    for (size_t i = 0; i < AUDIT_TABLE_COUNT && plan->audit_lines; i++)
        tables[count++] = AUDIT_TABLES[i].name;
    return warehouse_give_back(warehouse, tables, count, err);
}
