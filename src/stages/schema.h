/* The tables that a model needs, made where they are missing. */
#ifndef GOLDLEAF_STAGES_SCHEMA_H
#define GOLDLEAF_STAGES_SCHEMA_H

#include "source/header.h"
#include "warehouse/warehouse.h"

/* Audit tables, and bronze, silver and gold tables of every sheet and KPI, without touching what
 * is there. Secondary indexes are left to schema_index_silver(), so that a first load can fill a
 * table before it indexes it. */
bool schema_create(struct warehouse *warehouse, const struct model *model, struct err *err);

/* Audit and bronze tables alone: what a pull needs. */
bool schema_create_bronze(struct warehouse *warehouse, const struct model *model, struct err *err);
bool schema_create_bronze_table(struct warehouse *warehouse, const struct sheet_model *sheet,
                                struct err *err);

/* Adds the columns of a header, or of these names, that bronze_<sheet> does not have yet. */
bool schema_add_bronze_names(struct warehouse *warehouse, const struct sheet_model *sheet,
                             const char *const *names, size_t count, struct err *err);
bool schema_add_bronze_columns(struct warehouse *warehouse, const struct sheet_model *sheet,
                               const struct header *header, struct err *err);

/* Silver's indexes beside the primary key, dropped or made: those on the model's unique keys, and
 * where the model says "goldleaf:clusterBy" the other way into the table. A table that lies in
 * silver's order, or on the machine that it names, has that for its primary key, and a unique index
 * on the model's key; so have tables that older versions made. Any other has the model's key for
 * its primary key, and an index in silver's order. */
bool schema_index_silver(struct warehouse *warehouse, const struct sheet_model *sheet, bool make,
                         struct err *err);

/* Silver and gold tables alone, empty: what a gold SELECT needs to be prepared. */
bool schema_create_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                          struct err *err);

/* A TEMP table of the same name and columns, which hides the permanent one. An index in silver's
 * order is made once the rows are there: with it, loading them takes twice as long. */
bool schema_shadow_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                          struct err *err);
bool schema_index_shadow(struct warehouse *warehouse, const struct sheet_model *sheet, bool make,
                         struct err *err);
bool schema_create_gold(struct warehouse *warehouse, const struct gold_model *gold,
                        struct err *err);

/* A view, or whatever else somebody made, that went with its table. */
struct schema_view {
    const char *name, *kind, *table;
};

struct schema_views {
    struct arena *arena;
    struct schema_view *items;
    size_t count;
};

/* Brings silver and gold into the form that another model wants, and makes what is missing. A
 * column that is new is added; any other change of a table's form drops it and makes it anew: its
 * rows can be built again from bronze. Views that went are added to `views`. */
bool schema_change(struct warehouse *warehouse, const struct model *model,
                   struct schema_views *views, struct err *err);

/* Adds the views that hang on a table, and what else does. */
bool schema_find_views(struct warehouse *warehouse, const char *table, struct schema_views *views,
                       struct err *err);

/* Drops a table that no model has any more. */
bool schema_drop_table(struct warehouse *warehouse, const char *table, struct schema_views *views,
                       struct err *err);

/* Appends "a, b" of fields; with `prefix` "p.a, p.b". */
void schema_add_fields(struct buf *sql, const struct field *fields, const size_t *indexes,
                       size_t count, const char *prefix);

/* Appends all columns of a silver table, "_row_id" last. */
void schema_add_columns(struct buf *sql, const struct sheet_model *sheet);

/* The fields of silver's order, which tell its rows apart: cluster, then key, each once. Returns
 * how many; `out` holds sheet->field_count indexes. */
size_t schema_order(const struct sheet_model *sheet, size_t *out);

#endif
