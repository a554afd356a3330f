#include "cli/snapshots.h"

static bool read_number(struct warehouse *warehouse, struct arena *arena, const char *file,
                        const struct value *parameters, size_t count, int64_t *number,
                        struct err *err) {
    struct value value;
    if (!warehouse_value(warehouse, arena, sql_file(file), parameters, count, &value, err))
        return false;
    *number = value.kind == VALUE_INTEGER ? value.integer : 0;
    return true;
}

bool snapshots_read_last(struct warehouse *warehouse, struct arena *arena, int64_t *last,
                         struct err *err) {
    return read_number(warehouse, arena, "audit/last_snapshot", NULL, 0, last, err);
}

bool snapshots_read_previous(struct warehouse *warehouse, struct arena *arena, int64_t number,
                             int64_t *previous, struct err *err) {
    struct value parameter = value_integer(number);
    return read_number(warehouse, arena, "audit/previous_snapshot", &parameter, 1, previous, err);
}

/* Numbers are given one after the other, so one below the last that is not there has been there. */
static bool tell_why(struct warehouse *warehouse, struct arena *arena, int64_t number,
                     struct err *err) {
    int64_t first, last;
    if (!read_number(warehouse, arena, "audit/first_snapshot", NULL, 0, &first, err) ||
        !snapshots_read_last(warehouse, arena, &last, err))
        return false;
    if (last == 0)
        return err_set(err, ERR_USAGE, "there is no snapshot %lld; nothing has been pulled yet",
                       (long long)number);
    if (number > last)
        return err_set(err, ERR_USAGE, "there is no snapshot %lld; the last one is %lld",
                       (long long)number, (long long)last);
    err_set(err, ERR_USAGE, "snapshot %lld was dropped by `goldleaf prune`", (long long)number);
    return err_hint(err, "the oldest one that is kept is %lld, the last one %lld", (long long)first,
                    (long long)last);
}

bool snapshots_find(struct warehouse *warehouse, struct arena *arena, int64_t number,
                    const char **loaded_at, struct err *err) {
    struct value value, parameter = value_integer(number);
    if (!warehouse_value(warehouse, arena, sql_file("export/snapshot"), &parameter, 1, &value, err))
        return false;
    if (value.kind != VALUE_TEXT)
        return tell_why(warehouse, arena, number, err);
    *loaded_at = arena_string(arena, value_span(value));
    return true;
}
