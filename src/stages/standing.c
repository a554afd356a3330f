#include "stages/standing.h"

#include "stages/sheet_info.h"

static bool open_row(struct warehouse *warehouse, const char *sql, struct statement **statement,
                     bool *has_row, struct err *err) {
    return statement_prepare(warehouse, statement, sql, err) &&
           statement_start(*statement, NULL, 0, err) && statement_next(*statement, has_row, err);
}

static bool read_snapshots(struct warehouse *warehouse, struct arena *arena,
                           struct standing *standing, struct err *err) {
    struct statement *statement = NULL;
    struct value count;
    bool has_row = false;
    bool ok = warehouse_value(warehouse, arena, sql_file("status/count_snapshots"), NULL, 0, &count,
                              err) &&
              open_row(warehouse, sql_file("status/last_snapshot"), &statement, &has_row, err);
    if (ok)
        standing->snapshots = count.integer;
    if (ok && has_row) {
        standing->last_snapshot = statement_value(statement, 0).integer;
        standing->loaded_at = row_text(statement, 1, arena);
        standing->snapshot_status = row_text(statement, 2, arena);
        standing->snapshot_run = row_text(statement, 3, arena);
    }
    statement_close(statement);
    return ok;
}

static bool read_last_run(struct warehouse *warehouse, struct arena *arena,
                          struct standing *standing, struct err *err) {
    struct statement *statement = NULL;
    bool has_row = false;
    bool ok = open_row(warehouse, sql_file("status/last_run"), &statement, &has_row, err);
    if (ok && has_row) {
        standing->run_id = row_text(statement, 0, arena);
        standing->command = row_text(statement, 1, arena);
        standing->model = row_text(statement, 2, arena);
        standing->run_snapshot = statement_value(statement, 3).integer; /* 0 for NULL */
        standing->started_at = row_text(statement, 4, arena);
        standing->finished_at = row_text(statement, 5, arena);
        standing->run_status = row_text(statement, 6, arena);
        standing->exit_code = statement_value(statement, 7).integer;
        standing->message = row_text(statement, 8, arena);
    }
    statement_close(statement);
    return ok;
}

static bool read_success(struct warehouse *warehouse, struct arena *arena,
                         struct standing *standing, struct err *err) {
    struct value value;
    if (!warehouse_value(warehouse, arena, sql_file("status/last_success"), NULL, 0, &value, err))
        return false;
    standing->last_success = value.kind == VALUE_TEXT ? value.text : NULL;
    return true;
}

bool standing_read(struct warehouse *warehouse, struct arena *arena, struct standing *standing,
                   struct err *err) {
    *standing = (struct standing){0};
    return read_snapshots(warehouse, arena, standing, err) &&
           read_last_run(warehouse, arena, standing, err) &&
           read_success(warehouse, arena, standing, err);
}
