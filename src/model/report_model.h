/* "goldleaf:report": what the dashboard of a model shows. All of it is data; report/ draws it.
 *
 * Datasets are SELECTs. A column of text or a currency is a dimension; its name tells it from all
 * others, in whatever dataset it stands. A column of a date is a date, any other one is a number
 * that is added up. A dataset with a key describes what another one's column of that name means:
 * the venue of an event is reached from every dataset that has the event. */
#ifndef GOLDLEAF_MODEL_REPORT_MODEL_H
#define GOLDLEAF_MODEL_REPORT_MODEL_H

#include "model/model.h"

struct report_dataset {
    const char *name;
    const char *sql_path;
    const char *sql;
    size_t field_count;
    const struct field *fields;
    int key;   /* "schema.primaryKey": the one column that tells its rows apart, or -1 */
    int label; /* "label": the column that is shown in place of the key, or -1 */
};

/* A column that is added to a sum, or taken from it. */
struct report_term {
    size_t dataset, field;
    bool is_negative;
};

struct report_measure {
    const char *name, *title;
    const char *description; /* or NULL; stands under what shows the measure */
    enum field_type type;    /* FIELD_INTEGER, _MONEY, _RATE or, of an average, _NUMBER */
    int64_t unit; /* so much of the sum is shown as 1: 3600 for hours out of seconds, times what 1
                     is among its integers; of money, as 1/100 */
    size_t term_count;
    const struct report_term *terms;
    size_t over_count; /* of a rate or an average: what the sum is divided by */
    const struct report_term *over;
    const char *where; /* a number that must be above 0 for a row to count, or NULL */
    const char *date;  /* the date on which a period acts, or NULL */
    bool less_is_better;
};

/* What a chart is split by. */
struct report_split {
    const char *field, *title;
    bool is_weekday; /* of a date: seven groups */
};

enum report_chart_kind {
    CHART_TIME,  /* a measure over days, weeks or months */
    CHART_BARS,  /* a measure by one dimension, the greatest first */
    CHART_PACING /* how a sum grew towards a date, beside others of its kind */
};

struct report_chart {
    const char *title;
    enum report_chart_kind kind;
    size_t measure_count; /* several are to choose from, or stand side by side */
    const size_t *measures;
    bool is_together;  /* "together": side by side, all of one type */
    int rate;          /* of bars: a measure that is written beside them, or -1 */
    bool is_cumulated; /* of time: with a line of the sum so far */
    bool has_reference;
    double reference; /* of bars: where a line is drawn, such as 1 for a full house */
    size_t split_count;
    const struct report_split *splits; /* of bars: to choose from */
    const char *key;   /* of pacing, "by": the key of what has a date to grow towards */
    const char *until; /* of pacing: that date */
    const char *like;  /* of pacing: what those that are compared with have in common, or NULL */
};

/* A measure or, when `field` is not NULL, a field of the groups. */
struct report_table_column {
    const char *field;
    size_t measure;
};

struct report_table {
    const char *title;
    size_t by_count;
    const char *const *by;
    size_t column_count;
    const struct report_table_column *columns;
};

struct report_filter {
    const char *field, *title;
};

struct report_model {
    const char *title;
    const char
        *split; /* the dimension that is never added up across, such as a currency; or NULL */
    size_t dataset_count;
    const struct report_dataset *datasets;
    size_t filter_count;
    const struct report_filter *filters;
    size_t measure_count;
    const struct report_measure *measures;
    size_t tile_count;
    const size_t *tiles; /* measures */
    size_t chart_count;
    const struct report_chart *charts;
    size_t table_count;
    const struct report_table *tables;
};

#define REPORT_MAX_BY 2

/* Where a dataset has a field: among its own columns, or among those of the dataset whose key it
 * has. */
struct report_path {
    size_t column;    /* of the dataset: the field itself, or the key */
    int dataset;      /* -1: the field itself; else the dataset of the key */
    size_t attribute; /* the field there */
    const struct field *field;
};

/* False when the dataset cannot tell. */
bool report_find_path(const struct report_model *report, size_t dataset, const char *field,
                      struct report_path *path);

/* A field of that name in any dataset, or NULL. */
const struct field *report_find_field(const struct report_model *report, const char *name);

/* The dataset that `key` is the key of and that has the field; false when there is none. */
bool report_find_attribute(const struct report_model *report, const char *key, const char *field,
                           size_t *dataset, size_t *column);

/* Whether values of the type are names of groups, days, or numbers to add up. */
bool report_is_dimension(enum field_type type);
bool report_is_date(enum field_type type);
bool report_is_number(enum field_type type);

/* Numbers are kept as integers: what 1 is among those of the type, such as 100 hundredths. */
int64_t report_one(enum field_type type);

#endif
