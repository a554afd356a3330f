/* Rows of integers come whole, stop when they are asked to, and leave the database as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "warehouse/warehouse.h"

#include <stdlib.h>
#include <unistd.h>

struct sum {
    int64_t rows, most, first, second;
};

static bool add(void *context, const int64_t *row) {
    struct sum *sum = context;
    sum->rows++;
    sum->first += row[0];
    sum->second += row[1];
    return sum->rows < sum->most;
}

static struct sum read_sum(struct warehouse *warehouse, const char *from, int64_t most) {
    struct err err = {0};
    struct sum sum = {.most = most};
    struct integer_sink sink = {add, &sum};
    if (!warehouse_read_integers(warehouse, "id, n", 2, from, sink, &err))
        fail_msg("%s", err.message);
    return sum;
}

static void run_sql(struct warehouse *warehouse, const char *sql) {
    struct err err = {0};
    if (!warehouse_exec(warehouse, sql, &err))
        fail_msg("%s: %s", sql, err.message);
}

static int64_t value_of(struct warehouse *warehouse, const char *sql) {
    struct arena scratch = {0};
    struct value value;
    struct err err = {0};
    assert_true(warehouse_value(warehouse, &scratch, sql, NULL, 0, &value, &err));
    arena_free(&scratch);
    return value.integer;
}

/* Larger than the cache while integers are read. */
static struct warehouse *open_filled(const char *path) {
    struct warehouse *warehouse;
    struct err err = {0};
    if (!warehouse_open(&warehouse, path, WAREHOUSE_WRITE, &err))
        fail_msg("%s", err.message);
    run_sql(warehouse, "CREATE TABLE t (id INTEGER PRIMARY KEY, pad TEXT, n INTEGER);"
                       "WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)"
                       " INSERT INTO t SELECT i, hex(zeroblob(100)), -i * 4000000000 FROM c");
    return warehouse;
}

static void check(struct warehouse *warehouse) {
    struct sum sum = read_sum(warehouse, "t", INT64_MAX);
    assert_int_equal(sum.rows, 20000);
    assert_int_equal(sum.first, INT64_C(20000) * 20001 / 2);
    assert_int_equal(sum.second, -INT64_C(20000) * 20001 / 2 * 4000000000);
    assert_int_equal(read_sum(warehouse, "t WHERE id > 20000", INT64_MAX).rows, 0);
    assert_int_equal(read_sum(warehouse, "t WHERE id % 2 = 0", INT64_MAX).rows, 10000);
    assert_int_equal(read_sum(warehouse, "t", 7).rows, 7);
    assert_int_equal(read_sum(warehouse, "t", INT64_MAX).rows, 20000);
}

static void test_memory(void **state) {
    (void)state;
    struct warehouse *warehouse = open_filled(":memory:");
    check(warehouse);
    warehouse_close(warehouse);
}

/* What is not written yet is read, and is not lost for it. */
static void test_file(void **state) {
    (void)state;
    char path[] = "/tmp/goldleaf-integers-XXXXXX";
    struct err err;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    struct warehouse *warehouse = open_filled(path);
    check(warehouse);
    assert_true(warehouse_begin(warehouse, &err));
    run_sql(warehouse, "UPDATE t SET pad = 'written', n = n + 1");
    assert_int_equal(read_sum(warehouse, "t", 7).rows, 7);
    assert_int_equal(read_sum(warehouse, "t", INT64_MAX).second,
                     -INT64_C(20000) * 20001 / 2 * 4000000000 + 20000);
    warehouse_rollback(warehouse);
    check(warehouse);
    assert_int_equal(value_of(warehouse, "PRAGMA cache_size"), -16384);
    assert_int_equal(value_of(warehouse, "PRAGMA cache_spill") != 0, 1);
    warehouse_close(warehouse);
    unlink(path);
}

static void test_fault(void **state) {
    (void)state;
    struct err err = {0};
    struct sum sum = {.most = 1};
    struct warehouse *warehouse = open_filled(":memory:");
    assert_false(warehouse_read_integers(warehouse, "id, n", 2, "nowhere",
                                         (struct integer_sink){add, &sum}, &err));
    assert_int_equal(err.class, ERR_DATABASE);
    assert_non_null(strstr(err.message, "nowhere"));
    check(warehouse);
    warehouse_close(warehouse);
}

static bool always(void *context) {
    (void)context;
    return true;
}

static void test_interrupted(void **state) {
    (void)state;
    struct err err = {0};
    struct sum sum = {.most = INT64_MAX};
    struct warehouse *warehouse = open_filled(":memory:");
    warehouse_stop_when(warehouse, always, NULL);
    assert_false(warehouse_read_integers(warehouse, "a.id, b.n", 2, "t a, t b",
                                         (struct integer_sink){add, &sum}, &err));
    assert_int_equal(err.class, ERR_INTERRUPTED);
    warehouse_stop_when(warehouse, NULL, NULL);
    warehouse_close(warehouse);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_fault),
        cmocka_unit_test(test_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
