#include "stages/gold_parts.h"

#include "stages/schema.h"

bool gold_run(struct warehouse *warehouse, struct buf *sql, int64_t *changed, struct err *err) {
    bool ok = warehouse_run(warehouse, buf_text(sql), NULL, 0, changed, err);
    buf_free(sql);
    return ok;
}

void gold_add_columns(struct buf *sql, const struct gold_model *gold, const char *prefix) {
    for (size_t i = 0; i < gold->field_count; i++) {
        buf_printf(sql, "%s%s", i ? ", " : "", prefix);
        sql_add_name(sql, gold->fields[i].name);
    }
}

static bool is_word_char(char c) {
    return c == '_' || ascii_is_alpha(c) || ascii_is_digit(c);
}

/* The name stands in the SELECT as a word. Too often yes only costs
 * time. */
bool gold_reads(const struct gold_model *gold, const struct sheet_model *sheet) {
    char name[80];
    int size = snprintf(name, sizeof name, "silver_%s", sheet->name);
    for (const char *at = gold->sql; (at = strstr(at, name)); at += size)
        if ((at == gold->sql || !is_word_char(at[-1])) && !is_word_char(at[size]))
            return true;
    return false;
}

bool gold_compute(const struct gold_build *build, const struct gold_model *gold, const char *table,
                  struct err *err) {
    struct buf create = {0}, insert = {0};
    buf_printf(&create, "CREATE TEMP TABLE %s (", table);
    for (size_t i = 0; i < gold->field_count; i++) {
        sql_add_name(&create, gold->fields[i].name);
        buf_printf(&create, " %s, ", warehouse_type(build->warehouse, gold->fields[i].type));
    }
    buf_add_text(&create, "PRIMARY KEY (");
    schema_add_fields(&create, gold->fields, gold->key, gold->key_count, NULL);
    buf_add_text(&create, "))");
    buf_printf(&insert, "INSERT INTO %s (", table);
    gold_add_columns(&insert, gold, "");
    buf_printf(&insert, ") %s", gold->sql);
    bool ok = gold_run(build->warehouse, &create, NULL, err) &&
              gold_run(build->warehouse, &insert, NULL, err);
    buf_free(&insert);
    return ok || err_wrap(err, "%s (%s)", gold->name, gold->sql_path);
}
