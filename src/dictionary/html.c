/* The dictionary as one HTML page. */
#include "dictionary/dictionary_parts.h"

#define STYLE                                                                                      \
    ":root{color-scheme:light dark;--ink:#1d1d1f;--soft:#5f6368;--paper:#fff;--shade:#f4f4f2;"     \
    "--rule:#d9d9d4;--accent:#8a6100;"                                                             \
    "--k0:#b4690e;--k1:#1f6fb2;--k2:#2e7d4f;--k3:#8e44ad;--k4:#b03a48;--k5:#4a5a70}\n"             \
    "@media(prefers-color-scheme:dark){:root{--ink:#e8e6e3;--soft:#a5a29c;--paper:#17181a;"        \
    "--shade:#222326;--rule:#3a3b3e;--accent:#e0b04a;"                                             \
    "--k0:#e0a04a;--k1:#6db3f2;--k2:#6cc48f;--k3:#c58be0;--k4:#f08a94;--k5:#a3b4cc}}\n"            \
    "*{box-sizing:border-box}\n"                                                                   \
    "body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:76rem;background:var(--paper);"        \
    "color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}\n"              \
    "h1{margin:0 0 .25rem}h2{margin:2.5rem 0 .5rem;padding-top:.5rem;"                             \
    "border-top:1px solid var(--rule)}h3{margin:1.75rem 0 .25rem}\n"                               \
    "a{color:var(--accent)}p{margin:.4rem 0;max-width:70ch}.soft{color:var(--soft)}\n"             \
    "nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;list-style:none}\n"           \
    "code,pre,h3{font-family:ui-monospace,monospace}code{font-size:.92em}\n"                       \
    "h3{font-size:1.1rem}h3 small{font:14px system-ui,sans-serif;color:var(--soft)}\n"             \
    "table{border-collapse:collapse;width:100%;margin:.75rem 0;font-size:.92rem}\n"                \
    "th,td{padding:.4rem .6rem;text-align:left;vertical-align:top;"                                \
    "border-bottom:1px solid var(--rule)}thead th{background:var(--shade)}\n"                      \
    "tbody th{font-weight:400;white-space:nowrap}td:nth-child(2){min-width:7rem}\n"                \
    "th:nth-child(1){width:18%}th:nth-child(2){width:17%}\n"                                       \
    ".wide{overflow-x:auto}details{margin:.5rem 0}summary{cursor:pointer}\n"                       \
    "pre{background:var(--shade);padding:.75rem;overflow-x:auto;font-size:.85rem}\n"               \
    ".key{color:var(--accent);font-size:.8em;margin-left:.4em}\n"                                  \
    "svg{font:13px ui-monospace,monospace;max-width:max(100%,34rem);height:auto}svg "              \
    "text{fill:var(--ink)}\n"                                                                      \
    "svg .row{font-size:12px}svg .caption{fill:var(--soft);font-family:system-ui,sans-serif}\n"    \
    "svg .head{font-weight:600}svg .line{fill:none;stroke:var(--soft);stroke-opacity:.6}\n"        \
    "svg .box{fill:var(--shade);stroke:var(--soft)}\n"                                             \
    "svg .k0{stroke:var(--k0)}svg .k1{stroke:var(--k1)}svg .k2{stroke:var(--k2)}"                  \
    "svg .k3{stroke:var(--k3)}svg .k4{stroke:var(--k4)}svg .k5{stroke:var(--k5)}\n"

static void add_element(struct buf *out, const char *element, const char *text) {
    if (!text || !*text)
        return;
    buf_printf(out, "<%s>", element);
    html_add(out, text);
    buf_printf(out, "</%.*s>\n", (int)strcspn(element, " "), element);
}

/* ---- sheets ---- */

static void add_field_row(struct buf *out, const struct field *field, bool is_key,
                          const char *rules) {
    buf_add_text(out, "<tr><th scope=\"row\"><code>");
    html_add(out, field->name);
    buf_printf(out, "</code>%s</th><td>", is_key ? "<span class=\"key\">key</span>" : "");
    html_add(out, rules_type(field->type));
    buf_add_text(out, "</td><td>");
    html_add(out, field->description ? field->description : "");
    if (rules) {
        buf_add_text(out, "</td><td>");
        html_add(out, rules);
    }
    buf_add_text(out, "</td></tr>\n");
}

static void add_table_head(struct buf *out, bool has_rules) {
    buf_printf(out,
               "<div class=\"wide\"><table><thead><tr><th scope=\"col\">Column</th>"
               "<th scope=\"col\">Type</th><th scope=\"col\">Meaning</th>%s</tr></thead><tbody>\n",
               has_rules ? "<th scope=\"col\">Rules</th>" : "");
}

static void add_table_end(struct buf *out) {
    buf_add_text(out, "</tbody></table></div>\n");
}

static void add_sheet_rules(struct buf *out, const struct model *model,
                            const struct sheet_model *sheet) {
    struct buf text = {0};
    rules_add_keys(&text, sheet);
    add_element(out, "p class=\"soft\"", buf_text(&text));
    for (size_t i = 0; i < sheet->reference_count; i++) {
        buf_clear(&text);
        rules_add_reference(&text, model, sheet, &sheet->references[i]);
        add_element(out, "p class=\"soft\"", buf_text(&text));
    }
    buf_clear(&text);
    rules_add_missing(&text, &sheet->fields[0]);
    if (text.size) {
        buf_add_text(out, "<p class=\"soft\">Counts as empty: ");
        html_add(out, buf_text(&text));
        buf_add_text(out, "</p>\n");
    }
    buf_free(&text);
}

static void add_sheet(struct buf *out, const struct model *model, const struct sheet_model *sheet) {
    buf_printf(out, "<section id=\"sheet-%s\"><h3>%s <small>", sheet->name, sheet->name);
    if (sheet->title) {
        buf_add_text(out, "tab ");
        html_add(out, sheet->title);
        buf_add_text(out, ", ");
    }
    html_add(out, sheet->path);
    buf_printf(out, " → bronze_%s → silver_%s</small></h3>\n", sheet->name, sheet->name);
    add_element(out, "p", sheet->description);
    add_sheet_rules(out, model, sheet);
    add_table_head(out, true);
    for (size_t i = 0; i < sheet->field_count; i++) {
        struct buf rules = {0};
        rules_add(&rules, sheet, &sheet->fields[i]);
        add_field_row(out, &sheet->fields[i], rules_is_key(sheet->key, sheet->key_count, i),
                      buf_text(&rules));
        buf_free(&rules);
    }
    add_table_end(out);
    buf_add_text(out, "</section>\n");
}

/* ---- KPI tables ---- */

static void add_reads(struct buf *out, const struct model *model, const struct lineage *lineage) {
    buf_add_text(out, "<p class=\"soft\">Reads ");
    bool is_first = true;
    for (size_t i = 0; i < model->sheet_count; i++) {
        const struct sheet_model *sheet = &model->sheets[i];
        size_t count = 0;
        if (!lineage->sheets[i])
            continue;
        buf_printf(out, "%s<a href=\"#sheet-%s\">%s</a>", is_first ? "" : "; ", sheet->name,
                   sheet->name);
        for (size_t j = 0; j < sheet->field_count; j++)
            if (lineage->columns[i][j])
                buf_printf(out, "%s%s", count++ ? ", " : ": ", sheet->fields[j].name);
        is_first = false;
    }
    buf_printf(out, "%s.</p>\n", is_first ? "no sheet by name" : "");
}

static void add_sql(struct buf *out, const char *path, const char *sql) {
    buf_add_text(out, "<details><summary>SQL, <code>");
    html_add(out, path);
    buf_add_text(out, "</code></summary><pre><code>");
    html_add(out, sql);
    buf_add_text(out, "</code></pre></details>\n");
}

static void add_gold(struct buf *out, const struct model *model, const struct gold_model *gold,
                     const struct lineage *lineage) {
    struct buf grain = {0};
    buf_printf(out, "<section id=\"%s\"><h3>%s <small>", gold->name, gold->name);
    html_add(out, gold->title ? gold->title : "");
    buf_add_text(out, "</small></h3>\n");
    add_element(out, "p", gold->description);
    buf_add_text(&grain, "One row per ");
    rules_add_names(&grain, gold->fields, gold->key, gold->key_count);
    buf_add_char(&grain, '.');
    add_element(out, "p class=\"soft\"", buf_text(&grain));
    buf_free(&grain);
    add_reads(out, model, lineage);
    add_table_head(out, false);
    for (size_t i = 0; i < gold->field_count; i++)
        add_field_row(out, &gold->fields[i], rules_is_key(gold->key, gold->key_count, i), NULL);
    add_table_end(out);
    add_sql(out, gold->sql_path, gold->sql);
    buf_add_text(out, "</section>\n");
}

static void add_checks(struct buf *out, const char *title, const char *note,
                       const struct check_model *checks, size_t count) {
    if (count == 0)
        return;
    buf_printf(out, "<h2>%s</h2>\n<p class=\"soft\">%s</p>\n", title, note);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "<h3>%s <small>%s</small></h3>\n", checks[i].rule, checks[i].table);
        add_element(out, "p", checks[i].description);
        add_sql(out, checks[i].sql_path, checks[i].sql);
    }
}

/* ---- the page ---- */

static void add_contents(struct buf *out, const struct model *model) {
    buf_add_text(out, "<nav aria-label=\"Contents\"><ul>\n");
    for (size_t i = 0; i < model->gold_count; i++)
        buf_printf(out, "<li><a href=\"#%s\">%s</a></li>\n", model->gold[i].name,
                   model->gold[i].name);
    for (size_t i = 0; i < model->sheet_count; i++)
        buf_printf(out, "<li><a href=\"#sheet-%s\">%s</a></li>\n", model->sheets[i].name,
                   model->sheets[i].name);
    buf_add_text(out, "</ul></nav>\n");
}

static void add_head(struct buf *out, const struct model *model) {
    buf_add_text(out,
                 "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                 "style-src 'unsafe-inline'\"/>\n"
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n");
    add_element(out, "title", model->title);
    buf_add_text(out, "<style>\n" STYLE "</style>\n</head>\n<body>\n<header>\n");
    add_element(out, "h1", model->title);
    buf_add_text(out, "<p class=\"soft\">Model ");
    html_add(out, model->name);
    buf_add_text(out, *model->version ? ", version " : "");
    html_add(out, model->version);
    buf_add_text(out, ". Times without an offset are in ");
    html_add(out, model->time_zone);
    buf_add_text(out, ".</p>\n");
    add_element(out, "p", model->description);
    buf_add_text(out, "</header>\n");
}

void dictionary_add_html(struct buf *out, const struct model *model) {
    struct arena arena = {0};
    const struct lineage *lineages = lineage_read_all(&arena, model);
    add_head(out, model);
    add_contents(out, model);
    buf_add_text(out, "<main>\n<h2 id=\"lineage\">Where the KPIs come from</h2>\n"
                      "<div class=\"wide\">\n");
    picture_add(out, model, lineages);
    buf_add_text(out, "</div>\n<p class=\"soft\">A line says that the table's SQL names the "
                      "column.</p>\n");
    if (model->gold_count)
        buf_add_text(out, "<h2 id=\"kpis\">KPI tables</h2>\n");
    for (size_t i = 0; i < model->gold_count; i++)
        add_gold(out, model, &model->gold[i], &lineages[i]);
    add_checks(out, "Checks", DICTIONARY_CHECKS, model->checks, model->check_count);
    add_checks(out, "Invariants", DICTIONARY_INVARIANTS, model->invariants, model->invariant_count);
    buf_add_text(out, "<h2 id=\"sheets\">Sheets</h2>\n");
    for (size_t i = 0; i < model->sheet_count; i++)
        add_sheet(out, model, &model->sheets[i]);
    buf_add_text(out, "</main>\n</body>\n</html>\n");
    arena_free(&arena);
}
