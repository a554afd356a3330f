#include "stages/schedule_note.h"

#include "base/clock.h"

static bool write(struct warehouse *warehouse, const struct schedule_note *note, struct err *err) {
    char now[CLOCK_TEXT_SIZE];
    clock_now_utc(now);
    struct value parameters[] = {value_string(note->host), value_integer(note->pid),
                                 value_string(note->rule), value_string(note->next_run_at),
                                 value_string(now)};
    return warehouse_run(warehouse, sql_file("audit/set_schedule"), parameters,
                         COUNT_OF(parameters), NULL, err);
}

bool schedule_note_write(struct warehouse *warehouse, const struct schedule_note *note,
                         struct err *err) {
    bool exists;
    bool ok = warehouse_begin(warehouse, err) &&
              warehouse_has_table(warehouse, "audit_schedules", &exists, err) &&
              (!exists || write(warehouse, note, err)) && warehouse_commit(warehouse, err);
    if (!ok)
        warehouse_rollback(warehouse);
    return ok;
}

static const char *text(const struct statement *statement, size_t column, struct arena *arena) {
    struct value value = statement_value(statement, column);
    return value.kind == VALUE_TEXT ? arena_string(arena, value_span(value)) : NULL;
}

bool schedule_note_read(struct warehouse *warehouse, struct arena *arena,
                        struct schedule_note *note, struct err *err) {
    struct statement *statement = NULL;
    bool exists, has_row = false;
    *note = (struct schedule_note){0};
    if (!warehouse_has_table(warehouse, "audit_schedules", &exists, err))
        return false;
    if (!exists)
        return true;
    bool ok = statement_prepare(warehouse, &statement, sql_file("status/schedule"), err) &&
              statement_start(statement, NULL, 0, err) && statement_next(statement, &has_row, err);
    if (ok && has_row)
        *note =
            (struct schedule_note){text(statement, 0, arena), statement_value(statement, 1).integer,
                                   text(statement, 2, arena), text(statement, 3, arena)};
    statement_close(statement);
    return ok;
}
