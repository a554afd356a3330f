/* Random edits of small sheets: whatever is done to them, every snapshot can be taken out again as
 * it was pulled, and what was built step by step is what a build from scratch gives.
 *
 * The sheets are small and their keys few, so that duplicates, orphans and rows that heal are
 * common. A failure names the seed and the step; GOLDLEAF_PROPERTY_SEED=n repeats that seed alone.
 * GOLDLEAF_PROPERTY_RUNS is how many edit scripts are tried (twelve to a seed). With
 * GOLDLEAF_PROPERTY_KEEP=DIR the sheets and the published tables of every third script of a shipped
 * model are left in DIR/<model>-<seed>-<step>/, for somebody who computes them by other means. */
#include "harness/grid.h"
#include "harness/harness.h"
#include "harness/world.h"

#include <errno.h>
#include <sys/stat.h>

#define DEFAULT_RUNS 240
#define STEPS_PER_SEED 12

/* ---- what a pull has to leave behind ---- */

struct trial {
    uint64_t seed;
    size_t step;
    struct world world;
    struct scene scene, other;         /* `other`: fresh loads and copies */
    struct arena arena;                /* of what was pulled */
    const char **pulled[WORLD_SHEETS]; /* per snapshot: the sheet as canonical text */
    size_t snapshot_count;
    struct grid_rows last[WORLD_SHEETS]; /* rows of the last snapshot by content */
};

/* For the message of a test that did not come to its end. */
static struct trial *running;

static const char *describe(const struct trial *trial, const char *what) {
    return arena_printf((struct arena *)&trial->arena, "%s after seed %llu, step %zu (%s)", what,
                        (unsigned long long)trial->seed, trial->step,
                        buf_text(&trial->world.story));
}

static void write_sheets(struct trial *trial) {
    for (size_t sheet = 0; sheet < trial->world.theme->sheet_count; sheet++) {
        struct grid *grid = &trial->world.grids[sheet];
        struct buf csv = {0};
        grid_render(grid, &trial->world.random, &csv);
        scene_write(&trial->scene, arena_printf(&trial->arena, "%s.csv", grid->name),
                    buf_span(&csv));
        buf_free(&csv);
    }
}

static void remember_pulled(struct trial *trial) {
    size_t index = trial->snapshot_count++;
    for (size_t sheet = 0; sheet < trial->world.theme->sheet_count; sheet++) {
        struct buf text = {0};
        grid_canonical(&trial->world.grids[sheet], &text);
        trial->pulled[sheet][index] = arena_string(&trial->arena, buf_span(&text));
        buf_free(&text);
    }
}

/* Promise 1: any sheet at any snapshot, exactly as it was. The last ones are looked at after every
 * pull, all of them now and then. */
static void check_snapshots(struct trial *trial, size_t last) {
    size_t first = trial->snapshot_count > last ? trial->snapshot_count - last : 0;
    for (size_t sheet = 0; sheet < trial->world.theme->sheet_count; sheet++)
        for (size_t i = first; i < trial->snapshot_count; i++) {
            struct buf found = {0};
            snapshot_canonical(scene_database(&trial->scene), trial->world.grids[sheet].name,
                               (int64_t)i + 1, &found);
            if (!span_is(buf_span(&found), trial->pulled[sheet][i]))
                check_same_text(
                    describe(trial, arena_printf(&trial->arena, "%s at snapshot %zu",
                                                 trial->world.grids[sheet].name, i + 1)),
                    span_from(trial->pulled[sheet][i]), buf_span(&found));
            buf_free(&found);
        }
}

/* A pull adds only versions of rows that changed: never fewer than rows that stand in another
 * order or are new, and no more where rows are told apart by their content. */
static void check_versions(struct trial *trial) {
    for (size_t sheet = 0; sheet < trial->world.theme->sheet_count; sheet++) {
        const char *name = trial->world.grids[sheet].name;
        const struct run_sheet *report = report_sheet(&trial->scene.report, name);
        int64_t snapshot = (int64_t)trial->snapshot_count;
        struct grid_rows now = {0};
        snapshot_rows(scene_database(&trial->scene), name, snapshot, &now);
        int64_t fewest = (int64_t)(now.count - grid_rows_common(&trial->last[sheet], &now));
        int64_t versions = scene_integer(
            &trial->scene,
            arena_printf(&trial->arena, "SELECT COUNT(*) FROM bronze_%s WHERE _snapshot_id = %lld",
                         name, (long long)snapshot));
        int64_t ended = scene_integer(
            &trial->scene,
            arena_printf(&trial->arena,
                         "SELECT COUNT(*) FROM bronze_%s WHERE _removed_snapshot_id = %lld", name,
                         (long long)snapshot));
        bool is_exact = fewest == 0 || (grid_rows_are_distinct(&now) &&
                                        grid_rows_are_distinct(&trial->last[sheet]));
        if (versions != report->added + report->changed + report->moved ||
            ended != report->removed + report->changed + report->moved || versions < fewest ||
            (is_exact && versions > fewest))
            fail_msg("%s: %lld versions, %lld ended, reported +%lld ~%lld -%lld m%lld, %lld would "
                     "do",
                     describe(trial, name), (long long)versions, (long long)ended,
                     (long long)report->added, (long long)report->changed,
                     (long long)report->removed, (long long)report->moved, (long long)fewest);
        grid_rows_free(&trial->last[sheet]);
        trial->last[sheet] = now;
    }
}

static void check_same_tables(struct trial *trial, const char *what) {
    struct buf ours = {0}, theirs = {0};
    scene_dump(&trial->scene, &ours);
    scene_dump(&trial->other, &theirs);
    if (!span_equal(buf_span(&ours), buf_span(&theirs)))
        check_same_text(describe(trial, what), buf_span(&theirs), buf_span(&ours));
    buf_free(&ours);
    buf_free(&theirs);
}

static void check_against_fresh_load(struct trial *trial) {
    struct run_options options = scene_options(&trial->other);
    options.inputs = trial->scene.inputs;
    scene_forget_warehouse(&trial->other);
    scene_run(&trial->other, &options);
    check_same_tables(trial, "the tables against those of a first load");
}

/* From bronze alone, and from the sheets again. */
static void check_against_full_refresh(struct trial *trial, bool pulls) {
    struct run_options options = scene_options(&trial->other);
    options.inputs = trial->scene.inputs;
    options.full_refresh = true;
    options.pull = pulls;
    scene_copy_warehouse(&trial->other, &trial->scene);
    scene_run(&trial->other, &options);
    check_same_tables(trial, "the tables against those of a full refresh");
}

static void check_integrity(struct trial *trial) {
    database_check_integrity(scene_database(&trial->scene));
}

/* ---- steps ---- */

static void run_stages(struct trial *trial, bool pull, bool silver, bool gold) {
    struct run_options options = scene_options(&trial->scene);
    options.pull = pull;
    options.silver = silver;
    options.gold = gold;
    const struct run_report *report = scene_run(&trial->scene, &options);
    for (size_t i = 0; i < report->sheet_count; i++)
        if (report->is_held)
            fail_msg("%s: %s", describe(trial, report->sheets[i].sheet),
                     report->sheets[i].message ? report->sheets[i].message
                                               : report->sheets[i].status);
}

static void pull(struct trial *trial, bool and_build) {
    write_sheets(trial);
    remember_pulled(trial);
    run_stages(trial, true, and_build, and_build);
    assert_int_equal(trial->scene.report.snapshot_id, trial->snapshot_count);
    check_snapshots(trial, trial->step % 4 == 0 ? trial->snapshot_count : 2);
    check_versions(trial);
}

/* Everything at once, or one stage after the other as three commands do. */
static void pull_and_build(struct trial *trial) {
    bool at_once = world_below(&trial->world, 8) != 0;
    pull(trial, at_once);
    if (at_once)
        return;
    run_stages(trial, false, true, false);
    run_stages(trial, false, false, true);
}

/* The sheets and the tables as they are, for others to check. */
static void keep_state(struct trial *trial, const char *parent) {
    struct table_query queries[TABLE_QUERY_MAX];
    const char *folder =
        arena_printf(&trial->arena, "%s/%s-%llu-%zu", parent, trial->world.theme->model,
                     (unsigned long long)trial->seed, trial->step);
    if (mkdir(folder, 0777) != 0)
        fail_msg("%s: %s", folder, strerror(errno));
    for (size_t i = 0; i < trial->world.theme->sheet_count; i++) {
        const char *path = arena_printf(&trial->arena, "%s/%s.csv", trial->scene.inputs,
                                        trial->world.grids[i].name);
        write_file(arena_printf(&trial->arena, "%s/%s.csv", folder, trial->world.grids[i].name),
                   read_file(&trial->arena, path));
    }
    size_t count = table_queries(trial->scene.model, &trial->arena, queries);
    for (size_t i = 0; i < count; i++)
        write_file(arena_printf(&trial->arena, "%s/%s.csv", folder, queries[i].name),
                   scene_query(&trial->scene, queries[i].sql));
}

static void take_step(struct trial *trial) {
    struct world *world = &trial->world;
    const char *keep = getenv("GOLDLEAF_PROPERTY_KEEP");
    buf_clear(&world->story);
    size_t more = world_below(world, 2) ? world_below(world, 3) : 0;
    for (size_t left = 1 + more; left > 0; left--)
        world_edit(world);
    if (world_below(world, 8) == 0) {
        /* pulls that silver only hears of later */
        pull(trial, false);
        world_edit(world);
        world_edit(world);
    }
    pull_and_build(trial);
    check_against_fresh_load(trial);
    if (world_below(world, 4) == 0)
        check_against_full_refresh(trial, world_below(world, 2));
    if (keep && *keep && trial->step % 3 == 0)
        keep_state(trial, keep);
}

static void open_trial(struct trial *trial, const struct theme *theme, uint64_t seed) {
    *trial = (struct trial){.seed = seed};
    world_make(&trial->world, theme, seed);
    buf_add_text(&trial->world.story, "first load");
    scene_open(&trial->scene, theme->model);
    scene_open(&trial->other, theme->model);
    for (size_t i = 0; i < trial->world.theme->sheet_count; i++)
        trial->pulled[i] =
            arena_array(&trial->arena, 2 * STEPS_PER_SEED + 2, sizeof *trial->pulled[i]);
}

static void close_trial(struct trial *trial) {
    scene_close(&trial->scene);
    scene_close(&trial->other);
    for (size_t i = 0; i < trial->world.theme->sheet_count; i++)
        grid_rows_free(&trial->last[i]);
    world_free(&trial->world);
    arena_free(&trial->arena);
}

static void try_seed(const struct theme *theme, uint64_t seed) {
    struct trial trial;
    running = &trial;
    open_trial(&trial, theme, seed);
    pull_and_build(&trial);
    for (trial.step = 1; trial.step <= STEPS_PER_SEED; trial.step++)
        take_step(&trial);
    check_integrity(&trial);
    close_trial(&trial);
    running = NULL;
}

static unsigned long number_from(const char *variable, unsigned long otherwise) {
    const char *text = getenv(variable);
    return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

static void try_theme(const struct theme *theme, unsigned long runs) {
    unsigned long only = number_from("GOLDLEAF_PROPERTY_SEED", 0);
    if (only)
        try_seed(theme, only);
    for (uint64_t seed = 1; !only && (seed - 1) * STEPS_PER_SEED < runs; seed++)
        try_seed(theme, seed);
}

static void test_ticketing_step_by_step_equals_from_scratch(void **state) {
    (void)state;
    try_theme(&theme_ticketing, number_from("GOLDLEAF_PROPERTY_RUNS", DEFAULT_RUNS));
}

/* Another model: keys that are numbers and dates and of several columns, written in several ways.
 */
static void test_typed_keys_step_by_step_equal_from_scratch(void **state) {
    (void)state;
    if (getenv("GOLDLEAF_PROPERTY_KEEP"))
        skip(); /* nobody computes this model by other means */
    try_theme(&theme_shop, number_from("GOLDLEAF_PROPERTY_RUNS", DEFAULT_RUNS) / 2);
}

static void test_streaming_step_by_step_equals_from_scratch(void **state) {
    (void)state;
    try_theme(&theme_streaming, number_from("GOLDLEAF_PROPERTY_RUNS", DEFAULT_RUNS) / 2);
}

static int name_seed(void **state) {
    (void)state;
    if (running)
        print_error("seed %llu, step %zu: %s\n", (unsigned long long)running->seed, running->step,
                    buf_text(&running->world.story));
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_ticketing_step_by_step_equals_from_scratch, name_seed),
        cmocka_unit_test_teardown(test_typed_keys_step_by_step_equal_from_scratch, name_seed),
        cmocka_unit_test_teardown(test_streaming_step_by_step_equals_from_scratch, name_seed),
    };
    return run_group(tests);
}
