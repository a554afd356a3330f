/* A dashboard out of the KPI tables alone: what they count is added up by what they are keyed by.
 */
#include "report/report_parts.h"

#define TILES 6

struct draft {
    struct arena *arena;
    const struct model *model;
    struct report_model *layout;
    struct report_dataset *datasets;
    struct report_measure *measures;
    struct report_chart *charts;
    struct report_table *tables;
    struct report_filter *filters;
};

static const char *select_of(struct arena *arena, const struct gold_model *gold) {
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT ");
    for (size_t i = 0; i < gold->field_count; i++) {
        buf_add_text(&sql, i ? ", " : "");
        sql_add_name(&sql, gold->fields[i].name);
    }
    buf_add_text(&sql, " FROM ");
    sql_add_name(&sql, gold->name);
    const char *text = arena_string(arena, buf_span(&sql));
    buf_free(&sql);
    return text;
}

static bool is_key(const struct gold_model *gold, size_t field) {
    for (size_t i = 0; i < gold->key_count; i++)
        if (gold->key[i] == field)
            return true;
    return false;
}

/* "Net revenue" of net_revenue */
static const char *words_of(struct arena *arena, const char *name) {
    struct span copy = arena_copy(arena, span_from(name));
    char *text = (char *)copy.data;
    for (size_t i = 0; i < copy.size; i++)
        text[i] = text[i] == '_' ? ' ' : text[i];
    text[0] = ascii_upper(text[0]);
    return text;
}

static const char *title_of(struct arena *arena, const struct field *field) {
    return field->title ? field->title : words_of(arena, field->name);
}

static const char *gold_title(struct arena *arena, const struct gold_model *gold) {
    return gold->title ? gold->title : words_of(arena, gold->name + strlen("gold_"));
}

static const struct field *first_key(const struct gold_model *gold, bool (*is)(enum field_type)) {
    for (size_t i = 0; i < gold->key_count; i++)
        if (is(gold->fields[gold->key[i]].type))
            return &gold->fields[gold->key[i]];
    return NULL;
}

/* Numbers of the key are names, and a rate cannot be added up. */
static bool is_measure(const struct gold_model *gold, size_t field) {
    enum field_type type = gold->fields[field].type;
    return report_is_number(type) && type != FIELD_RATE && type != FIELD_BOOLEAN &&
           !is_key(gold, field);
}

static void add_measure(struct draft *draft, const struct gold_model *gold, size_t dataset,
                        size_t field) {
    struct report_term *term = arena_alloc(draft->arena, sizeof *term);
    const struct field *date = first_key(gold, report_is_date);
    enum field_type type = gold->fields[field].type;
    *term = (struct report_term){dataset, field, false};
    draft->measures[draft->layout->measure_count++] = (struct report_measure){
        .name = gold->fields[field].name,
        .title = title_of(draft->arena, &gold->fields[field]),
        .description = gold->fields[field].description,
        .type = type == FIELD_INTEGER ? FIELD_INTEGER : FIELD_MONEY,
        .unit = 1,
        .term_count = 1,
        .terms = term,
        .date = date ? date->name : NULL,
    };
}

static void add_filter(struct draft *draft, const struct field *field) {
    struct report_model *layout = draft->layout;
    for (size_t i = 0; i < layout->filter_count; i++)
        if (strcmp(layout->filters[i].field, field->name) == 0)
            return;
    draft->filters[layout->filter_count++] =
        (struct report_filter){field->name, title_of(draft->arena, field)};
}

static const size_t *measures_from(struct draft *draft, size_t first, size_t *count) {
    *count = draft->layout->measure_count - first;
    size_t *list = arena_array(draft->arena, *count + 1, sizeof *list);
    for (size_t i = 0; i < *count; i++)
        list[i] = first + i;
    return list;
}

static void add_chart(struct draft *draft, const struct gold_model *gold, size_t first) {
    const struct field *date = first_key(gold, report_is_date);
    const struct field *name = first_key(gold, report_is_dimension);
    struct report_chart *chart = &draft->charts[draft->layout->chart_count];
    struct report_split *split = arena_alloc(draft->arena, sizeof *split);
    *chart = (struct report_chart){.title = gold_title(draft->arena, gold), .rate = -1};
    chart->measures = measures_from(draft, first, &chart->measure_count);
    if (chart->measure_count == 0 || (!date && !name))
        return;
    chart->kind = date ? CHART_TIME : CHART_BARS;
    chart->is_cumulated = date != NULL;
    if (!date) {
        *split = (struct report_split){name->name, title_of(draft->arena, name), false};
        chart->splits = split;
        chart->split_count = 1;
    }
    draft->layout->chart_count++;
}

static void add_table(struct draft *draft, const struct gold_model *gold, size_t first) {
    struct report_table *table = &draft->tables[draft->layout->table_count];
    const char **by = arena_array(draft->arena, REPORT_MAX_BY, sizeof *by);
    size_t count;
    const size_t *measures = measures_from(draft, first, &count);
    struct report_table_column *columns = arena_array(draft->arena, count + 1, sizeof *columns);
    *table = (struct report_table){.title = gold_title(draft->arena, gold), .by = by};
    for (size_t i = 0; i < gold->key_count && table->by_count < REPORT_MAX_BY; i++)
        if (report_is_dimension(gold->fields[gold->key[i]].type))
            by[table->by_count++] = gold->fields[gold->key[i]].name;
    for (size_t i = 0; i < count; i++)
        columns[table->column_count++].measure = measures[i];
    table->columns = columns;
    if (table->by_count && count)
        draft->layout->table_count++;
}

/* A name that means a number in one table and a text or a date in another is two fields. */
static bool is_other_kind(enum field_type a, enum field_type b) {
    return report_is_dimension(a) != report_is_dimension(b) ||
           report_is_date(a) != report_is_date(b);
}

/* A table keyed by an integer has it as a name. */
static const struct field *fields_of(struct draft *draft, const struct gold_model *gold) {
    struct field *fields = arena_array(draft->arena, gold->field_count, sizeof *fields);
    for (size_t i = 0; i < gold->field_count; i++) {
        fields[i] = gold->fields[i];
        fields[i].title = title_of(draft->arena, &fields[i]);
        if (is_key(gold, i) && fields[i].type == FIELD_INTEGER)
            fields[i].type = FIELD_STRING;
        const struct field *other = report_find_field(draft->layout, fields[i].name);
        if (other && is_other_kind(fields[i].type, other->type))
            fields[i].name = arena_printf(draft->arena, "%s.%s", gold->name, fields[i].name);
    }
    return fields;
}

static void add_gold(struct draft *draft, const struct gold_model *original) {
    struct gold_model gold = *original;
    size_t dataset = draft->layout->dataset_count++, first = draft->layout->measure_count;
    gold.fields = fields_of(draft, original);
    draft->datasets[dataset] = (struct report_dataset){.name = gold.name,
                                                       .sql_path = gold.name,
                                                       .sql = select_of(draft->arena, original),
                                                       .field_count = gold.field_count,
                                                       .fields = gold.fields,
                                                       .key = -1,
                                                       .label = -1};
    for (size_t i = 0; i < gold.field_count; i++) {
        if (is_measure(&gold, i))
            add_measure(draft, &gold, dataset, i);
        else if (report_is_dimension(gold.fields[i].type) &&
                 (is_key(&gold, i) || gold.fields[i].type == FIELD_CURRENCY))
            add_filter(draft, &gold.fields[i]);
        if (gold.fields[i].type == FIELD_CURRENCY)
            draft->layout->split = gold.fields[i].name;
    }
    add_chart(draft, &gold, first);
    add_table(draft, &gold, first);
}

/* The first few that can be told apart by the currency, where there is one. */
static void choose_tiles(struct draft *draft) {
    struct report_model *layout = draft->layout;
    size_t *tiles = arena_array(draft->arena, TILES, sizeof *tiles);
    struct report_path path;
    for (size_t i = 0; i < layout->measure_count && layout->tile_count < TILES; i++)
        if (!layout->split ||
            report_find_path(layout, layout->measures[i].terms[0].dataset, layout->split, &path))
            tiles[layout->tile_count++] = i;
    layout->tiles = tiles;
}

const struct report_model *report_default(struct arena *arena, const struct model *model) {
    struct report_model *layout = arena_alloc(arena, sizeof *layout);
    size_t fields = 1, count = model->gold_count + 1;
    for (size_t i = 0; i < model->gold_count; i++)
        fields += model->gold[i].field_count;
    struct draft draft = {
        .arena = arena,
        .model = model,
        .layout = layout,
        .datasets = arena_array(arena, count, sizeof *draft.datasets),
        .measures = arena_array(arena, fields, sizeof *draft.measures),
        .charts = arena_array(arena, count, sizeof *draft.charts),
        .tables = arena_array(arena, count, sizeof *draft.tables),
        .filters = arena_array(arena, fields, sizeof *draft.filters),
    };
    *layout = (struct report_model){.title = model->title,
                                    .datasets = draft.datasets,
                                    .measures = draft.measures,
                                    .charts = draft.charts,
                                    .tables = draft.tables,
                                    .filters = draft.filters};
    for (size_t i = 0; i < model->gold_count; i++)
        add_gold(&draft, &model->gold[i]);
    choose_tiles(&draft);
    return layout;
}
