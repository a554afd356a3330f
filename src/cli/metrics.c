#include "cli/metrics.h"

#include "cli/output.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define LAST_RUN "goldleaf_last_run_"

static void add_head(struct buf *out, const char *name, const char *help) {
    buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void add_number(struct buf *out, const char *name, const char *help, double number) {
    add_head(out, name, help);
    buf_printf(out, "%s %.15g\n", name, number);
}

/* Names of sheets and tables hold nothing that would have to be escaped. */
static void add_labelled(struct buf *out, const char *name, const char *label, const char *value,
                         double number) {
    buf_printf(out, "%s{%s=\"%s\"} %.15g\n", name, label, value, number);
}

static void add_stages(struct buf *out, const struct run_report *report) {
    const char *name = "goldleaf_stage_seconds";
    add_head(out, name, "How long each stage of that run took.");
    add_labelled(out, name, "stage", "pull", report->pull_seconds);
    add_labelled(out, name, "stage", "silver", report->silver_seconds);
    add_labelled(out, name, "stage", "gold", report->gold_seconds);
    add_labelled(out, name, "stage", "commit", report->commit_seconds);
    add_labelled(out, name, "stage", "total", report->total_seconds);
}

static double sheet_number(const struct run_sheet *sheet, size_t metric) {
    switch (metric) {
    case 0:
        return (double)sheet->rows;
    case 1:
        return (double)sheet->rejected;
    case 2:
        return (double)(sheet->added + sheet->changed + sheet->removed + sheet->moved);
    default:
        return strcmp(sheet->status, "held") == 0;
    }
}

static void add_sheets(struct buf *out, const struct run_report *report) {
    static const char *const metrics[][2] = {
        {"goldleaf_sheet_rows", "Rows of the sheet."},
        {"goldleaf_sheet_rejected_rows", "Rows of the sheet in quarantine."},
        {"goldleaf_sheet_changed_rows", "Rows that it added, changed, removed or moved."},
        {"goldleaf_sheet_held", "1 when a gate holds the sheet's new version back."}};
    for (size_t m = 0; m < COUNT_OF(metrics); m++) {
        add_head(out, metrics[m][0], metrics[m][1]);
        for (size_t i = 0; i < report->sheet_count; i++)
            add_labelled(out, metrics[m][0], "sheet", report->sheets[i].sheet,
                         sheet_number(&report->sheets[i], m));
    }
}

static void add_gold(struct buf *out, const struct run_report *report) {
    const char *name = "goldleaf_gold_rows";
    add_head(out, name, "Rows of the KPI table.");
    for (size_t i = 0; i < report->gold_count; i++)
        add_labelled(out, name, "table", report->gold[i].table, (double)report->gold[i].rows);
}

/* A run that failed changes nothing of what was published, so what the file says of that stays: the
 * last success, and the numbers of that run. */
static void keep_published(struct buf *out, const char *path) {
    static const char *const starts[] = {"goldleaf_", "# HELP goldleaf_", "# TYPE goldleaf_"};
    char line[512];
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        bool is_ours = false;
        for (size_t i = 0; i < COUNT_OF(starts); i++)
            is_ours |= strncmp(line, starts[i], strlen(starts[i])) == 0;
        if (is_ours && !strstr(line, LAST_RUN) && strchr(line, '\n'))
            buf_add_text(out, line);
    }
    if (file)
        fclose(file);
}

static void add_published(struct buf *out, const struct run_report *report, double now) {
    add_number(out, "goldleaf_last_success_timestamp_seconds",
               "When the last run that published ended.", now);
    add_number(out, "goldleaf_snapshot", "Number of the last snapshot.",
               (double)report->snapshot_id);
    add_number(out, "goldleaf_requests", "Requests that it sent to Google.",
               (double)report->requests);
    add_number(out, "goldleaf_retries", "How many of them repeated one that had failed.",
               (double)report->retries);
    add_stages(out, report);
    add_sheets(out, report);
    add_gold(out, report);
}

bool metrics_write(const char *path, const struct run_report *report, int exit_code,
                   struct err *err) {
    struct output output = {.descriptor = -1};
    struct output_settings settings = {.path = path, .default_format = "text", .color = "never"};
    double now = (double)time(NULL);
    if (!output_open(&output, &settings, err))
        return false;
    struct buf *out = &output.text;
    add_number(out, LAST_RUN "timestamp_seconds", "When the last run ended.", now);
    add_number(out, LAST_RUN "exit_code", "How the last run ended.", exit_code);
    if (report)
        add_published(out, report, now);
    else
        keep_published(out, path);
    if (output_close(&output, err))
        return true;
    output_discard(&output);
    return false;
}
