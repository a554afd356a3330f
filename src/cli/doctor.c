#include "cli/doctor.h"

#include "cli/table.h"

#include <stdarg.h>

#define HINT_INDENT 6

static const char *const STATUS_WORDS[] = {"ok", "warn", "fail"};

void diagnosis_add(struct diagnosis *diagnosis, const char *name, enum check_status status,
                   const char *hint, const char *format, ...) {
    char message[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (diagnosis->count == diagnosis->capacity) {
        size_t capacity = diagnosis->capacity ? diagnosis->capacity * 2 : 32;
        struct check *checks = arena_array(diagnosis->arena, capacity, sizeof *checks);
        for (size_t i = 0; i < diagnosis->count; i++)
            checks[i] = diagnosis->checks[i];
        diagnosis->checks = checks;
        diagnosis->capacity = capacity;
    }
    if (status == CHECK_FAIL && diagnosis->exit_code == 0)
        diagnosis->exit_code = 1;
    diagnosis->checks[diagnosis->count++] = (struct check){
        .name = arena_string(diagnosis->arena, span_from(name)),
        .status = status,
        .message = arena_string(diagnosis->arena, span_from(message)),
        .hint = hint && *hint ? arena_string(diagnosis->arena, span_from(hint)) : NULL};
}

bool diagnosis_add_failure(struct diagnosis *diagnosis, const char *name, const struct err *err) {
    if (diagnosis->exit_code == 0)
        diagnosis->exit_code = err_exit_code(err->class);
    diagnosis_add(diagnosis, name, CHECK_FAIL, err->hint, "%s", err->message);
    return false;
}

static void add_json(struct output *output, const struct diagnosis *diagnosis) {
    struct json_writer json = json_writer_start(&output->text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_open_array(&json, "checks");
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct check *check = &diagnosis->checks[i];
        json_open_object(&json, NULL);
        json_add_string(&json, "name", check->name);
        json_add_string(&json, "status", STATUS_WORDS[check->status]);
        json_add_string(&json, "message", check->message);
        json_add_string(&json, "hint", check->hint);
        json_close_object(&json);
    }
    json_close_array(&json);
    json_close_object(&json);
    buf_add_char(&output->text, '\n');
}

static void add_csv(struct output *output, const struct diagnosis *diagnosis) {
    static const struct table_column columns[] = {{"name", COLUMN_TEXT, 0},
                                                  {"status", COLUMN_TEXT, 0},
                                                  {"message", COLUMN_TEXT, 0},
                                                  {"hint", COLUMN_TEXT, 0}};
    struct table table;
    table_begin(&table, output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct check *check = &diagnosis->checks[i];
        table_add_string(&table, check->name);
        table_add_string(&table, STATUS_WORDS[check->status]);
        table_add_string(&table, check->message);
        table_add_string(&table, check->hint);
    }
    table_end(&table);
}

/* "ok    tickets: the tab "tickets", 6,654 rows" with the hint on lines of its own. */
static void add_text(struct output *output, const struct diagnosis *diagnosis) {
    static const enum output_style styles[] = {STYLE_GOOD, STYLE_WARN, STYLE_BAD};
    size_t columns = output_text_columns(output);
    size_t counts[COUNT_OF(STATUS_WORDS)] = {0};
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct check *check = &diagnosis->checks[i];
        struct buf line = {0};
        counts[check->status]++;
        buf_printf(&output->text, "%s%-4s%s  ", output_style_on(output, styles[check->status]),
                   STATUS_WORDS[check->status], output_style_off(output, styles[check->status]));
        buf_printf(&line, "%s: %s", check->name, check->message);
        output_add_wrapped(output, buf_text(&line), HINT_INDENT, columns);
        buf_add_char(&output->text, '\n');
        buf_clear(&line);
        if (check->hint) {
            buf_printf(&output->text, "%*s", HINT_INDENT, "");
            buf_printf(&line, "-> %s", check->hint);
            output_add_wrapped(output, buf_text(&line), HINT_INDENT + 3, columns);
            buf_add_char(&output->text, '\n');
        }
        buf_free(&line);
    }
    buf_printf(&output->text, "\n%zu ok, %zu to look at, %zu failed\n", counts[CHECK_OK],
               counts[CHECK_WARN], counts[CHECK_FAIL]);
}

bool diagnosis_print(struct session *session, const struct diagnosis *diagnosis, struct err *err) {
    struct output *output = &session->output;
    if (!session_open_output(session, "text", err))
        return false;
    if (output->format == OUTPUT_JSON)
        add_json(output, diagnosis);
    else if (output->format == OUTPUT_CSV)
        add_csv(output, diagnosis);
    else
        add_text(output, diagnosis);
    return output_close(output, err);
}
