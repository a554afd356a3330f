/* The dictionary as Markdown. */
#include "base/visible.h"
#include "dictionary/dictionary_parts.h"

/* "- ", "+ " and "1." at the beginning of a line make lists. */
static size_t find_list_mark(const char *text, size_t size) {
    size_t start = 0;
    while (start < size && text[start] == ' ')
        start++;
    size_t at = start;
    while (at < size && ascii_is_digit(text[at]))
        at++;
    return at < size && strchr(at > start ? ".)" : "-+=", text[at]) ? at : SIZE_MAX;
}

/* Text in a paragraph or a cell of a table: one line, and nothing in it is a mark. "://", "www."
 * and '@' are broken up, because viewers make links of bare addresses. */
static void add(struct buf *out, const char *text) {
    struct buf line = {0};
    for (; text && *text; text++)
        buf_add_char(&line, strchr("\n\r\t", *text) ? ' ' : *text);
    struct buf shown = {0};
    visible_add(&shown, buf_span(&line));
    size_t list_mark = find_list_mark(buf_text(&shown), shown.size);
    for (size_t i = 0; i < shown.size; i++) {
        char c = shown.data[i];
        bool breaks_address = (c == ':' && shown.data[i + 1] == '/') ||
                              (c == '.' && i >= 3 && memcmp(shown.data + i - 3, "www", 3) == 0);
        if (strchr("\\`*_[]<>|~&#!$@", c) || i == list_mark || breaks_address)
            buf_add_char(out, '\\');
        buf_add_char(out, c);
    }
    buf_free(&line);
    buf_free(&shown);
}

static void add_paragraph(struct buf *out, const char *text) {
    if (!text || !*text)
        return;
    add(out, text);
    buf_add_text(out, "\n\n");
}

/* A fence is longer than any run of backticks inside. */
static void add_sql(struct buf *out, const char *path, const char *sql) {
    size_t longest = 2, run = 0;
    for (const char *at = sql; *at; at++) {
        run = *at == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    struct buf fence = {0};
    for (size_t i = 0; i <= longest; i++)
        buf_add_char(&fence, '`');
    buf_add_text(out, "SQL, ");
    add(out, path);
    buf_printf(out, ":\n\n%ssql\n", buf_text(&fence));
    for (const char *at = sql; *at;) {
        size_t size = strcspn(at, "\n");
        visible_add(out, (struct span){at, size});
        buf_add_char(out, '\n');
        at += size + (at[size] == '\n');
    }
    buf_printf(out, "%s\n\n", buf_text(&fence));
    buf_free(&fence);
}

static void add_field_row(struct buf *out, const struct field *field, bool is_key,
                          const char *rules) {
    buf_printf(out, "| `%s`%s | %s | ", field->name, is_key ? " (key)" : "",
               rules_type(field->type));
    add(out, field->description);
    if (rules) {
        buf_add_text(out, " | ");
        add(out, rules);
    }
    buf_add_text(out, " |\n");
}

static void add_sheet_rules(struct buf *out, const struct model *model,
                            const struct sheet_model *sheet) {
    struct buf text = {0};
    rules_add_keys(&text, sheet);
    for (size_t i = 0; i < sheet->reference_count; i++) {
        buf_add_char(&text, ' ');
        rules_add_reference(&text, model, sheet, &sheet->references[i]);
    }
    struct buf missing = {0};
    rules_add_missing(&missing, &sheet->fields[0]);
    if (missing.size)
        buf_printf(&text, " Counts as empty: %s", buf_text(&missing));
    add_paragraph(out, buf_text(&text));
    buf_free(&missing);
    buf_free(&text);
}

static void add_sheet(struct buf *out, const struct model *model, const struct sheet_model *sheet) {
    buf_printf(out, "### %s\n\n", sheet->name);
    add_paragraph(out, sheet->description);
    buf_add_text(out, "From ");
    if (sheet->title) {
        buf_add_text(out, "the tab ");
        add(out, sheet->title);
        buf_add_text(out, ", or ");
    }
    add(out, sheet->path);
    buf_printf(out, " to `bronze_%s` and `silver_%s`. ", sheet->name, sheet->name);
    add_sheet_rules(out, model, sheet);
    buf_add_text(out, "| column | type | meaning | rules |\n|---|---|---|---|\n");
    for (size_t i = 0; i < sheet->field_count; i++) {
        struct buf rules = {0};
        rules_add(&rules, sheet, &sheet->fields[i]);
        add_field_row(out, &sheet->fields[i], rules_is_key(sheet->key, sheet->key_count, i),
                      buf_text(&rules));
        buf_free(&rules);
    }
    buf_add_char(out, '\n');
}

static void add_reads(struct buf *out, const struct model *model, const struct lineage *lineage) {
    for (size_t i = 0; i < model->sheet_count; i++) {
        size_t count = 0;
        if (!lineage->sheets[i])
            continue;
        buf_printf(out, "* reads `silver_%s`", model->sheets[i].name);
        for (size_t j = 0; j < model->sheets[i].field_count; j++)
            if (lineage->columns[i][j])
                buf_printf(out, "%s`%s`", count++ ? ", " : ": ", model->sheets[i].fields[j].name);
        buf_add_char(out, '\n');
    }
    buf_add_char(out, '\n');
}

static void add_gold(struct buf *out, const struct model *model, const struct gold_model *gold,
                     const struct lineage *lineage) {
    buf_printf(out, "### %s\n\n", gold->name);
    add_paragraph(out, gold->title);
    add_paragraph(out, gold->description);
    buf_add_text(out, "One row per ");
    for (size_t i = 0; i < gold->key_count; i++)
        buf_printf(out, "%s`%s`", i ? ", " : "", gold->fields[gold->key[i]].name);
    buf_add_text(out, ".\n\n");
    add_reads(out, model, lineage);
    buf_add_text(out, "| column | type | meaning |\n|---|---|---|\n");
    for (size_t i = 0; i < gold->field_count; i++)
        add_field_row(out, &gold->fields[i], rules_is_key(gold->key, gold->key_count, i), NULL);
    buf_add_char(out, '\n');
    add_sql(out, gold->sql_path, gold->sql);
}

/* Names only, which are plain words in every model. */
static void add_chart(struct buf *out, const struct model *model, const struct lineage *lineages) {
    buf_add_text(out, "```mermaid\nflowchart LR\n");
    for (size_t i = 0; i < model->sheet_count; i++)
        buf_printf(out, "    sheet_%s[%s] --> silver_%s\n", model->sheets[i].name,
                   model->sheets[i].name, model->sheets[i].name);
    for (size_t i = 0; i < model->gold_count; i++) {
        for (size_t j = 0; j < model->sheet_count; j++)
            if (lineages[i].sheets[j])
                buf_printf(out, "    silver_%s --> %s\n", model->sheets[j].name,
                           model->gold[i].name);
        for (size_t j = 0; j < model->gold_count; j++)
            if (lineages[i].gold[j])
                buf_printf(out, "    %s --> %s\n", model->gold[j].name, model->gold[i].name);
    }
    buf_add_text(out, "```\n\n");
}

static void add_checks(struct buf *out, const char *title, const char *note,
                       const struct check_model *checks, size_t count) {
    if (count)
        buf_printf(out, "## %s\n\n%s\n\n", title, note);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "### %s\n\nOf `%s`. ", checks[i].rule, checks[i].table);
        add(out, checks[i].description);
        buf_add_text(out, "\n\n");
        add_sql(out, checks[i].sql_path, checks[i].sql);
    }
}

void dictionary_add_markdown(struct buf *out, const struct model *model) {
    struct arena arena = {0};
    const struct lineage *lineages = lineage_read_all(&arena, model);
    buf_add_text(out, "# ");
    add_paragraph(out, model->title);
    add_paragraph(out, model->description);
    buf_printf(out, "Model `%s`", model->name);
    buf_add_text(out, *model->version ? ", version " : "");
    add(out, model->version);
    buf_add_text(out, ". Times without an offset are in ");
    add(out, model->time_zone);
    buf_add_text(out, ".\n\n## Where the KPIs come from\n\n");
    add_chart(out, model, lineages);
    buf_add_text(out, model->gold_count ? "## KPI tables\n\n" : "");
    for (size_t i = 0; i < model->gold_count; i++)
        add_gold(out, model, &model->gold[i], &lineages[i]);
    add_checks(out, "Checks", DICTIONARY_CHECKS, model->checks, model->check_count);
    add_checks(out, "Invariants", DICTIONARY_INVARIANTS, model->invariants, model->invariant_count);
    buf_add_text(out, "## Sheets\n\n");
    for (size_t i = 0; i < model->sheet_count; i++)
        add_sheet(out, model, &model->sheets[i]);
    arena_free(&arena);
}
