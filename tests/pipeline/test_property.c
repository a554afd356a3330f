/* Random edits of small sheets: whatever is done to them, every snapshot can be taken out again as
 * it was pulled, and what was built step by step is what a build from scratch gives.
 *
 * The sheets are small and their keys few, so that duplicates, orphans and rows that heal are
 * common. A failure names the seed and the step; GOLDLEAF_PROPERTY_SEED=n repeats that seed alone.
 * GOLDLEAF_PROPERTY_RUNS is how many edit scripts are tried (twelve to a seed). With
 * GOLDLEAF_PROPERTY_KEEP=DIR the sheets and the published tables of every third script are left in
 * DIR/<seed>-<step>/, for somebody who computes them by other means. */
#include "harness/harness.h"
#include "harness/grid.h"

#include <errno.h>
#include <sys/stat.h>

#define DEFAULT_RUNS 240
#define STEPS_PER_SEED 12
#define SHEET_COUNT 8

/* ---- the world ---- */

/* What a column may hold, with '|' between the values; "T#30" stands for T1 to T30. A bad value
 * is chosen now and then. */
struct column_pool {
    const char *name, *good, *bad;
};

struct sheet_pool {
    const char *name;
    size_t rows;    /* at the start */
    bool is_parent; /* others refer to it */
    struct column_pool columns[GRID_COLUMNS];
};

#define CHANNELS "web|email|web|Google Ads|social|app|box office|IG"
#define MOMENTS                                                                                    \
    "2026-01-05 10:00:00|2026-01-05 23:59:59|2026-01-06|06/01/2026 08:30|46028.5|"                 \
    "2026-01-07T01:00:00+05:30|7 Jan 2026|January 8, 2026 12:00"
#define BAD_MOMENTS "|soon|31/02/2026|n/a|01/13/2026|#VALUE!"
#define DAYS "2026-01-05|2026-01-06|07/01/2026|8 Jan 2026|"
#define TEXTS "one|two, three|say \"four\"|five\nsix| seven |na|-|"

static const struct sheet_pool pools[SHEET_COUNT] = {
    {"artists",
     24,
     true,
     {{"artist_id", "A#14", "|n/a|#REF!|A 1"},
      {"name", TEXTS "|Ann", "|null"},
      {"genre", "Rock|POP|", "#NAME?"},
      {"country", "in|NA|Fr|", "#N/A"},
      {"created_at", MOMENTS, BAD_MOMENTS}}},
    {"venues",
     24,
     true,
     {{"venue_id", "V#14", "|--|#REF!"},
      {"name", TEXTS "|Hall", "|none"},
      {"city", TEXTS, "Loading..."},
      {"state", TEXTS, "#REF!"},
      {"country", "in|NA|Fr|", "-"},
      {"capacity", "1|2|3|1,200|5.0", "0|-3|many|"}}},
    {"events",
     36,
     true,
     {{"event_id", "E#22", "|#REF!|e1"},
      {"artist_id", "A#14", "A99||#N/A"},
      {"venue_id", "V#14", "V99|"},
      {"event_date", DAYS "2026-02-01", "|TBA|2026-02-30"},
      {"status", "scheduled|Completed|canceled|postponed|past|on sale", "|maybe"},
      {"ticket_price", "10|12.505|$5|", "free|-1"},
      {"currency", "EUR|eur|EUR|usd|\xe2\x82\xac", "|dollars"}}},
    {"customers",
     36,
     true,
     {{"customer_id", "C#24", "|#REF!"},
      {"name", TEXTS, "#ERROR!"},
      {"email", "a@b.se|X@Y.ORG|", "nobody|a@b"},
      {"city", TEXTS, "#NUM!"},
      {"state", TEXTS, "#NULL!"},
      {"country", "in|NA|Fr|", "#DIV/0!"},
      {"created_at", MOMENTS, BAD_MOMENTS}}},
    {"tickets",
     130,
     true,
     {{"ticket_id", "T#90", "|#REF!|t1"},
      {"event_id", "E#22", "E99|"},
      {"customer_id", "C#24|||", "C99|null"},
      {"purchase_datetime", MOMENTS, BAD_MOMENTS},
      {"channel", CHANNELS "|", "pigeon"},
      {"price_paid", "10|12.505|0|7.25|\xe2\x82\xac" "20|1,000.00|10", "free|(3)|"},
      {"currency", "||||EUR|usd", "dollars"},
      {"status", "sold|used|sold|used|paid|refunded|cancelled|pending|void", "|lost"}}},
    {"checkins",
     60,
     false,
     {{"checkin_id", "K#50", "|#REF!"},
      {"event_id", "E#22", "E99|"},
      {"ticket_id", "T#90", "T99|n/a"},
      {"scanned_at", MOMENTS, BAD_MOMENTS},
      {"gate", "a|B| c |", "#REF!"}}},
    {"refunds",
     60,
     false,
     {{"refund_id", "R#50", "|#REF!"},
      {"ticket_id", "T#90", "T99|"},
      {"event_id", "E#22", "E99|"},
      {"reason", "duplicate|Customer Request||other", "because"},
      {"refund_amount", "10|12.51|3|2.505|1000", "0|-2|some|"},
      {"refunded_at", MOMENTS, BAD_MOMENTS}}},
    {"campaigns",
     40,
     false,
     {{"campaign_id", "M#34", "|#REF!"},
      {"event_id", "E#22", "E99|"},
      {"channel", CHANNELS, "pigeon|"},
      {"spend", "10|0|33.335|100", "lots||-1"},
      {"impressions", "1,000|0||7", "few|-2"},
      {"clicks", "3||", "1.5"},
      {"conversions", "1|", "-"},
      {"start_date", DAYS, "soon"},
      {"end_date", DAYS, "2025-12-01|soon"}}},
};

struct world {
    struct random random;
    struct arena arena; /* of the cells' texts */
    struct grid grids[SHEET_COUNT];
    struct buf story; /* what the step did */
};

static const char *pick_word(struct world *world, const char *list) {
    size_t count = 1;
    for (const char *c = list; *c; c++)
        count += *c == '|';
    for (size_t left = random_below(&world->random, count); left > 0; left--)
        list = strchr(list, '|') + 1;
    size_t size = strcspn(list, "|");
    return arena_string(&world->arena, (struct span){list, size});
}

static const char *pick_cell(struct world *world, const struct column_pool *pool,
                             size_t bad_percent) {
    bool is_bad = random_below(&world->random, 100) < bad_percent;
    const char *word = pick_word(world, is_bad ? pool->bad : pool->good);
    const char *range = strchr(word, '#');
    if (is_bad || !range)
        return word;
    unsigned long number = random_below(&world->random, strtoul(range + 1, NULL, 10)) + 1;
    return arena_printf(&world->arena, "%.*s%lu", (int)(range - word), word, number);
}

/* The pool of a column, or of what people write into columns of their own. */
static const struct column_pool *column_pool(size_t sheet, int field) {
    static const struct column_pool extra = {NULL, TEXTS "|||", "#REF!"};
    return field < 0 ? &extra : &pools[sheet].columns[field];
}

static size_t pool_width(size_t sheet) {
    size_t width = 0;
    while (pools[sheet].columns[width].name)
        width++;
    return width;
}

enum { ARTISTS, VENUES, EVENTS, CUSTOMERS, TICKETS, CHECKINS, REFUNDS, CAMPAIGNS };

static int find_column(const struct world *world, size_t sheet, const char *name) {
    const struct grid *grid = &world->grids[sheet];
    for (size_t i = 0; i < grid->width; i++)
        if (grid->columns[i].field >= 0 &&
            strcmp(pools[sheet].columns[grid->columns[i].field].name, name) == 0)
            return (int)i;
    return -1;
}

/* Makes a check-in or refund one of a ticket that is there, at its event. */
static void aim_at_ticket(struct world *world, size_t sheet, struct grid_row *row) {
    static const char *const names[] = {"ticket_id", "event_id"};
    const struct grid *tickets = &world->grids[TICKETS];
    const struct grid_row *ticket = &tickets->rows[random_below(&world->random, tickets->count)];
    for (size_t i = 0; i < COUNT_OF(names); i++)
        row->cells[find_column(world, sheet, names[i])] =
            ticket->cells[find_column(world, TICKETS, names[i])];
}

static void fill_row(struct world *world, size_t sheet, struct grid_row *row) {
    const struct grid *grid = &world->grids[sheet];
    for (size_t i = 0; i < grid->width; i++)
        row->cells[i] = grid->columns[i].header
                            ? pick_cell(world, column_pool(sheet, grid->columns[i].field), 2)
                            : "";
    if ((sheet == CHECKINS || sheet == REFUNDS) && random_below(&world->random, 10))
        aim_at_ticket(world, sheet, row);
}

static void make_world(struct world *world, uint64_t seed) {
    *world = (struct world){.random = {seed}};
    for (size_t sheet = 0; sheet < SHEET_COUNT; sheet++) {
        struct grid *grid = &world->grids[sheet];
        grid->name = pools[sheet].name;
        grid->width = pool_width(sheet);
        for (size_t i = 0; i < grid->width; i++)
            grid->columns[i] = (struct grid_column){pools[sheet].columns[i].name, (int)i};
        for (size_t i = 0; i < pools[sheet].rows; i++)
            fill_row(world, sheet, &grid->rows[grid->count++]);
    }
}

static void free_world(struct world *world) {
    buf_free(&world->story);
    arena_free(&world->arena);
}

/* ---- edits ---- */

static size_t below(struct world *world, size_t end) {
    return random_below(&world->random, end);
}

/* A place between rows: often the top, the end, or anywhere. */
static size_t pick_gap(struct world *world, const struct grid *grid) {
    switch (below(world, 4)) {
    case 0:
        return 0;
    case 1:
        return grid->count;
    default:
        return below(world, grid->count + 1);
    }
}

static void edit_cell(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t row = below(world, grid->count), column = below(world, grid->width);
    grid->rows[row].cells[column] =
        pick_cell(world, column_pool(sheet, grid->columns[column].field), 15);
}

static void insert_rows(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    struct grid_row row = {0};
    size_t at = pick_gap(world, grid);
    for (size_t left = 1 + below(world, 3); left > 0; left--) {
        fill_row(world, sheet, &row);
        grid_insert(grid, at, &row);
    }
}

static void delete_rows(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    for (size_t left = 1 + below(world, 3); left > 0 && grid->count > 1; left--)
        grid_delete(grid, below(world, grid->count));
}

static void move_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t from = below(world, grid->count);
    struct grid_row row = grid->rows[from];
    grid_delete(grid, from);
    grid_insert(grid, pick_gap(world, grid), &row);
}

static void swap_rows(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t a = below(world, grid->count), b = below(world, grid->count);
    struct grid_row row = grid->rows[a];
    grid->rows[a] = grid->rows[b];
    grid->rows[b] = row;
}

static void sort_rows(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    grid_sort(grid, below(world, grid->width));
}

/* The same row again, or the same key with something else behind it. */
static void duplicate_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    struct grid_row row = grid->rows[below(world, grid->count)];
    if (below(world, 2)) {
        size_t column = below(world, grid->width);
        if (grid->columns[column].field != 0)
            row.cells[column] =
                pick_cell(world, column_pool(sheet, grid->columns[column].field), 15);
    }
    grid_insert(grid, pick_gap(world, grid), &row);
}

static void blank_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    struct grid_row row;
    for (size_t i = 0; i < GRID_COLUMNS; i++)
        row.cells[i] = i == 1 && below(world, 3) == 0 ? " \xc2\xa0" : "";
    if (below(world, 2))
        grid->rows[below(world, grid->count)] = row;
    else
        grid_insert(grid, pick_gap(world, grid), &row);
}

static void keep_one_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    grid->rows[0] = grid->rows[below(world, grid->count)];
    grid->count = 1;
}

static int find_extra(struct world *world, const struct grid *grid) {
    for (size_t tries = 0; tries < 8; tries++) {
        size_t column = below(world, grid->width);
        if (grid->columns[column].field < 0)
            return (int)column;
    }
    return -1;
}

static void add_extra_column(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    if (grid->width == GRID_COLUMNS)
        return;
    size_t at = below(world, grid_header_count(grid) + 1);
    const char *header = pick_word(world, "Notes|notes|Remark|remark|2nd look||_hash|snapshot_id");
    grid_insert_column(grid, at, (struct grid_column){header, -1});
    for (size_t i = 0; i < grid->count; i++)
        if (below(world, 3) == 0)
            grid->rows[i].cells[at] = pick_cell(world, column_pool(sheet, -1), 5);
}

static void remove_extra_column(struct world *world, size_t sheet) {
    int column = find_extra(world, &world->grids[sheet]);
    if (column >= 0)
        grid_delete_column(&world->grids[sheet], (size_t)column);
}

static void rename_extra_column(struct world *world, size_t sheet) {
    int column = find_extra(world, &world->grids[sheet]);
    if (column >= 0 && world->grids[sheet].columns[column].header)
        world->grids[sheet].columns[column].header = pick_word(world, "Remark|Who?|More Notes");
}

static void swap_columns(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t count = grid_header_count(grid);
    grid_swap_columns(grid, below(world, count), below(world, count));
}

/* A row that goes on behind the last header. */
static void widen_row(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    if (grid->width == GRID_COLUMNS)
        return;
    if (grid_header_count(grid) == grid->width)
        grid_insert_column(grid, grid->width, (struct grid_column){NULL, -1});
    grid->rows[below(world, grid->count)].cells[grid->width - 1] = "beyond";
}

/* The same columns with other words above them. */
static void spell_header(struct world *world, size_t sheet) {
    struct grid *grid = &world->grids[sheet];
    size_t column = below(world, grid_header_count(grid));
    int field = grid->columns[column].field;
    if (field < 0)
        return;
    char *header = (char *)arena_printf(&world->arena, below(world, 2) ? "%s" : " %s ",
                                        pools[sheet].columns[field].name);
    char between = " -_"[below(world, 3)];
    bool is_upper = below(world, 2);
    for (char *c = header; *c; c++)
        *c = *c == '_' ? between : is_upper ? ascii_upper(*c) : *c;
    grid->columns[column].header = header;
}

/* A column that nobody needs goes away, or comes back at the end. */
static void toggle_column(struct world *world, size_t sheet) {
    static const char *const optional[SHEET_COUNT] = {"genre", "city",  "ticket_price", "email",
                                                      "channel", "gate", "reason",      "clicks"};
    struct grid *grid = &world->grids[sheet];
    size_t field = 0;
    while (strcmp(pools[sheet].columns[field].name, optional[sheet]) != 0)
        field++;
    int column = grid_find_field(grid, (int)field);
    if (column >= 0) {
        grid_delete_column(grid, (size_t)column);
        return;
    }
    if (grid->width == GRID_COLUMNS)
        return;
    size_t at = grid_header_count(grid);
    grid_insert_column(grid, at, (struct grid_column){optional[sheet], (int)field});
    for (size_t i = 0; i < grid->count; i++)
        grid->rows[i].cells[at] = pick_cell(world, column_pool(sheet, (int)field), 5);
}

static void do_nothing(struct world *world, size_t sheet) {
    (void)world;
    (void)sheet;
}

/* Writes into a column of a sheet by name, in a random row. */
static void set_field(struct world *world, size_t sheet, const char *name, const char *list) {
    struct grid *grid = &world->grids[sheet];
    int column = find_column(world, sheet, name);
    if (column >= 0)
        grid->rows[below(world, grid->count)].cells[column] = pick_word(world, list);
}

/* A parent changes under its children. The sheet that was drawn does not matter. */
static void change_parent(struct world *world, size_t sheet) {
    (void)sheet;
    switch (below(world, 9)) {
    case 0:
        set_field(world, EVENTS, "currency", "EUR|USD|GBP");
        break;
    case 1:
        set_field(world, EVENTS, "status", "cancelled|completed|scheduled");
        break;
    case 2:
        set_field(world, VENUES, "capacity", "1|2|50|0|");
        break;
    case 3:
        delete_rows(world, EVENTS);
        break;
    case 4:
        delete_rows(world, CUSTOMERS);
        break;
    case 5:
        delete_rows(world, VENUES);
        break;
    case 6:
        delete_rows(world, ARTISTS);
        break;
    case 7:
        set_field(world, TICKETS, "event_id", "E1|E2|E3|E4|E5|E6|E7|E8|E9|E10");
        break;
    default:
        set_field(world, TICKETS, "status", "sold|used|refunded|cancelled|pending");
        break;
    }
}

static const struct edit {
    const char *name;
    void (*apply)(struct world *world, size_t sheet);
    unsigned weight;
} edits[] = {
    {"edit a cell", edit_cell, 36},
    {"insert rows", insert_rows, 14},
    {"delete rows", delete_rows, 14},
    {"move a row", move_row, 8},
    {"swap two rows", swap_rows, 4},
    {"sort", sort_rows, 2},
    {"duplicate a row", duplicate_row, 12},
    {"blank a row", blank_row, 5},
    {"keep one row", keep_one_row, 1},
    {"add a column", add_extra_column, 2},
    {"remove a column", remove_extra_column, 1},
    {"rename a column", rename_extra_column, 1},
    {"swap columns", swap_columns, 2},
    {"widen a row", widen_row, 1},
    {"spell a header", spell_header, 2},
    {"toggle a column", toggle_column, 1},
    {"change a parent", change_parent, 36},
    {"nothing", do_nothing, 4},
};

static void apply_random_edit(struct world *world) {
    static const uint8_t often[] = {ARTISTS,  VENUES,   VENUES,   EVENTS,   EVENTS,
                                    EVENTS,   TICKETS,  TICKETS,  TICKETS,  TICKETS,
                                    TICKETS,  CHECKINS, CHECKINS, CHECKINS, REFUNDS,
                                    REFUNDS,  REFUNDS,  REFUNDS,  CUSTOMERS, CAMPAIGNS,
                                    CAMPAIGNS};
    unsigned total = 0;
    size_t sheet = often[below(world, COUNT_OF(often))], i = 0;
    for (size_t e = 0; e < COUNT_OF(edits); e++)
        total += edits[e].weight;
    for (size_t left = below(world, total); left >= edits[i].weight; i++)
        left -= edits[i].weight;
    buf_printf(&world->story, "%s%s (%s)", world->story.size ? ", " : "", edits[i].name,
               pools[sheet].name);
    edits[i].apply(world, sheet);
}

/* ---- what a pull has to leave behind ---- */

struct trial {
    uint64_t seed;
    size_t step;
    struct world world;
    struct scene scene, other;         /* `other`: fresh loads and copies */
    struct arena arena;                /* of what was pulled */
    const char **pulled[SHEET_COUNT];  /* per snapshot: the sheet as canonical text */
    size_t snapshot_count;
    struct grid_rows last[SHEET_COUNT]; /* rows of the last snapshot by content */
};

/* For the message of a test that did not come to its end. */
static struct trial *running;

static const char *describe(const struct trial *trial, const char *what) {
    return arena_printf((struct arena *)&trial->arena, "%s after seed %llu, step %zu (%s)", what,
                        (unsigned long long)trial->seed, trial->step,
                        buf_text(&trial->world.story));
}

static void write_sheets(struct trial *trial) {
    for (size_t sheet = 0; sheet < SHEET_COUNT; sheet++) {
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
    for (size_t sheet = 0; sheet < SHEET_COUNT; sheet++) {
        struct buf text = {0};
        grid_canonical(&trial->world.grids[sheet], &text);
        trial->pulled[sheet][index] = arena_string(&trial->arena, buf_span(&text));
        buf_free(&text);
    }
}

/* Promise 1: any sheet at any snapshot, exactly as it was. */
static void check_snapshots(struct trial *trial) {
    for (size_t sheet = 0; sheet < SHEET_COUNT; sheet++)
        for (size_t i = 0; i < trial->snapshot_count; i++) {
            struct buf found = {0};
            snapshot_canonical(scene_database(&trial->scene), pools[sheet].name, (int64_t)i + 1,
                               &found);
            if (!span_is(buf_span(&found), trial->pulled[sheet][i]))
                check_same_text(
                    describe(trial, arena_printf(&trial->arena, "%s at snapshot %zu",
                                                 pools[sheet].name, i + 1)),
                    span_from(trial->pulled[sheet][i]), buf_span(&found));
            buf_free(&found);
        }
}

/* A pull adds only versions of rows that changed: never fewer than rows that stand in another
 * order or are new, and no more where rows are told apart by their content. */
static void check_versions(struct trial *trial) {
    for (size_t sheet = 0; sheet < SHEET_COUNT; sheet++) {
        const char *name = pools[sheet].name;
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
    scene_expect(&trial->scene, "PRAGMA integrity_check", "ok");
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
                     report->sheets[i].message ? report->sheets[i].message : report->sheets[i].status);
}

static void pull(struct trial *trial, bool and_build) {
    write_sheets(trial);
    remember_pulled(trial);
    run_stages(trial, true, and_build, and_build);
    assert_int_equal(trial->scene.report.snapshot_id, trial->snapshot_count);
    check_snapshots(trial);
    check_versions(trial);
}

/* Everything at once, or one stage after the other as three commands do. */
static void pull_and_build(struct trial *trial) {
    bool at_once = below(&trial->world, 8) != 0;
    pull(trial, at_once);
    if (at_once)
        return;
    run_stages(trial, false, true, false);
    run_stages(trial, false, false, true);
}

/* The sheets and the tables as they are, for others to check. */
static void keep_state(struct trial *trial, const char *parent) {
    struct table_query queries[TABLE_QUERY_MAX];
    const char *folder = arena_printf(&trial->arena, "%s/%llu-%zu", parent,
                                      (unsigned long long)trial->seed, trial->step);
    if (mkdir(folder, 0777) != 0)
        fail_msg("%s: %s", folder, strerror(errno));
    for (size_t i = 0; i < SHEET_COUNT; i++) {
        const char *path =
            arena_printf(&trial->arena, "%s/%s.csv", trial->scene.inputs, pools[i].name);
        write_file(arena_printf(&trial->arena, "%s/%s.csv", folder, pools[i].name),
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
    for (size_t left = 1 + below(world, 2) * below(world, 3); left > 0; left--)
        apply_random_edit(world);
    if (below(world, 8) == 0) {
        /* a pull that silver only hears of later */
        pull(trial, false);
        apply_random_edit(world);
    }
    pull_and_build(trial);
    check_against_fresh_load(trial);
    if (below(world, 4) == 0)
        check_against_full_refresh(trial, below(world, 2));
    if (keep && *keep && trial->step % 3 == 0)
        keep_state(trial, keep);
}

static void open_trial(struct trial *trial, uint64_t seed) {
    *trial = (struct trial){.seed = seed};
    make_world(&trial->world, seed);
    buf_add_text(&trial->world.story, "first load");
    scene_open(&trial->scene, "ticketing");
    scene_open(&trial->other, "ticketing");
    for (size_t i = 0; i < SHEET_COUNT; i++)
        trial->pulled[i] =
            arena_array(&trial->arena, 2 * STEPS_PER_SEED + 2, sizeof *trial->pulled[i]);
}

static void close_trial(struct trial *trial) {
    scene_close(&trial->scene);
    scene_close(&trial->other);
    for (size_t i = 0; i < SHEET_COUNT; i++)
        grid_rows_free(&trial->last[i]);
    free_world(&trial->world);
    arena_free(&trial->arena);
}

static void try_seed(uint64_t seed) {
    struct trial trial;
    running = &trial;
    open_trial(&trial, seed);
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

static void test_step_by_step_equals_from_scratch(void **state) {
    (void)state;
    unsigned long runs = number_from("GOLDLEAF_PROPERTY_RUNS", DEFAULT_RUNS);
    unsigned long only = number_from("GOLDLEAF_PROPERTY_SEED", 0);
    if (only)
        try_seed(only);
    for (uint64_t seed = 1; !only && (seed - 1) * STEPS_PER_SEED < runs; seed++)
        try_seed(seed);
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
        cmocka_unit_test_teardown(test_step_by_step_equals_from_scratch, name_seed),
    };
    return run_group(tests);
}
