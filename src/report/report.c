#include "report/report_parts.h"

/* A page of 3 MB is quick to open, and has a few hundred KB of text and library beside its data. */
#define MOST_DATA_BYTES 2300000

static void add_header(struct report *report) {
    const struct standing *standing = &report->health.standing;
    struct buf *out = report->out;
    buf_add_text(out, "<header class=\"top\">\n");
    page_add_element(out, "h1", report->layout->title);
    buf_add_text(out, "<p class=\"soft\" id=\"as-of\">");
    if (standing->loaded_at) {
        buf_add_text(out, "Data as of <time datetime=\"");
        page_add_text(out, standing->loaded_at);
        buf_add_text(out, "\">");
        page_add_text(out, standing->loaded_at);
        buf_printf(out, "</time>, snapshot %lld.", (long long)standing->last_snapshot);
    } else {
        buf_add_text(out, "Nothing has been pulled yet.");
    }
    buf_add_text(out, "</p>\n</header>\n");
}

static void add_body(struct report *report) {
    struct buf *out = report->out;
    add_header(report);
    report_add_sources(report);
    report_add_warnings(report);
    buf_add_text(out, "<div id=\"filters\"></div>\n<main>\n");
    report_add_tiles(report);
    report_add_charts(report);
    report_add_tables(report);
    report_add_quality(report);
    report_add_sheets(report);
    buf_add_text(out, "</main>\n");
    report_add_json(report);
}

static void add_page(struct report *report) {
    static const char *const styles[] = {"report/report.css", NULL};
    static const char *const scripts[] = {"report/chart.js",  "report/data.js",   "report/draw.js",
                                          "report/tables.js", "report/report.js", NULL};
    const struct page page = {report->layout->title, styles, scripts};
    page_begin(report->out, &page);
    add_body(report);
    page_end(report->out, &page);
}

/* Nothing that is dated ahead of the last pull; where nothing has a date, the pull's. */
static int64_t as_of(const struct report *report) {
    const char *loaded_at = report->health.standing.loaded_at;
    int64_t pulled = loaded_at ? cube_day_read(span_from(loaded_at)) : 0;
    int64_t last = cube_last_day(&report->cube, pulled);
    return last ? last : pulled;
}

bool report_add(struct buf *out, struct warehouse *warehouse, const struct model *model,
                const struct report_options *options, struct err *err) {
    struct arena arena = {0};
    struct report report = {.out = out, .arena = &arena, .model = model};
    report.layout = model->report ? model->report : report_default(&arena, model);
    report.health.stale_after_s = options->stale_after_s;
    bool ok = health_read(&report.health, warehouse, model, &arena, err) &&
              cube_read(&report.cube, report.layout, warehouse, &arena, err);
    if (ok) {
        report.as_of = as_of(&report);
        cube_encode(&report.cube, MOST_DATA_BYTES);
        add_page(&report);
    }
    cube_free(&report.cube);
    arena_free(&arena);
    return ok;
}
