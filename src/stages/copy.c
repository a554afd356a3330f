#include "stages/copy.h"

#include "stages/audit.h"
#include "stages/model_record.h"
#include "stages/schema.h"

struct copy {
    struct warehouse *from, *to;
    const struct model *model;
    enum copy_extent extent;
    struct arena *arena;
    struct copy_report *report;
    bool is_of_model;     /* silver and gold are of this very model; else they are built anew */
    bool is_model_known;  /* the warehouse says which model it was built by */
    const char **retired; /* sheets that the model no longer has */
    size_t retired_count;
};

/* ---- one table ---- */

/* Rows on their way; a source of rows has no errors of its own, so they wait here. */
struct transit {
    struct statement *statement;
    size_t width;
    int64_t count;
    bool ok;
    struct err *err;
};

static bool next_row(void *context, struct value *out) {
    struct transit *transit = context;
    bool has_row = false;
    transit->ok = statement_next(transit->statement, &has_row, transit->err);
    if (!transit->ok || !has_row)
        return false;
    for (size_t i = 0; i < transit->width; i++)
        out[i] = statement_value(transit->statement, i);
    transit->count++;
    return true;
}

static void note_table(struct copy *copy, const char *table, int64_t rows) {
    if (copy->report)
        copy->report->tables[copy->report->count++] =
            (struct copied_table){arena_string(copy->arena, span_from(table)), rows};
}

/* Columns are taken by name: those of the same table may stand in another order. */
static bool copy_rows(struct copy *copy, const char *table, const char *where, struct err *err) {
    struct arena scratch = {0};
    struct transit transit = {.ok = true, .err = err};
    const char *sql = arena_printf(&scratch, "SELECT * FROM \"%s\"%s", table, where);
    bool ok = statement_prepare(copy->from, &transit.statement, sql, err) &&
              statement_describe(transit.statement, err);
    transit.width = ok ? statement_column_count(transit.statement) : 0;
    const char **columns = arena_array(&scratch, transit.width + 1, sizeof *columns);
    for (size_t i = 0; i < transit.width; i++)
        columns[i] = arena_string(&scratch, span_from(statement_column_name(transit.statement, i)));
    struct err load_error;
    ok = ok && statement_start(transit.statement, NULL, 0, err);
    if (ok && !warehouse_load(copy->to, table, columns, transit.width,
                              (struct row_source){next_row, &transit}, &load_error)) {
        if (transit.ok)
            *err = load_error;
        ok = false;
    }
    statement_close(transit.statement);
    if (ok && transit.ok)
        note_table(copy, table, transit.count);
    arena_free(&scratch);
    return ok && transit.ok;
}

/* ---- all of them ---- */

/* The names of a table's columns. */
static bool read_columns(const struct copy *copy, const char *table, const char ***names,
                         size_t *count, struct err *err) {
    struct statement *statement = NULL;
    const char *sql = arena_printf(copy->arena, "SELECT * FROM \"%s\"", table);
    bool ok =
        statement_prepare(copy->from, &statement, sql, err) && statement_describe(statement, err);
    *count = ok ? statement_column_count(statement) : 0;
    *names = arena_array(copy->arena, *count + 1, sizeof **names);
    for (size_t i = 0; i < *count; i++)
        (*names)[i] = arena_string(copy->arena, span_from(statement_column_name(statement, i)));
    statement_close(statement);
    return ok;
}

static bool add_columns(struct copy *copy, const struct sheet_model *sheet, const char *table,
                        struct err *err) {
    const char **names;
    size_t count;
    return read_columns(copy, table, &names, &count, err) &&
           schema_add_bronze_names(copy->to, sheet, names, count, err);
}

static bool copy_bronze(struct copy *copy, const struct sheet_model *sheet, struct err *err) {
    const char *table = arena_printf(copy->arena, "bronze_%s", sheet->name);
    const char *where = copy->extent == COPY_HISTORY
                            ? ""
                            : " WHERE _removed_snapshot_id IS NULL OR _removed_snapshot_id >"
                              " (SELECT MIN(snapshot_id) FROM audit_watermarks"
                              " WHERE layer = 'silver')";
    bool exists; /* a sheet that the model has from now on was never pulled */
    return warehouse_has_table(copy->from, table, &exists, err) &&
           (!exists ||
            (add_columns(copy, sheet, table, err) && copy_rows(copy, table, where, err)));
}

static bool copy_if_there(struct copy *copy, const char *table, struct err *err) {
    bool exists;
    return warehouse_has_table(copy->from, table, &exists, err) &&
           (!exists || copy_rows(copy, table, "", err));
}

static bool copy_sheet(struct copy *copy, const struct sheet_model *sheet, struct err *err) {
    return copy_bronze(copy, sheet, err) &&
           copy_if_there(copy, arena_printf(copy->arena, "silver_%s", sheet->name), err) &&
           (!copy->is_of_model || schema_index_silver(copy->to, sheet, true, err));
}

/* Silver and gold as another model made them: columns without types or keys, for the run to take
 * down and build anew. */
static bool make_plain(const struct copy *copy, const char *table, struct err *err) {
    struct buf sql = {0};
    const char **names;
    size_t count;
    bool exists;
    if (!warehouse_has_table(copy->from, table, &exists, err))
        return false;
    if (!exists)
        return true;
    bool ok = read_columns(copy, table, &names, &count, err);
    buf_add_text(&sql, "CREATE TABLE ");
    sql_add_name(&sql, table);
    for (size_t i = 0; ok && i < count; i++) {
        buf_add_text(&sql, i ? ", " : " (");
        sql_add_name(&sql, names[i]);
    }
    buf_add_char(&sql, ')');
    ok = ok && warehouse_exec(copy->to, buf_text(&sql), err);
    buf_free(&sql);
    return ok;
}

static bool make_all_plain(const struct copy *copy, struct err *err) {
    const struct model *model = copy->model;
    for (size_t i = 0; i < model->sheet_count; i++)
        if (!make_plain(copy, arena_printf(copy->arena, "silver_%s", model->sheets[i].name), err))
            return false;
    for (size_t i = 0; i < model->gold_count; i++)
        if (!make_plain(copy, model->gold[i].name, err))
            return false;
    return true;
}

/* The marks of how far things are, then the tables in the form that they have there. */
static bool make_tables(struct copy *copy, struct err *err) {
    return warehouse_exec(copy->to, sql_file("audit/create"), err) &&
           copy_rows(copy, "audit_watermarks", copy->is_of_model ? "" : " WHERE layer <> 'schema'",
                     err) &&
           (copy->is_of_model || make_all_plain(copy, err)) &&
           schema_create(copy->to, copy->model, err);
}

/* Sheets that have a history, but no place in the model. */
static bool find_retired(struct copy *copy, struct err *err) {
    struct statement *statement = NULL;
    bool has_row = true;
    struct value count;
    bool ok =
        warehouse_value(copy->from, copy->arena, sql_file("bronze/count_sheets"), NULL, 0, &count,
                        err) &&
        statement_prepare(copy->from, &statement, sql_file("bronze/sheets_with_header"), err) &&
        statement_start(statement, NULL, 0, err);
    copy->retired = arena_array(copy->arena, ok ? (size_t)count.integer : 0, sizeof *copy->retired);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        struct span table = value_span(statement_value(statement, 0));
        struct span sheet = {table.data + strlen("bronze_"), table.size - strlen("bronze_")};
        if (model_find_sheet(copy->model, sheet) < 0)
            copy->retired[copy->retired_count++] = arena_string(copy->arena, sheet);
    }
    statement_close(statement);
    return ok;
}

/* Of them there is bronze and nothing else. */
static bool copy_retired(struct copy *copy, struct err *err) {
    for (size_t i = 0; i < copy->retired_count; i++) {
        const struct sheet_model sheet = {.name = copy->retired[i]};
        if (!schema_create_bronze_table(copy->to, &sheet, err) || !copy_bronze(copy, &sheet, err))
            return false;
    }
    return true;
}

static bool copy_tables(struct copy *copy, struct err *err) {
    const struct model *model = copy->model;
    for (size_t i = 0; i < AUDIT_TABLE_COUNT; i++)
        if (strcmp(AUDIT_TABLES[i].name, "audit_watermarks") != 0 &&
            !copy_if_there(copy, AUDIT_TABLES[i].name, err))
            return false;
    for (size_t i = 0; i < model->sheet_count; i++)
        if (!copy_sheet(copy, &model->sheets[model->build_order[i]], err))
            return false;
    for (size_t i = 0; i < model->gold_count; i++)
        if (!copy_if_there(copy, model->gold[i].name, err))
            return false;
    return copy->extent == COPY_CURRENT || copy_retired(copy, err);
}

/* ---- whether it can be done ---- */

static bool check_empty(const struct copy *copy, struct err *err) {
    bool exists;
    if (!warehouse_has_table(copy->to, "audit_snapshots", &exists, err))
        return false;
    if (!exists)
        return true;
    err_set(err, ERR_USAGE, "%s has a warehouse already", warehouse_location(copy->to));
    return err_hint(err, "name an empty database, or another schema");
}

/* Where the warehouse does not say by which model it was built, sheets that this one does not know
 * mean that it was another. */
static bool check_sheets(const struct copy *copy, struct err *err) {
    if (copy->is_model_known || copy->retired_count == 0)
        return true;
    err_set(err, ERR_USAGE, "bronze_%s belongs to no sheet of the model %s", copy->retired[0],
            copy->model->name);
    return err_hint(err, "name the model that the warehouse was built by with --model");
}

static bool find_model(struct copy *copy, struct err *err) {
    const char *const layers[] = {"silver", "gold"};
    struct model_record record;
    if (!model_record_read(copy->from, copy->arena, &record, err))
        return false;
    copy->is_model_known = record.exists;
    copy->is_of_model =
        !record.exists || strcmp(record.text.fingerprint, copy->model->fingerprint) == 0;
    for (size_t i = 0; i < COUNT_OF(layers); i++) {
        const char *stored;
        int64_t ignored;
        if (!audit_read_watermark(copy->from, copy->arena, "model", layers[i], &stored, &ignored,
                                  err))
            return false;
        copy->is_of_model &= !stored || strcmp(stored, copy->model->fingerprint) == 0;
    }
    return true;
}

static bool check_model(const struct copy *copy, struct err *err) {
    if (copy->extent == COPY_CURRENT)
        return true;
    if (copy->is_of_model)
        return check_sheets(copy, err);
    err_set(err, ERR_USAGE, "%s was built by another version of the model %s",
            warehouse_location(copy->from), copy->model->name);
    return err_hint(err, "run `goldleaf all` there first, or name the model with --model");
}

bool copy_warehouse(struct warehouse *from, struct warehouse *to, const struct model *model,
                    enum copy_extent extent, struct arena *arena, struct copy_report *report,
                    struct err *err) {
    struct copy copy = {
        .from = from, .to = to, .model = model, .extent = extent, .arena = arena, .report = report};
    if (!check_empty(&copy, err) || !find_retired(&copy, err))
        return false;
    if (report) {
        size_t most =
            AUDIT_TABLE_COUNT + 2 * model->sheet_count + model->gold_count + copy.retired_count;
        *report = (struct copy_report){.tables = arena_array(arena, most, sizeof *report->tables)};
    }
    return find_model(&copy, err) && check_model(&copy, err) && make_tables(&copy, err) &&
           copy_tables(&copy, err);
}

static bool fill_fork(struct warehouse *server, struct warehouse *fork, const struct model *model,
                      struct err *err) {
    struct arena scratch = {0};
    bool exists;
    bool ok = warehouse_begin(server, err) &&
              warehouse_has_table(server, "audit_snapshots", &exists, err) &&
              (!exists || (warehouse_begin(fork, err) &&
                           copy_warehouse(server, fork, model, COPY_CURRENT, &scratch, NULL, err) &&
                           warehouse_commit(fork, err)));
    arena_free(&scratch);
    return ok;
}

bool copy_open_fork(struct warehouse **fork, const char *url, const struct model *model,
                    struct err *err) {
    struct warehouse *server;
    if (warehouse_file(url))
        return warehouse_open(fork, url, WAREHOUSE_FORK, err);
    *fork = NULL;
    if (!warehouse_open(&server, url, WAREHOUSE_READ, err))
        return false;
    bool ok = warehouse_open_scratch(fork, warehouse_location(server), err) &&
              fill_fork(server, *fork, model, err);
    warehouse_close(server);
    if (!ok) {
        warehouse_close(*fork);
        *fork = NULL;
    }
    return ok;
}
