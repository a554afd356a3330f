#include "stages/verify.h"

#include "stages/audit.h"
#include "stages/model_record.h"

#include <stdarg.h>

struct verify_check *verify_open(struct verify_report *report, const char *name) {
    if (report->count == report->capacity) {
        size_t capacity = report->capacity ? report->capacity * 2 : 16;
        struct verify_check *grown = arena_array(report->arena, capacity, sizeof *grown);
        if (report->count)
            memcpy(grown, report->checks, report->count * sizeof *grown);
        report->checks = grown;
        report->capacity = capacity;
    }
    report->checks[report->count] = (struct verify_check){.name = name, .message = ""};
    return &report->checks[report->count++];
}

#define MESSAGE_SIZE 512

void verify_say(struct verify_report *report, struct verify_check *check, const char *format, ...) {
    char text[MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    check->message = arena_string(report->arena, span_from(text));
}

void verify_skip(struct verify_report *report, struct verify_check *check, const char *why) {
    if (check->status == VERIFY_FAILED)
        return;
    check->status = VERIFY_SKIPPED;
    check->message = arena_string(report->arena, span_from(why));
}

static const char *copy_text(struct arena *arena, const char *text) {
    return text ? arena_string(arena, span_from(text)) : "";
}

void verify_add(struct verify_report *report, struct verify_check *check,
                struct verify_difference difference) {
    struct arena *arena = report->arena;
    check->status = VERIFY_FAILED;
    if (check->count++ >= VERIFY_SHOWN)
        return;
    check->shown[check->count - 1] =
        (struct verify_difference){.table = copy_text(arena, difference.table),
                                   .key = copy_text(arena, difference.key),
                                   .column = copy_text(arena, difference.column),
                                   .expected = copy_text(arena, difference.expected),
                                   .found = copy_text(arena, difference.found)};
}

bool verify_has_failed(const struct verify_report *report) {
    for (size_t i = 0; i < report->count; i++)
        if (report->checks[i].status == VERIFY_FAILED)
            return true;
    return false;
}

const char *verify_text(struct arena *arena, struct value value) {
    switch (value.kind) {
    case VALUE_NULL:
        return "nothing";
    case VALUE_INTEGER:
        return arena_printf(arena, "%lld", (long long)value.integer);
    case VALUE_MONEY:
        return arena_printf(arena, "%.2f", (double)value.integer / 100);
    case VALUE_REAL:
        return arena_printf(arena, "%.15g", value.real);
    case VALUE_TEXT:
        break;
    }
    return arena_string(arena, value_span(value));
}

/* ---- how far silver and gold are ---- */

static bool read_mark(struct warehouse *warehouse, struct arena *arena, const char *layer,
                      const char *table, const char **text, struct err *err) {
    int64_t ignored;
    return audit_read_watermark(warehouse, arena, layer, table, text, &ignored, err);
}

static bool is_same(const char *a, const char *b) {
    return a && b && strcmp(a, b) == 0;
}

/* A comparison with itself reads all of it. */
static void check_record(struct verify_report *report, struct verify_check *check,
                         const struct model_record *record, const char *built_by) {
    struct model_diff ignored;
    struct err fault;
    if (!model_compare(report->arena, &record->text, &record->text, &ignored, &fault))
        verify_add(report, check,
                   (struct verify_difference){.table = "audit_models",
                                              .expected = "a model that can be read",
                                              .found = fault.message});
    if (built_by && !is_same(built_by, record->text.fingerprint))
        verify_add(report, check,
                   (struct verify_difference){.table = "audit_models",
                                              .column = "fingerprint",
                                              .expected = built_by,
                                              .found = record->text.fingerprint});
    verify_say(report, check, "%s %s", record->text.name, record->text.version);
}

bool verify_model(struct warehouse *warehouse, struct verify_report *report, struct err *err) {
    struct verify_check *check = verify_open(report, "model");
    struct model_record record;
    const char *built_by;
    if (!model_record_read(warehouse, report->arena, &record, err) ||
        !read_mark(warehouse, report->arena, "model", "silver", &built_by, err))
        return false;
    if (record.exists)
        check_record(report, check, &record, built_by);
    else
        verify_skip(report, check, "not written down yet; the next run does it");
    return true;
}

static bool read_sheets(struct warehouse *warehouse, const struct model *model, struct arena *arena,
                        struct verify_state *state, struct err *err) {
    state->built_to = arena_array(arena, model->sheet_count, sizeof *state->built_to);
    for (size_t i = 0; i < model->sheet_count; i++) {
        const char *built_by;
        if (!audit_read_watermark(warehouse, arena, "silver", model->sheets[i].name, &built_by,
                                  &state->built_to[i], err))
            return false;
        if (state->built_to[i] > state->snapshot)
            state->snapshot = state->built_to[i];
    }
    return true;
}

/* A sheet's watermark stays behind while the sheet does not change; so every sheet was at the
 * highest of them what it was at its own. */
bool verify_read_state(struct warehouse *warehouse, const struct model *model, struct arena *arena,
                       struct verify_state *state, struct err *err) {
    const char *silver_model, *gold_model, *silver_run, *gold_run;
    *state = (struct verify_state){0};
    if (!read_mark(warehouse, arena, "model", "silver", &silver_model, err) ||
        !read_mark(warehouse, arena, "model", "gold", &gold_model, err) ||
        !read_mark(warehouse, arena, "silver", "", &silver_run, err) ||
        !read_mark(warehouse, arena, "gold", "", &gold_run, err) ||
        !read_sheets(warehouse, model, arena, state, err))
        return false;
    if (state->snapshot == 0)
        state->why_not = "silver was never built";
    else if (!is_same(silver_model, model->fingerprint))
        state->why_not = "silver was built by another version of the model";
    if (state->why_not)
        state->why_gold = state->why_not;
    else if (!gold_run && silver_run)
        state->why_gold = "gold was never built";
    else if (gold_run && !is_same(gold_model, model->fingerprint))
        state->why_gold = "gold was built by another version of the model";
    else if (silver_run && !is_same(gold_run, silver_run))
        state->why_gold = "gold is behind silver; `goldleaf build_gold` brings it up to date";
    state->has_silver = !state->why_not;
    state->has_gold = !state->why_gold;
    return true;
}
