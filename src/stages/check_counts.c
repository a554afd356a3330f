#include "stages/check_counts.h"

#include <math.h>

static int64_t as_integer(struct value value) {
    if (value.kind == VALUE_REAL)
        return llround(value.real);
    return value.kind == VALUE_INTEGER ? value.integer : 0;
}

bool check_read_counts(struct warehouse *warehouse, const char *sql, const struct value *parameters,
                       size_t parameter_count, int64_t counts[static 2], bool *has_row,
                       struct err *err) {
    struct statement *statement = NULL;
    *has_row = false;
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, parameters, parameter_count, err) &&
              statement_next(statement, has_row, err);
    for (size_t i = 0; ok && *has_row && i < 2; i++)
        counts[i] = as_integer(statement_value(statement, i));
    statement_close(statement);
    return ok;
}
