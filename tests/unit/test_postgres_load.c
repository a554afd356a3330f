/* What a bulk load says to PostgreSQL: byte by byte; and on the server that GOLDLEAF_TEST_POSTGRES
 * names that a value arrives as the same, or is refused with the same words, in binary and as text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "warehouse/postgres_parts.h"

#include <inttypes.h>
#include <math.h>

#define NUMERIC_14_2 ((14 << 16 | 2) + 4)

static struct value text_of(const char *text) {
    return value_string(text);
}

/* ---- the bytes ---- */

static void check_row(Oid type, int modifier, struct value value, const char *expected) {
    struct buf row = {0}, shown = {0};
    postgres_adder *const adder = postgres_find_adder(type, modifier);
    assert_non_null(adder);
    assert_true(postgres_add_binary_row(&row, &adder, &value, 1));
    for (size_t i = 0; i < row.size; i++)
        buf_printf(&shown, "%s%02x", i == 2 || i == 6 ? " " : "", (unsigned char)row.data[i]);
    assert_string_equal(buf_text(&shown), expected);
    buf_free(&row);
    buf_free(&shown);
}

static void values_are_written_as_the_server_reads_them(void **state) {
    (void)state;
    check_row(OID_INT8, -1, value_null(), "0001 ffffffff");
    check_row(OID_INT8, -1, value_integer(-2), "0001 00000008 fffffffffffffffe");
    check_row(OID_BOOL, -1, value_integer(1), "0001 00000001 01");
    check_row(OID_FLOAT8, -1, value_real(-0.5), "0001 00000008 bfe0000000000000");
    check_row(OID_TEXT, -1, text_of("a\tb"), "0001 00000003 610962");
    check_row(OID_TEXT, -1, text_of(""), "0001 00000000");
    check_row(OID_TEXT, -1, value_money(-7), "0001 00000005 2d302e3037");
    check_row(OID_DATE, -1, text_of("2000-01-02"), "0001 00000004 00000001");
    check_row(OID_DATE, -1, text_of("1999-12-31"), "0001 00000004 ffffffff");
    check_row(OID_TIMESTAMP, -1, text_of("2000-01-01 00:01:00"), "0001 00000008 0000000003938700");
}

/* The counts of digits, their weight, the sign, the decimals; then digits up to 270f. */
static void money_is_written_by_ten_thousands(void **state) {
    (void)state;
    static const struct {
        int64_t hundredths;
        const char *expected;
    } cases[] = {
        {0, "0001 0000000a 0001ffff000000020000"},
        {5, "0001 0000000a 0001ffff0000000201f4"},
        {-100, "0001 0000000c 000200004000000200010000"},
        {999999, "0001 0000000c 0002000000000002270f26ac"},
        {1000000, "0001 0000000e 0003000100000002000100000000"},
        {99999999999999, "0001 00000010 0004000200000002270f270f270f26ac"},
        {INT64_MIN, "0001 00000014 0006000440000002000908b91c231ac61e4e0320"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_row(OID_NUMERIC, NUMERIC_14_2, value_money(cases[i].hundredths), cases[i].expected);
}

static void a_row_with_a_strange_value_leaves_nothing_behind(void **state) {
    (void)state;
    postgres_adder *const adders[] = {postgres_find_adder(OID_TEXT, -1),
                                      postgres_find_adder(OID_DATE, -1)};
    const struct value row[] = {text_of("x"), text_of("2023-02-29")};
    struct buf out = {0};
    postgres_add_binary_head(&out);
    assert_int_equal(out.size, 19);
    assert_false(postgres_add_binary_row(&out, adders, row, 2));
    assert_int_equal(out.size, 19);
    postgres_add_binary_tail(&out);
    assert_memory_equal(out.data + 19, "\377\377", 2);
    buf_free(&out);
    assert_null(postgres_find_adder(OID_INT4, -1));
    assert_null(postgres_find_adder(OID_NUMERIC, -1));
    assert_null(postgres_find_adder(OID_TIMESTAMP, 0));
}

/* ---- the server ---- */

struct meeting {
    struct value value;
    const char *expected; /* the stored value as text, or what the error says */
    enum { BINARY, TEXT, REFUSED } outcome;
};

struct type {
    const char *name;
    Oid oid;
    int modifier;
    struct meeting meetings[20];
};

/* A kind that has a union and a name. */
#define INT(number)                                                                                \
    { .integer = (number), .kind = VALUE_INTEGER }
#define MONEY(number)                                                                              \
    { .integer = (number), .kind = VALUE_MONEY }
#define REAL(number)                                                                               \
    { .real = (number), .kind = VALUE_REAL }
#define STRING(string)                                                                             \
    { .text = (string), .size = sizeof(string) - 1, .kind = VALUE_TEXT }

static const struct type types[] = {
    {"BIGINT",
     OID_INT8,
     -1,
     {{INT(0), "0", BINARY},
      {INT(INT64_MAX), "9223372036854775807", BINARY},
      {INT(INT64_MIN), "-9223372036854775808", BINARY},
      {REAL(7), "7", TEXT},
      {STRING(" 8 "), "8", TEXT},
      {REAL(7.5), "invalid input syntax for type bigint: \"7.5\"", REFUSED},
      {STRING("x"), "invalid input syntax for type bigint: \"x\"", REFUSED}}},
    {"BOOLEAN",
     OID_BOOL,
     -1,
     {{INT(0), "false", BINARY},
      {INT(1), "true", BINARY},
      {STRING("yes"), "true", TEXT},
      {INT(2), "invalid input syntax for type boolean: \"2\"", REFUSED}}},
    {"NUMERIC(14,2)",
     OID_NUMERIC,
     NUMERIC_14_2,
     {{MONEY(0), "0.00", BINARY},
      {MONEY(5), "0.05", BINARY},
      {MONEY(-5), "-0.05", BINARY},
      {MONEY(999999), "9999.99", BINARY},
      {MONEY(1000000), "10000.00", BINARY},
      {MONEY(-100000001), "-1000000.01", BINARY},
      {MONEY(99999999999999), "999999999999.99", BINARY},
      {MONEY(100000000000000), "numeric field overflow", REFUSED},
      {INT(-40000), "-40000.00", BINARY},
      {INT(INT64_MIN), "numeric field overflow", REFUSED},
      {REAL(0.07), "0.07", BINARY},
      {REAL(-0.0), "0.00", BINARY},
      {REAL(-1234567.89), "-1234567.89", BINARY},
      {REAL(999999999999.99), "999999999999.99", BINARY},
      {REAL(1.005), "1.00", TEXT},
      {REAL(0.125), "0.13", TEXT},
      {REAL(1e15), "numeric field overflow", REFUSED},
      {REAL(NAN), "NaN", TEXT},
      {STRING("1e3"), "1000.00", TEXT},
      {STRING("1,5"), "invalid input syntax for type numeric: \"1,5\"", REFUSED}}},
    {"DOUBLE PRECISION",
     OID_FLOAT8,
     -1,
     {{REAL(0.1), "0.1", BINARY},
      {REAL(-0.0), "-0", BINARY},
      {REAL(5e-324), "5e-324", BINARY},
      {REAL(INFINITY), "Infinity", BINARY},
      {REAL(NAN), "NaN", BINARY},
      {INT(INT64_MAX), "9.223372036854776e+18", BINARY},
      {MONEY(10), "0.1", TEXT},
      {STRING("x"), "invalid input syntax for type double precision: \"x\"", REFUSED}}},
    {"DATE",
     OID_DATE,
     -1,
     {{STRING("0001-01-01"), "0001-01-01", BINARY},
      {STRING("1900-02-28"), "1900-02-28", BINARY},
      {STRING("1999-12-31"), "1999-12-31", BINARY},
      {STRING("2024-02-29"), "2024-02-29", BINARY},
      {STRING("9999-12-31"), "9999-12-31", BINARY},
      {STRING("2024-3-5"), "2024-03-05", TEXT},
      {STRING("2024-01-31 23:59:59"), "2024-01-31", TEXT},
      {STRING("infinity"), "infinity", TEXT},
      {INT(20240131), "2024-01-31", TEXT},
      {STRING("0000-01-01"), "date/time field value out of range: \"0000-01-01\"", REFUSED},
      {STRING("2023-02-29"), "date/time field value out of range: \"2023-02-29\"", REFUSED},
      {STRING(""), "invalid input syntax for type date: \"\"", REFUSED},
      {STRING("soon"), "invalid input syntax for type date: \"soon\"", REFUSED}}},
    {"TIMESTAMP",
     OID_TIMESTAMP,
     -1,
     {{STRING("1900-01-01 00:00:00"), "1900-01-01 00:00:00", BINARY},
      {STRING("1999-12-31T23:59:59"), "1999-12-31 23:59:59", BINARY},
      {STRING("2100-12-31 12:30:01"), "2100-12-31 12:30:01", BINARY},
      {STRING("2024-02-29"), "2024-02-29 00:00:00", BINARY},
      {STRING("2024-02-29 10:00"), "2024-02-29 10:00:00", TEXT},
      {STRING("2024-02-29 23:59:59.5"), "2024-02-29 23:59:59.5", TEXT},
      {STRING("2024-02-29 23:59:60"), "2024-03-01 00:00:00", TEXT},
      {STRING("2024-02-29T10:00:00+05"), "2024-02-29 10:00:00", TEXT},
      {STRING("2023-02-29 00:00:00"), "date/time field value out of range: \"2023-02-29 00:00:00\"",
       REFUSED},
      {STRING("2024-02-29 25:00:00"), "date/time field value out of range: \"2024-02-29 25:00:00\"",
       REFUSED}}},
    {"TEXT",
     OID_TEXT,
     -1,
     {{STRING(""), "", BINARY},
      {STRING("\\N\t\\.\n\r\\"), "\\N\t\\.\n\r\\", BINARY},
      {STRING("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80", BINARY},
      {INT(-7), "-7", BINARY},
      {MONEY(-7), "-0.07", BINARY},
      {REAL(0.5), "0.5", BINARY},
      {STRING("a\0b"), "invalid byte sequence for encoding \"UTF8\": 0x00", REFUSED},
      {STRING("\xff"), "invalid byte sequence for encoding \"UTF8\": 0xff", REFUSED}}},
};

static struct warehouse *open_warehouse(void) {
    struct err err = {0};
    struct warehouse *warehouse;
    const char *server = getenv("GOLDLEAF_TEST_POSTGRES");
    if (!server || !*server)
        skip();
    if (!warehouse_open(&warehouse, server, WAREHOUSE_WRITE, &err) ||
        !warehouse_begin(warehouse, &err))
        fail_msg("%s", err.message);
    return warehouse;
}

static void exec(struct warehouse *warehouse, const char *sql) {
    struct err err = {0};
    if (!warehouse_exec(warehouse, sql, &err))
        fail_msg("%s: %s", sql, err.message);
}

static void assert_query(struct warehouse *warehouse, const char *sql, const char *expected) {
    struct arena arena = {0};
    struct err err = {0};
    struct value value;
    if (!warehouse_value(warehouse, &arena, sql, NULL, 0, &value, &err))
        fail_msg("%s: %s", sql, err.message);
    assert_int_equal(value.kind, VALUE_TEXT);
    assert_string_equal(value.text, expected);
    arena_free(&arena);
}

static bool give_once(void *context, struct value *row) {
    struct value **given = context;
    if (!*given)
        return false;
    row[0] = **given;
    row[1] = value_integer(1);
    *given = NULL;
    return true;
}

/* A column of a type that has no binary form here makes the whole load one of text. */
static void check_arrival(struct warehouse *warehouse, const struct type *type,
                          const struct meeting *meeting, const char *companion) {
    static const char *const columns[] = {"value", "companion"};
    struct err err = {0};
    struct buf sql = {0};
    struct value value = meeting->value, *given = &value;
    struct row_source source = {give_once, &given};
    exec(warehouse, "SAVEPOINT meeting");
    buf_printf(&sql, "CREATE TEMP TABLE meeting (value %s, companion %s)", type->name, companion);
    exec(warehouse, buf_text(&sql));
    bool ok = warehouse_load(warehouse, "meeting", columns, 2, source, &err);
    if (ok != (meeting->outcome != REFUSED))
        fail_msg("%s beside %s, \"%s\": %s", type->name, companion, meeting->expected,
                 ok ? "taken" : err.message);
    if (ok)
        assert_query(warehouse, "SELECT value::text FROM meeting", meeting->expected);
    else
        assert_non_null(strstr(err.message, meeting->expected));
    exec(warehouse, "ROLLBACK TO meeting");
    buf_free(&sql);
}

static void a_value_is_the_same_in_binary_and_as_text(void **state) {
    (void)state;
    struct warehouse *warehouse = open_warehouse();
    for (size_t t = 0; t < COUNT_OF(types); t++) {
        const struct meeting *meeting = types[t].meetings;
        for (; meeting < types[t].meetings + 20 && meeting->expected; meeting++) {
            check_arrival(warehouse, &types[t], meeting, "BIGINT");
            check_arrival(warehouse, &types[t], meeting, "INTEGER");
        }
    }
    warehouse_close(warehouse);
}

/* The others go there in binary only if they can. */
static void what_has_a_binary_form_goes_in_it(void **state) {
    (void)state;
    for (size_t t = 0; t < COUNT_OF(types); t++) {
        postgres_adder *adder = postgres_find_adder(types[t].oid, types[t].modifier);
        const struct meeting *meeting = types[t].meetings;
        for (; meeting < types[t].meetings + 20 && meeting->expected; meeting++) {
            struct buf out = {0};
            bool has_form = adder(&out, &meeting->value);
            if (meeting->outcome != REFUSED && has_form != (meeting->outcome == BINARY))
                fail_msg("%s: \"%s\"", types[t].name, meeting->expected);
            buf_free(&out);
        }
    }
}

/* ---- many rows ---- */

#define ROWS 50000
#define LARGE_CELL ((size_t)1 << 20)

struct crowd {
    int64_t next;
    int64_t odd_row; /* whose date is no ordinary one */
    const char *odd_day;
    char *large;
};

static bool give_crowd(void *context, struct value *row) {
    struct crowd *crowd = context;
    if (crowd->next == ROWS)
        return false;
    int64_t at = crowd->next++;
    row[0] = value_integer(at);
    row[1] = at == ROWS / 2 ? value_text((struct span){crowd->large, LARGE_CELL})
                            : value_string(at % 3 ? "cell" : NULL);
    row[2] = text_of(at == crowd->odd_row ? crowd->odd_day : "2024-05-06");
    return true;
}

static bool load_crowd(struct warehouse *warehouse, int64_t odd_row, const char *odd_day,
                       struct err *err) {
    static const char *const columns[] = {"id", "cell", "day"};
    struct crowd crowd = {0, odd_row, odd_day, memory_alloc(LARGE_CELL)};
    memset(crowd.large, 'x', LARGE_CELL);
    exec(warehouse, "CREATE TEMP TABLE crowd (day DATE, cell TEXT, id BIGINT PRIMARY KEY)");
    bool ok = warehouse_load(warehouse, "crowd", columns, 3,
                             (struct row_source){give_crowd, &crowd}, err);
    free(crowd.large);
    return ok;
}

static void assert_crowd(int64_t odd_row) {
    struct warehouse *warehouse = open_warehouse();
    struct err err = {0};
    if (!load_crowd(warehouse, odd_row, "infinity", &err))
        fail_msg("%s", err.message);
    assert_query(
        warehouse,
        "SELECT concat_ws(' ', count(*), count(DISTINCT id), min(id), max(id), count(cell),"
        " sum(length(cell)), count(*) FILTER (WHERE day = '2024-05-06')) FROM crowd",
        odd_row < 0 ? "50000 50000 0 49999 33333 1181904 50000"
                    : "50000 50000 0 49999 33333 1181904 49999");
    assert_query(warehouse,
                 "SELECT coalesce(string_agg(concat(id, ' ', day), ','), 'none') FROM crowd"
                 " WHERE day <> '2024-05-06'",
                 odd_row < 0    ? "none"
                 : odd_row == 0 ? "0 infinity"
                                : "40000 infinity");
    assert_false(warehouse_exec(warehouse, "INSERT INTO crowd (id) VALUES (7)", &err));
    assert_non_null(strstr(err.message, "crowd_pkey"));
    warehouse_close(warehouse);
}

static void rows_go_on_as_text_where_one_has_no_binary_form(void **state) {
    (void)state;
    assert_crowd(-1);
    assert_crowd(0);
    assert_crowd(40000);
}

static void a_value_that_the_server_refuses_ends_the_load(void **state) {
    (void)state;
    struct warehouse *warehouse = open_warehouse();
    struct err err = {0};
    assert_false(load_crowd(warehouse, 40000, "2024-05-32", &err));
    assert_non_null(strstr(err.message, "date/time field value out of range: \"2024-05-32\""));
    warehouse_rollback(warehouse);
    assert_true(warehouse_begin(warehouse, &err));
    warehouse_close(warehouse);
}

/* Lists are loaded by the names of their types: one that is not known would make them text. */
static void every_type_of_ours_is_known_by_its_name(void **state) {
    (void)state;
    struct warehouse *warehouse = open_warehouse();
    for (int type = FIELD_STRING; type <= FIELD_RATE; type++)
        assert_non_null(
            postgres_find_adder_by_name(warehouse_type(warehouse, (enum field_type)type)));
    assert_non_null(postgres_find_adder_by_name(warehouse_row_id_type(warehouse)));
    assert_null(postgres_find_adder_by_name("VARCHAR(3)"));
    warehouse_close(warehouse);
}

/* A domain has the type that it rests on, and its check. */
static void a_domain_is_kept_to(void **state) {
    (void)state;
    static const char *const columns[] = {"value", "companion"};
    struct warehouse *warehouse = open_warehouse();
    struct err err = {0};
    struct value values[] = {value_integer(7), value_integer(-7)}, *given = &values[0];
    struct row_source source = {give_once, &given};
    exec(warehouse, "CREATE DOMAIN pg_temp.up AS BIGINT CHECK (VALUE > 0);"
                    "CREATE TEMP TABLE ups (value pg_temp.up, companion BIGINT)");
    assert_true(warehouse_load(warehouse, "ups", columns, 2, source, &err));
    assert_query(warehouse, "SELECT value::text FROM ups", "7");
    given = &values[1];
    assert_false(warehouse_load(warehouse, "ups", columns, 2, source, &err));
    assert_non_null(strstr(err.message, "violates check constraint \"up_check\""));
    warehouse_close(warehouse);
}

static void a_column_that_is_missing_is_named_with_its_table(void **state) {
    (void)state;
    static const char *const columns[] = {"value", "gone"};
    struct warehouse *warehouse = open_warehouse();
    struct err err = {0};
    struct value value = value_integer(7), *given = &value;
    exec(warehouse, "CREATE TEMP TABLE short (value BIGINT)");
    assert_false(warehouse_load(warehouse, "short", columns, 2,
                                (struct row_source){give_once, &given}, &err));
    assert_non_null(strstr(err.message, "column short.gone does not exist"));
    warehouse_close(warehouse);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_written_as_the_server_reads_them),
        cmocka_unit_test(money_is_written_by_ten_thousands),
        cmocka_unit_test(a_row_with_a_strange_value_leaves_nothing_behind),
        cmocka_unit_test(what_has_a_binary_form_goes_in_it),
        cmocka_unit_test(a_value_is_the_same_in_binary_and_as_text),
        cmocka_unit_test(every_type_of_ours_is_known_by_its_name),
        cmocka_unit_test(a_domain_is_kept_to),
        cmocka_unit_test(a_column_that_is_missing_is_named_with_its_table),
        cmocka_unit_test(rows_go_on_as_text_where_one_has_no_binary_form),
        cmocka_unit_test(a_value_that_the_server_refuses_ends_the_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
