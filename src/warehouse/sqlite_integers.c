/* Reading integers by the hundred thousand.
 *
 * Stepping a statement costs more than the row it finds. An aggregate is called by the one step
 * that goes through the whole table, and has its arguments at hand. */
#include "warehouse/sqlite.h"

static void collect_step(sqlite3_context *context, int count, sqlite3_value **values) {
    struct sqlite_integers *integers = sqlite3_user_data(context);
    int64_t row[INTEGER_COLUMNS];
    if (integers->is_enough)
        return;
    for (int i = 0; i < count && i < INTEGER_COLUMNS; i++)
        row[i] = sqlite3_value_int64(values[i]);
    if (integers->sink.add(integers->sink.context, row))
        return;
    integers->is_enough = true;
    sqlite3_result_error(context, "enough", -1);
}

static void collect_final(sqlite3_context *context) {
    sqlite3_result_null(context);
}

int sqlite_integers_register(sqlite3 *database, struct sqlite_integers *integers) {
    return sqlite3_create_function(database, "goldleaf_collect", -1,
                                   SQLITE_UTF8 | SQLITE_DIRECTONLY, integers, NULL, collect_step,
                                   collect_final);
}
