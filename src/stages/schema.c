#include "stages/schema.h"

#include "stages/audit.h"

#include <xxhash.h>

static bool schema_exec(struct warehouse *warehouse, struct buf *sql, struct err *err) {
    bool ok = warehouse_exec(warehouse, buf_text(sql), err);
    buf_free(sql);
    return ok;
}

static bool schema_create_views(struct warehouse *warehouse, const struct sheet_model *sheet,
                                struct err *err) {
    struct buf sql = {0};
    const char *name = sheet->name;
    const char *create = warehouse_create_view(warehouse);
    buf_printf(&sql,
               "%s \"bronze_%s_current\" AS SELECT * FROM \"bronze_%s\""
               " WHERE _removed_snapshot_id IS NULL ORDER BY _position;",
               create, name, name);
    buf_printf(&sql,
               "%s \"bronze_%s_snapshots\" AS"
               " SELECT s.snapshot_id, s.loaded_at, b.* FROM audit_snapshots s"
               " JOIN \"bronze_%s\" b ON b._snapshot_id <= s.snapshot_id AND"
               " (b._removed_snapshot_id IS NULL OR b._removed_snapshot_id > s.snapshot_id)",
               create, name, name);
    return schema_exec(warehouse, &sql, err);
}

/* The columns that say which row this is come first: comparing a pull with a million rows reads
 * these and steps over the rest. */
bool schema_create_bronze_table(struct warehouse *warehouse, const struct sheet_model *sheet,
                                struct err *err) {
    struct buf sql = {0};
    bool exists;
    char table[80];
    snprintf(table, sizeof table, "bronze_%s", sheet->name);
    if (!warehouse_has_table(warehouse, table, &exists, err))
        return false;
    if (exists)
        return true;
    buf_add_text(&sql, "CREATE TABLE ");
    sql_add_name(&sql, table);
    buf_printf(&sql, " (_row_id %s NOT NULL PRIMARY KEY, _snapshot_id BIGINT NOT NULL,",
               warehouse_row_id_type(warehouse));
    buf_add_text(&sql, " _removed_snapshot_id BIGINT, _position BIGINT NOT NULL,"
                       " _hash BIGINT NOT NULL, _key TEXT");
    for (size_t i = 0; i < sheet->field_count; i++) {
        buf_add_text(&sql, ", ");
        sql_add_name(&sql, sheet->fields[i].name);
        buf_add_text(&sql, " TEXT");
    }
    buf_add_text(&sql, ", _loaded_at TEXT NOT NULL)");
    return schema_exec(warehouse, &sql, err) && schema_create_views(warehouse, sheet, err);
}

bool schema_add_bronze_names(struct warehouse *warehouse, const struct sheet_model *sheet,
                             const char *const *names, size_t count, struct err *err) {
    char table[80];
    snprintf(table, sizeof table, "bronze_%s", sheet->name);
    bool is_changed = false;
    for (size_t i = 0; i < count; i++) {
        bool exists;
        if (!warehouse_has_column(warehouse, table, names[i], &exists, err))
            return false;
        if (exists)
            continue;
        struct buf sql = {0};
        buf_add_text(&sql, "ALTER TABLE ");
        sql_add_name(&sql, table);
        buf_add_text(&sql, " ADD COLUMN ");
        sql_add_name(&sql, names[i]);
        buf_add_text(&sql, " TEXT");
        if (!schema_exec(warehouse, &sql, err))
            return false;
        is_changed = true;
    }
    return !is_changed || schema_create_views(warehouse, sheet, err);
}

bool schema_add_bronze_columns(struct warehouse *warehouse, const struct sheet_model *sheet,
                               const struct header *header, struct err *err) {
    struct arena scratch = {0};
    const char **names = arena_array(&scratch, header->column_count, sizeof *names);
    for (size_t i = 0; i < header->column_count; i++)
        names[i] = header->columns[i].name;
    bool ok = schema_add_bronze_names(warehouse, sheet, names, header->column_count, err);
    arena_free(&scratch);
    return ok;
}

void schema_add_fields(struct buf *sql, const struct field *fields, const size_t *indexes,
                       size_t count, const char *prefix) {
    for (size_t i = 0; i < count; i++) {
        buf_printf(sql, "%s%s%s", i ? ", " : "", prefix ? prefix : "", prefix ? "." : "");
        sql_add_name(sql, fields[indexes[i]].name);
    }
}

void schema_add_columns(struct buf *sql, const struct sheet_model *sheet) {
    for (size_t i = 0; i < sheet->field_count; i++) {
        sql_add_name(sql, sheet->fields[i].name);
        buf_add_text(sql, ", ");
    }
    buf_add_text(sql, "_row_id");
}

size_t schema_order(const struct sheet_model *sheet, size_t *out) {
    size_t count = 0;
    for (size_t i = 0; i < sheet->cluster_count + sheet->key_count; i++) {
        size_t field =
            i < sheet->cluster_count ? sheet->cluster[i] : sheet->key[i - sheet->cluster_count];
        bool is_new = true;
        for (size_t j = 0; j < count; j++)
            is_new &= out[j] != field;
        if (is_new)
            out[count++] = field;
    }
    return count;
}

static void add_definitions(struct buf *sql, const struct warehouse *warehouse,
                            const struct field *fields, size_t count, const size_t *key,
                            size_t key_count) {
    for (size_t i = 0; i < count; i++) {
        bool is_key = false;
        for (size_t k = 0; k < key_count; k++)
            is_key |= key[k] == i;
        sql_add_name(sql, fields[i].name);
        buf_printf(sql, " %s%s, ", warehouse_type(warehouse, fields[i].type),
                   is_key || fields[i].required ? " NOT NULL" : "");
    }
}

bool schema_create_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                          struct err *err) {
    struct arena scratch = {0};
    size_t *order = arena_array(&scratch, sheet->field_count, sizeof *order);
    size_t order_count = schema_order(sheet, order);
    bool is_clustered = warehouse_is_clustered(warehouse);
    struct buf sql = {0};
    buf_add_text(&sql, "CREATE TABLE IF NOT EXISTS ");
    sql_add_table(&sql, "silver", sheet->name);
    buf_add_text(&sql, " (");
    add_definitions(&sql, warehouse, sheet->fields, sheet->field_count, order, order_count);
    buf_add_text(&sql, "_row_id BIGINT NOT NULL, PRIMARY KEY (");
    schema_add_fields(&sql, sheet->fields, is_clustered ? order : sheet->key,
                      is_clustered ? order_count : sheet->key_count, NULL);
    buf_printf(&sql, ")) %s", warehouse_clustered(warehouse));
    arena_free(&scratch);
    return schema_exec(warehouse, &sql, err);
}

bool schema_shadow_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                          struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "CREATE TEMP TABLE ");
    sql_add_table(&sql, "silver", sheet->name);
    buf_add_text(&sql, " (");
    add_definitions(&sql, warehouse, sheet->fields, sheet->field_count, NULL, 0);
    buf_add_text(&sql, "_row_id BIGINT)");
    return schema_exec(warehouse, &sql, err);
}

struct silver_index {
    const char *name;
    const size_t *fields;
    size_t field_count;
    bool is_unique;
};

static bool index_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                         struct silver_index index, bool make, struct err *err) {
    struct buf sql = {0};
    if (make) {
        /* Across machines nobody can promise that; cleaning has seen to it anyway. */
        bool is_unique = index.is_unique && !warehouse_is_distributed(warehouse);
        buf_printf(&sql, "CREATE %sINDEX IF NOT EXISTS \"%s\" ON \"silver_%s\" (",
                   is_unique ? "UNIQUE " : "", index.name, sheet->name);
        schema_add_fields(&sql, sheet->fields, index.fields, index.field_count, NULL);
        buf_printf(&sql, ") %s", is_unique ? "" : warehouse_distinct(warehouse));
    } else {
        buf_printf(&sql, "DROP INDEX IF EXISTS \"%s\"", index.name);
    }
    return schema_exec(warehouse, &sql, err);
}

bool schema_index_shadow(struct warehouse *warehouse, const struct sheet_model *sheet, bool make,
                         struct err *err) {
    struct arena scratch = {0};
    size_t *order = arena_array(&scratch, sheet->field_count, sizeof *order);
    struct silver_index index = {arena_printf(&scratch, "silver_%s_shadow", sheet->name), order,
                                 schema_order(sheet, order), true};
    bool ok = index_silver(warehouse, sheet, index, make, err);
    arena_free(&scratch);
    return ok;
}

/* The table is asked: once its primary key was its order everywhere, and tables from then stay as
 * they are, since there may be views on them. */
static bool index_other_way(struct warehouse *warehouse, const struct sheet_model *sheet, bool make,
                            struct err *err) {
    struct arena scratch = {0};
    size_t *order = arena_array(&scratch, sheet->field_count, sizeof *order);
    size_t order_count = schema_order(sheet, order);
    const char *table = arena_printf(&scratch, "silver_%s", sheet->name), *columns;
    /* no sheet's table has such a name, nor is it too long */
    struct silver_index by_order = {arena_printf(&scratch, "sort_%s", table), order, order_count,
                                    false};
    struct silver_index by_key = {arena_printf(&scratch, "%s_key", table), sheet->key,
                                  sheet->key_count, true};
    struct buf list = {0};
    schema_add_fields(&list, sheet->fields, order, order_count, NULL);
    bool ok = warehouse_read_key(warehouse, table, &scratch, &columns, err);
    bool is_order = ok && (!columns || strcmp(columns, buf_text(&list)) == 0);
    ok = ok && index_silver(warehouse, sheet, is_order ? by_key : by_order, make, err);
    buf_free(&list);
    arena_free(&scratch);
    return ok;
}

bool schema_index_silver(struct warehouse *warehouse, const struct sheet_model *sheet, bool make,
                         struct err *err) {
    bool ok = sheet->cluster_count == 0 || index_other_way(warehouse, sheet, make, err);
    for (size_t i = 0; ok && i < sheet->unique_count; i++) {
        const struct unique_key *unique = &sheet->unique[i];
        char name[96];
        snprintf(name, sizeof name, "silver_%s_u%zu", sheet->name, i);
        struct silver_index index = {name, unique->fields, unique->field_count, true};
        ok = index_silver(warehouse, sheet, index, make, err);
    }
    return ok;
}

bool schema_create_gold(struct warehouse *warehouse, const struct gold_model *gold,
                        struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "CREATE TABLE IF NOT EXISTS ");
    sql_add_name(&sql, gold->name);
    buf_add_text(&sql, " (");
    add_definitions(&sql, warehouse, gold->fields, gold->field_count, gold->key, gold->key_count);
    buf_add_text(&sql, "PRIMARY KEY (");
    schema_add_fields(&sql, gold->fields, gold->key, gold->key_count, NULL);
    buf_printf(&sql, ")) %s", warehouse_clustered(warehouse));
    return schema_exec(warehouse, &sql, err);
}

/* ---- all of a model ----
 *
 * A mark in the audit tells in which form a table was made, so that a model that changed something
 * else does not take the table away: there may be views on it, and rights to it. */

/* A silver or gold table as the model wants it. */
struct form {
    const char *table;
    const struct field *fields;
    size_t field_count;
    const size_t *key; /* the columns of its primary key; of silver, those of its order */
    size_t key_count;
    const struct unique_key *unique;
    size_t unique_count;
};

static struct form silver_form(struct arena *arena, const struct sheet_model *sheet) {
    size_t *key = arena_array(arena, sheet->field_count, sizeof *key);
    size_t key_count = schema_order(sheet, key);
    return (struct form){arena_printf(arena, "silver_%s", sheet->name),
                         sheet->fields,
                         sheet->field_count,
                         key,
                         key_count,
                         sheet->unique,
                         sheet->unique_count};
}

static struct form gold_form(const struct gold_model *gold) {
    return (struct form){.table = gold->name,
                         .fields = gold->fields,
                         .field_count = gold->field_count,
                         .key = gold->key,
                         .key_count = gold->key_count};
}

/* The mark of a form without the columns that are `left_out`, which are in no key; with NULL of all
 * of it. */
static const char *describe(struct arena *arena, const struct form *form, const bool *left_out) {
    struct buf text = {0};
    size_t *places = arena_array(arena, form->field_count, sizeof *places), count = 0;
    for (size_t i = 0; i < form->field_count; i++) {
        const struct field *field = &form->fields[i];
        bool is_left_out = left_out && left_out[i];
        places[i] = is_left_out ? SIZE_MAX : count;
        if (is_left_out)
            continue;
        count++;
        buf_printf(&text, "%s %d %d,", field->name, (int)field->type, field->required);
    }
    for (size_t i = 0; i < form->key_count; i++)
        buf_printf(&text, " %zu", places[form->key[i]]);
    for (size_t i = 0; i < form->unique_count; i++)
        for (size_t j = 0; j < form->unique[i].field_count; j++)
            buf_printf(&text, "%s %zu", j ? "" : " unique", places[form->unique[i].fields[j]]);
    const char *mark =
        arena_printf(arena, "%016llx", (unsigned long long)XXH3_64bits(buf_text(&text), text.size));
    buf_free(&text);
    return mark;
}

static bool set_mark(struct warehouse *warehouse, struct arena *arena, const struct form *form,
                     struct err *err) {
    const struct audit_run run = {describe(arena, form, NULL), 0, ""};
    return audit_set_watermark(warehouse, &run, "schema", form->table, err);
}

static bool make_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                        struct err *err) {
    struct arena scratch = {0};
    struct form form = silver_form(&scratch, sheet);
    const char *column = sheet->distribute < 0 ? NULL : sheet->fields[sheet->distribute].name;
    bool exists;
    bool ok = warehouse_has_table(warehouse, form.table, &exists, err) &&
              (exists || (schema_create_silver(warehouse, sheet, err) &&
                          warehouse_distribute(warehouse, form.table, column, err) &&
                          set_mark(warehouse, &scratch, &form, err)));
    arena_free(&scratch);
    return ok;
}

static bool make_gold(struct warehouse *warehouse, const struct gold_model *gold, struct err *err) {
    struct arena scratch = {0};
    struct form form = gold_form(gold);
    bool exists;
    bool ok = warehouse_has_table(warehouse, form.table, &exists, err) &&
              (exists || (schema_create_gold(warehouse, gold, err) &&
                          set_mark(warehouse, &scratch, &form, err)));
    arena_free(&scratch);
    return ok;
}

bool schema_create_bronze(struct warehouse *warehouse, const struct model *model, struct err *err) {
    if (!warehouse_exec(warehouse, sql_file("audit/create"), err))
        return false;
    for (size_t i = 0; i < model->sheet_count; i++)
        if (!schema_create_bronze_table(warehouse, &model->sheets[i], err))
            return false;
    return true;
}

bool schema_create(struct warehouse *warehouse, const struct model *model, struct err *err) {
    if (!schema_create_bronze(warehouse, model, err))
        return false;
    for (size_t i = 0; i < model->sheet_count; i++)
        if (!make_silver(warehouse, &model->sheets[i], err))
            return false;
    for (size_t i = 0; i < model->gold_count; i++)
        if (!make_gold(warehouse, &model->gold[i], err))
            return false;
    return true;
}

/* ---- another model ---- */

bool schema_find_views(struct warehouse *warehouse, const char *table, struct schema_views *views,
                       struct err *err) {
    struct dependent *found;
    size_t count;
    if (!warehouse_find_dependents(warehouse, table, views->arena, &found, &count, err))
        return false;
    struct schema_view *grown = arena_array(views->arena, views->count + count, sizeof *grown);
    if (views->count)
        memcpy(grown, views->items, views->count * sizeof *grown);
    for (size_t i = 0; i < count; i++)
        grown[views->count++] = (struct schema_view){found[i].name, found[i].kind,
                                                     arena_string(views->arena, span_from(table))};
    views->items = grown;
    return true;
}

bool schema_drop_table(struct warehouse *warehouse, const char *table, struct schema_views *views,
                       struct err *err) {
    return schema_find_views(warehouse, table, views, err) &&
           warehouse_drop_table(warehouse, table, err) &&
           audit_drop_watermark(warehouse, "schema", table, err);
}

/* Which columns of the form the table does not have. */
static bool find_missing(struct warehouse *warehouse, const struct form *form, bool *missing,
                         struct err *err) {
    for (size_t i = 0; i < form->field_count; i++) {
        bool exists;
        if (!warehouse_has_column(warehouse, form->table, form->fields[i].name, &exists, err))
            return false;
        missing[i] = !exists;
    }
    return true;
}

static bool is_not_null(const struct form *form, size_t field) {
    bool is_key = false;
    for (size_t i = 0; i < form->key_count; i++)
        is_key |= form->key[i] == field;
    return is_key || form->fields[field].required;
}

/* Its rows are built anew in any case; a column without NULL can only come into an empty table. */
static bool add_columns(struct warehouse *warehouse, struct arena *arena, const struct form *form,
                        const bool *missing, struct err *err) {
    struct buf sql = {0};
    bool empties = false;
    for (size_t i = 0; i < form->field_count; i++) {
        if (!missing[i])
            continue;
        buf_add_text(&sql, "ALTER TABLE ");
        sql_add_name(&sql, form->table);
        buf_add_text(&sql, " ADD COLUMN ");
        sql_add_name(&sql, form->fields[i].name);
        buf_printf(&sql, " %s%s;", warehouse_type(warehouse, form->fields[i].type),
                   is_not_null(form, i) ? " NOT NULL" : "");
        empties |= is_not_null(form, i);
    }
    const char *empty = arena_printf(arena, "DELETE FROM \"%s\"", form->table);
    return (!empties || warehouse_exec(warehouse, empty, err)) &&
           schema_exec(warehouse, &sql, err) && set_mark(warehouse, arena, form, err);
}

/* Columns that are new are added in place; any other form means another table. */
static bool reform(struct warehouse *warehouse, struct arena *arena, const struct form *form,
                   struct schema_views *views, struct err *err) {
    const char *stored;
    int64_t ignored;
    bool *missing = arena_array(arena, form->field_count, sizeof *missing);
    if (!audit_read_watermark(warehouse, arena, "schema", form->table, &stored, &ignored, err))
        return false;
    if (stored && strcmp(stored, describe(arena, form, NULL)) == 0)
        return true;
    if (!find_missing(warehouse, form, missing, err))
        return false;
    return stored && strcmp(stored, describe(arena, form, missing)) == 0
               ? add_columns(warehouse, arena, form, missing, err)
               : schema_drop_table(warehouse, form->table, views, err);
}

bool schema_change(struct warehouse *warehouse, const struct model *model,
                   struct schema_views *views, struct err *err) {
    struct arena scratch = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < model->sheet_count; i++) {
        struct form form = silver_form(&scratch, &model->sheets[i]);
        ok = reform(warehouse, &scratch, &form, views, err);
    }
    for (size_t i = 0; ok && i < model->gold_count; i++) {
        struct form form = gold_form(&model->gold[i]);
        ok = reform(warehouse, &scratch, &form, views, err);
    }
    arena_free(&scratch);
    return ok && schema_create(warehouse, model, err);
}
