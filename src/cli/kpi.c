#include "cli/kpi.h"

#include "cli/table.h"

#define ROWS_SHOWN 8

/* Which column goes first when there is no room for all: the key and what the list is ordered by
 * stay, then the currency, without which money says nothing, days, numbers, and texts last. */
static unsigned rank_of(const struct gold_model *gold, size_t index) {
    for (size_t i = 0; i < gold->key_count; i++)
        if (gold->key[i] == index)
            return 0;
    if ((int)index == gold->show_by)
        return 0;
    switch (gold->fields[index].type) {
    case FIELD_CURRENCY:
        return 1;
    case FIELD_DATE:
    case FIELD_DATETIME:
        return 2;
    case FIELD_INTEGER:
    case FIELD_NUMBER:
    case FIELD_MONEY:
    case FIELD_RATE:
        return 3;
    default:
        return 4;
    }
}

/* The currency column by which the list is divided, or -1. */
static int find_partition(const struct gold_model *gold) {
    if (gold->show_by < 0 || gold->fields[gold->show_by].type != FIELD_MONEY)
        return -1;
    for (size_t i = 0; i < gold->field_count; i++)
        if (gold->fields[i].type == FIELD_CURRENCY)
            return (int)i;
    return -1;
}

static void add_columns(struct buf *sql, const struct gold_model *gold) {
    for (size_t i = 0; i < gold->field_count; i++) {
        buf_add_text(sql, i ? ", " : "");
        sql_add_name(sql, gold->fields[i].name);
    }
}

static void add_order(struct buf *sql, const struct gold_model *gold) {
    buf_add_text(sql, " ORDER BY ");
    if (gold->show_by >= 0) {
        sql_add_name(sql, gold->fields[gold->show_by].name);
        buf_add_text(sql, gold->show_descending ? " DESC NULLS LAST, " : " NULLS LAST, ");
    }
    for (size_t i = 0; i < gold->key_count; i++) {
        buf_add_text(sql, i ? ", " : "");
        sql_add_name(sql, gold->fields[gold->key[i]].name);
    }
}

/* $1: rows at most; of each part when there is a partition, whose largest part comes first. */
static void add_query(struct buf *sql, const struct gold_model *gold, int partition) {
    buf_add_text(sql, "SELECT ");
    add_columns(sql, gold);
    if (partition < 0) {
        buf_add_text(sql, " FROM ");
        sql_add_name(sql, gold->name);
        add_order(sql, gold);
        buf_add_text(sql, " LIMIT $1");
        return;
    }
    const char *part = gold->fields[partition].name;
    buf_add_text(sql, " FROM (SELECT ");
    add_columns(sql, gold);
    buf_add_text(sql, ", ROW_NUMBER() OVER (PARTITION BY ");
    sql_add_name(sql, part);
    add_order(sql, gold);
    buf_add_text(sql, ") AS _place, COUNT(*) OVER (PARTITION BY ");
    sql_add_name(sql, part);
    buf_add_text(sql, ") AS _size FROM ");
    sql_add_name(sql, gold->name);
    buf_add_text(sql, ") AS placed WHERE _place <= $1 ORDER BY _size DESC, ");
    sql_add_name(sql, part);
    buf_printf(sql, ", _place LIMIT %d", 2 * ROWS_SHOWN);
}

static bool count(struct warehouse *warehouse, const struct gold_model *gold, const char *column,
                  int64_t *result, struct err *err) {
    struct arena scratch = {0};
    struct buf sql = {0};
    struct value value;
    buf_add_text(&sql, "SELECT COUNT(");
    if (column) {
        buf_add_text(&sql, "DISTINCT ");
        sql_add_name(&sql, column);
    } else {
        buf_add_char(&sql, '*');
    }
    buf_add_text(&sql, ") FROM ");
    sql_add_name(&sql, gold->name);
    bool ok = warehouse_value(warehouse, &scratch, buf_text(&sql), NULL, 0, &value, err);
    *result = value.integer;
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

/* "gold_event_sales: 240 rows, highest net_revenue first, by currency" */
static void add_heading(struct output *output, const struct gold_model *gold, int64_t rows,
                        int partition) {
    struct buf *out = &output->text;
    buf_printf(out, "\n%s%s%s: ", output_style_on(output, STYLE_BOLD), gold->name,
               output_style_off(output, STYLE_BOLD));
    output_add_count(out, rows, "row", "rows");
    if (gold->show_by >= 0 && rows > 0) {
        const struct field *field = &gold->fields[gold->show_by];
        bool is_day = field->type == FIELD_DATE || field->type == FIELD_DATETIME;
        const char *first = gold->show_descending ? (is_day ? "latest" : "highest")
                                                  : (is_day ? "earliest" : "lowest");
        buf_printf(out, ", %s %s first", first, field->name);
    }
    if (partition >= 0 && rows > 0)
        buf_printf(out, ", by %s", gold->fields[partition].name);
    buf_add_char(out, '\n');
}

static bool add_rows(struct output *output, struct warehouse *warehouse,
                     const struct gold_model *gold, int partition, int64_t limit, struct err *err) {
    struct arena scratch = {0};
    struct buf sql = {0};
    struct statement *statement = NULL;
    struct table table;
    struct value parameter = value_integer(limit);
    bool has_row = true;
    struct table_column *columns = arena_array(&scratch, gold->field_count, sizeof *columns);
    for (size_t i = 0; i < gold->field_count; i++)
        columns[i] = (struct table_column){gold->fields[i].name,
                                           table_kind_of(gold->fields[i].type), rank_of(gold, i)};
    add_query(&sql, gold, partition);
    table_begin(&table, output, columns, gold->field_count, output_text_columns(output));
    bool ok = statement_prepare(warehouse, &statement, buf_text(&sql), err) &&
              statement_start(statement, &parameter, 1, err);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row)
        for (size_t i = 0; i < gold->field_count; i++)
            table_add_value(&table, &gold->fields[i], statement_value(statement, i));
    statement_close(statement);
    table_end(&table);
    buf_free(&sql);
    arena_free(&scratch);
    return ok;
}

static bool add_table(struct output *output, struct warehouse *warehouse,
                      const struct gold_model *gold, struct err *err) {
    int64_t rows, parts = 1;
    int partition = find_partition(gold);
    if (!count(warehouse, gold, NULL, &rows, err))
        return false;
    if (partition >= 0 && !count(warehouse, gold, gold->fields[partition].name, &parts, err))
        return false;
    if (parts <= 1)
        partition = -1;
    add_heading(output, gold, rows, partition);
    if (rows == 0)
        return true;
    int64_t limit = partition < 0 ? ROWS_SHOWN : (ROWS_SHOWN + parts - 1) / parts;
    return add_rows(output, warehouse, gold, partition, limit, err);
}

bool kpi_add_tables(struct output *output, struct warehouse *warehouse, const struct model *model,
                    struct err *err) {
    bool is_declared = false;
    for (size_t i = 0; i < model->gold_count; i++)
        is_declared |= model->gold[i].show_by >= 0;
    for (size_t i = 0; i < model->gold_count; i++)
        if ((!is_declared || model->gold[i].show_by >= 0) &&
            !add_table(output, warehouse, &model->gold[i], err))
            return false;
    return true;
}
