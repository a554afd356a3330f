/* Tiles and charts as text: what stands there before a script draws, and without one. */
#include "report/report_parts.h"

#include <stdlib.h>

#define BARS 20
#define MONTHS 24

const char *report_name(const struct report *report, const char *field, size_t number) {
    const struct cube *cube = &report->cube;
    for (size_t i = 0; i < cube->report->dataset_count; i++) {
        const struct cube_table *table = &cube->tables[i];
        const struct report_dataset *dataset = table->dataset;
        if (dataset->label < 0 || strcmp(dataset->fields[dataset->key].name, field) != 0 ||
            number >= table->key_count || table->row_of_key[number] < 0)
            continue;
        const struct dictionary *names = &cube->dictionaries[table->dictionaries[dataset->label]];
        return names->texts[table->columns[dataset->label][table->row_of_key[number]]].data;
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

static const struct report_measure *first_count(const struct report_model *layout) {
    for (size_t i = 0; i < layout->measure_count; i++)
        if (layout->measures[i].type == FIELD_INTEGER)
            return &layout->measures[i];
    return &layout->measures[0];
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
    struct sums *sums = arena_array(report->arena, layout->tile_count + 1, sizeof *sums), ranks;
    const struct part by = {layout->split, false};
    size_t by_count = layout->split != NULL;
    if (layout->tile_count == 0)
        return;
    buf_add_text(report->out, "<section id=\"tiles\" aria-label=\"Key figures\">\n");
    for (size_t i = 0; i < layout->tile_count; i++)
        measure_sum(&report->cube, &layout->measures[layout->tiles[i]], &by, by_count,
                    report->arena, &sums[i]);
    measure_sum(&report->cube, first_count(layout), &by, by_count, report->arena, &ranks);
    size_t *order = arena_array(report->arena, ranks.count + 1, sizeof *order);
    order_groups(&ranks, order);
    for (size_t i = 0; i < ranks.count; i++)
        add_set(report, sums, order[i]);
    if (ranks.count == 0)
        buf_add_text(report->out, "<p class=\"empty\">There is nothing to count yet.</p>\n");
    buf_add_text(report->out,
                 "<details class=\"meaning\"><summary>What these figures mean</summary>\n");
    report_add_definitions(report, layout->tiles, layout->tile_count);
    buf_add_text(report->out, "</details></section>\n");
}

/* ---- charts ---- */

/* Groups of a chart with what it shows of each. */
struct bars {
    struct sums *sums; /* by measure */
    size_t measure_count;
    size_t *order, count;
};

static int compare_bars(const void *a, const void *b, void *context) {
    const struct sums *sums = context;
    size_t left = *(const size_t *)a, right = *(const size_t *)b;
    double x = sums->over[left] ? (double)sums->sum[left] / (double)sums->over[left]
                                : (double)sums->sum[left];
    double y = sums->over[right] ? (double)sums->sum[right] / (double)sums->over[right]
                                 : (double)sums->sum[right];
    return x < y ? 1 : x > y ? -1 : (left > right) - (left < right);
}

static void sum_bars(struct report *report, const struct report_chart *chart, const struct part *by,
                     struct bars *bars) {
    const struct report_model *layout = report->layout;
    size_t count = 1;
    bars->measure_count = chart->measure_count;
    bars->sums = arena_array(report->arena, chart->measure_count, sizeof *bars->sums);
    for (size_t i = 0; i < chart->measure_count; i++) {
        measure_sum(&report->cube, &layout->measures[chart->measures[i]], by, 1, report->arena,
                    &bars->sums[i]);
        count = bars->sums[i].count;
    }
    bars->order = arena_array(report->arena, count + 1, sizeof *bars->order);
    bool is_rate = layout->measures[chart->measures[0]].over_count > 0;
    for (size_t i = 0; i < count; i++)
        if (bars->sums[0].is_seen[i] && (!is_rate || bars->sums[0].over[i]))
            bars->order[bars->count++] = i;
}

static void add_head(struct report *report, const struct report_chart *chart, const char *first) {
    buf_add_text(report->out, "<div class=\"wide\"><table><thead><tr><th scope=\"col\">");
    page_add_text(report->out, first);
    buf_add_text(report->out, "</th>");
    for (size_t i = 0; i < chart->measure_count; i++) {
        buf_add_text(report->out, "<th scope=\"col\" class=\"n\">");
        page_add_text(report->out, report->layout->measures[chart->measures[i]].title);
        buf_add_text(report->out, "</th>");
    }
    buf_add_text(report->out, "</tr></thead><tbody>\n");
}

static void add_row(struct report *report, const struct report_chart *chart,
                    const struct bars *bars, const char *name, size_t group) {
    struct buf value = {0};
    buf_add_text(report->out, "<tr><th scope=\"row\">");
    page_add_text(report->out, name);
    buf_add_text(report->out, "</th>");
    for (size_t i = 0; i < chart->measure_count; i++) {
        buf_clear(&value);
        measure_add(&value, &report->layout->measures[chart->measures[i]], &bars->sums[i], group);
        buf_add_text(report->out, "<td class=\"n\">");
        page_add_text(report->out, buf_text(&value));
        buf_add_text(report->out, "</td>");
    }
    buf_add_text(report->out, "</tr>\n");
    buf_free(&value);
}

static void add_bars(struct report *report, const struct report_chart *chart) {
    const struct report_split *split = &chart->splits[0];
    const struct part by = {split->field, false};
    struct bars bars = {0};
    sum_bars(report, chart, &by, &bars);
    qsort_r(bars.order, bars.count, sizeof *bars.order, compare_bars, &bars.sums[0]);
    add_head(report, chart, split->title);
    for (size_t i = 0; i < bars.count && i < BARS; i++)
        add_row(report, chart, &bars, report_name(report, split->field, bars.order[i]),
                bars.order[i]);
    buf_add_text(report->out, "</tbody></table></div>\n");
}

/* Money of several currencies would be added up, so it is left to the script, which asks for one.
 */
static void add_months(struct report *report, const struct report_chart *chart) {
    const struct report_measure *measure = &report->layout->measures[chart->measures[0]];
    const struct part by = {measure->date, true};
    struct bars bars = {0};
    sum_bars(report, chart, &by, &bars);
    add_head(report, chart, "Month");
    for (size_t i = bars.count > MONTHS ? bars.count - MONTHS : 0; i < bars.count; i++) {
        char name[48];
        size_t month = bars.order[i];
        snprintf(name, sizeof name, "%04zu-%02zu", 1900 + month / 12, month % 12 + 1);
        add_row(report, chart, &bars, name, month);
    }
    buf_add_text(report->out, "</tbody></table></div>\n");
}

/* Whether the table would add up what must not be. */
static bool mixes_groups(const struct report *report, const struct report_chart *chart) {
    const struct report_model *layout = report->layout;
    if (!layout->split ||
        report->cube.dictionaries[cube_find_dictionary(&report->cube, layout->split)].count < 2)
        return false;
    for (size_t i = 0; i < chart->measure_count; i++)
        if (layout->measures[chart->measures[i]].type == FIELD_MONEY)
            return true;
    return false;
}

static void add_chart_data(struct report *report, const struct report_chart *chart) {
    bool has_date = report->layout->measures[chart->measures[0]].date != NULL;
    if (mixes_groups(report, chart) || chart->kind == CHART_PACING)
        return;
    if (chart->kind == CHART_TIME && has_date)
        add_months(report, chart);
    else if (chart->kind == CHART_BARS && chart->splits[0].is_weekday == false)
        add_bars(report, chart);
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
