/* The data of a report: days, adding up, weeks and months, and how columns are written. */
#include "report/cube.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct field SALES[] = {{.name = "shop", .type = FIELD_STRING},
                                     {.name = "day", .type = FIELD_DATE},
                                     {.name = "count", .type = FIELD_INTEGER},
                                     {.name = "amount", .type = FIELD_MONEY}};
static const struct field SHOPS[] = {{.name = "shop", .type = FIELD_STRING},
                                     {.name = "city", .type = FIELD_STRING},
                                     {.name = "seats", .type = FIELD_INTEGER}};

/* Sales of 5,000 shops, each of which comes again after all others. */
#define MANY                                                                                       \
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) "              \
    "SELECT 'S-' || (i % 5000), '2026-01-0' || (1 + i % 7), 1, 0.1 FROM n"

struct fixture {
    struct arena arena;
    struct report_dataset datasets[2];
    struct report_model report;
    struct warehouse *warehouse;
    struct cube cube;
};

static void read_cube(struct fixture *fixture, const char *sales, const char *shops) {
    struct err err = {0};
    *fixture = (struct fixture){
        .datasets = {{"sales", "sales.sql", sales, COUNT_OF(SALES), SALES, -1, -1},
                     {"shops", "shops.sql", shops, COUNT_OF(SHOPS), SHOPS, 0, -1}}};
    fixture->report = (struct report_model){.dataset_count = 2, .datasets = fixture->datasets};
    if (!warehouse_open(&fixture->warehouse, "sqlite::memory:", WAREHOUSE_WRITE, &err) ||
        !cube_read(&fixture->cube, &fixture->report, fixture->warehouse, &fixture->arena, &err))
        fail_msg("%s", err.message);
}

static void free_cube(struct fixture *fixture) {
    cube_free(&fixture->cube);
    warehouse_close(fixture->warehouse);
    arena_free(&fixture->arena);
}

static int64_t sum_of(const struct fixture *fixture, size_t field) {
    int64_t sum = 0;
    for (size_t i = 0; i < fixture->cube.tables[0].rows; i++)
        sum += fixture->cube.tables[0].columns[field][i];
    return sum;
}

static void check_day(const char *text, int64_t expected) {
    struct buf back = {0};
    int64_t day = cube_day_read(span_from(text));
    assert_int_equal(day, expected);
    cube_day_write(day, &back);
    assert_string_equal(buf_text(&back), expected ? text : "");
    buf_free(&back);
}

static void test_days(void **state) {
    (void)state;
    check_day("1900-01-01", 1);
    check_day("1900-02-28", 59);
    check_day("1900-03-01", 60); /* no leap year */
    check_day("2000-02-29", 36584);
    check_day("2000-03-01", 36585);
    check_day("2100-12-31", 73414);
    check_day("2026-13-01", 0);
    check_day("2026-1-01", 0);
    check_day("soon", 0);
    assert_int_equal(cube_day_read(SPAN("2026-11-24 06:00:00")), cube_day_read(SPAN("2026-11-24")));
    assert_int_equal(cube_month_of(cube_day_read(SPAN("1900-12-31"))), 11);
    assert_int_equal(cube_month_of(cube_day_read(SPAN("2100-12-31"))), CUBE_MONTHS - 1);
    assert_int_equal(cube_day_first_of_month(cube_day_read(SPAN("2024-02-29"))),
                     cube_day_read(SPAN("2024-02-01")));
}

static void test_rows_are_added_up(void **state) {
    (void)state;
    struct fixture fixture;
    read_cube(&fixture, MANY, "SELECT 'S-7', NULL, NULL");
    /* 10,000 rows of 5,000 shops; those that fall on one day with the later ones are one row */
    assert_int_equal(sum_of(&fixture, 2), 10000);
    assert_int_equal(sum_of(&fixture, 3), 100000);
    const struct cube_table *sales = &fixture.cube.tables[0];
    for (size_t i = 1; i < sales->rows; i++) {
        bool is_later = sales->columns[0][i] > sales->columns[0][i - 1] ||
                        (sales->columns[0][i] == sales->columns[0][i - 1] &&
                         sales->columns[1][i] > sales->columns[1][i - 1]);
        assert_true(is_later);
    }
    size_t by_day = sales->rows;
    cube_coarsen(&fixture.cube, GRAIN_WEEK); /* 1 January 2026 is a Thursday */
    assert_true(sales->rows <= by_day);
    assert_int_equal(sum_of(&fixture, 3), 100000);
    cube_coarsen(&fixture.cube, GRAIN_MONTH);
    assert_int_equal(sales->rows, 5000);
    assert_int_equal(sum_of(&fixture, 2), 10000);
    assert_int_equal(sum_of(&fixture, 3), 100000);
    assert_int_equal(sales->columns[1][17], cube_day_read(SPAN("2026-01-01")));
    free_cube(&fixture);
}

/* Asked before days are weeks or months; what is ahead, and what has no date, does not count. */
static void test_last_day(void **state) {
    (void)state;
    struct fixture fixture;
    read_cube(&fixture,
              "SELECT 'a' AS shop, '2026-03-17' AS day, 1 AS count, 0 AS amount UNION ALL "
              "SELECT 'a', '2026-03-05', 1, 0 UNION ALL SELECT 'a', '2027-03-17', 1, 0 UNION ALL "
              "SELECT 'a', NULL, 1, 0",
              "SELECT 'a', 'Pune', 4");
    int64_t day = cube_day_read(SPAN("2026-03-17"));
    assert_int_equal(cube_last_day(&fixture.cube, cube_day_read(SPAN("2026-11-24"))), day);
    assert_int_equal(cube_last_day(&fixture.cube, day), day);
    assert_int_equal(cube_last_day(&fixture.cube, day - 1), cube_day_read(SPAN("2026-03-05")));
    assert_int_equal(cube_last_day(&fixture.cube, cube_day_read(SPAN("2020-01-01"))), 0);
    free_cube(&fixture);
}

static void test_too_much_is_coarsened(void **state) {
    (void)state;
    struct fixture fixture;
    read_cube(&fixture, MANY, "SELECT 'S-7', 'Pune', 4");
    cube_encode(&fixture.cube, 1000000);
    assert_int_equal(fixture.cube.grain, GRAIN_DAY);
    cube_encode(&fixture.cube, 10);
    assert_int_equal(fixture.cube.grain, GRAIN_MONTH);
    assert_int_equal(sum_of(&fixture, 3), 100000);
    free_cube(&fixture);
}

static void test_columns_as_text(void **state) {
    (void)state;
    struct fixture fixture;
    read_cube(&fixture,
              "SELECT 'b' AS shop, '1900-01-02' AS day, 1 AS count, 0.5 AS amount "
              "UNION ALL SELECT 'a', '1900-01-01', 1, 1.5 UNION ALL SELECT 'a', NULL, 43, -1 "
              "UNION ALL SELECT 'b', '1900-01-02', 2, 0 UNION ALL SELECT NULL, NULL, 0, 0",
              "SELECT 'a', 'Pune', 4 UNION ALL SELECT 'b', NULL, NULL");
    cube_encode(&fixture.cube, 1000);
    const struct cube_table *sales = &fixture.cube.tables[0];
    assert_int_equal(sales->rows, 4);
    /* "" < "a" < "b"; steps, folded: 0 1 0 1 */
    assert_string_equal(buf_text(cube_code(&fixture.cube, 0, 0)), "))(*(*");
    /* days 0 0 1 2 */
    assert_string_equal(buf_text(cube_code(&fixture.cube, 0, 1)), "))((**");
    /* 0 43 1 3: 43 is 1 + 1 * 42 */
    assert_string_equal(buf_text(cube_code(&fixture.cube, 0, 2)), ")((T))+");
    /* 0 -100 150 50 in fifties: 0 -2 3 1, folded */
    assert_int_equal(sales->columns[3][1], -100);
    assert_string_equal(buf_text(cube_code(&fixture.cube, 0, 3)), "[))(+.*");
    /* what is not known is no 0 */
    assert_int_equal(fixture.cube.tables[1].columns[2][0], 4);
    assert_int_equal(fixture.cube.tables[1].columns[2][1], CUBE_NOTHING);
    struct cube_path path;
    assert_true(cube_find_path(&fixture.cube, 0, "seats", &path));
    assert_int_equal(cube_path_value(&path, 0), -1); /* nobody describes the shop "" */
    assert_int_equal(cube_path_value(&path, 1), 4);
    assert_false(cube_find_path(&fixture.cube, 1, "day", &path));
    free_cube(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_rows_are_added_up),
        cmocka_unit_test(test_last_day),
        cmocka_unit_test(test_too_much_is_coarsened),
        cmocka_unit_test(test_columns_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
