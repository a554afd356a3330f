#include "cli/model_changes.h"

#include "base/log.h"

/* ---- programs ---- */

static const char *name_of(enum model_change change) {
    return change == CHANGE_ADDED ? "added" : change == CHANGE_REMOVED ? "removed" : "changed";
}

void model_changes_add_json_list(struct json_writer *json, const struct model_diff *diff) {
    json_open_array(json, "changes");
    for (size_t i = 0; i < diff->count; i++) {
        const struct model_difference *item = &diff->items[i];
        json_open_object(json, NULL);
        json_add_string(json, "change", name_of(item->change));
        json_add_string(json, "subject", item->subject);
        json_add_string(json, "text", item->text);
        json_add_string(json, "place", *item->place ? item->place : NULL);
        json_add_string(json, "loss", item->loss);
        json_close_object(json);
    }
    json_close_array(json);
}

void model_changes_add_json(struct json_writer *json, const struct run_report *report) {
    if (!report->model)
        return;
    json_open_object(json, "model_changes");
    json_add_string(json, "versions", report->model_version);
    json_add_boolean(json, "applied", report->is_model_applied);
    model_changes_add_json_list(json, report->model);
    json_close_object(json);
}

/* ---- people ---- */

static void add_line(struct output *output, const struct model_difference *item) {
    static const char *const signs[] = {
        [CHANGE_OTHER] = "~", [CHANGE_ADDED] = "+", [CHANGE_REMOVED] = "-", [CHANGE_TYPE] = "~"};
    enum output_style style = item->loss                     ? STYLE_BAD
                              : item->change == CHANGE_ADDED ? STYLE_GOOD
                                                             : STYLE_PLAIN;
    struct buf line = {0};
    buf_printf(&line, "%s: %s%s%s", item->subject, item->text, item->loss ? "; LOST: " : "",
               item->loss ? item->loss : "");
    buf_printf(&output->text, "  %s%s%s ", output_style_on(output, style), signs[item->change],
               output_style_off(output, style));
    output_add_wrapped(output, buf_text(&line), 4, output_text_columns(output));
    buf_add_char(&output->text, '\n');
    buf_free(&line);
}

static void add_place(struct output *output, const struct model_difference *item) {
    if (!*item->place)
        return;
    buf_printf(&output->text, "    %s", output_style_on(output, STYLE_DIM));
    output_add(output, span_from(item->place));
    buf_printf(&output->text, "%s\n", output_style_off(output, STYLE_DIM));
}

void model_changes_add_list(struct output *output, const struct model_diff *diff, bool has_places) {
    for (size_t i = 0; i < diff->count; i++) {
        add_line(output, &diff->items[i]);
        if (has_places)
            add_place(output, &diff->items[i]);
    }
    if (diff->count == 0)
        buf_add_text(&output->text, "  Only comments or the layout of the files differ.\n");
}

static const char *heading_of(const struct run_report *report) {
    return report->is_model_applied
               ? "The model has changed, silver and gold are built anew"
               : "The model has changed; the next build of silver and gold applies it";
}

void model_changes_add_text(struct output *output, const struct run_report *report) {
    if (!report->model)
        return;
    buf_printf(&output->text, "\n%s%s", output_style_on(output, STYLE_BOLD), heading_of(report));
    if (report->model_version) {
        buf_add_text(&output->text, " (");
        output_add(output, span_from(report->model_version));
        buf_add_char(&output->text, ')');
    }
    buf_printf(&output->text, "%s\n", output_style_off(output, STYLE_BOLD));
    model_changes_add_list(output, report->model, false);
}

void model_changes_log(const struct run_report *report) {
    const struct model_diff *diff = report->model;
    if (!diff)
        return;
    if (!report->is_model_refused)
        log_line(LOG_LEVEL_INFO, "model_changed", "%s", heading_of(report));
    for (size_t i = 0; i < diff->count; i++) {
        const struct model_difference *item = &diff->items[i];
        if (!item->loss && !diff->is_other) /* of another model nothing is a change */
            log_line(LOG_LEVEL_INFO, "model_change", "%s: %s", item->subject, item->text);
        if (item->loss)
            log_line(report->is_model_refused ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, "model_loss",
                     "%s: %s; %s: %s", item->subject, item->text,
                     report->is_model_refused ? "would be lost" : "lost", item->loss);
    }
}
