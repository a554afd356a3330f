#include "stages/model_sql.h"

#include "model/report_model.h"
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

/* A SELECT gives the columns that the model declares, in their order. */
static void check_select(struct warehouse *warehouse, const char *path, const char *sql,
                         const char *name, const struct field *fields, size_t field_count,
                         struct model_faults *faults) {
    struct statement *statement = prepare(warehouse, path, sql, faults);
    if (!statement)
        return;
    size_t count = statement_column_count(statement);
    if (count != field_count)
        model_fault_add(faults, path, "gives %zu columns, %s declares %zu", count, name,
                        field_count);
    for (size_t i = 0; i < count && i < field_count; i++) {
        const char *given = statement_column_name(statement, i);
        if (strcmp(given, fields[i].name) != 0)
            model_fault_add(faults, path, "column %zu is \"%s\", %s declares \"%s\"", i + 1, given,
                            name, fields[i].name);
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
        check_select(warehouse, model->gold[i].sql_path, model->gold[i].sql, model->gold[i].name,
                     model->gold[i].fields, model->gold[i].field_count, faults);
    for (size_t i = 0; ok && model->report && i < model->report->dataset_count; i++) {
        const struct report_dataset *dataset = &model->report->datasets[i];
        check_select(warehouse, dataset->sql_path, dataset->sql, dataset->name, dataset->fields,
                     dataset->field_count, faults);
    }
    for (size_t i = 0; ok && i < model->check_count; i++)
        check_check(warehouse, &model->checks[i], faults);
    for (size_t i = 0; ok && i < model->invariant_count; i++)
        check_check(warehouse, &model->invariants[i], faults);
    warehouse_close(warehouse);
    return ok;
}
