/* What the files of the report share and nobody else includes. */
#ifndef GOLDLEAF_REPORT_REPORT_PARTS_H
#define GOLDLEAF_REPORT_REPORT_PARTS_H

#include "page/page.h"
#include "report/cube.h"
#include "report/health.h"
#include "report/report.h"
#include "json/json.h"

struct report {
    struct buf *out;
    struct arena *arena;
    const struct model *model;
    const struct report_model *layout;
    struct cube cube;
    int64_t as_of; /* the last day of which something is known */
    struct health health;
};

/* ---- report_default.c ---- */

/* A dashboard for a model that declares none: the KPI tables with what they count. */
const struct report_model *report_default(struct arena *arena, const struct model *model);

/* ---- measure.c ---- */

/* A measure by groups of one or two fields, or as a whole. Groups are numbered by the first field's
 * value times the count of the second's, and its value. */
struct sums {
    size_t count;
    size_t inner; /* how many values the second field has; 1 without one */
    int64_t *sum, *over;
    bool *is_seen; /* some row belongs to the group */
};

/* A field of the groups. Of a date, the month counts since January 1900, or the weekday since
 * Monday. */
struct part {
    const char *field;
    bool is_month;
};

/* All is the arena's. The measure must be able to tell the fields. */
void measure_sum(const struct cube *cube, const struct report_measure *measure,
                 const struct part *by, size_t by_count, struct arena *arena, struct sums *sums);

/* The groups of two fields that there are rows of, in order: of many customers and many products
 * most pairs never come. */
struct pairs {
    size_t count;
    size_t inner;      /* how many values the second field has */
    uint64_t *numbers; /* as groups are numbered in sums */
};

void measure_find_pairs(const struct cube *cube, const struct part by[2], struct arena *arena,
                        struct pairs *pairs);

/* measure_sum() by two fields, by the pairs' places in place of their numbers. */
void measure_sum_pairs(const struct cube *cube, const struct report_measure *measure,
                       const struct part by[2], const struct pairs *pairs, struct arena *arena,
                       struct sums *sums);

/* "1,234", "1,234.50", "12.3 %"; an en dash where there is nothing to divide by. */
void measure_add(struct buf *out, const struct report_measure *measure, const struct sums *sums,
                 size_t group);
void measure_add_value(struct buf *out, enum field_type type, int64_t value);

/* ---- report_json.c ---- */

/* Layout and data for the page's script, as an element that runs nothing. */
void report_add_json(struct report *report);

/* ---- report_tables.c ---- */

void report_add_tables(struct report *report);

/* ---- report_health.c ---- */

/* What everybody should see first: what is stale, held back, or from elsewhere. */
void report_add_warnings(struct report *report);
/* Each sheet's source and age, in short and as a table. */
void report_add_sources(struct report *report);
void report_add_sheets(struct report *report);
/* The last loads, and the rows in quarantine. */
void report_add_quality(struct report *report);

/* ---- report_figures.c ---- */

void report_add_tiles(struct report *report);
void report_add_charts(struct report *report);

/* Titles of measures with their meaning. */
void report_add_definitions(struct report *report, const size_t *measures, size_t count);

/* What a number of a dictionary is called: the label of a key, else the text itself. */
const char *report_name(const struct report *report, const char *field, size_t number);

#endif
