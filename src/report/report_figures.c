/* Tiles and charts as text: what stands there before a script draws, and without one. */
#include "base/decimal.h"
#include "report/report_parts.h"

#include <stdlib.h>

#define BARS 20
#define MONTHS 24

static const char *const weekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                       "Friday", "Saturday", "Sunday"};

const char *report_name(const struct report *report, const char *field, size_t number) {
    const struct cube *cube = &report->cube;
    for (size_t i = 0; i < cube->report->dataset_count; i++) {
        const struct cube_table *table = &cube->tables[i];
        const struct report_dataset *dataset = table->dataset;
        if (dataset->label < 0 || strcmp(dataset->fields[dataset->key].name, field) != 0 ||
            number >= table->key_count || table->row_of_key[number] < 0)
            continue;
        const struct dictionary *names = &cube->dictionaries[table->dictionaries[dataset->label]];
        struct span name = names->texts[table->columns[dataset->label][table->row_of_key[number]]];
        if (name.size)
            return name.data;
    }
    const char *text = cube->dictionaries[cube_find_dictionary(cube, field)].texts[number].data;
    return *text ? text : "(none)";
}

void report_add_definitions(struct report *report, const size_t *measures, size_t count) {
    buf_add_text(report->out, "<dl class=\"definitions\">\n");
    for (size_t i = 0; i < count; i++) {
        const struct report_measure *measure = &report->layout->measures[measures[i]];
        if (!measure->description || !*measure->description)
            continue;
        page_add_element(report->out, "dt", measure->title);
        page_add_element(report->out, "dd", measure->description);
    }
    buf_add_text(report->out, "</dl>\n");
}

/* ---- tiles ---- */

/* What a set of tiles is about is told by its size: groups are ordered by the first count. */
static void order_groups(const struct sums *sums, size_t *order) {
    for (size_t i = 0; i < sums->count; i++) {
        size_t at = i;
        for (; at > 0 && sums->sum[order[at - 1]] < sums->sum[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

static const struct sums *first_count(const struct report_model *layout, const struct sums *sums) {
    for (size_t i = 0; i < layout->tile_count; i++)
        if (layout->measures[layout->tiles[i]].type == FIELD_INTEGER)
            return &sums[i];
    return sums;
}

static void add_tile(struct report *report, size_t measure, const struct sums *sums, size_t group) {
    const struct report_measure *what = &report->layout->measures[measure];
    struct buf value = {0};
    measure_add(&value, what, sums, group);
    buf_printf(report->out, "<div class=\"tile\" data-measure=\"%zu\"><dt>", measure);
    page_add_text(report->out, what->title);
    buf_add_text(report->out, "</dt><dd>");
    page_add_text(report->out, buf_text(&value));
    buf_add_text(report->out, "</dd></div>\n");
    buf_free(&value);
}

static void add_set(struct report *report, const struct sums *sums, size_t group) {
    const struct report_model *layout = report->layout;
    buf_printf(report->out, "<div class=\"set\" data-group=\"%zu\">\n", group);
    if (layout->split)
        page_add_element(report->out, "h3", report_name(report, layout->split, group));
    buf_add_text(report->out, "<dl class=\"tiles\">\n");
    for (size_t i = 0; i < layout->tile_count; i++)
        add_tile(report, layout->tiles[i], &sums[i], group);
    buf_add_text(report->out, "</dl></div>\n");
}

void report_add_tiles(struct report *report) {
    const struct report_model *layout = report->layout;
    struct sums *sums = arena_array(report->arena, layout->tile_count + 1, sizeof *sums);
    const struct part by = {layout->split, false};
    size_t by_count = layout->split != NULL;
    if (layout->tile_count == 0)
        return;
    buf_add_text(report->out, "<section id=\"tiles\" aria-label=\"Key figures\">\n");
    for (size_t i = 0; i < layout->tile_count; i++)
        measure_sum(&report->cube, &layout->measures[layout->tiles[i]], &by, by_count,
                    report->arena, &sums[i]);
    const struct sums *ranks = first_count(layout, sums);
    size_t *order = arena_array(report->arena, ranks->count + 1, sizeof *order);
    order_groups(ranks, order);
    for (size_t i = 0; i < ranks->count; i++)
        add_set(report, sums, order[i]);
    if (ranks->count == 0)
        buf_add_text(report->out, "<p class=\"empty\">There is nothing to count yet.</p>\n");
    buf_add_text(report->out,
                 "<details class=\"meaning\"><summary>What these figures mean</summary>\n");
    report_add_definitions(report, layout->tiles, layout->tile_count);
    buf_add_text(report->out, "</details></section>\n");
}

/* ---- charts ---- */

/* What the rows of a chart's table are: months, weekdays, or the values of a field. Where money
 * would be added up across the split, they are told apart by it first. */
struct rows {
    struct part by[2];
    size_t by_count;
    const char *title;
    size_t most;     /* of a group of the split */
    bool is_by_size; /* the greatest first, else the latest ones in order */
};

static bool has_money(const struct report *report, const struct report_chart *chart) {
    for (size_t i = 0; i < chart->measure_count; i++)
        if (report->layout->measures[chart->measures[i]].type == FIELD_MONEY)
            return true;
    return false;
}

static bool mixes_groups(const struct report *report, const struct report_chart *chart,
                         const struct part *by) {
    const char *split = report->layout->split;
    return split && strcmp(split, by->field) != 0 && has_money(report, chart) &&
           report->cube.dictionaries[cube_find_dictionary(&report->cube, split)].count > 1;
}

/* False for a chart that only the script can make: pacing lays events beside each other. */
static bool choose_rows(const struct report *report, const struct report_chart *chart,
                        struct rows *rows) {
    const char *date = report->layout->measures[chart->measures[0]].date;
    const struct report_split *split = chart->splits; /* of bars; NULL of others */
    struct part part;
    if (chart->kind == CHART_TIME && date) {
        part = (struct part){date, true};
        *rows = (struct rows){.title = "Month", .most = MONTHS};
    } else if (chart->kind == CHART_BARS && split->is_weekday && date) {
        part = (struct part){date, false};
        *rows = (struct rows){.title = split->title, .most = COUNT_OF(weekdays)};
    } else if (chart->kind == CHART_BARS && !split->is_weekday) {
        part = (struct part){split->field, false};
        *rows = (struct rows){.title = split->title, .most = BARS, .is_by_size = true};
    } else {
        return false;
    }
    if (mixes_groups(report, chart, &part))
        rows->by[rows->by_count++] = (struct part){report->layout->split, false};
    rows->by[rows->by_count++] = part;
    return true;
}

static int compare_bars(const void *a, const void *b, void *context) {
    const struct sums *sums = context;
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    double x = sums->over[left] ? (double)sums->sum[left] / (double)sums->over[left]
                                : (double)sums->sum[left];
    double y = sums->over[right] ? (double)sums->sum[right] / (double)sums->over[right]
                                 : (double)sums->sum[right];
    return x < y ? 1 : x > y ? -1 : (left > right) - (left < right);
}

static void add_cell(struct report *report, const char *element, const char *text) {
    buf_printf(report->out, "<%s>", element);
    page_add_text(report->out, text);
    buf_printf(report->out, "</%.2s>", element);
}

static const char *split_title(const struct report_model *layout) {
    for (size_t i = 0; i < layout->filter_count; i++)
        if (strcmp(layout->filters[i].field, layout->split) == 0)
            return layout->filters[i].title;
    return layout->split;
}

static void add_head(struct report *report, const struct report_chart *chart,
                     const struct rows *rows) {
    buf_add_text(report->out, "<div class=\"wide\"><table><thead><tr>");
    if (rows->by_count > 1)
        add_cell(report, "th scope=\"col\"", split_title(report->layout));
    add_cell(report, "th scope=\"col\"", rows->title);
    for (size_t i = 0; i < chart->measure_count; i++)
        add_cell(report, "th scope=\"col\" class=\"n\"",
                 report->layout->measures[chart->measures[i]].title);
    buf_add_text(report->out, "</tr></thead><tbody>\n");
}

static const char *name_of(const struct report *report, const struct part *part, size_t value) {
    if (cube_find_dictionary(&report->cube, part->field) >= 0)
        return report_name(report, part->field, value);
    return part->is_month
               ? arena_printf(report->arena, "%04zu-%02zu", 1900 + value / 12, value % 12 + 1)
               : weekdays[value];
}

static void add_row(struct report *report, const struct report_chart *chart,
                    const struct rows *rows, const struct sums *sums, size_t group) {
    struct buf value = {0};
    size_t inner = sums[0].inner;
    buf_add_text(report->out, "<tr>");
    if (rows->by_count > 1)
        add_cell(report, "th scope=\"row\"", name_of(report, &rows->by[0], group / inner));
    add_cell(
        report, "th scope=\"row\"",
        name_of(report, &rows->by[rows->by_count - 1], rows->by_count > 1 ? group % inner : group));
    for (size_t i = 0; i < chart->measure_count; i++) {
        buf_clear(&value);
        measure_add(&value, &report->layout->measures[chart->measures[i]], &sums[i], group);
        add_cell(report, "td class=\"n\"", buf_text(&value));
    }
    buf_add_text(report->out, "</tr>\n");
    buf_free(&value);
}

/* The rows of groups [first, end), which belong to one group of the split. Returns how many there
 * are beyond those shown. */
static size_t add_rows(struct report *report, const struct report_chart *chart,
                       const struct rows *rows, struct sums *sums, size_t first, size_t end) {
    size_t *order = arena_array(report->arena, end - first + 1, sizeof *order), count = 0;
    bool is_rate = report->layout->measures[chart->measures[0]].over_count > 0;
    for (size_t i = first; i < end; i++)
        if (sums[0].is_seen[i] && (!is_rate || sums[0].over[i]))
            order[count++] = i;
    if (rows->is_by_size)
        qsort_r(order, count, sizeof *order, compare_bars, &sums[0]);
    size_t shown = count < rows->most ? count : rows->most;
    const size_t *from = rows->is_by_size ? order : order + (count - shown);
    for (size_t i = 0; i < shown; i++)
        add_row(report, chart, rows, sums, from[i]);
    return count - shown;
}

static void add_chart_data(struct report *report, const struct report_chart *chart) {
    struct rows rows;
    if (!choose_rows(report, chart, &rows)) {
        buf_add_text(report->out, "<p class=\"soft\">The page's script makes this table.</p>\n");
        return;
    }
    struct sums *sums = arena_array(report->arena, chart->measure_count, sizeof *sums);
    for (size_t i = 0; i < chart->measure_count; i++)
        measure_sum(&report->cube, &report->layout->measures[chart->measures[i]], rows.by,
                    rows.by_count, report->arena, &sums[i]);
    size_t size = rows.by_count > 1 ? sums[0].inner : sums[0].count, hidden = 0;
    add_head(report, chart, &rows);
    for (size_t first = 0; first < sums[0].count; first += size)
        hidden += add_rows(report, chart, &rows, sums, first, first + size);
    buf_add_text(report->out, "</tbody></table></div>\n");
    if (hidden) {
        buf_printf(report->out, "<p class=\"soft\">The %s %zu%s; ",
                   rows.is_by_size ? "greatest" : "last", rows.most,
                   rows.by_count > 1 ? " of each" : "");
        decimal_add_grouped(report->out, (int64_t)hidden);
        buf_add_text(report->out, " more are not shown.</p>\n");
    }
}

static void add_chart(struct report *report, size_t index) {
    const struct report_chart *chart = &report->layout->charts[index];
    buf_printf(report->out, "<figure class=\"card\" data-chart=\"%zu\"><figcaption>", index);
    page_add_element(report->out, "h2", chart->title);
    buf_add_text(report->out, "</figcaption><details class=\"data\"><summary>Data</summary>\n");
    add_chart_data(report, chart);
    buf_add_text(report->out, "</details>\n");
    report_add_definitions(report, chart->measures, chart->measure_count);
    buf_add_text(report->out, "</figure>\n");
}

void report_add_charts(struct report *report) {
    buf_add_text(report->out, "<section id=\"charts\" aria-label=\"Charts\">\n");
    for (size_t i = 0; i < report->layout->chart_count; i++)
        add_chart(report, i);
    buf_add_text(report->out, "</section>\n");
}
