/* Layout and data as JSON. */
#include "base/visible.h"
#include "report/report_parts.h"

static const char *const type_names[] = {"integer", "money", "rate", "date", "text"};

static const char *type_name(enum field_type type) {
    if (report_is_dimension(type))
        return type_names[4];
    if (report_is_date(type))
        return type_names[3];
    if (type == FIELD_RATE)
        return type_names[2];
    return type == FIELD_MONEY || type == FIELD_NUMBER ? type_names[1] : type_names[0];
}

/* With all that nobody sees made visible, as in the page's text. */
static void add_names(struct json_writer *json, const struct cube *cube) {
    struct buf visible = {0};
    json_open_object(json, "names");
    for (size_t i = 0; i < cube->dictionary_count; i++) {
        const struct dictionary *dictionary = &cube->dictionaries[i];
        json_open_array(json, dictionary->name);
        for (size_t j = 0; j < dictionary->count; j++) {
            buf_clear(&visible);
            visible_add(&visible, dictionary->texts[j]);
            json_add_text(json, NULL, buf_span(&visible));
        }
        json_close_array(json);
    }
    json_close_object(json);
    buf_free(&visible);
}

static void add_index(struct json_writer *json, const char *name, int index) {
    if (index < 0)
        json_add_null(json, name);
    else
        json_add_integer(json, name, index);
}

static void add_data(struct json_writer *json, const struct cube *cube) {
    json_open_array(json, "datasets");
    for (size_t i = 0; i < cube->report->dataset_count; i++) {
        const struct report_dataset *dataset = &cube->report->datasets[i];
        json_open_object(json, NULL);
        json_add_string(json, "name", dataset->name);
        add_index(json, "key", dataset->key);
        add_index(json, "label", dataset->label);
        json_add_integer(json, "rows", (int64_t)cube->tables[i].rows);
        json_open_array(json, "columns");
        for (size_t j = 0; j < dataset->field_count; j++) {
            const struct field *field = &dataset->fields[j];
            json_open_object(json, NULL);
            json_add_string(json, "name", field->name);
            json_add_string(json, "title", field->title ? field->title : field->name);
            json_add_string(json, "type", type_name(field->type));
            json_add_text(json, "code", buf_span(cube_code(cube, i, j)));
            json_close_object(json);
        }
        json_close_array(json);
        json_close_object(json);
    }
    json_close_array(json);
}

/* ---- the layout ---- */

static void add_terms(struct json_writer *json, const char *name, const struct report_term *terms,
                      size_t count) {
    json_open_array(json, name);
    for (size_t i = 0; i < count; i++) {
        json_open_array(json, NULL);
        json_add_integer(json, NULL, (int64_t)terms[i].dataset);
        json_add_integer(json, NULL, (int64_t)terms[i].field);
        json_add_integer(json, NULL, terms[i].is_negative ? -1 : 1);
        json_close_array(json);
    }
    json_close_array(json);
}

static void add_measures(struct json_writer *json, const struct report_model *layout) {
    json_open_array(json, "measures");
    for (size_t i = 0; i < layout->measure_count; i++) {
        const struct report_measure *measure = &layout->measures[i];
        json_open_object(json, NULL);
        json_add_string(json, "name", measure->name);
        json_add_string(json, "title", measure->title);
        json_add_string(json, "type",
                        measure->type == FIELD_NUMBER ? "average" : type_name(measure->type));
        json_add_integer(json, "unit", measure->unit);
        add_terms(json, "sum", measure->terms, measure->term_count);
        add_terms(json, "over", measure->over, measure->over_count);
        json_add_string(json, "where", measure->where);
        json_add_string(json, "date", measure->date);
        json_add_boolean(json, "lessIsBetter", measure->less_is_better);
        json_close_object(json);
    }
    json_close_array(json);
}

static void add_indexes(struct json_writer *json, const char *name, const size_t *indexes,
                        size_t count) {
    json_open_array(json, name);
    for (size_t i = 0; i < count; i++)
        json_add_integer(json, NULL, (int64_t)indexes[i]);
    json_close_array(json);
}

static void add_chart(struct json_writer *json, const struct report_chart *chart) {
    static const char *const kinds[] = {"time", "bars", "pacing"};
    json_open_object(json, NULL);
    json_add_string(json, "title", chart->title);
    json_add_string(json, "kind", kinds[chart->kind]);
    add_indexes(json, "measures", chart->measures, chart->measure_count);
    json_add_boolean(json, "together", chart->is_together);
    add_index(json, "rate", chart->rate);
    json_add_boolean(json, "cumulated", chart->is_cumulated);
    if (chart->has_reference)
        json_add_real(json, "reference", chart->reference);
    else
        json_add_null(json, "reference");
    json_open_array(json, "by");
    for (size_t i = 0; i < chart->split_count; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "field", chart->splits[i].field);
        json_add_string(json, "title", chart->splits[i].title);
        json_add_boolean(json, "weekday", chart->splits[i].is_weekday);
        json_close_object(json);
    }
    json_close_array(json);
    json_add_string(json, "key", chart->key);
    json_add_string(json, "until", chart->until);
    json_add_string(json, "like", chart->like);
    json_close_object(json);
}

static void add_view(struct json_writer *json, const struct report_table *table) {
    json_open_object(json, NULL);
    json_add_string(json, "title", table->title);
    json_open_array(json, "by");
    for (size_t i = 0; i < table->by_count; i++)
        json_add_string(json, NULL, table->by[i]);
    json_close_array(json);
    json_open_array(json, "columns");
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].field)
            json_add_string(json, NULL, table->columns[i].field);
        else
            json_add_integer(json, NULL, (int64_t)table->columns[i].measure);
    }
    json_close_array(json);
    json_close_object(json);
}

static void add_layout(struct json_writer *json, const struct report_model *layout) {
    json_add_string(json, "split", layout->split);
    add_measures(json, layout);
    json_open_array(json, "filters");
    for (size_t i = 0; i < layout->filter_count; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "field", layout->filters[i].field);
        json_add_string(json, "title", layout->filters[i].title);
        json_close_object(json);
    }
    json_close_array(json);
    add_indexes(json, "tiles", layout->tiles, layout->tile_count);
    json_open_array(json, "charts");
    for (size_t i = 0; i < layout->chart_count; i++)
        add_chart(json, &layout->charts[i]);
    json_close_array(json);
    json_open_array(json, "tables");
    for (size_t i = 0; i < layout->table_count; i++)
        add_view(json, &layout->tables[i]);
    json_close_array(json);
}

static void add_quality(struct json_writer *json, const struct health *health) {
    json_open_array(json, "quality");
    for (size_t i = 0; i < health->count_count; i++) {
        const struct health_count *count = &health->counts[i];
        json_open_object(json, NULL);
        json_add_integer(json, "snapshot", count->snapshot);
        json_add_string(json, "at", count->loaded_at);
        json_add_string(json, "sheet", count->sheet);
        json_add_string(json, "rule", count->rule);
        json_add_integer(json, "rows", count->rows);
        json_close_object(json);
    }
    json_close_array(json);
}

/* "</script>" and "<!--" would end the element or change how it is read; in JSON '<' stands in
 * strings only, where it may be written as a number. */
static void add_without_angles(struct buf *out, struct span text) {
    while (text.size) {
        const char *angle = memchr(text.data, '<', text.size);
        size_t size = angle ? (size_t)(angle - text.data) : text.size;
        buf_add(out, (struct span){text.data, size});
        if (angle)
            buf_add_text(out, "\\u003c");
        size += angle != NULL;
        text = (struct span){text.data + size, text.size - size};
    }
}

void report_add_json(struct report *report) {
    static const char *const grains[] = {"day", "week", "month"};
    struct buf text = {0};
    struct json_writer json = json_writer_start(&text, JSON_COMPACT);
    json_open_object(&json, NULL);
    json_add_string(&json, "grain", grains[report->cube.grain]);
    json_add_integer(&json, "asOf", report->as_of);
    json_add_string(&json, "loadedAt", report->health.standing.loaded_at);
    json_add_integer(&json, "staleAfter", report->health.stale_after_s);
    add_layout(&json, report->layout);
    add_quality(&json, &report->health);
    add_names(&json, &report->cube);
    add_data(&json, &report->cube);
    json_close_object(&json);
    buf_add_text(report->out, "<script type=\"application/json\" id=\"data\">");
    add_without_angles(report->out, buf_span(&text));
    buf_add_text(report->out, "</script>\n");
    buf_free(&text);
}
