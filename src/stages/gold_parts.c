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

/* The name stands in the SELECT as a word. */
bool gold_names_table(const char *sql, const char *table) {
    size_t size = strlen(table);
    for (const char *at = sql; (at = strstr(at, table)); at += size)
        if ((at == sql || !is_word_char(at[-1])) && !is_word_char(at[size]))
            return true;
    return false;
}

bool gold_reads(const char *sql, const struct sheet_model *sheet) {
    char name[80];
    snprintf(name, sizeof name, "silver_%s", sheet->name);
    return gold_names_table(sql, name);
}

bool gold_compute(const struct gold_build *build, const struct gold_model *gold, const char *table,
                  struct err *err) {
    const struct field_list fields = {gold->fields, gold->field_count, gold->key, gold->key_count};
    bool ok = warehouse_create_from(build->warehouse, table, fields, gold->sql, err);
    return ok || err_wrap(err, "%s (%s)", gold->name, gold->sql_path);
}
