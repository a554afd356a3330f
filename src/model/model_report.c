/* "goldleaf:report": the model's dashboard. */
#include "model/report_model.h"

#include "model/reader.h"

bool report_is_dimension(enum field_type type) {
    return type == FIELD_STRING || type == FIELD_CURRENCY || type == FIELD_EMAIL;
}

bool report_is_date(enum field_type type) {
    return type == FIELD_DATE || type == FIELD_DATETIME;
}

bool report_is_number(enum field_type type) {
    return !report_is_dimension(type) && !report_is_date(type);
}

int64_t report_one(enum field_type type) {
    if (type == FIELD_RATE)
        return 1000000;
    return type == FIELD_MONEY || type == FIELD_NUMBER ? 100 : 1;
}

static int find_column(const struct report_dataset *dataset, const char *name) {
    for (size_t i = 0; i < dataset->field_count; i++)
        if (strcmp(dataset->fields[i].name, name) == 0)
            return (int)i;
    return -1;
}

bool report_find_path(const struct report_model *report, size_t dataset, const char *field,
                      struct report_path *path) {
    const struct report_dataset *own = &report->datasets[dataset];
    int column = find_column(own, field);
    if (column >= 0) {
        *path = (struct report_path){(size_t)column, -1, 0, &own->fields[column]};
        return true;
    }
    for (size_t i = 0; i < report->dataset_count; i++) {
        const struct report_dataset *other = &report->datasets[i];
        if (i == dataset || other->key < 0)
            continue;
        int key = find_column(own, other->fields[other->key].name);
        int attribute = find_column(other, field);
        if (key >= 0 && attribute >= 0) {
            *path = (struct report_path){(size_t)key, (int)i, (size_t)attribute,
                                         &other->fields[attribute]};
            return true;
        }
    }
    return false;
}

const struct field *report_find_field(const struct report_model *report, const char *name) {
    for (size_t i = 0; i < report->dataset_count; i++) {
        int column = find_column(&report->datasets[i], name);
        if (column >= 0)
            return &report->datasets[i].fields[column];
    }
    return NULL;
}

bool report_find_attribute(const struct report_model *report, const char *key, const char *field,
                           size_t *dataset, size_t *column) {
    for (size_t i = 0; i < report->dataset_count; i++) {
        const struct report_dataset *other = &report->datasets[i];
        int found = find_column(other, field);
        if (found < 0 || other->key < 0 || strcmp(other->fields[other->key].name, key) != 0)
            continue;
        *dataset = i;
        *column = (size_t)found;
        return true;
    }
    return false;
}

/* ---- names ---- */

/* The report while it is read. */
struct draft {
    struct reader *reader;
    struct report_model *report;
};

/* All fields of all datasets, and the measures behind them when they are wanted, too. */
static size_t list_names(const struct draft *draft, bool with_measures, const char ***names) {
    const struct report_model *report = draft->report;
    size_t count = report->measure_count;
    for (size_t i = 0; i < report->dataset_count; i++)
        count += report->datasets[i].field_count;
    *names = arena_array(draft->reader->arena, count + 1, sizeof **names);
    count = 0;
    for (size_t i = 0; i < report->dataset_count; i++)
        for (size_t j = 0; j < report->datasets[i].field_count; j++)
            (*names)[count++] = report->datasets[i].fields[j].name;
    for (size_t i = 0; with_measures && i < report->measure_count; i++)
        (*names)[count++] = report->measures[i].name;
    return count;
}

enum kind { KIND_DIMENSION, KIND_DATE, KIND_NUMBER, KIND_GROUP /* dimension or date */ };

static bool is_kind(enum kind kind, enum field_type type) {
    switch (kind) {
    case KIND_DIMENSION:
        return report_is_dimension(type);
    case KIND_DATE:
        return report_is_date(type);
    case KIND_NUMBER:
        return report_is_number(type);
    case KIND_GROUP:
        return !report_is_number(type);
    }
    return false;
}

static const char *const kind_names[] = {"text", "a date", "a number", "text or a date"};

static enum kind kind_of(enum field_type type) {
    if (report_is_dimension(type))
        return KIND_DIMENSION;
    return report_is_date(type) ? KIND_DATE : KIND_NUMBER;
}

/* The name of a field of some dataset, as `json` says it; NULL, and a fault, when it is none. */
static const char *check_field(struct draft *draft, const struct json *json, enum kind kind) {
    const char *name = json->text.data, **names;
    const struct field *field = report_find_field(draft->report, name);
    if (field && is_kind(kind, field->type))
        return name;
    if (field) {
        reader_fault(draft->reader, json, NULL, "\"%s\" is not %s", name, kind_names[kind]);
        return NULL;
    }
    size_t count = list_names(draft, false, &names);
    reader_fault(draft->reader, json, NULL, "no dataset has a field \"%s\"%s", name,
                 reader_suggest(draft->reader, name, names, count));
    return NULL;
}

static const char *read_field(struct draft *draft, const struct json *object, const char *member,
                              enum kind kind, enum need need) {
    const struct json *json = reader_member(draft->reader, object, member, JSON_STRING, need);
    return json ? check_field(draft, json, kind) : NULL;
}

static bool find_measure(const struct report_model *report, struct span name, size_t *index) {
    for (size_t i = 0; i < report->measure_count; i++)
        if (span_is(name, report->measures[i].name)) {
            *index = i;
            return true;
        }
    return false;
}

static bool check_measure(struct draft *draft, const struct json *json, size_t *index) {
    const struct report_model *report = draft->report;
    if (find_measure(report, json->text, index))
        return true;
    const char **names =
        arena_array(draft->reader->arena, report->measure_count + 1, sizeof *names);
    for (size_t i = 0; i < report->measure_count; i++)
        names[i] = report->measures[i].name;
    return reader_fault(
        draft->reader, json, NULL, "there is no measure \"%s\"%s", json->text.data,
        reader_suggest(draft->reader, json->text.data, names, report->measure_count));
}

/* The strings of a list, one by one; a fault for whatever else stands in it. */
static const struct json *next_string(struct reader *reader, const struct json *item) {
    for (; item; item = item->next) {
        if (item->kind == JSON_STRING)
            return item;
        reader_fault(reader, item, NULL, "must be a string, not %s", json_kind_name(item->kind));
    }
    return NULL;
}

#define EACH_STRING(reader, item, list)                                                            \
    for (const struct json *item = next_string(reader, (list) ? (list)->first : NULL); item;       \
         item = next_string(reader, item->next))

/* ---- datasets ---- */

static void read_key(struct draft *draft, const struct json *schema, const struct table *table,
                     struct report_dataset *dataset) {
    const size_t *key;
    size_t count;
    dataset->key = -1;
    if (!json_find(schema, "primaryKey") ||
        !reader_field_list(draft->reader, schema, "primaryKey", table, &key, &count))
        return;
    if (count != 1 || !report_is_dimension(dataset->fields[key[0]].type))
        reader_fault(draft->reader, schema, "primaryKey", "must be one column of text");
    dataset->key = (int)key[0];
}

static void read_label(struct draft *draft, const struct json *json, const struct table *table,
                       struct report_dataset *dataset) {
    const struct json *label =
        reader_member(draft->reader, json, "label", JSON_STRING, IS_OPTIONAL);
    size_t field;
    dataset->label = -1;
    if (!label || !reader_field(draft->reader, label, table, &field))
        return;
    dataset->label = (int)field;
    if (dataset->key < 0)
        reader_fault(draft->reader, label, NULL, "\"label\" needs a primaryKey that it stands for");
}

/* A field is known by its name alone, so the name must mean one kind of thing. */
static void check_kinds(struct draft *draft, const struct json *schema,
                        const struct report_dataset *dataset) {
    for (size_t i = 0; i < dataset->field_count; i++) {
        const struct field *field = &dataset->fields[i];
        const struct field *other = report_find_field(draft->report, field->name);
        if (other && kind_of(other->type) != kind_of(field->type))
            reader_fault(draft->reader, schema, "fields",
                         "\"%s\" is %s here and %s in another dataset; give it another name",
                         field->name, kind_names[kind_of(field->type)],
                         kind_names[kind_of(other->type)]);
    }
}

static void read_dataset(struct draft *draft, const struct json *json,
                         struct report_dataset *dataset) {
    struct reader *reader = draft->reader;
    uint64_t fingerprint = reader->fingerprint;
    dataset->name = reader_name(reader, json, "name");
    model_read_sql(reader, json, &dataset->sql_path, &dataset->sql);
    reader->fingerprint = fingerprint; /* nothing has to be built again for the report's sake */
    const struct json *schema = reader_member(reader, json, "schema", JSON_OBJECT, IS_NEEDED);
    struct table table = {.name = dataset->name};
    dataset->key = dataset->label = -1;
    if (!schema)
        return;
    dataset->fields = model_read_fields(reader, schema, TABLE_GOLD, &table);
    dataset->field_count = table.field_count;
    if (!dataset->fields)
        return;
    check_kinds(draft, schema, dataset);
    read_key(draft, schema, &table, dataset);
    read_label(draft, json, &table, dataset);
}

static void read_datasets(struct draft *draft, const struct json *json) {
    struct reader *reader = draft->reader;
    const struct json *list = reader_member(reader, json, "datasets", JSON_ARRAY, IS_NEEDED);
    if (!list)
        return;
    struct report_dataset *datasets = arena_array(reader->arena, list->count + 1, sizeof *datasets);
    draft->report->datasets = datasets;
    for (const struct json *item = list->first; item; item = item->next) {
        size_t index = draft->report->dataset_count;
        if (!reader_object(reader, item))
            continue;
        read_dataset(draft, item, &datasets[index]);
        for (size_t i = 0; i < index; i++)
            if (strcmp(datasets[i].name, datasets[index].name) == 0)
                reader_fault(reader, item, "name", "another dataset has this name, too");
        reader->subject = NULL;
        draft->report->dataset_count++;
    }
}

/* ---- measures ---- */

/* "sales.gross", or "-sales.refunds" */
static bool read_term(struct draft *draft, const struct json *json, struct report_term *term) {
    const char *text = json->text.data;
    const struct report_model *report = draft->report;
    term->is_negative = *text == '-';
    text += term->is_negative;
    struct span name = {text, strcspn(text, ".")};
    for (size_t i = 0; i < report->dataset_count && text[name.size]; i++) {
        const struct report_dataset *dataset = &report->datasets[i];
        int field = find_column(dataset, text + name.size + 1);
        if (!span_is(name, dataset->name) || field < 0)
            continue;
        *term = (struct report_term){i, (size_t)field, term->is_negative};
        enum field_type type = dataset->fields[field].type;
        return report_is_number(type) ||
               reader_fault(draft->reader, json, NULL, "\"%s\" is not a number", text);
    }
    const char **names;
    size_t count = list_names(draft, false, &names), at = 0;
    for (size_t i = 0; i < report->dataset_count; i++)
        for (size_t j = 0; j < report->datasets[i].field_count; j++, at++)
            names[at] = arena_printf(draft->reader->arena, "%s.%s", report->datasets[i].name,
                                     report->datasets[i].fields[j].name);
    return reader_fault(draft->reader, json, NULL, "there is no \"%s\", as dataset.field%s", text,
                        reader_suggest(draft->reader, text, names, count));
}

static const struct report_term *read_terms(struct draft *draft, const struct json *json,
                                            const char *member, enum need need, size_t *count) {
    const struct json *list = reader_member(draft->reader, json, member, JSON_ARRAY, need);
    *count = 0;
    if (!list)
        return NULL;
    struct report_term *terms = arena_array(draft->reader->arena, list->count + 1, sizeof *terms);
    EACH_STRING(draft->reader, item, list)
    *count += read_term(draft, item, &terms[*count]);
    if (list->count == 0)
        reader_fault(draft->reader, list, NULL, "\"%s\" is empty", member);
    return terms;
}

/* The first date that the measure's dataset has, of its own or by a key. */
static const char *default_date(const struct report_model *report,
                                const struct report_measure *measure) {
    if (!measure->term_count)
        return NULL;
    size_t dataset = measure->terms[0].dataset;
    struct report_path path;
    for (size_t i = 0; i < report->datasets[dataset].field_count; i++)
        if (report_is_date(report->datasets[dataset].fields[i].type))
            return report->datasets[dataset].fields[i].name;
    for (size_t i = 0; i < report->dataset_count; i++)
        for (size_t j = 0; j < report->datasets[i].field_count; j++)
            if (report_is_date(report->datasets[i].fields[j].type) &&
                report_find_path(report, dataset, report->datasets[i].fields[j].name, &path))
                return report->datasets[i].fields[j].name;
    return NULL;
}

static const struct report_term *term_of(const struct report_measure *measure, size_t index) {
    return index < measure->term_count ? &measure->terms[index]
                                       : &measure->over[index - measure->term_count];
}

/* A measure must be able to tell the field for each row that it adds up. */
static void check_reach(struct draft *draft, const struct json *where,
                        const struct report_measure *measure, const char *field) {
    struct report_path path;
    for (size_t i = 0; field && i < measure->term_count + measure->over_count; i++) {
        const struct report_term *term = term_of(measure, i);
        if (report_find_path(draft->report, term->dataset, field, &path))
            continue;
        reader_fault(draft->reader, where, NULL,
                     "\"%s\" cannot be told apart by \"%s\": the dataset \"%s\" has neither that "
                     "field nor the key of one that has it",
                     measure->name, field, draft->report->datasets[term->dataset].name);
        return;
    }
}

/* Rows of a dataset without a key are added up, and what they say with them. */
static void check_where(struct draft *draft, const struct json *json,
                        const struct report_measure *measure) {
    const struct report_model *report = draft->report;
    struct report_path path;
    check_reach(draft, json, measure, measure->where);
    for (size_t i = 0; measure->where && i < measure->term_count + measure->over_count; i++) {
        const struct report_dataset *dataset = &report->datasets[term_of(measure, i)->dataset];
        if (!report_find_path(report, term_of(measure, i)->dataset, measure->where, &path) ||
            path.dataset >= 0 || dataset->key >= 0)
            continue;
        reader_fault(draft->reader, json, "where",
                     "\"%s\" is added up with the rows of \"%s\"; what decides whether a row "
                     "counts must be a field of a dataset with a primaryKey",
                     measure->where, dataset->name);
        return;
    }
}

static int64_t read_unit(struct draft *draft, const struct json *json) {
    struct err err = {0};
    int64_t unit = 1;
    if (!json_find_integer(json, "unit", &unit, &err) || unit < 1) {
        reader_fault(draft->reader, json, "unit", "\"unit\" must be a whole number from 1 on");
        return 1;
    }
    return unit;
}

/* What 1 is among the integers of a list of columns, which must all be of one kind. */
static int64_t one_of(struct draft *draft, const struct json *json, const char *member,
                      const struct report_term *terms, size_t count) {
    const struct report_model *report = draft->report;
    int64_t one = 1;
    for (size_t i = 0; i < count; i++) {
        int64_t own = report_one(report->datasets[terms[i].dataset].fields[terms[i].field].type);
        if (i > 0 && own != one) {
            reader_fault(draft->reader, json, member,
                         "whole numbers, numbers with decimals and rates are not to be mixed: "
                         "declare the fields alike");
            break;
        }
        one = own;
    }
    return one;
}

/* Money is shown in hundredths, all else as it is. */
static void scale_measure(struct draft *draft, const struct json *json,
                          struct report_measure *measure) {
    int64_t sum = one_of(draft, json, "sum", measure->terms, measure->term_count);
    int64_t over = one_of(draft, json, "over", measure->over, measure->over_count);
    int64_t wanted = measure->type == FIELD_MONEY ? report_one(FIELD_MONEY) : over;
    if (measure->term_count == 0)
        return;
    if (sum % wanted)
        reader_fault(draft->reader, json, "sum",
                     "is of whole numbers, and %s decimals: declare its fields as number",
                     measure->type == FIELD_MONEY ? "money has" : "what it is divided by has");
    else if (__builtin_mul_overflow(measure->unit, sum / wanted, &measure->unit))
        reader_fault(draft->reader, json, "unit", "is too large");
}

static void read_measure(struct draft *draft, const struct json *json,
                         struct report_measure *measure) {
    static const char *const types[] = {"integer", "money", "rate", "average"};
    static const enum field_type values[] = {FIELD_INTEGER, FIELD_MONEY, FIELD_RATE, FIELD_NUMBER};
    struct reader *reader = draft->reader;
    size_t index = 0;
    measure->name = reader_name(reader, json, "name");
    measure->title = reader_text(reader, json, "title");
    if (!*measure->title)
        measure->title = measure->name;
    measure->description = reader_string(reader, json, "description", IS_OPTIONAL);
    const struct json *type = reader_member(reader, json, "type", JSON_STRING, IS_NEEDED);
    if (type)
        reader_choice(reader, type, "type", types, COUNT_OF(types), &index);
    measure->type = values[index];
    measure->terms = read_terms(draft, json, "sum", IS_NEEDED, &measure->term_count);
    measure->over = read_terms(draft, json, "over", IS_OPTIONAL, &measure->over_count);
    if ((index >= 2) != (json_find(json, "over") != NULL))
        reader_fault(reader, json, "over", "\"over\" is for a rate or an average, which need it");
    measure->unit = read_unit(draft, json);
    scale_measure(draft, json, measure);
    measure->where = read_field(draft, json, "where", KIND_NUMBER, IS_OPTIONAL);
    measure->date = read_field(draft, json, "date", KIND_DATE, IS_OPTIONAL);
    if (!measure->date)
        measure->date = default_date(draft->report, measure);
    measure->less_is_better = reader_boolean(reader, json, "lessIsBetter");
    check_where(draft, json, measure);
    check_reach(draft, json, measure, measure->date);
    /* Money that cannot be told apart would be added up across currencies. */
    if (measure->type == FIELD_MONEY)
        check_reach(draft, json, measure, draft->report->split);
}

static void read_measures(struct draft *draft, const struct json *json) {
    struct reader *reader = draft->reader;
    const struct json *list = reader_member(reader, json, "measures", JSON_ARRAY, IS_NEEDED);
    if (!list)
        return;
    struct report_measure *measures = arena_array(reader->arena, list->count + 1, sizeof *measures);
    draft->report->measures = measures;
    for (const struct json *item = list->first; item; item = item->next) {
        size_t other;
        if (!reader_object(reader, item))
            continue;
        struct report_measure *measure = &measures[draft->report->measure_count];
        read_measure(draft, item, measure);
        if (find_measure(draft->report, span_from(measure->name), &other))
            reader_fault(reader, item, "name", "another measure has this name, too");
        draft->report->measure_count++;
    }
}

/* ---- what is shown ---- */

static const size_t *read_measure_list(struct draft *draft, const struct json *json,
                                       const char *member, enum need need, size_t *count) {
    const struct json *list = reader_member(draft->reader, json, member, JSON_ARRAY, need);
    *count = 0;
    size_t *measures =
        arena_array(draft->reader->arena, list ? list->count + 1 : 1, sizeof *measures);
    EACH_STRING(draft->reader, item, list)
    *count += check_measure(draft, item, &measures[*count]);
    return measures;
}

static void read_filters(struct draft *draft, const struct json *json) {
    struct reader *reader = draft->reader;
    const struct json *list = reader_member(reader, json, "filters", JSON_ARRAY, IS_OPTIONAL);
    if (!list)
        return;
    struct report_filter *filters = arena_array(reader->arena, list->count + 1, sizeof *filters);
    draft->report->filters = filters;
    for (const struct json *item = list->first; item; item = item->next) {
        if (!reader_object(reader, item))
            continue;
        const char *field = read_field(draft, item, "field", KIND_DIMENSION, IS_NEEDED);
        const char *title = reader_text(reader, item, "title");
        if (field)
            filters[draft->report->filter_count++] =
                (struct report_filter){field, *title ? title : field};
    }
}

static void check_chart_reach(struct draft *draft, const struct json *json,
                              const struct report_chart *chart, const char *field) {
    for (size_t i = 0; i < chart->measure_count; i++)
        check_reach(draft, json, &draft->report->measures[chart->measures[i]], field);
}

static void read_splits(struct draft *draft, const struct json *json, struct report_chart *chart) {
    struct reader *reader = draft->reader;
    const struct json *list = reader_member(reader, json, "by", JSON_ARRAY, IS_NEEDED);
    if (!list)
        return;
    struct report_split *splits = arena_array(reader->arena, list->count + 1, sizeof *splits);
    chart->splits = splits;
    for (const struct json *item = list->first; item; item = item->next) {
        if (!reader_object(reader, item))
            continue;
        struct report_split *split = &splits[chart->split_count];
        split->is_weekday = reader_boolean(reader, item, "weekday");
        split->field = read_field(draft, item, "field",
                                  split->is_weekday ? KIND_DATE : KIND_DIMENSION, IS_NEEDED);
        split->title = reader_text(reader, item, "title");
        if (!split->field)
            continue;
        if (!*split->title)
            split->title = split->field;
        check_chart_reach(draft, item, chart, split->field);
        if (chart->rate >= 0)
            check_reach(draft, item, &draft->report->measures[chart->rate], split->field);
        chart->split_count++;
    }
}

static void read_reference(struct draft *draft, const struct json *json,
                           struct report_chart *chart) {
    struct err err = {0};
    chart->has_reference = json_find(json, "reference") != NULL;
    if (!json_find_real(json, "reference", &chart->reference, &err))
        reader_fault(draft->reader, json, "reference", "must be a number");
}

static void read_rate(struct draft *draft, const struct json *json, struct report_chart *chart) {
    const struct json *rate = reader_member(draft->reader, json, "rate", JSON_STRING, IS_OPTIONAL);
    size_t index;
    chart->rate = rate && check_measure(draft, rate, &index) ? (int)index : -1;
}

static void read_pacing(struct draft *draft, const struct json *json, struct report_chart *chart) {
    chart->key = read_field(draft, json, "by", KIND_DIMENSION, IS_NEEDED);
    chart->until = read_field(draft, json, "until", KIND_DATE, IS_NEEDED);
    chart->like = read_field(draft, json, "like", KIND_DIMENSION, IS_OPTIONAL);
    check_chart_reach(draft, json, chart, chart->key);
    check_chart_reach(draft, json, chart, chart->until);
    check_chart_reach(draft, json, chart, chart->like);
}

static void check_together(struct draft *draft, const struct json *json,
                           const struct report_chart *chart) {
    const struct report_measure *measures = draft->report->measures;
    for (size_t i = 1; chart->is_together && i < chart->measure_count; i++)
        if (measures[chart->measures[i]].type != measures[chart->measures[0]].type)
            reader_fault(draft->reader, json, "together",
                         "measures side by side must be of one type");
}

static void check_dates(struct draft *draft, const struct json *json,
                        const struct report_chart *chart) {
    for (size_t i = 0; i < chart->measure_count; i++)
        if (!draft->report->measures[chart->measures[i]].date)
            reader_fault(draft->reader, json, "measures", "\"%s\" has no date to be drawn over",
                         draft->report->measures[chart->measures[i]].name);
}

static void read_chart(struct draft *draft, const struct json *json, struct report_chart *chart) {
    static const char *const kinds[] = {"time", "bars", "pacing"};
    struct reader *reader = draft->reader;
    size_t kind = 0;
    chart->title = reader_string(reader, json, "title", IS_NEEDED);
    const struct json *word = reader_member(reader, json, "kind", JSON_STRING, IS_NEEDED);
    if (!word || !reader_choice(reader, word, "kind", kinds, COUNT_OF(kinds), &kind))
        return;
    chart->kind = (enum report_chart_kind)kind;
    chart->measures = read_measure_list(draft, json, "measures", IS_NEEDED, &chart->measure_count);
    chart->is_together = reader_boolean(reader, json, "together");
    chart->is_cumulated = reader_boolean(reader, json, "cumulated");
    check_together(draft, json, chart);
    read_reference(draft, json, chart);
    read_rate(draft, json, chart);
    if (json_find(json, "measures") && chart->measure_count == 0)
        reader_fault(reader, json, "measures", "a chart needs a measure");
    if (chart->kind == CHART_TIME)
        check_dates(draft, json, chart);
    if (chart->kind == CHART_BARS)
        read_splits(draft, json, chart);
    if (chart->kind == CHART_PACING)
        read_pacing(draft, json, chart);
}

static void read_charts(struct draft *draft, const struct json *json) {
    struct reader *reader = draft->reader;
    const struct json *list = reader_member(reader, json, "charts", JSON_ARRAY, IS_OPTIONAL);
    if (!list)
        return;
    struct report_chart *charts = arena_array(reader->arena, list->count + 1, sizeof *charts);
    draft->report->charts = charts;
    for (const struct json *item = list->first; item; item = item->next)
        if (reader_object(reader, item))
            read_chart(draft, item, &charts[draft->report->chart_count++]);
}

/* A field of a table is what the first of its groups is described by. */
static void read_table_field(struct draft *draft, const struct json *item,
                             struct report_table *table, struct report_table_column *column) {
    const struct report_model *report = draft->report;
    const char **names, *key = table->by_count ? table->by[0] : NULL;
    size_t count, dataset, field;
    column->field = item->text.data;
    if (!report_find_field(report, column->field)) {
        count = list_names(draft, true, &names);
        reader_fault(draft->reader, item, NULL, "there is no field or measure \"%s\"%s",
                     column->field, reader_suggest(draft->reader, column->field, names, count));
        return;
    }
    if (key && !report_find_attribute(report, key, column->field, &dataset, &field))
        reader_fault(draft->reader, item, NULL,
                     "\"%s\" is not known of \"%s\": no dataset with that primaryKey has it",
                     column->field, key);
    table->column_count++;
}

static void read_table_columns(struct draft *draft, const struct json *json,
                               struct report_table *table) {
    struct reader *reader = draft->reader;
    const struct json *list = reader_member(reader, json, "columns", JSON_ARRAY, IS_NEEDED);
    struct report_table_column *columns =
        arena_array(reader->arena, list ? list->count + 1 : 1, sizeof *columns);
    table->columns = columns;
    EACH_STRING(reader, item, list) {
        struct report_table_column *column = &columns[table->column_count];
        *column = (struct report_table_column){0};
        if (!find_measure(draft->report, item->text, &column->measure)) {
            read_table_field(draft, item, table, column);
            continue;
        }
        for (size_t i = 0; i < table->by_count; i++)
            check_reach(draft, item, &draft->report->measures[column->measure], table->by[i]);
        table->column_count++;
    }
}

static void read_table(struct draft *draft, const struct json *json, struct report_table *table) {
    struct reader *reader = draft->reader;
    table->title = reader_string(reader, json, "title", IS_NEEDED);
    const struct json *list = reader_member(reader, json, "by", JSON_ARRAY, IS_NEEDED);
    const char **by = arena_array(reader->arena, REPORT_MAX_BY, sizeof *by);
    table->by = by;
    if (list && (list->count == 0 || list->count > REPORT_MAX_BY))
        reader_fault(reader, list, NULL, "a table is by one field or by %d", REPORT_MAX_BY);
    EACH_STRING(reader, item, list) {
        const char *field = check_field(draft, item, KIND_DIMENSION);
        if (field && table->by_count < REPORT_MAX_BY)
            by[table->by_count++] = field;
    }
    read_table_columns(draft, json, table);
}

static void read_tables(struct draft *draft, const struct json *json) {
    struct reader *reader = draft->reader;
    const struct json *list = reader_member(reader, json, "tables", JSON_ARRAY, IS_OPTIONAL);
    if (!list)
        return;
    struct report_table *tables = arena_array(reader->arena, list->count + 1, sizeof *tables);
    draft->report->tables = tables;
    for (const struct json *item = list->first; item; item = item->next)
        if (reader_object(reader, item))
            read_table(draft, item, &tables[draft->report->table_count++]);
}

void model_read_report(struct reader *reader, const struct json *package) {
    const struct json *json =
        reader_member(reader, package, "goldleaf:report", JSON_OBJECT, IS_OPTIONAL);
    if (!json)
        return;
    struct report_model *report = arena_alloc(reader->arena, sizeof *report);
    struct draft draft = {reader, report};
    report->title = reader_title(reader, json);
    if (!report->title)
        report->title = reader->model->title;
    read_datasets(&draft, json);
    report->split = read_field(&draft, json, "split", KIND_DIMENSION, IS_OPTIONAL);
    read_measures(&draft, json);
    read_filters(&draft, json);
    report->tiles = read_measure_list(&draft, json, "tiles", IS_OPTIONAL, &report->tile_count);
    for (size_t i = 0; i < report->tile_count; i++)
        check_reach(&draft, json_find(json, "tiles"), &report->measures[report->tiles[i]],
                    report->split);
    read_charts(&draft, json);
    read_tables(&draft, json);
    reader->model->report = report;
}
