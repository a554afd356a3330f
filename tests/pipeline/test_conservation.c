/* Nothing is lost without a trace: every row of a sheet is in silver, in quarantine or blank, every
 * fault can be found in the sheet, and the KPI tables agree with each other. */
#include "harness/grid.h"
#include "harness/harness.h"
#include "json/json.h"

#include <strings.h>

/* ---- sheets as the person sees them, read without the program's own reader ---- */

struct csv_row {
    char **cells;
    size_t count, capacity;
};

struct csv_table {
    struct csv_row *rows; /* the header first */
    size_t count, capacity;
};

static void add_cell(struct csv_row *row, struct buf *text) {
    if (row->count == row->capacity) {
        row->capacity = row->capacity ? row->capacity * 2 : 8;
        row->cells = memory_resize(row->cells, row->capacity, sizeof *row->cells);
    }
    row->cells[row->count++] = strdup(buf_text(text));
    buf_clear(text);
}

static struct csv_row *add_row(struct csv_table *table) {
    if (table->count == table->capacity) {
        table->capacity = table->capacity ? table->capacity * 2 : 1024;
        table->rows = memory_resize(table->rows, table->capacity, sizeof *table->rows);
    }
    table->rows[table->count] = (struct csv_row){0};
    return &table->rows[table->count++];
}

static void free_table(struct csv_table *table) {
    for (size_t i = 0; i < table->count; i++) {
        for (size_t j = 0; j < table->rows[i].count; j++)
            free(table->rows[i].cells[j]);
        free(table->rows[i].cells);
    }
    free(table->rows);
    *table = (struct csv_table){0};
}

/* A quoted cell from behind its first quote; returns what follows the last one. */
static const char *read_quoted(const char *c, struct buf *text) {
    while (*c && !(c[0] == '"' && c[1] != '"')) {
        c += c[0] == '"';
        buf_add_char(text, *c++);
    }
    return c + (*c == '"');
}

static void read_table(struct scene *scene, const char *sheet, struct csv_table *table) {
    struct span file = read_file(
        &scene->run_arena, arena_printf(&scene->run_arena, "%s/%s.csv", scene->inputs, sheet));
    const char *c = file.data + (strncmp(file.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
    const char delimiter[] = {memchr(c, ';', strcspn(c, "\n")) ? ';' : ',', '\0'};
    struct buf text = {0};
    *table = (struct csv_table){0};
    while (*c) {
        struct csv_row *row = add_row(table);
        for (;;) {
            if (*c == '"') {
                c = read_quoted(c + 1, &text);
            } else {
                size_t size = strcspn(c, "\r\n,;");
                while (c[size] && c[size] != '\r' && c[size] != '\n' && c[size] != delimiter[0])
                    size += 1 + strcspn(c + size + 1, "\r\n,;");
                buf_add(&text, (struct span){c, size});
                c += size;
            }
            add_cell(row, &text);
            if (*c != delimiter[0])
                break;
            c++;
        }
        c += c[0] == '\r' && c[1] == '\n' ? 2 : *c != '\0';
    }
    buf_free(&text);
}

static void write_table(struct scene *scene, const char *sheet, const struct csv_table *table) {
    struct buf csv = {0};
    for (size_t i = 0; i < table->count; i++) {
        for (size_t j = 0; j < table->rows[i].count; j++) {
            buf_add_text(&csv, j ? ",\"" : "\"");
            for (const char *c = table->rows[i].cells[j]; *c; c++) {
                if (*c == '"')
                    buf_add_char(&csv, '"');
                buf_add_char(&csv, *c);
            }
            buf_add_char(&csv, '"');
        }
        buf_add_char(&csv, '\n');
    }
    scene_write(scene, arena_printf(&scene->run_arena, "%s.csv", sheet), buf_span(&csv));
    buf_free(&csv);
}

static const char *cell_at(const struct csv_table *table, size_t row, size_t column) {
    const struct csv_row *found = &table->rows[row - 1];
    return column < found->count ? found->cells[column] : "";
}

/* White space at the ends, as the model trims it. */
static bool is_white(const char *text) {
    static const char *const marks[] = {"\xc2\x85",
                                        "\xc2\xa0",
                                        "\xe1\x9a\x80",
                                        "\xe2\x80\x80",
                                        "\xe2\x80\x81",
                                        "\xe2\x80\x82",
                                        "\xe2\x80\x83",
                                        "\xe2\x80\x84",
                                        "\xe2\x80\x85",
                                        "\xe2\x80\x86",
                                        "\xe2\x80\x87",
                                        "\xe2\x80\x88",
                                        "\xe2\x80\x89",
                                        "\xe2\x80\x8a",
                                        "\xe2\x80\x8b",
                                        "\xe2\x80\xa8",
                                        "\xe2\x80\xa9",
                                        "\xe2\x80\xaf",
                                        "\xe2\x81\x9f",
                                        "\xe3\x80\x80",
                                        "\xef\xbb\xbf",
                                        " ",
                                        "\t",
                                        "\n",
                                        "\r",
                                        "\v",
                                        "\f"};
    while (*text) {
        size_t i = 0;
        while (i < COUNT_OF(marks) && strncmp(text, marks[i], strlen(marks[i])) != 0)
            i++;
        if (i == COUNT_OF(marks))
            return false;
        text += strlen(marks[i]);
    }
    return true;
}

static int64_t count_blank(const struct csv_table *table) {
    int64_t count = 0;
    for (size_t i = 1; i < table->count; i++) {
        bool is_blank = true;
        for (size_t j = 0; j < table->rows[i].count; j++)
            is_blank &= is_white(table->rows[i].cells[j]);
        count += is_blank;
    }
    return count;
}

/* ---- conservation ---- */

static int64_t count(struct scene *scene, const char *format, const char *sheet) {
    char sql[1024];
    size_t size = 0;
    for (; *format && size + 64 < sizeof sql; format++)
        if (*format == '@')
            size += (size_t)snprintf(sql + size, sizeof sql - size, "%s", sheet);
        else
            sql[size++] = *format;
    sql[size] = '\0';
    return scene_integer(scene, sql);
}

static void check_rows_of_sheet(struct scene *scene, const char *sheet,
                                const struct csv_table *table) {
    int64_t bronze = count(scene, "SELECT COUNT(*) FROM bronze_@_current", sheet);
    int64_t silver = count(scene, "SELECT COUNT(*) FROM silver_@", sheet);
    int64_t rejected = count(
        scene, "SELECT COUNT(*) FROM audit_rejected_rows WHERE source_table = 'bronze_@'", sheet);
    int64_t blank = count_blank(table);
    if (bronze != silver + rejected + blank || bronze != (int64_t)table->count - 1)
        fail_msg("%s: %lld rows in bronze, %zu in the sheet; %lld in silver, %lld rejected, %lld "
                 "blank",
                 sheet, (long long)bronze, table->count - 1, (long long)silver, (long long)rejected,
                 (long long)blank);
    /* each one once, and each of them a current row */
    assert_int_equal(
        count(scene,
              "SELECT COUNT(*) FROM (SELECT _row_id FROM silver_@ UNION"
              " SELECT row_id FROM audit_rejected_rows WHERE source_table = 'bronze_@') rows"
              " WHERE _row_id IN (SELECT _row_id FROM bronze_@_current)",
              sheet),
        silver + rejected);
    assert_int_equal(count(scene,
                           "SELECT COUNT(*) FROM audit_warnings WHERE source_table = 'bronze_@' AND"
                           " row_id NOT IN (SELECT _row_id FROM silver_@)",
                           sheet),
                     0);
    const struct run_sheet *report = report_sheet(&scene->report, sheet);
    assert_int_equal(report->rows, bronze);
    assert_int_equal(report->silver_rows, silver);
    assert_int_equal(report->rejected, rejected);
    assert_int_equal(report->blank, blank);
}

/* The newest counts of every rule are those of the faults that are recorded. */
static void check_counts_of_sheet(struct scene *scene, const char *sheet) {
    static const char newest[] = "d.table_name = 'silver_@' AND d.run_id = (SELECT MAX(r.run_id)"
                                 " FROM audit_dq_results r WHERE r.table_name = 'silver_@')";
    struct arena *arena = &scene->run_arena;
    assert_int_equal(
        count(scene,
              arena_printf(arena,
                           "SELECT COUNT(*) FROM audit_dq_results d WHERE %s AND d.failed <>"
                           " CASE d.severity WHEN 'error' THEN (SELECT COUNT(*) FROM"
                           " audit_rejected_rows f WHERE f.source_table = 'bronze_@' AND"
                           " f.rule = d.rule) ELSE (SELECT COUNT(*) FROM audit_warnings f WHERE"
                           " f.source_table = 'bronze_@' AND f.rule = d.rule) END",
                           newest),
              sheet),
        0);
    assert_int_equal(
        count(scene,
              arena_printf(arena,
                           "SELECT SUM(d.failed) + (SELECT COUNT(*) FROM silver_@) - MAX(d.checked)"
                           " + MAX(d.checked) - MIN(d.checked) FROM audit_dq_results d"
                           " WHERE %s AND d.severity = 'error'",
                           newest),
              sheet),
        0);
}

/* ---- faults and where they stand ---- */

/* "AB12": the column from 0; `*row` counts as the person sees it. */
static size_t parse_cell(const char *cell, size_t *row) {
    size_t column = 0;
    for (; *cell >= 'A' && *cell <= 'Z'; cell++)
        column = column * 26 + (size_t)(*cell - 'A') + 1;
    *row = strtoul(cell, NULL, 10);
    return column - 1;
}

static void check_fault(const struct csv_table *table, const char *sheet, const char *cell,
                        size_t row_number, const char *value) {
    size_t row, column = parse_cell(cell, &row);
    assert_int_equal(row, row_number);
    assert_in_range(row, 2, table->count);
    if (strcmp(cell_at(table, row, column), value) != 0)
        fail_msg("%s!%s is \"%s\" in the sheet and \"%s\" in the audit", sheet, cell,
                 cell_at(table, row, column), value);
}

static const char *text_of(struct rows *rows, size_t column) {
    return rows_datum(rows, column).text;
}

static struct rows *open_faults(struct scene *scene, const char *columns, const char *table,
                                const char *sheet) {
    return rows_open(scene_database(scene),
                     arena_printf(&scene->run_arena,
                                  "SELECT %s FROM %s WHERE source_table = 'bronze_%s'", columns,
                                  table, sheet));
}

static const char *text_of_json(const struct json *value) {
    return value && value->kind == JSON_STRING ? value->text.data : "";
}

/* The raw row that is kept with a reject: all of its cells, in order; and the faulty one by name.
 */
static void check_raw_row(const struct csv_table *table, size_t row, const char *text,
                          const char *column_name, const char *faulty) {
    struct arena scratch = {0};
    struct err err;
    const struct json *document;
    size_t column = 0;
    if (!json_read(&scratch, span_from(text), &document, &err))
        fail_msg("%s: %s", text, err.message);
    for (const struct json *cell = document->first; cell; cell = cell->next, column++)
        assert_string_equal(text_of_json(cell), cell_at(table, row, column));
    assert_true(column >= table->rows[row - 1].count);
    assert_true(column >= table->rows[0].count);
    assert_string_equal(text_of_json(json_find(document, column_name)), faulty);
    arena_free(&scratch);
}

/* A missing word, perhaps with white space around it. */
static bool is_missing(const char *key) {
    static const char *const words[] = {"n/a", "#n/a", "null", "none", "--", "-"};
    if (is_white(key))
        return true;
    while (*key == ' ')
        key++;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strncasecmp(key, words[i], strlen(words[i])) == 0)
            return is_white(key + strlen(words[i]));
    return false;
}

/* Names sheet, row, cell, key, rule, value, reason and the whole row. Returns how many. */
static size_t check_rejects_of_sheet(struct scene *scene, const char *sheet,
                                     const struct csv_table *table) {
    size_t rejects = 0;
    struct rows *rows = open_faults(scene,
                                    "cell, row_number, value, row_json, record_key, rule, reason,"
                                    " target_table, column_name",
                                    "audit_rejected_rows", sheet);
    for (; rows_next(rows); rejects++) {
        size_t row = (size_t)rows_datum(rows, 1).number;
        check_fault(table, sheet, text_of(rows, 0), row, text_of(rows, 2));
        check_raw_row(table, row, text_of(rows, 3), text_of(rows, 8), text_of(rows, 2));
        assert_string_equal(text_of(rows, 7), arena_printf(&scene->run_arena, "silver_%s", sheet));
        assert_true(*text_of(rows, 5) != '\0');
        assert_true(*text_of(rows, 6) != '\0');
        /* the key stands in the first column of each of these sheets */
        if (rows_datum(rows, 4).type == DATUM_NULL)
            assert_true(is_missing(cell_at(table, row, 0)));
        else
            assert_non_null(strstr(cell_at(table, row, 0), text_of(rows, 4)));
    }
    rows_close(rows);
    return rejects;
}

static size_t check_warnings_of_sheet(struct scene *scene, const char *sheet,
                                      const struct csv_table *table) {
    size_t warnings = 0;
    struct rows *rows =
        open_faults(scene, "cell, row_number, value, rule, reason, record_key, column_name",
                    "audit_warnings", sheet);
    for (; rows_next(rows); warnings++) {
        check_fault(table, sheet, text_of(rows, 0), (size_t)rows_datum(rows, 1).number,
                    text_of(rows, 2));
        for (size_t i = 3; i <= 6; i++)
            assert_true(*text_of(rows, i) != '\0');
    }
    rows_close(rows);
    return warnings;
}

/* ---- KPIs that have to agree ---- */

#define CENTS(column) "SUM(CAST(ROUND(" column " * 100) AS INTEGER))"

/* Exact in hundredths, per currency; those that have anything. */
static struct span sums_of(struct scene *scene, const char *table) {
    return scene_query(
        scene, arena_printf(&scene->run_arena,
                            "SELECT * FROM (SELECT currency, SUM(tickets_sold) AS "
                            "sold, " CENTS("gross_revenue") " AS gross, " CENTS(
                                "refunds_amount") " AS refunds, " CENTS("net_revenue") " AS "
                                                                                       "net"
                                                                                       " FROM"
                                                                                       " %s "
                                                                                       "GROUP"
                                                                                       " BY "
                                                                                       "curre"
                                                                                       "ncy) "
                                                                                       "s "
                                                                                       "WHERE"
                                                                                       " sold"
                                                                                       " <> "
                                                                                       "0 OR "
                                                                                       "gross"
                                                                                       " <> 0"
                                                                                       " OR "
                                                                                       "refun"
                                                                                       "ds "
                                                                                       "<> 0 "
                                                                                       "ORDER"
                                                                                       " BY "
                                                                                       "curre"
                                                                                       "ncy",
                            table));
}

static void check_invariants(struct scene *scene) {
    struct span by_event = sums_of(scene, "gold_event_sales");
    struct span by_day = sums_of(scene, "gold_daily_metrics");
    check_same_text("the sums by day against those by event", by_event, by_day);
    static const char *const never[] = {
        "SELECT COUNT(*) FROM gold_event_sales WHERE attendance < 0 OR attendance > tickets_sold",
        "SELECT COUNT(*) FROM gold_event_sales WHERE refunds_amount > gross_revenue",
        "SELECT COUNT(*) FROM gold_event_sales WHERE no_show_rate NOT BETWEEN 0 AND 1",
        "SELECT COUNT(*) FROM gold_event_sales WHERE ROUND((gross_revenue - refunds_amount"
        " - net_revenue) * 100) <> 0",
        "SELECT COUNT(*) FROM gold_daily_metrics WHERE ROUND((gross_revenue - refunds_amount"
        " - net_revenue) * 100) <> 0",
        "SELECT COUNT(*) FROM gold_campaign_roi WHERE (roi IS NULL) <> (spend = 0)"
        " OR (cpa IS NULL) <> (conv_tickets = 0) OR conv_revenue < 0",
        "SELECT (SELECT COUNT(*) FROM silver_events) - (SELECT COUNT(*) FROM gold_event_sales)",
        "SELECT COUNT(*) FROM silver_tickets t LEFT JOIN silver_events e USING (event_id)"
        " WHERE t.currency IS DISTINCT FROM e.currency",
    };
    for (size_t i = 0; i < COUNT_OF(never); i++)
        scene_expect(scene, never[i], "0");
    assert_int_equal(scene_integer(scene, "SELECT " CENTS("spend") " FROM gold_campaign_roi"),
                     scene_integer(scene, "SELECT " CENTS("spend") " FROM silver_campaigns"));
}

static void check_everything(struct scene *scene) {
    size_t rejects = 0, warnings = 0;
    for (size_t i = 0; i < scene->model->sheet_count; i++) {
        const char *sheet = scene->model->sheets[i].name;
        struct csv_table table;
        read_table(scene, sheet, &table);
        check_rows_of_sheet(scene, sheet, &table);
        check_counts_of_sheet(scene, sheet);
        rejects += check_rejects_of_sheet(scene, sheet, &table);
        warnings += check_warnings_of_sheet(scene, sheet, &table);
        free_table(&table);
    }
    assert_true(rejects > 100 && warnings > 10); /* the sheets are dirty, or this shows nothing */
    check_invariants(scene);
}

/* ---- edits of the sample ---- */

static size_t find_column(const struct csv_table *table, const char *name) {
    for (size_t i = 0; i < table->rows[0].count; i++) {
        const char *header = table->rows[0].cells[i];
        size_t at = 0, skipped = strspn(header, " ");
        while (name[at] && header[skipped + at] &&
               ascii_lower(header[skipped + at]) ==
                   (name[at] == '_' ? header[skipped + at] : name[at]))
            at++;
        if (!name[at] && header[skipped + at + strspn(header + skipped + at, " ")] == '\0')
            return i;
    }
    fail_msg("no column %s", name);
    return 0;
}

static void set_cell(struct csv_table *table, size_t row, size_t column, const char *text) {
    if (column >= table->rows[row].count)
        return;
    free(table->rows[row].cells[column]);
    table->rows[row].cells[column] = strdup(text);
}

/* Gives every `step`-th row one of the values. */
static void edit_column(struct scene *scene, const char *sheet, const char *column, size_t step,
                        const char *const *values, size_t value_count, struct random *random) {
    struct csv_table table;
    read_table(scene, sheet, &table);
    size_t at = find_column(&table, column);
    for (size_t row = 1 + random_below(random, step); row < table.count; row += step)
        set_cell(&table, row, at, values[random_below(random, value_count)]);
    write_table(scene, sheet, &table);
    free_table(&table);
}

/* Takes out every `step`-th row, and doubles the one behind it. */
static void thin_out(struct scene *scene, const char *sheet, size_t step, struct random *random) {
    struct csv_table table;
    read_table(scene, sheet, &table);
    for (size_t row = 1 + random_below(random, step); row + 1 < table.count; row += step) {
        struct csv_row *gone = &table.rows[row], *next = &table.rows[row + 1];
        while (gone->count > next->count)
            free(gone->cells[--gone->count]);
        for (size_t i = 0; i < gone->count; i++)
            set_cell(&table, row, i, next->cells[i]);
    }
    write_table(scene, sheet, &table);
    free_table(&table);
}

static void edit_sample(struct scene *scene, struct random *random) {
    static const char *const statuses[] = {"sold", "used", "refunded", "cancelled", "pending", "?"};
    static const char *const states[] = {"completed", "cancelled", "scheduled", "lost"};
    static const char *const currencies[] = {"EUR", "INR", "dollars", ""};
    static const char *const prices[] = {"0", "1", "12.345", "-1", "free"};
    static const char *const capacities[] = {"1", "", "0", "9999"};
#define EDIT(sheet, column, step, list)                                                            \
    edit_column(scene, sheet, column, step, list, COUNT_OF(list), random)
    EDIT("tickets", "status", 97, statuses);
    EDIT("tickets", "price_paid", 211, prices);
    EDIT("events", "status", 31, states);
    EDIT("events", "currency", 67, currencies);
    EDIT("venues", "capacity", 17, capacities);
    EDIT("refunds", "refund_amount", 23, prices);
#undef EDIT
    thin_out(scene, "customers", 301, random);
    thin_out(scene, "checkins", 89, random);
    thin_out(scene, "campaigns", 41, random);
    thin_out(scene, "artists", 37, random);
}

/* ---- tests ---- */

static void open_sample(struct scene *scene) {
    scene_open(scene, "ticketing");
    scene_copy_inputs(scene, GOLDLEAF_INPUTS_DIR);
    scene_run_all(scene);
}

static void test_sample_is_conserved(void **state) {
    struct scene scene;
    (void)state;
    open_sample(&scene);
    check_everything(&scene);
    scene_close(&scene);
}

static void test_edited_sample_is_conserved(void **state) {
    struct scene scene;
    struct random random = {20261124};
    (void)state;
    open_sample(&scene);
    for (int round = 0; round < 5; round++) {
        edit_sample(&scene, &random);
        scene_run_all(&scene);
        assert_true(report_sheet(&scene.report, "tickets")->changed > 0);
        assert_true(report_sheet(&scene.report, "events")->changed > 0);
        check_everything(&scene);
    }
    /* and back to where it began */
    scene_copy_inputs(&scene, GOLDLEAF_INPUTS_DIR);
    scene_run_all(&scene);
    check_everything(&scene);
    scene_close(&scene);
}

/* Every rule that there is has its row in the sample. */
static void test_sample_breaks_every_rule(void **state) {
    struct scene scene;
    (void)state;
    open_sample(&scene);
    scene_expect(&scene, "SELECT DISTINCT rule FROM audit_rejected_rows ORDER BY rule",
                 "currency_mismatch\nduplicate_key\nduplicate_row\nforeign_key\nformula_error\n"
                 "parse\nrange\nrequired");
    scene_expect(&scene, "SELECT DISTINCT rule FROM audit_warnings ORDER BY rule",
                 "parse\nrange\nunknown_value");
    scene_expect(&scene,
                 "SELECT rule, failed > 0 FROM audit_dq_results WHERE table_name ="
                 " 'gold_event_sales' ORDER BY rule",
                 "oversold,1\nrefund_exceeds_price,1");
    scene_close(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_is_conserved),
        cmocka_unit_test(test_edited_sample_is_conserved),
        cmocka_unit_test(test_sample_breaks_every_rule),
    };
    return run_group(tests);
}
