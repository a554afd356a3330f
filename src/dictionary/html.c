/* The dictionary as one HTML page. */
#include "dictionary/dictionary_parts.h"

/* ---- sheets ---- */

static void add_field_row(struct buf *out, const struct field *field, bool is_key,
                          const char *rules) {
    buf_add_text(out, "<tr><th scope=\"row\"><code>");
    page_add_text(out, field->name);
    buf_printf(out, "</code>%s</th><td>", is_key ? "<span class=\"key\">key</span>" : "");
    page_add_text(out, rules_type(field->type));
    buf_add_text(out, "</td><td>");
    page_add_text(out, field->description ? field->description : "");
    if (rules) {
        buf_add_text(out, "</td><td>");
        page_add_text(out, rules);
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
    page_add_element(out, "p class=\"soft\"", buf_text(&text));
    for (size_t i = 0; i < sheet->reference_count; i++) {
        buf_clear(&text);
        rules_add_reference(&text, model, sheet, &sheet->references[i]);
        page_add_element(out, "p class=\"soft\"", buf_text(&text));
    }
    buf_clear(&text);
    rules_add_missing(&text, &sheet->fields[0]);
    if (text.size) {
        buf_add_text(out, "<p class=\"soft\">Counts as empty: ");
        page_add_text(out, buf_text(&text));
        buf_add_text(out, "</p>\n");
    }
    buf_free(&text);
}

static void add_sheet(struct buf *out, const struct model *model, const struct sheet_model *sheet) {
    buf_printf(out, "<section id=\"sheet-%s\"><h3>%s <small>", sheet->name, sheet->name);
    if (sheet->title) {
        buf_add_text(out, "tab ");
        page_add_text(out, sheet->title);
        buf_add_text(out, ", ");
    }
    page_add_text(out, sheet->path);
    buf_printf(out, " → bronze_%s → silver_%s</small></h3>\n", sheet->name, sheet->name);
    page_add_element(out, "p", sheet->description);
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
    page_add_text(out, path);
    buf_add_text(out, "</code></summary><pre><code>");
    page_add_text(out, sql);
    buf_add_text(out, "</code></pre></details>\n");
}

static void add_gold(struct buf *out, const struct model *model, const struct gold_model *gold,
                     const struct lineage *lineage) {
    struct buf grain = {0};
    buf_printf(out, "<section id=\"%s\"><h3>%s <small>", gold->name, gold->name);
    page_add_text(out, gold->title ? gold->title : "");
    buf_add_text(out, "</small></h3>\n");
    page_add_element(out, "p", gold->description);
    buf_add_text(&grain, "One row per ");
    rules_add_names(&grain, gold->fields, gold->key, gold->key_count);
    buf_add_char(&grain, '.');
    page_add_element(out, "p class=\"soft\"", buf_text(&grain));
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
        page_add_element(out, "p", checks[i].description);
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
    buf_add_text(out, "<header>\n");
    page_add_element(out, "h1", model->title);
    buf_add_text(out, "<p class=\"soft\">Model ");
    page_add_text(out, model->name);
    buf_add_text(out, *model->version ? ", version " : "");
    page_add_text(out, model->version);
    buf_add_text(out, ". Times without an offset are in ");
    page_add_text(out, model->time_zone);
    buf_add_text(out, ".</p>\n");
    page_add_element(out, "p", model->description);
    buf_add_text(out, "</header>\n");
}

void dictionary_add_html(struct buf *out, const struct model *model) {
    static const char *const styles[] = {"dictionary/dictionary.css", NULL};
    struct arena arena = {0};
    const struct page page = {.title = model->title, .styles = styles};
    const struct lineage *lineages = lineage_read_all(&arena, model);
    page_begin(out, &page);
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
    buf_add_text(out, "</main>\n");
    page_end(out, &page);
    arena_free(&arena);
}
