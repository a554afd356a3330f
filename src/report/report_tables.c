/* Tables of measures by one field or two. */
#include "base/decimal.h"
#include "report/report_parts.h"

#define ROWS 500 /* the script has them all */

/* What a table shows of each of its groups. */
struct view {
    const struct report_table *table;
    struct sums *sums; /* by column; of measures only */
    bool *is_seen;
    size_t count;
    struct pairs pairs; /* of a table by two fields */
};

/* The value of a group's first or second field. */
static size_t number_of(const struct view *view, size_t group, size_t part) {
    if (view->table->by_count < 2)
        return group;
    uint64_t number = view->pairs.numbers[group];
    return part ? number % view->pairs.inner : number / view->pairs.inner;
}

static void sum_view(struct report *report, struct view *view) {
    const struct report_table *table = view->table;
    struct part by[REPORT_MAX_BY];
    for (size_t i = 0; i < table->by_count; i++)
        by[i] = (struct part){table->by[i], false};
    if (table->by_count > 1)
        measure_find_pairs(&report->cube, by, report->arena, &view->pairs);
    view->sums = arena_array(report->arena, table->column_count + 1, sizeof *view->sums);
    for (size_t i = 0; i < table->column_count; i++) {
        struct sums *sums = &view->sums[i];
        if (table->columns[i].field)
            continue;
        const struct report_measure *measure = &report->layout->measures[table->columns[i].measure];
        if (table->by_count > 1)
            measure_sum_pairs(&report->cube, measure, by, &view->pairs, report->arena, sums);
        else
            measure_sum(&report->cube, measure, by, 1, report->arena, sums);
        if (!view->is_seen)
            view->is_seen = sums->is_seen;
        for (size_t j = 0; j < sums->count; j++)
            view->is_seen[j] |= sums->is_seen[j];
        view->count = sums->count;
    }
}

/* A field of the groups: what it says of the first one, by whose key it is found. */
static void add_field(struct report *report, const struct view *view, const char *field,
                      size_t group, struct buf *out) {
    size_t dataset, column, number = number_of(view, group, 0);
    if (!report_find_attribute(report->layout, view->table->by[0], field, &dataset, &column))
        return; /* a fault of the model */
    const struct cube_table *table = &report->cube.tables[dataset];
    enum field_type type = table->dataset->fields[column].type;
    int64_t row = number < table->key_count ? table->row_of_key[number] : -1;
    int64_t value = row < 0 ? CUBE_NOTHING : table->columns[column][row];
    if (value == CUBE_NOTHING || (report_is_date(type) && value <= 0))
        buf_add_text(out, "\u2013");
    else if (report_is_dimension(type))
        buf_add_text(out, report_name(report, field, (size_t)value));
    else if (report_is_date(type))
        cube_day_write(value, out);
    else
        measure_add_value(out, type, value);
}

static bool is_number(const struct report *report, const struct report_table_column *column) {
    return !column->field ||
           report_is_number(report_find_field(report->layout, column->field)->type);
}

/* Of the page's styles: numbers stand at the right, dates on one line. */
static const char *class_of(const struct report *report, const struct report_table_column *column) {
    if (is_number(report, column))
        return " class=n";
    return report_is_date(report_find_field(report->layout, column->field)->type) ? " class=d" : "";
}

static const char *title_of(const struct report *report, const char *name) {
    const struct field *field = report_find_field(report->layout, name);
    return field && field->title ? field->title : name;
}

static void add_row(struct report *report, const struct view *view, size_t group) {
    const struct report_table *table = view->table;
    struct buf text = {0};
    buf_add_text(report->out, "<tr>");
    for (size_t i = 0; i < table->by_count; i++) {
        buf_add_text(report->out, i ? "<td>" : "<th scope=row>");
        page_add_text(report->out, report_name(report, table->by[i], number_of(view, group, i)));
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const struct report_table_column *column = &table->columns[i];
        buf_clear(&text);
        if (column->field)
            add_field(report, view, column->field, group, &text);
        else
            measure_add(&text, &report->layout->measures[column->measure], &view->sums[i], group);
        buf_printf(report->out, "<td%s>", class_of(report, column));
        page_add_text(report->out, buf_text(&text));
    }
    buf_add_char(report->out, '\n');
    buf_free(&text);
}

static void add_table_head(struct report *report, const struct report_table *table) {
    buf_add_text(report->out, "<div class=\"wide\"><table><thead><tr>");
    for (size_t i = 0; i < table->by_count; i++) {
        buf_add_text(report->out, "<th scope=\"col\">");
        page_add_text(report->out, title_of(report, table->by[i]));
        buf_add_text(report->out, "</th>");
    }
    for (size_t i = 0; i < table->column_count; i++) {
        const struct report_table_column *column = &table->columns[i];
        buf_printf(report->out, "<th scope=\"col\"%s>",
                   is_number(report, column) ? " class=\"n\"" : "");
        page_add_text(report->out, column->field ? title_of(report, column->field)
                                                 : report->layout->measures[column->measure].title);
        buf_add_text(report->out, "</th>");
    }
    buf_add_text(report->out, "</tr></thead><tbody>\n");
}

static void add_table(struct report *report, size_t index) {
    struct view view = {.table = &report->layout->tables[index]};
    size_t shown = 0, total = 0;
    sum_view(report, &view);
    buf_printf(report->out, "<section class=\"card\" data-table=\"%zu\">\n", index);
    page_add_element(report->out, "h2", view.table->title);
    add_table_head(report, view.table);
    for (size_t i = 0; i < view.count; i++) {
        total += view.is_seen[i];
        if (view.is_seen[i] && shown < ROWS) {
            add_row(report, &view, i);
            shown++;
        }
    }
    buf_add_text(report->out, "</tbody></table></div>\n");
    if (shown < total) {
        buf_printf(report->out, "<p class=\"soft more\">The first %zu of ", shown);
        decimal_add_grouped(report->out, (int64_t)total);
        buf_add_text(report->out, " rows.</p>\n");
    }
    buf_add_text(report->out, "</section>\n");
}

void report_add_tables(struct report *report) {
    for (size_t i = 0; i < report->layout->table_count; i++)
        add_table(report, i);
}
