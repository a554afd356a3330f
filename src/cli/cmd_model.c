/* `goldleaf model`: the model as it was understood. `goldleaf model check`: its faults.
 * `goldleaf model docs`: its data dictionary. `goldleaf model diff`: against the warehouse's
 * (model_diff.h). `goldleaf model init`: another one (model_init.h).
 * `goldleaf model profile`: the JSON Schema of models.
 *
 * {"model", "faults": [{"place", "message"}]} for the check; model_print.h has the other. */
#include "cli/commands.h"

#include "base/nearest.h"
#include "cli/model_diff.h"
#include "cli/model_init.h"
#include "cli/model_print.h"
#include "cli/table.h"
#include "dictionary/dictionary.h"
#include "stages/model_sql.h"

static void add_json_faults(struct output *output, const char *name,
                            const struct model_faults *faults) {
    struct json_writer json = json_writer_start(&output->text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_string(&json, "model", name);
    json_open_array(&json, "faults");
    for (size_t i = 0; i < faults->count; i++) {
        json_open_object(&json, NULL);
        json_add_string(&json, "place", faults->items[i].place);
        json_add_string(&json, "message", faults->items[i].message);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
    buf_add_char(&output->text, '\n');
}

static void add_csv_faults(struct output *output, const struct model_faults *faults) {
    static const struct table_column columns[] = {{"place", COLUMN_TEXT, 0},
                                                  {"message", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < faults->count; i++) {
        table_add_string(&table, faults->items[i].place);
        table_add_string(&table, faults->items[i].message);
    }
    table_end(&table);
}

/* One fault a line, never cut: a line is what an editor jumps from. */
static void add_text_faults(struct output *output, const struct model_faults *faults) {
    for (size_t i = 0; i < faults->count; i++) {
        buf_add_text(&output->text, output_style_on(output, STYLE_BOLD));
        output_add(output, span_from(faults->items[i].place));
        buf_printf(&output->text, "%s: ", output_style_off(output, STYLE_BOLD));
        output_add(output, span_from(faults->items[i].message));
        buf_add_char(&output->text, '\n');
    }
}

static void add_praise(struct output *output, const char *name, const struct model *model) {
    output_add(output, span_from(name));
    buf_add_text(&output->text, ": no faults in ");
    output_add_count(&output->text, (int64_t)model->sheet_count, "sheet", "sheets");
    buf_add_text(&output->text, ", ");
    output_add_count(&output->text, (int64_t)model->gold_count, "KPI table", "KPI tables");
    buf_add_text(&output->text, " and ");
    output_add_count(&output->text, (int64_t)model->check_count, "check", "checks");
    buf_add_char(&output->text, '\n');
}

static bool print_faults(struct session *session, const char *name, const struct model *model,
                         const struct model_faults *faults, struct err *err) {
    struct output *output = &session->output;
    if (!session_open_output(session, "text", err))
        return false;
    if (output->format == OUTPUT_JSON)
        add_json_faults(output, name, faults);
    else if (output->format == OUTPUT_CSV)
        add_csv_faults(output, faults);
    else if (faults->count)
        add_text_faults(output, faults);
    else if (model && !options_is_on(&session->options, OPTION_QUIET))
        add_praise(output, name, model);
    if (!output_close(output, err))
        return false;
    if (faults->count == 0)
        return true;
    return err_set(err, ERR_MODEL, "the model %s has %zu fault%s", name, faults->count,
                   faults->count == 1 ? "" : "s");
}

/* The model that is named behind the word, else that of --model. */
static const char *named(const struct session *session) {
    return session->operand_count > 1 ? session->operands[1] : session_text(session, OPTION_MODEL);
}

static bool check(struct session *session, struct err *err) {
    const char *name = named(session);
    struct model_faults faults = {.arena = session->arena};
    const struct model *model = model_read(session->arena, name, &faults);
    bool ok = (!model || model_prepare_sql(model, &faults, err)) &&
              print_faults(session, name, model, &faults, err);
    model_faults_free(&faults);
    model_close(model);
    return ok;
}

static bool show(struct session *session, struct err *err) {
    const struct model *model;
    struct output *output = &session->output;
    if (!session_read_model(session, &model, err))
        return false;
    bool ok = session_open_output(session, "text", err);
    if (ok && output->format == OUTPUT_JSON)
        model_print_json(output, model);
    else if (ok && output->format == OUTPUT_CSV)
        model_print_csv(output, model);
    else if (ok)
        model_print_text(output, model);
    ok = ok && output_close(output, err);
    model_close(model);
    return ok;
}

/* HTML, or Markdown when --format or the ending of -o says so. */
static bool choose_docs(const struct session *session, bool *is_markdown, struct err *err) {
    const char *format = session->options.text[OPTION_FORMAT];
    const char *path = session->options.text[OPTION_OUTPUT];
    *is_markdown = format ? strcmp(format, "text") == 0 : path && output_has_ending(path, ".md");
    bool is_data =
        format ? !*is_markdown
               : path && (output_has_ending(path, ".json") || output_has_ending(path, ".csv"));
    if (!is_data)
        return true;
    err_set(err, ERR_USAGE, "model docs writes HTML, or Markdown with --format text");
    return err_hint(err, "`goldleaf model --format json` has the model as data");
}

static bool docs(struct session *session, struct err *err) {
    const struct model *model;
    bool is_markdown;
    session->options.text[OPTION_MODEL] = named(session);
    if (!choose_docs(session, &is_markdown, err) || !session_read_model(session, &model, err))
        return false;
    bool ok = session_open_output(session, "text", err);
    if (ok && is_markdown)
        dictionary_add_markdown(&session->output.text, model);
    else if (ok)
        dictionary_add_html(&session->output.text, model);
    ok = ok && output_close(&session->output, err);
    model_close(model);
    return ok;
}

static bool profile(struct session *session, struct err *err) {
    if (!session_open_output(session, "text", err))
        return false;
    buf_add(&session->output.text, model_profile());
    return output_close(&session->output, err);
}

static bool diff(struct session *session, struct err *err) {
    session->options.text[OPTION_MODEL] = named(session);
    return model_diff(session, err);
}

static bool init(struct session *session, struct err *err) {
    if (session->operand_count > 1)
        return model_init(session, err);
    err_set(err, ERR_USAGE, "model init needs DIR, a folder that does not exist yet");
    return err_hint(err, "usage: goldleaf model " MODEL_INIT_OPERANDS);
}

static const struct {
    const char *word;
    size_t most_operands; /* the word included */
    bool (*run)(struct session *session, struct err *err);
} words[] = {
    {"check", 2, check},      {"diff", 2, diff},       {"docs", 2, docs},
    {"init", SIZE_MAX, init}, {"profile", 1, profile},
};

/* `stranger` is the operand that does not belong there; the first one may be a misspelt word. */
static bool refuse(const struct session *session, const char *stranger, struct err *err) {
    const char *names[COUNT_OF(words)], *nearest = NULL;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        names[i] = words[i].word;
    if (stranger == session->operands[0])
        nearest = nearest_word(stranger, names, COUNT_OF(words));
    err_set(err, ERR_USAGE, "model does not take \"%s\"", stranger);
    return nearest ? err_hint(err, "did you mean model %s?", nearest)
                   : err_hint(err, "usage: goldleaf model %s", session->command->operands);
}

bool cmd_model(struct session *session, struct err *err) {
    if (session->operand_count == 0)
        return show(session, err);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(session->operands[0], words[i].word) != 0)
            continue;
        if (session->operand_count <= words[i].most_operands)
            return words[i].run(session, err);
        return refuse(session, session->operands[words[i].most_operands], err);
    }
    return refuse(session, session->operands[0], err);
}
