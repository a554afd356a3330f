/* One KPI table for a sheet in which things happen: how many rows a month has, and its sums. Only
 * where every row has its day, and where sums mean something. */
#include "draft/draft_parts.h"

#define SUFFIX "_by_month"

static bool is_key_column(const struct draft_sheet *sheet, const struct draft_column *column) {
    for (size_t i = 0; i < sheet->key_count; i++)
        if (&sheet->columns[sheet->key[i]] == column)
            return true;
    return false;
}

static bool is_day(const struct draft *draft, const struct draft_column *column) {
    bool is_date = column->field.type == FIELD_DATE || column->field.type == FIELD_DATETIME;
    return is_date && column->field.required && !column->bad &&
           !hints_has_any_word(&draft->hints, HINT_BIRTH, column->name);
}

static int find_day(const struct draft *draft, const struct draft_sheet *sheet) {
    for (size_t i = 0; i < sheet->column_count; i++)
        if (is_day(draft, &sheet->columns[i]))
            return (int)i;
    return -1;
}

static size_t count_type(const struct draft_sheet *sheet, enum field_type type) {
    size_t count = 0;
    for (size_t i = 0; i < sheet->column_count; i++)
        count += sheet->columns[i].field.type == type;
    return count;
}

static int find_currency(const struct draft_sheet *sheet) {
    for (size_t i = 0; i < sheet->column_count; i++)
        if (sheet->columns[i].field.type == FIELD_CURRENCY && sheet->columns[i].field.required)
            return (int)i;
    return -1;
}

/* Money in unknown or mixed currencies is not added up: the sum would be nobody's money. */
bool draft_is_summed(const struct draft *draft, const struct draft_sheet *sheet,
                     const struct draft_column *column) {
    bool is_of_currency = sheet->currency >= 0 || count_type(sheet, FIELD_CURRENCY) == 0;
    return column->field.type == FIELD_MONEY && column->profile.sign_count <= 1 && is_of_currency &&
           !hints_has_any_word(&draft->hints, HINT_EACH, column->name) &&
           strlen(column->name) + strlen("sum_") <= NAME_MAX_BYTES && !is_key_column(sheet, column);
}

void draft_choose_gold(struct draft *draft, struct draft_sheet *sheet) {
    bool has_facts =
        sheet->reference_count || count_type(sheet, FIELD_MONEY) || sheet->key_count > 1;
    bool has_room = strlen(sheet->name) + strlen(SUFFIX) <= NAME_MAX_BYTES;
    sheet->month_of = has_facts && has_room ? find_day(draft, sheet) : -1;
    sheet->currency = find_currency(sheet);
}

const char *draft_gold_name(struct arena *arena, const struct draft_sheet *sheet) {
    return arena_printf(arena, "%s" SUFFIX, sheet->name);
}

/* The text of a date begins with its month in both databases. Names are quoted: a column may be
 * called "order". */
void draft_add_sql(const struct draft *draft, const struct draft_sheet *sheet, struct buf *sql) {
    const char *day = sheet->columns[sheet->month_of].name;
    const char *currency = sheet->currency >= 0 ? sheet->columns[sheet->currency].name : NULL;
    buf_printf(sql, "-- Purpose: how much happened in each month, by \"%s\".\n", day);
    buf_printf(sql, "-- Grain: one row per month%s.\n", currency ? " and currency" : "");
    buf_printf(sql, "SELECT month%s,\n    COUNT(*) AS row_count", currency ? ", currency" : "");
    for (size_t i = 0; i < sheet->column_count; i++)
        if (draft_is_summed(draft, sheet, &sheet->columns[i]))
            buf_printf(sql, ",\n    SUM(hundredths_%zu) / 100.0 AS \"sum_%s\"", i + 1,
                       sheet->columns[i].name);
    buf_printf(sql, "\nFROM (\n    SELECT substr(CAST(\"%s\" AS TEXT), 1, 7) AS month", day);
    if (currency)
        buf_printf(sql, ",\n        \"%s\" AS currency", currency);
    for (size_t i = 0; i < sheet->column_count; i++)
        if (draft_is_summed(draft, sheet, &sheet->columns[i]))
            buf_printf(sql, ",\n        CAST(ROUND(\"%s\" * 100) AS BIGINT) AS hundredths_%zu",
                       sheet->columns[i].name, i + 1);
    buf_printf(sql, "\n    FROM silver_%s\n) t\nGROUP BY month%s\n", sheet->name,
               currency ? ", currency" : "");
}
