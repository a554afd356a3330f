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

/* Names are short: a sheet's name may take most of what a server allows. */
static bool index_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                         const char *suffix, const size_t *fields, size_t field_count, bool make,
                         struct err *err) {
    struct buf sql = {0};
    if (make) {
        /* Across machines nobody can promise that; cleaning has seen to it anyway. */
        const char *kind = warehouse_is_distributed(warehouse) ? "" : "UNIQUE ";
        buf_printf(&sql, "CREATE %sINDEX IF NOT EXISTS \"silver_%s_%s\" ON \"silver_%s\" (", kind,
                   sheet->name, suffix, sheet->name);
        schema_add_fields(&sql, sheet->fields, fields, field_count, NULL);
        buf_add_char(&sql, ')');
    } else {
        buf_printf(&sql, "DROP INDEX IF EXISTS \"silver_%s_%s\"", sheet->name, suffix);
    }
    return schema_exec(warehouse, &sql, err);
}

bool schema_index_silver(struct warehouse *warehouse, const struct sheet_model *sheet, bool make,
                         struct err *err) {
    bool ok = sheet->cluster_count == 0 ||
              index_silver(warehouse, sheet, "key", sheet->key, sheet->key_count, make, err);
    for (size_t i = 0; ok && i < sheet->unique_count; i++) {
        const struct unique_key *unique = &sheet->unique[i];
        char suffix[24];
        snprintf(suffix, sizeof suffix, "u%zu", i);
        ok = index_silver(warehouse, sheet, suffix, unique->fields, unique->field_count, make, err);
    }
    return ok;
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

/* ---- all of a model ----
 *
 * A mark in the audit tells in which form a table was made, so that a model that changed something
 * else does not take the table away: there may be views on it. */

static void describe_fields(struct buf *text, const struct field *fields, size_t count,
                            const size_t *key, size_t key_count) {
    for (size_t i = 0; i < count; i++)
        buf_printf(text, "%s %d %d,", fields[i].name, (int)fields[i].type, fields[i].required);
    for (size_t i = 0; i < key_count; i++)
        buf_printf(text, " %zu", key[i]);
}

/* Empties the text. */
static const char *mark_of(struct arena *arena, struct buf *text) {
    const char *mark =
        arena_printf(arena, "%016llx", (unsigned long long)XXH3_64bits(buf_text(text), text->size));
    buf_free(text);
    return mark;
}

static const char *describe_silver(struct arena *arena, const struct sheet_model *sheet) {
    size_t *key = arena_array(arena, sheet->field_count, sizeof *key);
    size_t key_count = schema_primary_key(sheet, key);
    struct buf text = {0};
    describe_fields(&text, sheet->fields, sheet->field_count, key, key_count);
    for (size_t i = 0; i < sheet->unique_count; i++)
        for (size_t j = 0; j < sheet->unique[i].field_count; j++)
            buf_printf(&text, "%s %zu", j ? "" : " unique", sheet->unique[i].fields[j]);
    return mark_of(arena, &text);
}

static const char *describe_gold(struct arena *arena, const struct gold_model *gold) {
    struct buf text = {0};
    describe_fields(&text, gold->fields, gold->field_count, gold->key, gold->key_count);
    return mark_of(arena, &text);
}

static bool set_mark(struct warehouse *warehouse, const char *table, const char *mark,
                     struct err *err) {
    const struct audit_run run = {mark, 0, ""};
    return audit_set_watermark(warehouse, &run, "schema", table, err);
}

static bool make_silver(struct warehouse *warehouse, const struct sheet_model *sheet,
                        struct err *err) {
    struct arena scratch = {0};
    const char *table = arena_printf(&scratch, "silver_%s", sheet->name);
    const char *column = sheet->distribute < 0 ? NULL : sheet->fields[sheet->distribute].name;
    bool exists;
    bool ok = warehouse_has_table(warehouse, table, &exists, err) &&
              (exists || (schema_create_silver(warehouse, sheet, err) &&
                          warehouse_distribute(warehouse, table, column, err) &&
                          set_mark(warehouse, table, describe_silver(&scratch, sheet), err)));
    arena_free(&scratch);
    return ok;
}

static bool make_gold(struct warehouse *warehouse, const struct gold_model *gold, struct err *err) {
    struct arena scratch = {0};
    bool exists;
    bool ok = warehouse_has_table(warehouse, gold->name, &exists, err) &&
              (exists || (schema_create_gold(warehouse, gold, err) &&
                          set_mark(warehouse, gold->name, describe_gold(&scratch, gold), err)));
    arena_free(&scratch);
    return ok;
}

bool schema_create(struct warehouse *warehouse, const struct model *model, struct err *err) {
    if (!warehouse_exec(warehouse, sql_file("audit/create"), err))
        return false;
    for (size_t i = 0; i < model->sheet_count; i++)
        if (!schema_create_bronze(warehouse, &model->sheets[i], err) ||
            !make_silver(warehouse, &model->sheets[i], err))
            return false;
    for (size_t i = 0; i < model->gold_count; i++)
        if (!make_gold(warehouse, &model->gold[i], err))
            return false;
    return true;
}

static bool drop_changed(struct warehouse *warehouse, const char *table, const char *mark,
                         struct err *err) {
    struct arena scratch = {0};
    struct buf sql = {0};
    const char *stored;
    int64_t ignored;
    buf_add_text(&sql, "DROP TABLE IF EXISTS ");
    sql_add_name(&sql, table);
    bool ok =
        audit_read_watermark(warehouse, &scratch, "schema", table, &stored, &ignored, err) &&
        ((stored && strcmp(stored, mark) == 0) || warehouse_exec(warehouse, buf_text(&sql), err));
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

bool schema_drop_silver(struct warehouse *warehouse, const struct model *model, struct err *err) {
    struct arena scratch = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < model->sheet_count; i++)
        ok = drop_changed(warehouse, arena_printf(&scratch, "silver_%s", model->sheets[i].name),
                          describe_silver(&scratch, &model->sheets[i]), err);
    arena_free(&scratch);
    return ok;
}

bool schema_drop_gold(struct warehouse *warehouse, const struct model *model, struct err *err) {
    struct arena scratch = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < model->gold_count; i++)
        ok = drop_changed(warehouse, model->gold[i].name, describe_gold(&scratch, &model->gold[i]),
                          err);
    arena_free(&scratch);
    return ok;
}
