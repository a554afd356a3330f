/* Pruning after random edits: what stays can be taken out as it was, nothing stays that no snapshot
 * needs, and whatever is done afterwards gives what it would have given without.
 *
 * GOLDLEAF_PRUNE_SEEDS is how many edit scripts are tried; a failure names the seed. */
#include "harness/grid.h"
#include "harness/harness.h"
#include "harness/world.h"
#include "stages/prune.h"
#include "stages/snapshot_source.h"
#include "stages/verify.h"

#define DEFAULT_SEEDS 24
#define STEPS 14

struct trial {
    uint64_t seed;
    size_t step;
    struct world world;
    struct scene scene, other; /* `other`: never pruned */
    struct arena arena;
};

static const char *describe(struct trial *trial, const char *what) {
    return arena_printf(&trial->arena, "%s, seed %llu, step %zu", what,
                        (unsigned long long)trial->seed, trial->step);
}

static struct prune_plan prune(struct scene *scene, struct arena *arena, struct prune_rule rule,
                               bool is_dry) {
    struct err err = {0};
    struct prune_plan plan = {0};
    struct warehouse *warehouse = NULL;
    database_close(scene->database);
    scene->database = NULL;
    bool ok =
        warehouse_open(&warehouse, scene->database_url, is_dry ? WAREHOUSE_READ : WAREHOUSE_WRITE,
                       &err) &&
        warehouse_begin(warehouse, &err) && prune_make_plan(warehouse, &rule, arena, &plan, &err) &&
        (is_dry || (prune_apply(warehouse, &plan, &err) && warehouse_commit(warehouse, &err) &&
                    prune_give_back(warehouse, &plan, arena, &err)));
    warehouse_close(warehouse);
    if (!ok)
        fail_msg("prune: %s", err.message);
    return plan;
}

static void write_sheets(struct trial *trial) {
    for (size_t i = 0; i < trial->world.theme->sheet_count; i++) {
        struct grid *grid = &trial->world.grids[i];
        struct buf csv = {0};
        grid_render(grid, &trial->world.random, &csv);
        scene_write(&trial->scene, arena_printf(&trial->arena, "%s.csv", grid->name),
                    buf_span(&csv));
        buf_free(&csv);
    }
}

/* The same stages over the same sheets, on both sides. */
static void run_both(struct trial *trial, bool pull, bool silver, bool gold, bool full) {
    struct scene *scenes[] = {&trial->scene, &trial->other};
    for (size_t i = 0; i < COUNT_OF(scenes); i++) {
        struct run_options options = scene_options(scenes[i]);
        options.inputs = trial->scene.inputs;
        options.pull = pull;
        options.silver = silver;
        options.gold = gold;
        options.full_refresh = full;
        scene_run(scenes[i], &options);
    }
}

/* ---- a warehouse that nobody tampered with verifies ---- */

static bool build_again(struct scene *scene, struct warehouse *stored, struct warehouse *rebuild,
                        int64_t snapshot, struct err *err) {
    struct run_options options = scene_options(scene);
    struct run_report report = {0};
    struct progress progress = {0};
    snapshot_source_open(&options.source, stored, scene->model, snapshot);
    bool ok =
        pipeline_run(rebuild, scene->model, &options, &progress, &scene->run_arena, &report, err);
    source_close(options.source);
    return ok;
}

static void check_verifies(struct trial *trial, struct scene *scene) {
    struct err err = {0};
    struct verify_state state;
    struct verify_report report = {.arena = &trial->arena};
    struct warehouse *stored = NULL, *rebuild = NULL;
    bool ok = warehouse_open(&stored, scene->database_url, WAREHOUSE_READ, &err) &&
              warehouse_begin(stored, &err) &&
              verify_read_state(stored, scene->model, &trial->arena, &state, &err) &&
              verify_bronze(stored, &report, &err) &&
              verify_silver(stored, scene->model, &state, &report, &err) &&
              warehouse_open_scratch(&rebuild, "rebuild", &err) &&
              (!state.has_silver ||
               (build_again(scene, stored, rebuild, state.snapshot, &err) &&
                verify_rebuild(stored, rebuild, scene->model, &state, &report, &err)));
    warehouse_close(rebuild);
    warehouse_close(stored);
    if (!ok)
        fail_msg("%s: %s", describe(trial, "verify"), err.message);
    for (size_t i = 0; i < report.count; i++) {
        const struct verify_difference *first = &report.checks[i].shown[0];
        if (report.checks[i].status == VERIFY_FAILED)
            fail_msg("%s: %s: %s %s %s: expected %s, found %s", describe(trial, "verify"),
                     report.checks[i].name, first->table, first->key, first->column,
                     first->expected, first->found);
    }
}

/* ---- what has to be the same ---- */

static void add_snapshots(struct trial *trial, const struct prune_plan *plan, struct scene *scene,
                          struct buf *out) {
    for (size_t i = 0; i < plan->kept_count; i++)
        for (size_t sheet = 0; sheet < trial->world.theme->sheet_count; sheet++) {
            buf_printf(out, "== %s at %lld\n", trial->world.grids[sheet].name,
                       (long long)plan->kept[i]);
            snapshot_canonical(scene_database(scene), trial->world.grids[sheet].name, plan->kept[i],
                               out);
        }
}

/* What the program asks the audit for. */
static void add_knowledge(struct trial *trial, struct scene *scene, struct buf *out) {
    const char *const now[] = {
        "SELECT table_name, MAX(snapshot_id) FROM audit_loads WHERE status = 'loaded' GROUP BY 1"
        " ORDER BY 1",
        "SELECT layer, table_name, rows_in, rows_out, rows_rejected, source_hash, content_hash,"
        " source, snapshot_id FROM (SELECT l.*, ROW_NUMBER() OVER (PARTITION BY layer, table_name"
        " ORDER BY snapshot_id DESC, run_id DESC) AS place FROM audit_loads l"
        " WHERE status NOT IN ('held', 'kept')) AS placed WHERE place = 1"
        " ORDER BY layer, table_name",
        "SELECT l.table_name, MAX(s.loaded_at) FROM audit_loads l JOIN audit_snapshots s USING"
        " (snapshot_id) WHERE l.source = 'sheets' GROUP BY 1 ORDER BY 1",
        "SELECT layer, table_name, snapshot_id FROM audit_watermarks ORDER BY 1, 2",
        "SELECT command, status, exit_code FROM audit_runs ORDER BY run_id DESC LIMIT 1"};
    (void)trial;
    for (size_t i = 0; i < COUNT_OF(now); i++)
        query_add(scene_database(scene), now[i], out);
    const char *status = sql_file("status/sheets");
    struct buf plain = {0};
    for (const char *at = status; *at; at++) {
        if (strncmp(at, "COLLATE \"C\"", 11) == 0)
            at += 10;
        else if (strncmp(at, "s.loaded_at", 11) == 0) {
            buf_add_text(&plain, "s.loaded_at IS NULL"); /* the two scenes ran at two times */
            at += 10;
        } else if (strncmp(at, "g.location", 10) == 0) {
            buf_add_text(&plain, "1");
            at += 9;
        } else
            buf_add_char(&plain, *at);
    }
    query_add(scene_database(scene), buf_text(&plain), out);
    buf_free(&plain);
    scene_dump(scene, out);
}

static void check_same(struct trial *trial, const char *what, const struct prune_plan *plan) {
    struct buf pruned = {0}, whole = {0};
    add_snapshots(trial, plan, &trial->scene, &pruned);
    add_snapshots(trial, plan, &trial->other, &whole);
    check_same_text(describe(trial, what), buf_span(&whole), buf_span(&pruned));
    buf_clear(&pruned);
    buf_clear(&whole);
    add_knowledge(trial, &trial->scene, &pruned);
    add_knowledge(trial, &trial->other, &whole);
    check_same_text(describe(trial, what), buf_span(&whole), buf_span(&pruned));
    buf_free(&pruned);
    buf_free(&whole);
}

/* ---- what has to be gone ---- */

static void check_nothing_needless(struct trial *trial) {
    for (size_t sheet = 0; sheet < trial->world.theme->sheet_count; sheet++) {
        const char *name = trial->world.grids[sheet].name;
        const char *sql = arena_printf(
            &trial->arena,
            "SELECT COUNT(*) FROM bronze_%s b WHERE b._row_id < (SELECT MAX(_row_id) FROM "
            "bronze_%s)"
            " AND NOT EXISTS (SELECT 1 FROM (SELECT snapshot_id FROM audit_snapshots UNION ALL"
            " SELECT snapshot_id FROM audit_watermarks WHERE layer = 'silver' AND table_name = "
            "'%s')"
            " s WHERE s.snapshot_id >= b._snapshot_id AND (b._removed_snapshot_id IS NULL OR"
            " s.snapshot_id < b._removed_snapshot_id))",
            name, name, name);
        scene_expect(&trial->scene, sql, "0");
    }
    scene_expect(&trial->scene,
                 "SELECT COUNT(*) FROM audit_loads l WHERE status <> 'loaded' AND snapshot_id < "
                 "(SELECT MAX(snapshot_id) FROM audit_loads m WHERE m.layer = l.layer AND"
                 " m.table_name = l.table_name) AND NOT EXISTS"
                 " (SELECT 1 FROM audit_snapshots s WHERE s.snapshot_id = l.snapshot_id)",
                 "0");
    database_check_integrity(scene_database(&trial->scene));
}

static int64_t count_versions(struct trial *trial) {
    int64_t count = 0;
    for (size_t i = 0; i < trial->world.theme->sheet_count; i++)
        count += scene_integer(&trial->scene,
                               arena_printf(&trial->arena, "SELECT COUNT(*) FROM bronze_%s",
                                            trial->world.grids[i].name));
    return count;
}

static void check_prune(struct trial *trial) {
    struct prune_rule rule = {.newest = 1 + (int64_t)world_below(&trial->world, 4)};
    struct prune_plan planned = prune(&trial->scene, &trial->arena, rule, true);
    int64_t before = count_versions(trial);
    struct prune_plan plan = prune(&trial->scene, &trial->arena, rule, false);
    assert_int_equal(plan.versions_dropped, planned.versions_dropped);
    assert_int_equal(plan.dropped_count, planned.dropped_count);
    assert_int_equal(before - count_versions(trial), plan.versions_dropped);
    check_same(trial, "after a prune", &plan);
    check_nothing_needless(trial);
    check_verifies(trial, &trial->scene);
    struct prune_plan again = prune(&trial->scene, &trial->arena, rule, false);
    assert_int_equal(again.dropped_count + (size_t)again.versions_dropped, 0);
    assert_int_equal(again.audit_lines, 0);
    trial->step += 1000; /* for the message: what follows the prune */
    if (world_below(&trial->world, 3) == 0)
        run_both(trial, world_below(&trial->world, 2), true, true, true);
    check_same(trial, "after what followed a prune", &plan);
    trial->step -= 1000;
}

static void take_step(struct trial *trial) {
    for (size_t left = 1 + world_below(&trial->world, 4); left > 0; left--)
        world_edit(&trial->world);
    write_sheets(trial);
    size_t way = world_below(&trial->world, 6);
    run_both(trial, true, way > 1, way > 2, false);
    if (world_below(&trial->world, 4) == 0)
        check_verifies(trial, &trial->scene);
    if (world_below(&trial->world, 3) == 0)
        check_prune(trial);
    if (way <= 2 && world_below(&trial->world, 2))
        run_both(trial, false, true, true, false);
}

static void try_seed(const struct theme *theme, uint64_t seed) {
    struct trial trial = {.seed = seed};
    world_make(&trial.world, theme, seed);
    scene_open(&trial.scene, theme->model);
    scene_open(&trial.other, theme->model);
    write_sheets(&trial);
    run_both(&trial, true, true, true, false);
    for (trial.step = 1; trial.step <= STEPS; trial.step++)
        take_step(&trial);
    check_prune(&trial);
    scene_close(&trial.scene);
    scene_close(&trial.other);
    world_free(&trial.world);
    arena_free(&trial.arena);
}

static void test_what_stays_is_as_it_was(void **state) {
    static const struct theme *const themes[] = {&theme_shop, &theme_ticketing, &theme_streaming};
    const char *text = getenv("GOLDLEAF_PRUNE_SEEDS");
    unsigned long seeds = text ? strtoul(text, NULL, 10) : DEFAULT_SEEDS;
    (void)state;
    for (uint64_t seed = 1; seed <= seeds; seed++)
        try_seed(themes[seed % COUNT_OF(themes)], seed);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_stays_is_as_it_was)};
    return run_group(tests);
}
