/* Every SQL file of the program and of the shipped models prepares against the tables that the
 * program makes: in memory, or on the server that GOLDLEAF_TEST_POSTGRES names. */
#include "base/asset.h"
#include "model/model.h"
#include "stages/diff.h"
#include "stages/model_sql.h"
#include "stages/schema.h"
#include "stages/shortlist.h"
#include "warehouse/warehouse.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *const shipped_models[] = {"ticketing", "streaming"};

static const struct model *read_model(struct arena *arena, const char *name) {
    struct model_faults faults = {.arena = arena};
    const struct model *model = model_read(arena, name, &faults);
    assert_non_null(model);
    model_faults_free(&faults);
    return model;
}

/* On a server nothing stays: the transaction is never committed. */
static struct warehouse *open_warehouse(void) {
    struct err err = {0};
    struct warehouse *warehouse;
    const char *server = getenv("GOLDLEAF_TEST_POSTGRES");
    if (!warehouse_open(&warehouse, server && *server ? server : "sqlite::memory:", WAREHOUSE_WRITE,
                        &err) ||
        !warehouse_begin(warehouse, &err))
        fail_msg("%s", err.message);
    return warehouse;
}

/* A server looks at a statement when it is asked for the columns. */
static bool prepare(struct warehouse *warehouse, struct statement **statement, const char *sql,
                    struct err *err) {
    return statement_prepare(warehouse, statement, sql, err) && statement_describe(*statement, err);
}

static void prepare_file(struct warehouse *warehouse, const char *name, struct span text) {
    struct err err = {0};
    struct statement *statement = NULL;
    bool is_script = strstr(name, "/create.sql") || strstr(name, "/remember_");
    bool ok = is_script ? warehouse_exec(warehouse, text.data, &err)
                        : prepare(warehouse, &statement, text.data, &err);
    if (!ok)
        fail_msg("%s: %s", name, err.message);
    if (!is_script && strncmp(text.data, "-- Purpose: ", 12) != 0)
        fail_msg("%s: does not begin with its purpose", name);
    statement_close(statement);
}

static void every_statement_of_the_program_prepares(void **state) {
    (void)state;
    struct arena arena = {0};
    struct err err = {0};
    struct warehouse *warehouse = open_warehouse();
    const struct model *model = read_model(&arena, shipped_models[0]);
    assert_true(diff_remember(warehouse, model, &err)); /* which makes all tables there are */
    /* and the lists that some statements join with */
    assert_true(shortlist_ids(warehouse, NULL, 0, &err));
    assert_true(
        warehouse_exec(warehouse, "CREATE TEMP TABLE goldleaf_keys (p0 BIGINT, p1 TEXT)", &err));
    size_t count = 0;
    for (const struct asset *asset = NULL; (asset = asset_next("warehouse/sql/", asset)); count++) {
        struct span text;
        assert_true(asset_find(asset->name, &text));
        prepare_file(warehouse, asset->name, text);
    }
    assert_in_range(count, 20, 200);
    warehouse_close(warehouse);
    model_close(model);
    arena_free(&arena);
}

static void every_query_of_the_shipped_models_gives_the_columns_it_declares(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shipped_models); i++) {
        struct arena arena = {0};
        struct err err = {0};
        struct model_faults faults = {.arena = &arena};
        const struct model *model = read_model(&arena, shipped_models[i]);
        assert_true(model_prepare_sql(model, &faults, &err));
        if (faults.count)
            fail_msg("%s: %s", faults.items[0].place, faults.items[0].message);
        model_faults_free(&faults);
        model_close(model);
        arena_free(&arena);
    }
}

static void prepare_checks(struct warehouse *warehouse, const struct check_model *checks,
                           size_t count) {
    struct err err = {0};
    struct statement *statement;
    for (size_t i = 0; i < count; i++) {
        if (!prepare(warehouse, &statement, checks[i].sql, &err))
            fail_msg("%s: %s", checks[i].sql_path, err.message);
        statement_close(statement);
    }
}

static void prepare_gold(struct warehouse *warehouse, const struct gold_model *gold) {
    struct err err = {0};
    struct statement *statement;
    if (!prepare(warehouse, &statement, gold->sql, &err))
        fail_msg("%s: %s", gold->sql_path, err.message);
    assert_int_equal(statement_column_count(statement), gold->field_count);
    for (size_t f = 0; f < gold->field_count; f++)
        assert_string_equal(statement_column_name(statement, f), gold->fields[f].name);
    statement_close(statement);
}

/* model_prepare_sql() asks SQLite. What the shipped models say has to be understood by both. */
static void every_query_of_the_shipped_models_prepares_in_the_warehouse(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(shipped_models); i++) {
        struct arena arena = {0};
        struct err err = {0};
        struct warehouse *warehouse = open_warehouse();
        const struct model *model = read_model(&arena, shipped_models[i]);
        assert_true(schema_create(warehouse, model, &err));
        for (size_t g = 0; g < model->gold_count; g++)
            prepare_gold(warehouse, &model->gold[g]);
        prepare_checks(warehouse, model->checks, model->check_count);
        prepare_checks(warehouse, model->invariants, model->invariant_count);
        warehouse_close(warehouse);
        model_close(model);
        arena_free(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_of_the_program_prepares),
        cmocka_unit_test(every_query_of_the_shipped_models_gives_the_columns_it_declares),
        cmocka_unit_test(every_query_of_the_shipped_models_prepares_in_the_warehouse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
