#include "cli/model_init.h"

#include "cli/model_tabs.h"
#include "cli/table.h"
#include "stages/model_sql.h"

struct init {
    const char *folder;      /* as it was named */
    const char *inputs;      /* the folder of CSV files, or NULL */
    const char *spreadsheet; /* the id of the spreadsheet, or NULL */
    struct draft *draft;
    const struct model *model; /* as it was written */
};

static void add_json_sheet(struct json_writer *json, const struct sheet_model *sheet) {
    json_open_object(json, NULL);
    json_add_string(json, "sheet", sheet->name);
    json_add_string(json, "path", sheet->path);
    json_open_array(json, "key");
    for (size_t i = 0; i < sheet->key_count; i++)
        json_add_string(json, NULL, sheet->fields[sheet->key[i]].name);
    json_close_array(json);
    json_add_integer(json, "columns", (int64_t)sheet->field_count);
    json_close_object(json);
}

static void add_json_doubts(struct json_writer *json, const struct draft_doubt *doubts,
                            size_t count) {
    json_open_array(json, "doubts");
    for (size_t i = 0; i < count; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "sheet", doubts[i].sheet);
        json_add_string(json, "column", doubts[i].column);
        json_add_string(json, "text", doubts[i].text);
        json_close_object(json);
    }
    json_close_array(json);
}

static void add_json(struct output *output, const struct init *init,
                     const struct draft_doubt *doubts, size_t count) {
    struct json_writer json = json_writer_start(&output->text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_string(&json, "model", init->folder);
    json_add_string(&json, "inputs", init->inputs);
    json_add_string(&json, "spreadsheet", init->spreadsheet);
    json_open_array(&json, "sheets");
    for (size_t i = 0; i < init->model->sheet_count; i++)
        add_json_sheet(&json, &init->model->sheets[i]);
    json_close_array(&json);
    json_open_array(&json, "gold");
    for (size_t i = 0; i < init->model->gold_count; i++)
        json_add_string(&json, NULL, init->model->gold[i].name);
    json_close_array(&json);
    add_json_doubts(&json, doubts, count);
    json_close_object(&json);
    buf_add_char(&output->text, '\n');
}

static void add_csv(struct output *output, const struct draft_doubt *doubts, size_t count) {
    static const struct table_column columns[] = {
        {"sheet", COLUMN_TEXT, 0}, {"column", COLUMN_TEXT, 0}, {"text", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < count; i++) {
        table_add_string(&table, doubts[i].sheet);
        table_add_string(&table, doubts[i].column);
        table_add_string(&table, doubts[i].text);
    }
    table_end(&table);
}

static void add_doubt(struct output *output, const struct draft_doubt *doubt) {
    size_t columns = output_text_columns(output);
    buf_printf(&output->text, "  %s%s%s%s%s\n      ", output_style_on(output, STYLE_BOLD),
               doubt->sheet, doubt->column ? "." : "", doubt->column ? doubt->column : "",
               output_style_off(output, STYLE_BOLD));
    output_add_wrapped(output, doubt->text, 6, columns);
    buf_add_char(&output->text, '\n');
}

static void add_text(struct output *output, const struct init *init,
                     const struct draft_doubt *doubts, size_t count) {
    struct buf *out = &output->text;
    output_add(output, span_from(init->folder));
    buf_add_text(out, ": a first model with ");
    output_add_count(out, (int64_t)init->model->sheet_count, "sheet", "sheets");
    buf_add_text(out, " and ");
    output_add_count(out, (int64_t)init->model->gold_count, "KPI table", "KPI tables");
    buf_add_text(out, "\n\n");
    for (size_t i = 0; i < count; i++)
        add_doubt(output, &doubts[i]);
    buf_add_text(out, count ? "\nThe same stands in the descriptions. Next: goldleaf all --model "
                            : "Next: goldleaf all --model ");
    output_add(output, span_from(init->folder));
    if (init->inputs) {
        buf_add_text(out, " --inputs ");
        output_add(output, span_from(init->inputs));
    }
    buf_add_char(out, '\n');
}

static bool print(struct session *session, const struct init *init, struct err *err) {
    const struct draft_doubt *doubts;
    struct output *output = &session->output;
    size_t count = draft_list_doubts(init->draft, session->arena, &doubts);
    if (output->format == OUTPUT_JSON)
        add_json(output, init, doubts, count);
    else if (output->format == OUTPUT_CSV)
        add_csv(output, doubts, count);
    else if (!options_is_on(&session->options, OPTION_QUIET))
        add_text(output, init, doubts, count);
    return output_close(output, err);
}

/* What was written has to pass the check that `model check` makes; a draft that does not is a fault
 * of this program, and is not left lying about. */
static bool check_written(struct session *session, const char *path, struct init *init,
                          struct err *err) {
    struct model_faults faults = {.arena = session->arena};
    init->model = model_read(session->arena, path, &faults);
    bool ok = !init->model || model_prepare_sql(init->model, &faults, err);
    if (ok && faults.count)
        ok = err_set(err, ERR_FAILED, "the draft of %s has a fault: %s: %s", path,
                     faults.items[0].place, faults.items[0].message);
    model_faults_free(&faults);
    if (!ok)
        draft_remove(init->draft, path);
    return ok;
}

/* A bare name would be looked for among the shipped models. */
static const char *as_path(struct arena *arena, const char *folder) {
    return strchr(folder, '/') ? folder : arena_printf(arena, "./%s", folder);
}

static bool check_origin(const struct session *session, const struct init *init, bool from_sheets,
                         struct err *err) {
    if (init->inputs && from_sheets)
        err_set(err, ERR_USAGE, "--from-csv and --from-sheets exclude each other");
    else if (!init->inputs && !from_sheets)
        err_set(err, ERR_USAGE,
                "model init needs --from-csv, the folder of the sheets, or "
                "--from-sheets");
    else if (init->inputs && session->operand_count > 2)
        err_set(err, ERR_USAGE, "of a folder, every CSV file is a sheet; \"%s\" is one too many",
                session->operands[2]);
    else
        return true;
    return err_hint(err, "usage: goldleaf model " MODEL_INIT_OPERANDS);
}

static bool draft_sheets(struct session *session, struct init *init, struct err *err) {
    struct draft_book book = {0};
    bool ok = model_tabs_read(session, &session->operands[2], session->operand_count - 2, &book,
                              &init->spreadsheet, err) &&
              draft_from_book(session->arena, &book, &init->draft, err);
    model_tabs_free(&book);
    return ok;
}

static bool draft(struct session *session, struct init *init, struct err *err) {
    return init->inputs ? draft_from_folder(session->arena, init->inputs, &init->draft, err)
                        : draft_sheets(session, init, err);
}

bool model_init(struct session *session, struct err *err) {
    struct init init = {.folder = session->operands[1],
                        .inputs = session->options.text[OPTION_FROM_CSV]};
    const char *path = as_path(session->arena, init.folder);
    bool from_sheets = options_is_on(&session->options, OPTION_FROM_SHEETS);
    bool ok = check_origin(session, &init, from_sheets, err) && draft_check_new(path, err) &&
              draft(session, &init, err) && session_open_output(session, "text", err) &&
              draft_write(init.draft, path, err) && check_written(session, path, &init, err) &&
              print(session, &init, err);
    draft_close(init.draft);
    model_close(init.model);
    return ok;
}
