/* How good the data are, as text. */
#include "base/age.h"
#include "base/decimal.h"
#include "report/report_parts.h"

static void add_time(struct buf *out, const char *time_text) {
    if (!time_text)
        return;
    buf_add_text(out, "<time datetime=\"");
    page_add_text(out, time_text);
    buf_add_text(out, "\">");
    page_add_text(out, time_text);
    buf_add_text(out, "</time>");
}

void report_add_warnings(struct report *report) {
    struct buf text = {0};
    buf_add_text(report->out, "<div id=\"warnings\" role=\"status\">\n");
    for (size_t i = 0; health_warning(&report->health, i, &text); i++)
        page_add_element(report->out, "p class=\"warning\"", buf_text(&text));
    buf_add_text(report->out, "</div>\n");
    buf_free(&text);
}

static void add_head(struct buf *out, const char *id, const char *title, const char *const *columns,
                     size_t count) {
    buf_printf(out, "<section class=\"card\" id=\"%s\">\n", id);
    page_add_element(out, "h2", title);
    buf_add_text(out, "<div class=\"wide\"><table data-plain><thead><tr>");
    for (size_t i = 0; i < count; i++) {
        bool is_number = columns[i][0] == '#';
        buf_printf(out, "<th scope=\"col\"%s>%s</th>", is_number ? " class=\"n\"" : "",
                   columns[i] + is_number);
    }
    buf_add_text(out, "</tr></thead><tbody>\n");
}

static void add_end(struct buf *out) {
    buf_add_text(out, "</tbody></table></div></section>\n");
}

static void add_text(struct buf *out, const char *text) {
    buf_add_text(out, "<td>");
    page_add_text(out, text ? text : "");
    buf_add_text(out, "</td>");
}

static void add_count(struct buf *out, int64_t count) {
    buf_add_text(out, "<td class=\"n\">");
    decimal_add_grouped(out, count);
    buf_add_text(out, "</td>");
}

static const char *state_of(const struct health *health, const struct sheet_info *sheet) {
    if (sheet->held)
        return "held back";
    return health_is_stale(health, sheet) ? "old" : "good";
}

static const char *source_of(const char *source) {
    if (!source)
        return "never";
    return strcmp(source, "sheets") == 0 ? "Google Sheets" : "CSV file";
}

void report_add_sources(struct report *report) {
    const struct health *health = &report->health;
    buf_add_text(report->out, "<ul id=\"sources\" aria-label=\"Sheets, their source and age\">\n");
    for (size_t i = 0; i < health->sheet_count; i++) {
        const struct sheet_info *sheet = &health->sheets[i];
        struct buf age = {0};
        if (sheet->loaded_at)
            age_add(&age, sheet->loaded_at);
        bool is_good = strcmp(state_of(health, sheet), "good") == 0;
        buf_add_text(report->out, is_good ? "<li><b>" : "<li class=\"bad\"><b>");
        page_add_text(report->out, sheet->name);
        buf_printf(report->out, "</b> %s%s", source_of(sheet->source), age.size ? ", " : "");
        if (sheet->loaded_at) {
            buf_add_text(report->out, "<span data-age=\"");
            page_add_text(report->out, sheet->loaded_at);
            buf_add_text(report->out, "\">");
            page_add_text(report->out, buf_text(&age));
            buf_add_text(report->out, "</span>");
        }
        buf_printf(report->out, "%s%s</li>\n", is_good ? "" : ", ",
                   is_good ? "" : state_of(health, sheet));
        buf_free(&age);
    }
    buf_add_text(report->out, "</ul>\n");
}

void report_add_sheets(struct report *report) {
    static const char *const columns[] = {"Sheet", "State",     "Source", "Pulled",
                                          "#Rows", "#Rejected", "Place"};
    const struct health *health = &report->health;
    add_head(report->out, "sheets", "Sheets", columns, COUNT_OF(columns));
    for (size_t i = 0; i < health->sheet_count; i++) {
        const struct sheet_info *sheet = &health->sheets[i];
        const char *state = state_of(health, sheet);
        buf_add_text(report->out, "<tr><th scope=\"row\">");
        page_add_text(report->out, sheet->name);
        buf_printf(report->out, "</th><td><span class=\"state %s\">%s</span></td>",
                   strcmp(state, "good") == 0 ? "good" : "bad", state);
        add_text(report->out, source_of(sheet->source));
        buf_add_text(report->out, "<td>");
        add_time(report->out, sheet->loaded_at);
        buf_add_text(report->out, "</td>");
        add_count(report->out, sheet->rows);
        add_count(report->out, sheet->rejected);
        add_text(report->out, sheet->location);
        buf_add_text(report->out, "</tr>\n");
    }
    add_end(report->out);
}

static void add_reject(struct report *report, const struct health_reject *reject) {
    struct buf *out = report->out;
    buf_add_text(out, "<tr><th scope=\"row\">");
    if (reject->link) {
        buf_add_text(out, "<a rel=\"noreferrer noopener\" target=\"_blank\" href=\"");
        page_add_text(out, reject->link);
        buf_add_text(out, "\">");
    }
    page_add_text(out, reject->sheet);
    buf_add_char(out, ' ');
    page_add_text(out, reject->cell ? reject->cell : "");
    buf_add_text(out, reject->link ? "</a></th>" : "</th>");
    add_text(out, reject->key);
    add_text(out, reject->rule);
    add_text(out, reject->value);
    add_text(out, reject->reason);
    buf_add_text(out, "</tr>\n");
}

static void add_rejects(struct report *report) {
    static const char *const columns[] = {"Cell", "Key", "Rule", "Value", "Reason"};
    const struct health *health = &report->health;
    add_head(report->out, "rejects", "Rows in quarantine", columns, COUNT_OF(columns));
    for (size_t i = 0; i < health->reject_count; i++)
        add_reject(report, &health->rejects[i]);
    buf_add_text(report->out, "</tbody></table></div>\n");
    if ((int64_t)health->reject_count < health->reject_total) {
        buf_add_text(report->out, "<p class=\"soft note\">The first of each sheet; all ");
        decimal_add_grouped(report->out, health->reject_total);
        buf_add_text(report->out, ": <code>goldleaf rejects --limit 0</code></p>\n");
    }
    buf_add_text(report->out, "</section>\n");
}

static void add_load(struct report *report, const struct health_load *load) {
    buf_add_text(report->out, "<tr><td>");
    add_time(report->out, load->loaded_at);
    buf_add_text(report->out, "</td>");
    add_count(report->out, load->snapshot);
    add_text(report->out, load->sheet);
    add_text(report->out, source_of(load->source));
    add_text(report->out, load->status);
    add_count(report->out, load->rows);
    add_count(report->out, load->added);
    add_count(report->out, load->changed);
    add_count(report->out, load->removed);
    add_text(report->out, load->message);
    buf_add_text(report->out, "</tr>\n");
}

static void add_loads(struct report *report) {
    static const char *const columns[] = {"Pulled", "#Snapshot", "Sheet",    "Source",   "Status",
                                          "#Rows",  "#Added",    "#Changed", "#Removed", "Message"};
    add_head(report->out, "loads", "Last loads", columns, COUNT_OF(columns));
    for (size_t i = 0; i < report->health.load_count; i++)
        add_load(report, &report->health.loads[i]);
    add_end(report->out);
}

void report_add_quality(struct report *report) {
    buf_add_text(report->out,
                 "<figure class=\"card\" data-quality><figcaption><h2>Quarantine</h2></figcaption>"
                 "<p class=\"soft note\">Rows that each rule turned away, over the last snapshots. "
                 "Filters do not act on it.</p></figure>\n");
    add_rejects(report);
    add_loads(report);
}
