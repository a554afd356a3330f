#include "cli/session.h"

#include "base/log.h"
#include "base/nearest.h"

const char *session_text(const struct session *session, enum option_id id) {
    const char *text = session->options.text[id];
    return text ? text : "";
}

const char *session_variable(const struct session *session, const char *name) {
    return environment_find(&session->environment, name);
}

bool session_open_output(struct session *session, const char *default_format, struct err *err) {
    const char *path = session->options.text[OPTION_OUTPUT];
    struct output_settings settings = {
        .path = path,
        .format = session->options.text[OPTION_FORMAT],
        .default_format = default_format,
        .color = session_text(session, OPTION_COLOR),
        .keep_off = warehouse_file(session_text(session, OPTION_DATABASE)),
    };
    return output_open(&session->output, &settings, err);
}

bool session_read_model(struct session *session, const struct model **model, struct err *err) {
    const char *name = session_text(session, OPTION_MODEL);
    *model = session->model;
    if (*model)
        return true;
    struct model_faults faults = {.arena = session->arena};
    *model = model_read(session->arena, name, &faults);
    for (size_t i = 0; i < faults.count; i++)
        log_line(LOG_LEVEL_ERROR, "model_fault", "%s: %s", faults.items[i].place,
                 faults.items[i].message);
    if (faults.count) {
        model_close(*model);
        *model = NULL;
        err_set(err, ERR_MODEL, "the model %s has %zu fault%s", name, faults.count,
                faults.count == 1 ? "" : "s");
        err_hint(err, "`goldleaf model check %s` lists them all", name);
    }
    model_faults_free(&faults);
    return *model != NULL;
}

bool session_check_sheet(const struct session *session, const struct model *model,
                         enum option_id id, const char *name, struct err *err) {
    const char **names = arena_array(session->arena, model->sheet_count, sizeof *names);
    if (model_find_sheet(model, span_from(name)) >= 0)
        return true;
    for (size_t i = 0; i < model->sheet_count; i++)
        names[i] = model->sheets[i].name;
    const char *nearest = nearest_word(name, names, model->sheet_count);
    err_set(err, ERR_USAGE, "--%s: the model %s has no sheet \"%s\"", OPTIONS[id].name, model->name,
            name);
    return nearest && err_hint(err, "did you mean %s?", nearest);
}

bool session_open_warehouse(const struct session *session, struct warehouse **warehouse,
                            struct err *err) {
    bool exists = false;
    if (!warehouse_open(warehouse, session_text(session, OPTION_DATABASE), WAREHOUSE_READ, err))
        return false;
    /* One transaction around all that a command reads: it sees one version, and not the publication
     * of the next one in between. Closing ends it. */
    bool ok = warehouse_begin(*warehouse, err) &&
              warehouse_has_table(*warehouse, "audit_snapshots", &exists, err);
    if (ok && !exists) {
        ok = err_set(err, ERR_DATABASE, "%s: there is no warehouse in this database",
                     warehouse_location(*warehouse));
        err_hint(err, "`goldleaf all` makes one; or point --database at the right file");
    }
    if (!ok) {
        warehouse_close(*warehouse);
        *warehouse = NULL;
    }
    return ok;
}
