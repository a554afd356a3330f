#include "stages/schema.h"

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
static bool schema_create_bronze(struct warehouse *warehouse, const struct sheet_model *sheet,
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

size_t schema_primary_key(const struct sheet_model *sheet, size_t *out) {
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

static void schema_add_columns(struct buf *sql, const struct warehouse *warehouse,
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

static bool create_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                          const char *create, struct err *err) {
    struct arena scratch = {0};
    size_t *key = arena_array(&scratch, sheet->field_count, sizeof *key);
    size_t key_count = schema_primary_key(sheet, key);
    struct buf sql = {0};
    buf_add_text(&sql, create);
    sql_add_table(&sql, "silver", sheet->name);
    buf_add_text(&sql, " (");
    schema_add_columns(&sql, warehouse, sheet->fields, sheet->field_count, key, key_count);
    buf_add_text(&sql, "_row_id BIGINT NOT NULL, PRIMARY KEY (");
    schema_add_fields(&sql, sheet->fields, key, key_count, NULL);
    buf_printf(&sql, ")) %s", warehouse_clustered(warehouse));
    arena_free(&scratch);
    return schema_exec(warehouse, &sql, err);
}

bool schema_create_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                          struct err *err) {
    return create_silver(warehouse, sheet, "CREATE TABLE IF NOT EXISTS ", err);
}

bool schema_shadow_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                          struct err *err) {
    return create_silver(warehouse, sheet, "CREATE TEMP TABLE ", err);
}

bool schema_index_silver(struct warehouse *warehouse, const struct sheet_model *sheet, bool make,
                         struct err *err) {
    if (sheet->cluster_count == 0)
        return true;
    struct buf sql = {0};
    if (make) {
        buf_printf(&sql, "CREATE UNIQUE INDEX IF NOT EXISTS \"silver_%s_key\" ON \"silver_%s\" (",
                   sheet->name, sheet->name);
        schema_add_fields(&sql, sheet->fields, sheet->key, sheet->key_count, NULL);
        buf_add_char(&sql, ')');
    } else {
        buf_printf(&sql, "DROP INDEX IF EXISTS \"silver_%s_key\"", sheet->name);
    }
    return schema_exec(warehouse, &sql, err);
}

bool schema_create_gold(struct warehouse *warehouse, const struct gold_model *gold,
                        struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "CREATE TABLE IF NOT EXISTS ");
    sql_add_name(&sql, gold->name);
    buf_add_text(&sql, " (");
    schema_add_columns(&sql, warehouse, gold->fields, gold->field_count, gold->key,
                       gold->key_count);
    buf_add_text(&sql, "PRIMARY KEY (");
    schema_add_fields(&sql, gold->fields, gold->key, gold->key_count, NULL);
    buf_printf(&sql, ")) %s", warehouse_clustered(warehouse));
    return schema_exec(warehouse, &sql, err);
}

bool schema_create(struct warehouse *warehouse, const struct model *model, struct err *err) {
    if (!warehouse_exec(warehouse, sql_file("audit/create"), err))
        return false;
    for (size_t i = 0; i < model->sheet_count; i++)
        if (!schema_create_bronze(warehouse, &model->sheets[i], err) ||
            !schema_create_silver(warehouse, &model->sheets[i], err))
            return false;
    for (size_t i = 0; i < model->gold_count; i++)
        if (!schema_create_gold(warehouse, &model->gold[i], err))
            return false;
    return true;
}

static bool drop_table(struct warehouse *warehouse, const char *name, struct err *err) {
    struct buf sql = {0};
    buf_add_text(&sql, "DROP TABLE IF EXISTS ");
    sql_add_name(&sql, name);
    return schema_exec(warehouse, &sql, err);
}

bool schema_drop_silver(struct warehouse *warehouse, const struct model *model, struct err *err) {
    for (size_t i = 0; i < model->sheet_count; i++) {
        char name[80];
        snprintf(name, sizeof name, "silver_%s", model->sheets[i].name);
        if (!drop_table(warehouse, name, err))
            return false;
    }
    return true;
}

bool schema_drop_gold(struct warehouse *warehouse, const struct model *model, struct err *err) {
    for (size_t i = 0; i < model->gold_count; i++)
        if (!drop_table(warehouse, model->gold[i].name, err))
            return false;
    return true;
}
