#include "stages/model_sql.h"

#include "stages/schema.h"

/* SQLite says "sqlite::memory:: message"; the place of the fault is the file. */
static const char *without_location(const struct warehouse *warehouse, const struct err *err) {
    size_t size = strlen(warehouse_location(warehouse));
    bool has_location = strncmp(err->message, warehouse_location(warehouse), size) == 0 &&
                        strncmp(err->message + size, ": ", 2) == 0;
    return has_location ? err->message + size + 2 : err->message;
}

static struct statement *prepare(struct warehouse *warehouse, const char *path, const char *sql,
                                 struct model_faults *faults) {
    struct statement *statement = NULL;
    struct err err = {0};
    if (statement_prepare(warehouse, &statement, sql, &err))
        return statement;
    model_fault_add(faults, path, "does not prepare: %s", without_location(warehouse, &err));
    return NULL;
}

static void check_gold(struct warehouse *warehouse, const struct gold_model *gold,
                       struct model_faults *faults) {
    struct statement *statement = prepare(warehouse, gold->sql_path, gold->sql, faults);
    if (!statement)
        return;
    size_t count = statement_column_count(statement);
    if (count != gold->field_count)
        model_fault_add(faults, gold->sql_path, "gives %zu columns, %s declares %zu", count,
                        gold->name, gold->field_count);
    for (size_t i = 0; i < count && i < gold->field_count; i++) {
        const char *name = statement_column_name(statement, i);
        if (strcmp(name, gold->fields[i].name) != 0)
            model_fault_add(faults, gold->sql_path, "column %zu is \"%s\", %s declares \"%s\"",
                            i + 1, name, gold->name, gold->fields[i].name);
    }
    statement_close(statement);
}

static void check_check(struct warehouse *warehouse, const struct check_model *check,
                        struct model_faults *faults) {
    struct statement *statement = prepare(warehouse, check->sql_path, check->sql, faults);
    if (statement && statement_column_count(statement) != 2)
        model_fault_add(faults, check->sql_path,
                        "gives %zu columns; a check gives two, checked and failed",
                        statement_column_count(statement));
    statement_close(statement);
}

bool model_prepare_sql(const struct model *model, struct model_faults *faults, struct err *err) {
    struct warehouse *warehouse = NULL;
    bool ok = warehouse_open(&warehouse, "sqlite::memory:", WAREHOUSE_WRITE, err) &&
              schema_create(warehouse, model, err);
    for (size_t i = 0; ok && i < model->gold_count; i++)
        check_gold(warehouse, &model->gold[i], faults);
    for (size_t i = 0; ok && i < model->check_count; i++)
        check_check(warehouse, &model->checks[i], faults);
    for (size_t i = 0; ok && i < model->invariant_count; i++)
        check_check(warehouse, &model->invariants[i], faults);
    warehouse_close(warehouse);
    return ok;
}
