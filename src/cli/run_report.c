#include "cli/run_report.h"

#include "cli/kpi.h"
#include "cli/model_changes.h"
#include "cli/table.h"

#include <stddef.h>

/* When a count is worth a column of text. JSON and CSV always have them all. */
enum { WHEN_PULLED = 1, WHEN_CLEANED = 2, WHEN_MOVED = 4, WHEN_NOT_PULLED = 8, WHEN_ANY = 15 };

static const struct {
    const char *name;  /* in JSON and CSV */
    const char *title; /* in text */
    size_t offset;     /* of an int64_t in struct run_sheet */
    enum output_style style;
    unsigned rank, when;
} COUNTS[] = {
    {"rows", "rows", offsetof(struct run_sheet, rows), STYLE_PLAIN, 0, WHEN_ANY},
    {"added", "added", offsetof(struct run_sheet, added), STYLE_GOOD, 0, WHEN_PULLED},
    {"changed", "changed", offsetof(struct run_sheet, changed), STYLE_GOOD, 0, WHEN_PULLED},
    {"removed", "removed", offsetof(struct run_sheet, removed), STYLE_WARN, 0, WHEN_PULLED},
    {"moved", "moved", offsetof(struct run_sheet, moved), STYLE_PLAIN, 2, WHEN_MOVED},
    {"silver_rows", "clean", offsetof(struct run_sheet, silver_rows), STYLE_PLAIN, 1, WHEN_CLEANED},
    {"rejected", "rejected", offsetof(struct run_sheet, rejected), STYLE_WARN, 0, WHEN_CLEANED},
    {"blank", "blank", offsetof(struct run_sheet, blank), STYLE_PLAIN, 0, WHEN_NOT_PULLED},
};

static int64_t count_of(const struct run_sheet *sheet, size_t index) {
    int64_t count;
    memcpy(&count, (const char *)sheet + COUNTS[index].offset, sizeof count);
    return count;
}

static unsigned shown_counts(const struct run_report *report, const struct run_options *options) {
    unsigned shown = options->pull ? WHEN_PULLED : WHEN_NOT_PULLED;
    if (options->silver)
        shown |= WHEN_CLEANED;
    for (size_t i = 0; i < report->sheet_count; i++)
        if (report->sheets[i].moved)
            shown |= WHEN_MOVED;
    return shown;
}

static enum output_style style_of_status(const struct run_sheet *sheet) {
    if (strcmp(sheet->status, "held") == 0)
        return STYLE_BAD;
    if (sheet->is_fallback)
        return STYLE_WARN;
    return strcmp(sheet->status, "loaded") == 0 ? STYLE_GOOD : STYLE_DIM;
}

/* Where sheets come from is only worth a column when it is not files as ever. */
static bool shows_source(const struct run_report *report, const struct run_options *options) {
    for (size_t i = 0; i < report->sheet_count; i++)
        if (report->sheets[i].source && strcmp(report->sheets[i].source, "csv") != 0)
            return options->pull;
    return options->pull && report->is_fallback;
}

/* ---- text ---- */

/* "2026-11-24T06:00:00Z" with a blank in the middle. */
static void add_time(struct buf *out, const char *time) {
    for (; *time; time++)
        buf_add_char(out, *time == 'T' ? ' ' : *time);
}

static void add_title(struct output *output, const struct run_report *report) {
    struct buf *out = &output->text;
    buf_printf(out, "%sgoldleaf: ", output_style_on(output, STYLE_BOLD));
    if (report->snapshot_id && report->loaded_at) {
        buf_printf(out, "snapshot %lld, ", (long long)report->snapshot_id);
        add_time(out, report->loaded_at);
    } else {
        buf_add_text(out, "no snapshot yet");
    }
    buf_printf(out, ", run %s%s\n", report->run_id, output_style_off(output, STYLE_BOLD));
}

/* The texts in front of the counts, and the status behind them. */
static void add_sheets(struct output *output, const struct run_report *report,
                       const struct run_options *options) {
    struct table_column columns[COUNT_OF(COUNTS) + 3] = {{"sheet", COLUMN_TEXT, 0}};
    size_t column_count = 1;
    unsigned shown = shown_counts(report, options);
    bool has_source = shows_source(report, options);
    if (has_source)
        columns[column_count++] = (struct table_column){"source", COLUMN_TEXT, 1};
    for (size_t i = 0; i < COUNT_OF(COUNTS); i++)
        if (COUNTS[i].when & shown)
            columns[column_count++] =
                (struct table_column){COUNTS[i].title, COLUMN_NUMBER, COUNTS[i].rank};
    if (options->pull)
        columns[column_count++] = (struct table_column){"status", COLUMN_TEXT, 0};
    struct table table;
    buf_add_char(&output->text, '\n');
    table_begin(&table, output, columns, column_count, output_text_columns(output));
    for (size_t i = 0; i < report->sheet_count; i++) {
        const struct run_sheet *sheet = &report->sheets[i];
        table_add_string(&table, sheet->sheet);
        if (has_source)
            table_add_string(&table, sheet->source);
        for (size_t j = 0; j < COUNT_OF(COUNTS); j++)
            if (COUNTS[j].when & shown)
                table_add_count(&table, count_of(sheet, j), COUNTS[j].style);
        if (options->pull)
            table_add_styled(&table, span_from(sheet->status), style_of_status(sheet));
    }
    table_end(&table);
}

/* A sheet that is there can be accepted as it is; one that is not has to come first. */
static void add_advice(struct buf *line, const struct run_sheet *sheet, const char *command) {
    bool is_at_google = sheet->source && strcmp(sheet->source, "sheets") == 0;
    buf_add_text(line, sheet->rows ? ". Its last good version stays. "
                                   : ". There is no earlier version. ");
    if (!sheet->is_missing)
        buf_printf(line, "If the new one is right: goldleaf %s --accept %s", command, sheet->sheet);
    else if (is_at_google)
        buf_add_text(line, "Make the tab, or name the right one: goldleaf doctor");
    else
        buf_add_text(line, "Put the file there, or name its folder with --inputs.");
}

static void add_held(struct output *output, const struct run_report *report, const char *command) {
    bool is_first = true;
    for (size_t i = 0; i < report->sheet_count; i++) {
        const struct run_sheet *sheet = &report->sheets[i];
        if (strcmp(sheet->status, "held") != 0)
            continue;
        struct buf line = {0};
        buf_printf(&line, "%s was held back: %s", sheet->sheet,
                   sheet->message ? sheet->message : "no reason given");
        add_advice(&line, sheet, command);
        buf_printf(&output->text, "%s%s! %s", is_first ? "\n" : "",
                   output_style_on(output, STYLE_BAD), output_style_off(output, STYLE_BAD));
        output_add_wrapped(output, buf_text(&line), 2, output_text_columns(output));
        buf_add_char(&output->text, '\n');
        buf_free(&line);
        is_first = false;
    }
}

static void add_fallback(struct output *output, const struct run_report *report) {
    size_t taken = 0, kept = 0;
    for (size_t i = 0; i < report->sheet_count; i++) {
        bool is_kept = strcmp(report->sheets[i].status, "kept") == 0;
        taken += report->sheets[i].is_fallback && !is_kept;
        kept += report->sheets[i].is_fallback && is_kept;
    }
    if (taken + kept == 0)
        return;
    struct buf line = {0};
    buf_printf(&line,
               "Google could not be reached: %zu of the sheets came from CSV files, %zu stay as "
               "they were. `goldleaf status` shows which.",
               taken, kept);
    buf_printf(&output->text, "\n%s!%s ", output_style_on(output, STYLE_WARN),
               output_style_off(output, STYLE_WARN));
    output_add_wrapped(output, buf_text(&line), 2, output_text_columns(output));
    buf_add_char(&output->text, '\n');
    buf_free(&line);
}

static void add_gold(struct output *output, const struct run_report *report) {
    static const struct table_column columns[] = {{"table", COLUMN_TEXT, 0},
                                                  {"rows", COLUMN_NUMBER, 0},
                                                  {"added", COLUMN_NUMBER, 0},
                                                  {"changed", COLUMN_NUMBER, 0},
                                                  {"removed", COLUMN_NUMBER, 0}};
    struct table table;
    buf_add_char(&output->text, '\n');
    table_begin(&table, output, columns, COUNT_OF(columns), output_text_columns(output));
    for (size_t i = 0; i < report->gold_count; i++) {
        const struct run_gold *gold = &report->gold[i];
        table_add_string(&table, gold->table);
        table_add_count(&table, gold->rows, STYLE_PLAIN);
        table_add_count(&table, gold->added, STYLE_GOOD);
        table_add_count(&table, gold->changed, STYLE_GOOD);
        table_add_count(&table, gold->removed, STYLE_WARN);
    }
    table_end(&table);
}

static void add_quarantine(struct output *output, const struct run_report *report) {
    int64_t rejected = 0;
    for (size_t i = 0; i < report->sheet_count; i++)
        rejected += report->sheets[i].rejected;
    struct buf *out = &output->text;
    if (rejected == 0) {
        buf_add_text(out, "No row is in quarantine.");
    } else {
        buf_add_text(out, output_style_on(output, STYLE_WARN));
        output_add_count(out, rejected, "row is", "rows are");
        buf_printf(out, " in quarantine%s: goldleaf rejects", output_style_off(output, STYLE_WARN));
    }
}

bool run_report_add_text(struct output *output, const struct run_report *report,
                         struct warehouse *warehouse, const struct model *model,
                         const struct run_options *options, struct err *err) {
    add_title(output, report);
    model_changes_add_text(output, report);
    if (options->pull || options->silver)
        add_sheets(output, report, options);
    add_held(output, report, options->command);
    add_fallback(output, report);
    if (options->gold)
        add_gold(output, report);
    if (options->pull && options->gold && !kpi_add_tables(output, warehouse, model, err))
        return false;
    buf_add_char(&output->text, '\n');
    if (options->silver)
        add_quarantine(output, report);
    if (options->silver)
        buf_add_char(&output->text, '\n');
    if (options->pull && options->gold)
        buf_add_text(&output->text, "All of it on one page: goldleaf report\n");
    buf_printf(&output->text, "Done in %.2f s.\n", report->total_seconds);
    return true;
}

/* ---- JSON and CSV ---- */

static void add_json_sheet(struct json_writer *json, const struct run_sheet *sheet) {
    json_open_object(json, NULL);
    json_add_string(json, "sheet", sheet->sheet);
    json_add_string(json, "source", sheet->source);
    json_add_string(json, "location", sheet->location);
    json_add_string(json, "status", sheet->status);
    json_add_string(json, "message", sheet->message);
    for (size_t i = 0; i < COUNT_OF(COUNTS); i++)
        json_add_integer(json, COUNTS[i].name, count_of(sheet, i));
    json_close_object(json);
}

static void add_json_gold(struct json_writer *json, const struct run_gold *gold) {
    json_open_object(json, NULL);
    json_add_string(json, "table", gold->table);
    json_add_integer(json, "rows", gold->rows);
    json_add_integer(json, "added", gold->added);
    json_add_integer(json, "changed", gold->changed);
    json_add_integer(json, "removed", gold->removed);
    json_close_object(json);
}

/* To the millisecond: more digits would only be noise. */
static void add_json_seconds(struct json_writer *json, const char *name, double seconds) {
    json_add_real(json, name, (double)(int64_t)(seconds * 1000 + 0.5) / 1000);
}

void run_report_add_json(struct output *output, const struct run_report *report, int exit_code) {
    struct json_writer json = json_writer_start(&output->text, JSON_PRETTY);
    json_open_object(&json, NULL);
    json_add_string(&json, "run_id", report->run_id);
    if (report->snapshot_id)
        json_add_integer(&json, "snapshot_id", report->snapshot_id);
    else
        json_add_null(&json, "snapshot_id");
    json_add_string(&json, "loaded_at", report->loaded_at);
    json_add_integer(&json, "exit_code", exit_code);
    model_changes_add_json(&json, report);
    json_open_array(&json, "sheets");
    for (size_t i = 0; i < report->sheet_count; i++)
        add_json_sheet(&json, &report->sheets[i]);
    json_close_array(&json);
    json_open_array(&json, "gold");
    for (size_t i = 0; i < report->gold_count; i++)
        add_json_gold(&json, &report->gold[i]);
    json_close_array(&json);
    json_add_integer(&json, "requests", (int64_t)report->requests);
    json_add_integer(&json, "retries", (int64_t)report->retries);
    json_open_object(&json, "seconds");
    add_json_seconds(&json, "pull", report->pull_seconds);
    add_json_seconds(&json, "silver", report->silver_seconds);
    add_json_seconds(&json, "gold", report->gold_seconds);
    add_json_seconds(&json, "commit", report->commit_seconds);
    add_json_seconds(&json, "total", report->total_seconds);
    json_close_object(&json);
    json_close_object(&json);
    buf_add_char(&output->text, '\n');
}

void run_report_add_sheets(struct output *output, const struct run_report *report) {
    static const char *const texts[] = {"sheet", "source", "location", "status", "message"};
    struct table_column columns[COUNT_OF(texts) + COUNT_OF(COUNTS)];
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        columns[i] = (struct table_column){texts[i], COLUMN_TEXT, 0};
    for (size_t i = 0; i < COUNT_OF(COUNTS); i++)
        columns[COUNT_OF(texts) + i] = (struct table_column){COUNTS[i].name, COLUMN_NUMBER, 0};
    struct table table;
    table_begin(&table, output, columns, COUNT_OF(columns), 0);
    for (size_t i = 0; i < report->sheet_count; i++) {
        const struct run_sheet *sheet = &report->sheets[i];
        table_add_string(&table, sheet->sheet);
        table_add_string(&table, sheet->source);
        table_add_string(&table, sheet->location);
        table_add_string(&table, sheet->status);
        table_add_string(&table, sheet->message);
        for (size_t j = 0; j < COUNT_OF(COUNTS); j++)
            table_add_integer(&table, count_of(sheet, j));
    }
    table_end(&table);
}
