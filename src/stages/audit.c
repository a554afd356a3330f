#include "stages/audit.h"

#include "base/clock.h"
#include "model/cell.h"
#include "stages/key.h"
#include "json/json.h"

const struct audit_table AUDIT_TABLES[AUDIT_TABLE_COUNT] = {
    {"audit_snapshots", "snapshot_id"},
    {"audit_runs", "started_at COLLATE \"C\", run_id COLLATE \"C\""},
    {"audit_loads", "started_at COLLATE \"C\", run_id COLLATE \"C\", layer COLLATE \"C\","
                    " table_name COLLATE \"C\""},
    {"audit_headers", "table_name COLLATE \"C\", snapshot_id"},
    {"audit_rejected_rows", "source_table COLLATE \"C\", row_number, row_id"},
    {"audit_warnings", "source_table COLLATE \"C\", row_number, row_id, column_name COLLATE \"C\""},
    {"audit_dq_results", "run_id COLLATE \"C\", table_name COLLATE \"C\", rule COLLATE \"C\","
                         " severity COLLATE \"C\""},
    {"audit_models", "model_id"},
    {"audit_sheet_parts", "table_name COLLATE \"C\", part"},
    {"audit_schedules", "host COLLATE \"C\""},
    {"audit_watermarks", "layer COLLATE \"C\", table_name COLLATE \"C\""},
};

static struct value audit_table(struct arena *arena, const char *layer,
                                const struct sheet_model *model) {
    return value_string(arena_printf(arena, "%s_%s", layer, model->name));
}

bool audit_writer_open(struct audit_writer *writer, struct warehouse *warehouse,
                       const struct audit_run *run, struct err *err) {
    *writer = (struct audit_writer){.run = run};
    return statement_prepare(warehouse, &writer->add_reject, sql_file("audit/add_reject"), err) &&
           statement_prepare(warehouse, &writer->add_warning, sql_file("audit/add_warning"), err);
}

void audit_writer_close(struct audit_writer *writer) {
    statement_close(writer->add_reject);
    statement_close(writer->add_warning);
    buf_free(&writer->json);
    arena_free(&writer->arena);
}

/* The whole raw row by bronze column. */
static struct value audit_row_json(struct audit_writer *writer, const struct audit_row *row) {
    buf_clear(&writer->json);
    struct json_writer json = json_writer_start(&writer->json, JSON_COMPACT);
    json_open_object(&json, NULL);
    for (size_t i = 0; i < row->header->column_count; i++)
        json_add_text(&json, row->header->columns[i].name, row->cells[i]);
    json_close_object(&json);
    return value_text(buf_span(&writer->json));
}

/* Parameters that both kinds of fault share. The address is of the faulty cell, or of the row's
 * first one when the sheet lacks the column. */
enum {
    FAULT_RUN,
    FAULT_SNAPSHOT,
    FAULT_TABLE,
    FAULT_ROW_ID,
    FAULT_ROW_NUMBER,
    FAULT_CELL,
    FAULT_KEY,
    FAULT_RULE,
    FAULT_COLUMN,
    FAULT_VALUE,
    FAULT_REASON,
    FAULT_ROW_JSON, /* rejects only */
    FAULT_TARGET,
    FAULT_PARAMETERS,
};

static void audit_describe(struct audit_writer *writer, const struct audit_row *row,
                           const struct clean_fault *fault, char address[static 32],
                           struct value *out) {
    const struct header *header = row->header;
    int column = header->field_columns[fault->field];
    struct span key = key_of_cells(row->model, header, row->cells, &writer->arena);
    sheet_cell_address(row->row, column < 0 ? 0 : (size_t)column, address);
    out[FAULT_RUN] = value_string(writer->run->run_id);
    out[FAULT_SNAPSHOT] = value_integer(writer->run->snapshot_id);
    out[FAULT_TABLE] = audit_table(&writer->arena, "bronze", row->model);
    out[FAULT_ROW_ID] = value_integer(row->row_id);
    out[FAULT_ROW_NUMBER] = value_integer((int64_t)row->row + 2);
    out[FAULT_CELL] = value_string(address);
    out[FAULT_KEY] = key.data ? value_text(key) : value_null();
    out[FAULT_RULE] = value_string(fault->rule);
    out[FAULT_COLUMN] = value_string(row->model->fields[fault->field].name);
    out[FAULT_VALUE] = column < 0 ? value_null() : value_text(row->cells[column]);
    out[FAULT_REASON] = value_string(fault->reason);
}

bool audit_add_reject(struct audit_writer *writer, const struct audit_row *row,
                      const struct clean_fault *fault, struct err *err) {
    char address[32];
    struct value parameters[FAULT_PARAMETERS];
    audit_describe(writer, row, fault, address, parameters);
    parameters[FAULT_ROW_JSON] = audit_row_json(writer, row);
    parameters[FAULT_TARGET] = audit_table(&writer->arena, "silver", row->model);
    bool ok = statement_run(writer->add_reject, parameters, FAULT_PARAMETERS, err);
    arena_free(&writer->arena);
    return ok;
}

bool audit_add_warning(struct audit_writer *writer, const struct audit_row *row,
                       const struct clean_fault *fault, struct err *err) {
    char address[32];
    struct value parameters[FAULT_PARAMETERS];
    audit_describe(writer, row, fault, address, parameters);
    bool ok = statement_run(writer->add_warning, parameters, FAULT_ROW_JSON, err);
    arena_free(&writer->arena);
    return ok;
}

bool audit_drop_listed(struct warehouse *warehouse, const struct sheet_model *model,
                       struct err *err) {
    struct arena scratch = {0};
    struct value table = audit_table(&scratch, "bronze", model);
    bool ok =
        warehouse_run(warehouse, sql_file("audit/drop_listed_rejects"), &table, 1, NULL, err) &&
        warehouse_run(warehouse, sql_file("audit/drop_listed_warnings"), &table, 1, NULL, err);
    arena_free(&scratch);
    return ok;
}

bool audit_drop_sheet(struct warehouse *warehouse, const struct sheet_model *model,
                      struct err *err) {
    struct arena scratch = {0};
    struct value table = audit_table(&scratch, "bronze", model);
    bool ok = warehouse_run(warehouse, sql_file("audit/drop_rejects"), &table, 1, NULL, err) &&
              warehouse_run(warehouse, sql_file("audit/drop_warnings"), &table, 1, NULL, err);
    arena_free(&scratch);
    return ok;
}

/* One fault whose row moved. */
struct renumbering {
    int64_t row_id, row_number;
    const char *cell, *column;
};

static bool renumber_read(struct warehouse *warehouse, struct arena *arena, const char *sql,
                          struct value table, const uint32_t *row_of_id, struct renumbering **list,
                          size_t *count, struct err *err) {
    struct statement *statement = NULL;
    size_t capacity = 0;
    bool has_row = true;
    *list = NULL;
    *count = 0;
    bool ok = statement_prepare(warehouse, &statement, sql, err) &&
              statement_start(statement, &table, 1, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        int64_t row_id = statement_value(statement, 0).integer;
        int64_t row_number = (int64_t)row_of_id[row_id] + 2;
        if (row_number == statement_value(statement, 1).integer)
            continue;
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            *list = memory_resize(*list, capacity, sizeof **list);
        }
        struct span cell = value_span(statement_value(statement, 2));
        while (cell.size && ascii_is_digit(cell.data[cell.size - 1]))
            cell.size--;
        (*list)[(*count)++] = (struct renumbering){
            row_id, row_number,
            arena_printf(arena, "%.*s%lld", SPAN_ARG(cell), (long long)row_number),
            arena_string(arena, value_span(statement_value(statement, 3)))};
    }
    statement_close(statement);
    return ok;
}

static bool renumber(struct warehouse *warehouse, const struct sheet_model *model,
                     const char *read_sql, const char *write_sql, const uint32_t *row_of_id,
                     struct err *err) {
    struct arena scratch = {0};
    struct value table = audit_table(&scratch, "bronze", model);
    struct renumbering *list;
    struct statement *statement = NULL;
    size_t count;
    bool ok = renumber_read(warehouse, &scratch, read_sql, table, row_of_id, &list, &count, err) &&
              statement_prepare(warehouse, &statement, write_sql, err);
    for (size_t i = 0; ok && i < count; i++) {
        struct value parameters[] = {table, value_integer(list[i].row_id),
                                     value_integer(list[i].row_number), value_string(list[i].cell),
                                     value_string(list[i].column)};
        ok = statement_run(statement, parameters, COUNT_OF(parameters), err);
    }
    statement_close(statement);
    free(list);
    arena_free(&scratch);
    return ok;
}

bool audit_renumber(struct warehouse *warehouse, const struct sheet_model *model,
                    const uint32_t *row_of_id, struct err *err) {
    return renumber(warehouse, model, sql_file("audit/reject_rows"),
                    sql_file("audit/renumber_reject"), row_of_id, err) &&
           renumber(warehouse, model, sql_file("audit/warning_rows"),
                    sql_file("audit/renumber_warning"), row_of_id, err);
}

bool audit_count(struct warehouse *warehouse, const struct sheet_model *model, int64_t *rejected,
                 int64_t *warnings, struct err *err) {
    struct arena scratch = {0};
    struct value table = audit_table(&scratch, "bronze", model);
    struct value rejected_value, warnings_value;
    bool ok = warehouse_value(warehouse, &scratch, sql_file("audit/count_rejects"), &table, 1,
                              &rejected_value, err) &&
              warehouse_value(warehouse, &scratch, sql_file("audit/count_warnings"), &table, 1,
                              &warnings_value, err);
    if (ok) {
        *rejected = rejected_value.integer;
        *warnings = warnings_value.integer;
    }
    arena_free(&scratch);
    return ok;
}

static bool audit_add_result(struct statement *statement, const struct audit_run *run,
                             const char *bronze, const char *silver, const char *rule,
                             int64_t checked, struct err *err) {
    struct value parameters[] = {value_string(run->run_id), value_string(silver),
                                 value_string(rule), value_integer(checked), value_string(bronze)};
    return statement_run(statement, parameters, COUNT_OF(parameters), err);
}

/* Whether a column of the sheet may mean nothing; the rule for it is counted nowhere else. */
static bool has_condition(const struct sheet_model *model) {
    bool has = false;
    for (size_t i = 0; i < model->field_count; i++)
        has |= model->fields[i].null_when >= 0;
    return has;
}

bool audit_add_results(struct warehouse *warehouse, const struct audit_run *run,
                       const struct sheet_model *model, int64_t checked, struct err *err) {
    const char *const rejects[] = {RULE_FORMULA_ERROR, RULE_PARSE,         RULE_REQUIRED,
                                   RULE_RANGE,         RULE_DUPLICATE_KEY, RULE_DUPLICATE_ROW,
                                   RULE_FOREIGN_KEY};
    const char *const warnings[] = {RULE_PARSE, RULE_RANGE, RULE_UNKNOWN_VALUE,
                                    RULE_NOT_APPLICABLE};
    size_t warning_count = COUNT_OF(warnings) - !has_condition(model);
    struct statement *add_reject = NULL, *add_warning = NULL;
    char bronze[80], silver[80];
    snprintf(bronze, sizeof bronze, "bronze_%s", model->name);
    snprintf(silver, sizeof silver, "silver_%s", model->name);
    bool ok = statement_prepare(warehouse, &add_reject, sql_file("audit/add_reject_result"), err) &&
              statement_prepare(warehouse, &add_warning, sql_file("audit/add_warning_result"), err);
    for (size_t i = 0; ok && i < COUNT_OF(rejects); i++)
        ok = audit_add_result(add_reject, run, bronze, silver, rejects[i], checked, err);
    for (size_t i = 0; ok && i < model->reference_count; i++)
        for (size_t j = 0; ok && j < model->references[i].match_count; j++)
            ok = audit_add_result(add_reject, run, bronze, silver,
                                  model->references[i].matches[j].rule, checked, err);
    for (size_t i = 0; ok && i < warning_count; i++)
        ok = audit_add_result(add_warning, run, bronze, silver, warnings[i], checked, err);
    statement_close(add_reject);
    statement_close(add_warning);
    return ok;
}

bool audit_add_load(struct warehouse *warehouse, const struct audit_run *run,
                    const struct audit_load *load, struct err *err) {
    char finished_at[CLOCK_TEXT_SIZE];
    clock_now_utc(finished_at);
    struct value parameters[] = {value_string(run->run_id),       value_integer(run->snapshot_id),
                                 value_string(load->layer),       value_string(load->table),
                                 value_string(load->source),      value_string(load->location),
                                 value_integer(load->rows_in),    value_integer(load->rows_out),
                                 value_integer(load->added),      value_integer(load->changed),
                                 value_integer(load->removed),    value_integer(load->moved),
                                 value_integer(load->rejected),   value_string(load->content_hash),
                                 value_string(load->source_hash), value_string(load->started_at),
                                 value_string(finished_at),       value_string(load->status),
                                 value_string(load->message)};
    return warehouse_run(warehouse, sql_file("audit/add_load"), parameters, COUNT_OF(parameters),
                         NULL, err);
}

bool audit_read_watermark(struct warehouse *warehouse, struct arena *arena, const char *layer,
                          const char *table, const char **run_id, int64_t *snapshot_id,
                          struct err *err) {
    struct statement *statement = NULL;
    struct value parameters[] = {value_string(layer), value_string(table)};
    bool has_row = false;
    *run_id = NULL;
    bool ok = statement_prepare(warehouse, &statement, sql_file("audit/read_watermark"), err) &&
              statement_start(statement, parameters, 2, err) &&
              statement_next(statement, &has_row, err);
    if (ok && has_row) {
        *run_id = arena_string(arena, value_span(statement_value(statement, 0)));
        *snapshot_id = statement_value(statement, 1).integer;
    }
    statement_close(statement);
    return ok;
}

bool audit_set_watermark(struct warehouse *warehouse, const struct audit_run *run,
                         const char *layer, const char *table, struct err *err) {
    struct value parameters[] = {value_string(layer), value_string(table),
                                 value_string(run->run_id), value_integer(run->snapshot_id)};
    return warehouse_run(warehouse, sql_file("audit/set_watermark"), parameters, 4, NULL, err);
}

bool audit_drop_watermark(struct warehouse *warehouse, const char *layer, const char *table,
                          struct err *err) {
    struct value parameters[] = {value_string(layer), value_string(table)};
    return warehouse_run(warehouse, sql_file("audit/drop_watermark"), parameters, 2, NULL, err);
}
