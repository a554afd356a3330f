/* `goldleaf verify`: the warehouse against itself, and against a rebuild of silver and gold from
 * bronze. Reads in one transaction and writes nothing.
 *
 * {"checks": [{"name", "status": "ok"|"failed"|"skipped", "message", "differences": [{"table",
 * "key", "column", "expected", "found"}]}]} */
#include "cli/commands.h"

#include "cli/replay.h"
#include "cli/table.h"
#include "run/signals.h"
#include "stages/verify.h"

/* ---- the rebuild ---- */

/* In a database of its own, which is on disk where it is large. */
static bool build_again(struct replay *replay, int64_t snapshot, struct err *err) {
    struct run_report report;
    return warehouse_open_scratch(&replay->memory, "the rebuild", err) &&
           replay_run(replay, snapshot, NULL, false, &report, err);
}

/* What the run over a damaged bronze table complains about is a finding; a database that cannot be
 * read, or a signal, is none. */
static bool is_finding(const struct err *err) {
    return err->class == ERR_FAILED;
}

static bool check_rebuild(struct replay *replay, const struct verify_state *state,
                          struct verify_report *report, struct err *err) {
    static const char *const names[] = {"silver", "rejects", "gold"};
    for (size_t i = 0; i < COUNT_OF(names) && !state->has_silver; i++)
        verify_skip(report, verify_open(report, names[i]), state->why_not);
    if (!state->has_silver)
        return true;
    if (build_again(replay, state->snapshot, err))
        return verify_rebuild(replay->stored, replay->memory, replay->model, state, report, err);
    if (!is_finding(err))
        return false;
    verify_add(report, verify_open(report, "silver"),
               (struct verify_difference){.table = "bronze",
                                          .found = err->message,
                                          .expected = "sheets that can be built again"});
    for (size_t i = 1; i < COUNT_OF(names); i++)
        verify_skip(report, verify_open(report, names[i]), "silver could not be built again");
    return true;
}

static bool verify(struct replay *replay, struct verify_report *report, struct err *err) {
    struct session *session = replay->session;
    struct verify_state state;
    if (!session_read_model(session, &replay->model, err) ||
        !session_open_warehouse(session, &replay->stored, err))
        return false;
    warehouse_stop_when(replay->stored, signals_have_come, NULL);
    return verify_read_state(replay->stored, replay->model, session->arena, &state, err) &&
           verify_model(replay->stored, report, err) &&
           verify_bronze(replay->stored, report, err) &&
           verify_silver(replay->stored, replay->model, &state, report, err) &&
           check_rebuild(replay, &state, report, err) && signals_check(err);
}

/* ---- output ---- */

static const char *const STATUS_NAMES[] = {"ok", "failed", "skipped"};

static void add_difference(struct buf *text, const struct verify_difference *difference) {
    buf_add_text(text, difference->table);
    if (*difference->key)
        buf_printf(text, " %s", difference->key);
    if (*difference->column)
        buf_printf(text, ", %s", difference->column);
    buf_printf(text, ": expected %s, found %s", difference->expected, difference->found);
}

static size_t count_shown(const struct verify_check *check) {
    return check->count < VERIFY_SHOWN ? (size_t)check->count : VERIFY_SHOWN;
}

/* Everything in one line, for programs. */
static const char *message_of(struct arena *arena, const struct verify_check *check) {
    struct buf text = {0};
    if (check->status != VERIFY_FAILED)
        return check->message;
    output_add_count(&text, check->count, "difference", "differences");
    for (size_t i = 0; i < count_shown(check); i++) {
        buf_add_text(&text, "; ");
        add_difference(&text, &check->shown[i]);
    }
    const char *message = arena_string(arena, buf_span(&text));
    buf_free(&text);
    return message;
}

static void add_text_check(struct output *output, const struct verify_check *check) {
    static const enum output_style styles[] = {STYLE_GOOD, STYLE_BAD, STYLE_DIM};
    const char *word = check->status == VERIFY_FAILED ? "FAILED" : STATUS_NAMES[check->status];
    buf_printf(&output->text, "%s%-8s%s %-13s ", output_style_on(output, styles[check->status]),
               word, output_style_off(output, styles[check->status]), check->name);
    if (check->status == VERIFY_FAILED)
        output_add_count(&output->text, check->count, "difference", "differences");
    else
        output_add(output, span_from(check->message));
    buf_add_char(&output->text, '\n');
    for (size_t i = 0; i < count_shown(check); i++) {
        struct buf line = {0};
        buf_add_text(&line, "         ");
        add_difference(&line, &check->shown[i]);
        output_add(output, buf_span(&line));
        buf_add_char(&output->text, '\n');
        buf_free(&line);
    }
    if (check->count > VERIFY_SHOWN)
        buf_printf(&output->text, "         ... and %lld more\n",
                   (long long)(check->count - VERIFY_SHOWN));
}

static void add_json_check(struct json_writer *json, struct arena *arena,
                           const struct verify_check *check) {
    json_open_object(json, NULL);
    json_add_string(json, "name", check->name);
    json_add_string(json, "status", STATUS_NAMES[check->status]);
    json_add_string(json, "message", message_of(arena, check));
    json_open_array(json, "differences");
    for (size_t i = 0; i < count_shown(check); i++) {
        const struct verify_difference *difference = &check->shown[i];
        json_open_object(json, NULL);
        json_add_string(json, "table", difference->table);
        json_add_string(json, "key", difference->key);
        json_add_string(json, "column", difference->column);
        json_add_string(json, "expected", difference->expected);
        json_add_string(json, "found", difference->found);
        json_close_object(json);
    }
    json_close_array(json);
    json_close_object(json);
}

static void add_json(struct session *session, const struct verify_report *report) {
    struct json_writer json = json_writer_start(&session->output.text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_open_array(&json, "checks");
    for (size_t i = 0; i < report->count; i++)
        add_json_check(&json, session->arena, &report->checks[i]);
    json_close_array(&json);
    json_close_object(&json);
    buf_add_char(&session->output.text, '\n');
}

static void add_csv(struct session *session, const struct verify_report *report) {
    static const struct table_column columns[] = {
        {"name", COLUMN_TEXT, 0}, {"status", COLUMN_TEXT, 0}, {"message", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, &session->output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < report->count; i++) {
        table_add_string(&table, report->checks[i].name);
        table_add_string(&table, STATUS_NAMES[report->checks[i].status]);
        table_add_string(&table, message_of(session->arena, &report->checks[i]));
    }
    table_end(&table);
}

static bool print(struct session *session, const struct verify_report *report, struct err *err) {
    struct output *output = &session->output;
    bool is_silent = options_is_on(&session->options, OPTION_QUIET);
    if (output->format == OUTPUT_JSON) {
        add_json(session, report);
    } else if (output->format == OUTPUT_CSV) {
        add_csv(session, report);
    } else {
        for (size_t i = 0; i < report->count; i++)
            if (!is_silent || report->checks[i].status == VERIFY_FAILED)
                add_text_check(output, &report->checks[i]);
    }
    return output_close(output, err);
}

bool cmd_verify(struct session *session, struct err *err) {
    struct replay replay = {.session = session};
    struct verify_report report = {.arena = session->arena};
    bool ok = verify(&replay, &report, err) && session_open_output(session, "text", err) &&
              print(session, &report, err);
    if (ok && verify_has_failed(&report))
        session->exit_code = 1;
    replay_close(&replay);
    return ok;
}
