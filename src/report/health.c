#include "report/health.h"

#include "base/age.h"
#include "base/decimal.h"

#include <stdlib.h>

#define LOADS 120
#define REJECTS 50 /* of each sheet */
#define SNAPSHOTS 20

/* "bronze_tickets" or "silver_tickets" */
static const char *sheet_of(const char *table) {
    const char *name = strchr(table, '_');
    return name ? name + 1 : table;
}

/* One row of a query into one item of a list. */
struct list_reading {
    struct arena *arena;
    const struct health *health;
    const struct sheet_info *sheet; /* of rejects */
    void (*read)(const struct list_reading *reading, const struct statement *statement, void *item);
    size_t item_size;
};

static bool read_list(struct warehouse *warehouse, const struct list_reading *reading,
                      const char *file, const struct value *parameters, size_t parameter_count,
                      void **items, size_t *count, struct err *err) {
    struct statement *statement = NULL;
    size_t capacity = *count;
    bool has_row = true;
    bool ok = statement_prepare(warehouse, &statement, sql_file(file), err) &&
              statement_start(statement, parameters, parameter_count, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            char *grown = arena_array(reading->arena, capacity, reading->item_size);
            if (*count)
                memcpy(grown, *items, *count * reading->item_size);
            *items = grown;
        }
        reading->read(reading, statement, (char *)*items + *count * reading->item_size);
        ++*count;
    }
    statement_close(statement);
    return ok;
}

static void read_load(const struct list_reading *reading, const struct statement *statement,
                      void *item) {
    struct arena *arena = reading->arena;
    *(struct health_load *)item = (struct health_load){
        .snapshot = statement_value(statement, 0).integer,
        .loaded_at = row_text(statement, 1, arena),
        .sheet = sheet_of(row_text(statement, 2, arena)),
        .source = row_text(statement, 3, arena),
        .status = row_text(statement, 4, arena),
        .message = row_text(statement, 5, arena),
        .rows = statement_value(statement, 6).integer,
        .added = statement_value(statement, 7).integer,
        .changed = statement_value(statement, 8).integer,
        .removed = statement_value(statement, 9).integer,
    };
}

/* Columns of rejects/rows.sql. */
static void read_reject(const struct list_reading *reading, const struct statement *statement,
                        void *item) {
    struct arena *arena = reading->arena;
    struct buf link = {0};
    sheet_info_add_link(&link, reading->sheet, statement_value(statement, 0).integer,
                        value_span(statement_value(statement, 1)));
    /* The place comes from the audit; nothing but these may become a link. */
    bool is_link =
        strncmp(buf_text(&link), "https://", 8) == 0 || strncmp(buf_text(&link), "file://", 7) == 0;
    *(struct health_reject *)item = (struct health_reject){
        .sheet = reading->sheet->name,
        .cell = row_text(statement, 1, arena),
        .key = row_text(statement, 3, arena),
        .rule = row_text(statement, 4, arena),
        .value = row_text(statement, 5, arena),
        .reason = row_text(statement, 6, arena),
        .link = is_link ? arena_string(arena, buf_span(&link)) : NULL,
    };
    buf_free(&link);
}

static bool read_rejects(struct health *health, struct warehouse *warehouse, struct arena *arena,
                         struct err *err) {
    struct list_reading reading = {arena, health, NULL, read_reject, sizeof *health->rejects};
    void *items = NULL;
    bool ok = true;
    for (size_t i = 0; ok && i < health->sheet_count; i++) {
        struct value parameters[] = {value_string(health->sheets[i].table), value_integer(REJECTS)};
        reading.sheet = &health->sheets[i];
        health->reject_total += health->sheets[i].rejected;
        if (health->sheets[i].rejected)
            ok = read_list(warehouse, &reading, "rejects/rows", parameters, 2, &items,
                           &health->reject_count, err);
    }
    health->rejects = items;
    return ok;
}

/* ---- counts by snapshot ---- */

struct result {
    int64_t snapshot;
    const char *run, *sheet, *rule;
    int64_t rows;
};

struct snapshot {
    int64_t number;
    const char *loaded_at;
};

static void read_result(const struct list_reading *reading, const struct statement *statement,
                        void *item) {
    struct arena *arena = reading->arena;
    *(struct result *)item = (struct result){
        .snapshot = statement_value(statement, 0).integer,
        .run = row_text(statement, 1, arena),
        .sheet = sheet_of(row_text(statement, 2, arena)),
        .rule = row_text(statement, 3, arena),
        .rows = statement_value(statement, 4).integer,
    };
}

static void read_snapshot(const struct list_reading *reading, const struct statement *statement,
                          void *item) {
    *(struct snapshot *)item = (struct snapshot){statement_value(statement, 0).integer,
                                                 row_text(statement, 1, reading->arena)};
}

/* A run tells only of the sheets that it touched. What it says of one stands until another run says
 * more, so a result counts for a snapshot when no later one up to it speaks of its sheet. */
static bool stands(const struct result *results, size_t count, size_t index, int64_t snapshot) {
    if (results[index].snapshot > snapshot || results[index].rows == 0)
        return false;
    for (size_t i = index + 1; i < count; i++)
        if (results[i].snapshot <= snapshot &&
            strcmp(results[i].sheet, results[index].sheet) == 0 &&
            strcmp(results[i].run, results[index].run) != 0)
            return false;
    return true;
}

static bool read_counts(struct health *health, struct warehouse *warehouse, struct arena *arena,
                        struct err *err) {
    struct list_reading of_results = {arena, health, NULL, read_result, sizeof(struct result)};
    struct list_reading of_snapshots = {arena, health, NULL, read_snapshot,
                                        sizeof(struct snapshot)};
    struct value parameter = value_integer(SNAPSHOTS);
    void *results = NULL, *snapshots = NULL;
    size_t result_count = 0, snapshot_count = 0;
    if (!read_list(warehouse, &of_results, "report/counts", &parameter, 1, &results, &result_count,
                   err) ||
        !read_list(warehouse, &of_snapshots, "report/snapshots", &parameter, 1, &snapshots,
                   &snapshot_count, err))
        return false;
    health->counts = arena_array(arena, result_count * snapshot_count + 1, sizeof *health->counts);
    for (size_t i = 0; i < snapshot_count; i++) {
        const struct snapshot *snapshot = (const struct snapshot *)snapshots + i;
        size_t before = health->count_count;
        for (size_t j = 0; j < result_count; j++) {
            const struct result *result = (const struct result *)results + j;
            if (stands(results, result_count, j, snapshot->number))
                health->counts[health->count_count++] =
                    (struct health_count){snapshot->number, snapshot->loaded_at, result->sheet,
                                          result->rule, result->rows};
        }
        if (health->count_count == before) /* nothing in quarantine is worth a place, too */
            health->counts[health->count_count++] =
                (struct health_count){snapshot->number, snapshot->loaded_at, NULL, NULL, 0};
    }
    return true;
}

bool health_read(struct health *health, struct warehouse *warehouse, const struct model *model,
                 struct arena *arena, struct err *err) {
    struct list_reading of_loads = {arena, health, NULL, read_load, sizeof *health->loads};
    struct value most = value_integer(LOADS);
    void *loads = NULL;
    bool ok = standing_read(warehouse, arena, &health->standing, err) &&
              sheets_read(warehouse, model, arena, &health->sheets, &health->sheet_count, err) &&
              read_list(warehouse, &of_loads, "report/loads", &most, 1, &loads, &health->load_count,
                        err) &&
              read_rejects(health, warehouse, arena, err) &&
              read_counts(health, warehouse, arena, err);
    health->loads = loads;
    return ok;
}

/* ---- warnings ---- */

bool health_is_stale(const struct health *health, const struct sheet_info *sheet) {
    return health->stale_after_s &&
           (!sheet->loaded_at || age_of(sheet->loaded_at) > health->stale_after_s);
}

static bool is_from(const struct sheet_info *sheet, const char *source) {
    return sheet->source && strcmp(sheet->source, source) == 0;
}

/* A CSV file beside sheets from Google, or in a run that says so, stands in for one. */
static bool is_fallback(const struct health *health, const struct sheet_info *sheet) {
    bool has_google = false;
    for (size_t i = 0; i < health->sheet_count; i++)
        has_google |= is_from(&health->sheets[i], "sheets");
    return is_from(sheet, "csv") && (has_google || health->standing.exit_code == 3);
}

static bool add_sheet_warning(const struct health *health, const struct sheet_info *sheet,
                              struct buf *out) {
    if (sheet->held) {
        buf_printf(out, "%s is held back: %s. The page shows its last good version.", sheet->name,
                   sheet->held);
    } else if (is_fallback(health, sheet)) {
        buf_printf(out, "%s comes from a CSV file in place of Google Sheets.", sheet->name);
    } else if (health_is_stale(health, sheet)) {
        buf_printf(out, "%s is old: last pulled ", sheet->name);
        if (sheet->loaded_at)
            age_add(out, sheet->loaded_at);
        else
            buf_add_text(out, "never");
        buf_add_char(out, '.');
    }
    return out->size > 0;
}

static bool add_run_warning(const struct standing *standing, struct buf *out) {
    if (!standing->run_status || strcmp(standing->run_status, "failed") != 0)
        return false;
    buf_printf(out, "The last run, begun %s, failed%s%s. The page shows what was published before.",
               standing->started_at, standing->message ? ": " : "",
               standing->message ? standing->message : "");
    return true;
}

bool health_warning(const struct health *health, size_t index, struct buf *out) {
    size_t found = 0;
    buf_clear(out);
    if (add_run_warning(&health->standing, out) && found++ == index)
        return true;
    for (size_t i = 0; i < health->sheet_count; i++) {
        buf_clear(out);
        if (add_sheet_warning(health, &health->sheets[i], out) && found++ == index)
            return true;
    }
    return false;
}
