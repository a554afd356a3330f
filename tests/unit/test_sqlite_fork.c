/* A fork shows the database as it is when it is opened and keeps showing that, whatever others do
 * with the file meanwhile and whatever is written into the fork.
 *
 * Others are processes of their own, as locks on files are for each process: this program starts
 * itself as one that does what it is told on its standard input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "warehouse/warehouse.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- somebody else ---- */

struct other {
    pid_t process;
    FILE *orders, *answers;
};

/* The other program's side: a line is SQL; done, it says so. */
static int obey(const char *path) {
    sqlite3 *database;
    char line[4096], *message = NULL;
    if (sqlite3_open(path, &database) != SQLITE_OK)
        return 1;
    while (fgets(line, sizeof line, stdin)) {
        int status = sqlite3_exec(database, line, NULL, NULL, &message);
        printf("%s\n", status == SQLITE_OK ? "done" : message);
        fflush(stdout);
        sqlite3_free(message);
        message = NULL;
    }
    sqlite3_close(database);
    return 0;
}

static void other_open(struct other *other, const char *path) {
    int orders[2], answers[2];
    assert_int_equal(pipe2(orders, O_CLOEXEC), 0);
    assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
    other->process = fork();
    assert_true(other->process >= 0);
    if (other->process == 0) {
        dup2(orders[0], STDIN_FILENO);
        dup2(answers[1], STDOUT_FILENO);
        execl("/proc/self/exe", "other", path, (char *)NULL);
        _exit(127);
    }
    close(orders[0]);
    close(answers[1]);
    other->orders = fdopen(orders[1], "w");
    other->answers = fdopen(answers[0], "r");
}

static void other_do(struct other *other, const char *sql) {
    char line[4096];
    fprintf(other->orders, "%s\n", sql);
    fflush(other->orders);
    assert_non_null(fgets(line, sizeof line, other->answers));
    assert_string_equal(line, "done\n");
}

static void other_end(struct other *other) {
    fclose(other->orders);
    fclose(other->answers);
    assert_int_equal(waitpid(other->process, NULL, 0), other->process);
}

static void other_kill(struct other *other) {
    kill(other->process, SIGKILL);
    other_end(other);
}

/* From opening to closing, so that the last one out clears up behind it. */
static void do_once(const char *path, const char *sql) {
    struct other other;
    other_open(&other, path);
    other_do(&other, sql);
    other_end(&other);
}

/* ---- files ---- */

struct folder {
    char name[64];
    char path[96]; /* of the database in it */
    struct arena arena;
};

static int make_folder(void **state) {
    struct folder *folder = calloc(1, sizeof *folder);
    const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(folder->name, sizeof folder->name, "%s/goldleaf-fork-XXXXXX", parent);
    if (!mkdtemp(folder->name))
        return -1;
    snprintf(folder->path, sizeof folder->path, "%s/w.sqlite", folder->name);
    *state = folder;
    return 0;
}

static int remove_folder(void **state) {
    struct folder *folder = *state;
    DIR *directory = opendir(folder->name);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char path[400];
        snprintf(path, sizeof path, "%s/%s", folder->name, entry->d_name);
        unlink(path);
    }
    closedir(directory);
    arena_free(&folder->arena);
    int status = rmdir(folder->name);
    free(folder);
    return status;
}

static struct span read_whole(struct folder *folder, const char *ending) {
    char path[128], block[65536];
    struct buf text = {0};
    size_t size;
    snprintf(path, sizeof path, "%s%s", folder->path, ending);
    FILE *file = fopen(path, "rb");
    while (file && (size = fread(block, 1, sizeof block, file)) > 0)
        buf_add(&text, (struct span){block, size});
    if (file)
        fclose(file);
    struct span copy = arena_copy(&folder->arena, buf_span(&text));
    buf_free(&text);
    return copy;
}

/* What a program that only reads must leave alone. */
struct picture {
    struct stat info;
    struct span file, log, journal;
};

static struct picture take_picture(struct folder *folder) {
    struct picture picture = {0};
    assert_int_equal(stat(folder->path, &picture.info), 0);
    picture.file = read_whole(folder, "");
    picture.log = read_whole(folder, "-wal");
    picture.journal = read_whole(folder, "-journal");
    return picture;
}

static void check_picture(struct folder *folder, const struct picture *before) {
    struct picture now = take_picture(folder);
    assert_int_equal(now.info.st_ino, before->info.st_ino);
    assert_int_equal(now.info.st_mtim.tv_sec, before->info.st_mtim.tv_sec);
    assert_int_equal(now.info.st_mtim.tv_nsec, before->info.st_mtim.tv_nsec);
    assert_true(span_equal(now.file, before->file));
    assert_true(span_equal(now.log, before->log));
    assert_true(span_equal(now.journal, before->journal));
}

/* ---- forks ---- */

static struct warehouse *open_as(const struct folder *folder, enum warehouse_mode mode) {
    struct warehouse *warehouse = NULL;
    struct err err = {0};
    if (!warehouse_open(&warehouse, folder->path, mode, &err))
        fail_msg("%s (%s)", err.message, err.hint);
    return warehouse;
}

static void run_sql(struct warehouse *warehouse, const char *sql) {
    struct err err = {0};
    if (!warehouse_exec(warehouse, sql, &err))
        fail_msg("%s: %s", sql, err.message);
}

static struct value query(struct folder *folder, struct warehouse *warehouse, const char *sql) {
    struct value value = value_null();
    struct err err = {0};
    if (!warehouse_value(warehouse, &folder->arena, sql, NULL, 0, &value, &err))
        fail_msg("%s: %s", sql, err.message);
    return value;
}

static void expect(struct folder *folder, struct warehouse *warehouse, const char *sql,
                   int64_t expected) {
    struct value value = query(folder, warehouse, sql);
    if (value.kind != VALUE_INTEGER || value.integer != expected)
        fail_msg("%s: %lld and not %lld", sql, (long long)value.integer, (long long)expected);
}

static void check_integrity(struct folder *folder, struct warehouse *warehouse) {
    struct value verdict = query(folder, warehouse, "PRAGMA integrity_check");
    if (!span_is(value_span(verdict), "ok"))
        fail_msg("integrity: %.*s", SPAN_ARG(value_span(verdict)));
}

/* Some hundred pages whose sum says which version they are of; `form` is for the pages' size and
 * the mode of the journal. */
static void make_database(const struct folder *folder, const char *form, int rows) {
    char sql[512];
    snprintf(sql, sizeof sql,
             "%s; CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, pad TEXT);"
             " WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d)"
             " INSERT INTO t SELECT i, 1, hex(zeroblob(200)) FROM c;"
             " CREATE INDEX t_n ON t (n, id)",
             form, rows);
    do_once(folder->path, sql);
}

static bool add_number(void *context, const int64_t *row) {
    *(int64_t *)context += row[0];
    return true;
}

/* Looks at pages in place where it can. */
static int64_t add_numbers(struct warehouse *warehouse) {
    int64_t sum = 0;
    struct err err = {0};
    struct integer_sink sink = {add_number, &sum};
    if (!warehouse_read_integers(warehouse, "n", 1, "t", sink, &err))
        fail_msg("%s", err.message);
    return sum;
}

static void check_version(struct folder *folder, struct warehouse *warehouse, int64_t rows,
                          int64_t version) {
    assert_int_equal(add_numbers(warehouse), rows * version);
    expect(folder, warehouse, "SELECT COUNT(*) FROM t", rows);
    expect(folder, warehouse, "SELECT SUM(n) FROM t", rows * version);
    expect(folder, warehouse, "SELECT COUNT(*) FROM t INDEXED BY t_n WHERE n > 0", rows);
    check_integrity(folder, warehouse);
}

#define WITH_LOG "PRAGMA journal_mode = WAL"

static void test_shows_what_a_reader_sees(void **state) {
    struct folder *folder = *state;
    make_database(folder, WITH_LOG, 500);
    struct picture before = take_picture(folder);
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    check_version(folder, fork, 500, 1);
    warehouse_close(fork);
    check_picture(folder, &before);
}

static void test_shows_what_is_only_in_the_log(void **state) {
    struct folder *folder = *state;
    struct other writer;
    make_database(folder, WITH_LOG, 500);
    other_open(&writer, folder->path);
    other_do(&writer, "UPDATE t SET n = 2");
    struct picture before = take_picture(folder);
    assert_true(before.log.size > 0);
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    check_version(folder, fork, 500, 2);
    warehouse_close(fork);
    check_picture(folder, &before);
    other_end(&writer);
}

static void test_does_not_show_what_is_not_committed(void **state) {
    struct folder *folder = *state;
    struct other writer;
    make_database(folder, WITH_LOG, 500);
    other_open(&writer, folder->path);
    other_do(&writer, "UPDATE t SET n = 2");
    other_do(&writer, "PRAGMA cache_size = 5");
    other_do(&writer, "BEGIN IMMEDIATE");
    other_do(&writer, "UPDATE t SET n = 3");
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    check_version(folder, fork, 500, 2);
    other_do(&writer, "COMMIT");
    check_version(folder, fork, 500, 2);
    warehouse_close(fork);
    other_end(&writer);
}

/* What others may do to a log before the fork is opened. */
static const char *const beginnings[] = {
    "SELECT 1",
    "UPDATE t SET n = 2",
    "UPDATE t SET n = 2; PRAGMA wal_checkpoint(PASSIVE)",
    "UPDATE t SET n = 2; PRAGMA wal_checkpoint(RESTART)",
    "UPDATE t SET n = 2; PRAGMA wal_checkpoint(TRUNCATE)",
    "UPDATE t SET n = 2; PRAGMA wal_checkpoint; UPDATE t SET n = 2 WHERE id < 100",
};

static const char *const endings[] = {"SELECT 1", "PRAGMA wal_checkpoint(PASSIVE)",
                                      "PRAGMA busy_timeout = 1; PRAGMA wal_checkpoint(RESTART)",
                                      "PRAGMA busy_timeout = 1; PRAGMA wal_checkpoint(TRUNCATE)"};

static void try_beside_a_writer(struct folder *folder, const char *beginning, const char *ending) {
    struct other writer;
    int64_t version = strstr(beginning, "UPDATE") ? 2 : 1;
    make_database(folder, WITH_LOG, 500);
    other_open(&writer, folder->path);
    other_do(&writer, beginning);
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    run_sql(fork, "PRAGMA cache_size = 5"); /* so that the fork reads its file again and again */
    check_version(folder, fork, 500, version);
    for (int i = 0; i < 3; i++) {
        other_do(&writer, "UPDATE t SET n = n + 7; INSERT INTO t (n, pad) VALUES (5, 'more')");
        check_version(folder, fork, 500, version);
        other_do(&writer, ending);
        check_version(folder, fork, 500, version);
    }
    run_sql(fork, "UPDATE t SET n = 9");
    check_version(folder, fork, 500, 9);
    other_do(&writer, "DELETE FROM t WHERE id > 400");
    other_do(&writer, ending);
    check_version(folder, fork, 500, 9);
    warehouse_close(fork);
    other_end(&writer);
    unlink(folder->path);
}

static void test_keeps_its_state_while_others_write(void **state) {
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        for (size_t j = 0; j < sizeof endings / sizeof *endings; j++)
            try_beside_a_writer(*state, beginnings[i], endings[j]);
}

/* The last one who closes a database clears its log away, unless somebody else has it open. */
static void test_keeps_its_state_while_others_come_and_go(void **state) {
    struct folder *folder = *state;
    make_database(folder, WITH_LOG, 500);
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    run_sql(fork, "PRAGMA cache_size = 5");
    for (int i = 0; i < 3; i++) {
        do_once(folder->path, "UPDATE t SET n = n + 1");
        check_version(folder, fork, 500, 1);
    }
    warehouse_close(fork);
    struct warehouse *reader = open_as(folder, WAREHOUSE_READ);
    check_version(folder, reader, 500, 4);
    warehouse_close(reader);
}

/* POSIX takes all of a process's locks on a file when it closes it once; the other fork's reader
 * must not lose its own. */
static void test_forks_do_not_know_each_other(void **state) {
    struct folder *folder = *state;
    struct other writer;
    make_database(folder, WITH_LOG, 500);
    other_open(&writer, folder->path);
    other_do(&writer, "UPDATE t SET n = 2");
    struct warehouse *first = open_as(folder, WAREHOUSE_FORK);
    struct warehouse *second = open_as(folder, WAREHOUSE_FORK);
    run_sql(first, "PRAGMA cache_size = 5; UPDATE t SET n = 3");
    run_sql(second, "PRAGMA cache_size = 5; DELETE FROM t WHERE id > 250");
    check_version(folder, first, 500, 3);
    check_version(folder, second, 250, 2);
    warehouse_close(first);
    other_do(&writer, "UPDATE t SET n = 8");
    other_end(&writer);
    do_once(folder->path, "UPDATE t SET n = 9");
    check_version(folder, second, 250, 2);
    warehouse_close(second);
    struct warehouse *reader = open_as(folder, WAREHOUSE_READ);
    check_version(folder, reader, 500, 9);
    warehouse_close(reader);
}

/* Without a log a reader keeps writers out, as ever, and a fork is one. */
static void test_keeps_writers_out_where_there_is_no_log(void **state) {
    struct folder *folder = *state;
    make_database(folder, "PRAGMA journal_mode = DELETE", 500);
    struct warehouse *first = open_as(folder, WAREHOUSE_FORK);
    struct warehouse *second = open_as(folder, WAREHOUSE_FORK);
    warehouse_close(first);
    struct other writer;
    other_open(&writer, folder->path);
    fprintf(writer.orders, "UPDATE t SET n = 2\n");
    fflush(writer.orders);
    char line[200];
    assert_non_null(fgets(line, sizeof line, writer.answers));
    assert_string_equal(line, "database is locked\n");
    check_version(folder, second, 500, 1);
    warehouse_close(second);
    other_do(&writer, "UPDATE t SET n = 2");
    other_end(&writer);
}

/* ---- writing ---- */

static const char *const forms[] = {
    "PRAGMA page_size = 512; PRAGMA journal_mode = WAL",
    "PRAGMA page_size = 4096; PRAGMA journal_mode = WAL",
    "PRAGMA page_size = 65536; PRAGMA journal_mode = WAL",
    "PRAGMA page_size = 1024; PRAGMA journal_mode = DELETE",
    "PRAGMA page_size = 8192; PRAGMA journal_mode = DELETE",
    /* these make the file shorter when rows go */
    "PRAGMA page_size = 1024; PRAGMA auto_vacuum = FULL; PRAGMA journal_mode = DELETE",
    "PRAGMA page_size = 16384; PRAGMA auto_vacuum = FULL; PRAGMA journal_mode = DELETE",
};

/* More than the cache holds, taken back and committed, then fewer than before, then more again:
 * what was cut off must not come back. */
static void try_writing(struct folder *folder, const char *form, int rows) {
    make_database(folder, form, rows);
    struct picture before = take_picture(folder);
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    struct err err;
    run_sql(fork, "PRAGMA cache_size = 10");
    assert_true(warehouse_begin(fork, &err));
    run_sql(fork, "WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 4000)"
                  " INSERT INTO t (n, pad) SELECT 2, hex(zeroblob(300)) FROM c");
    expect(folder, fork, "SELECT COUNT(*) FROM t", rows + 4000);
    warehouse_rollback(fork);
    check_version(folder, fork, rows, 1);
    assert_true(warehouse_begin(fork, &err));
    run_sql(fork, "UPDATE t SET n = 5; WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE"
                  " i < 3000) INSERT INTO t (n, pad) SELECT 5, hex(zeroblob(300)) FROM c");
    assert_true(warehouse_commit(fork, &err));
    check_version(folder, fork, rows + 3000, 5);
    run_sql(fork, "DELETE FROM t WHERE id > 3");
    check_version(folder, fork, 3, 5);
    run_sql(fork, "INSERT INTO t (n, pad) SELECT 5, hex(zeroblob(3000)) FROM t a, t b, t c");
    check_version(folder, fork, 30, 5);
    check_integrity(folder, fork);
    warehouse_close(fork);
    check_picture(folder, &before);
    unlink(folder->path);
}

static void test_holds_what_is_written(void **state) {
    static const int sizes[] = {3, 14, 15, 200, 2000};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        for (size_t j = 0; j < sizeof sizes / sizeof *sizes; j++)
            try_writing(*state, forms[i], sizes[j]);
}

/* The same words to a fork and to a copy of the file leave the same behind. */
static void say_to_both(struct warehouse *fork, struct warehouse *copy, const char *sql) {
    run_sql(fork, sql);
    run_sql(copy, sql);
}

static void check_same(struct folder *folder, struct warehouse *fork, struct warehouse *copy) {
    const char *sql = "SELECT COUNT(*) || ' ' || COALESCE(group_concat(id || n || length(pad) ||"
                      " substr(pad, 1, 4)), '') FROM (SELECT * FROM t ORDER BY n, id)";
    struct span ours = value_span(query(folder, fork, sql));
    struct span theirs = value_span(query(folder, copy, sql));
    assert_int_equal(add_numbers(fork), add_numbers(copy));
    if (!span_equal(ours, theirs))
        fail_msg("the fork has %.*s, the copy %.*s", SPAN_ARG(ours), SPAN_ARG(theirs));
}

static void try_chance(struct folder *folder, const char *form, unsigned seed) {
    struct folder other = *folder;
    struct err err;
    char sql[300];
    other.arena = (struct arena){0};
    make_database(folder, form, (int)(seed * 37 % 300) + 1);
    snprintf(other.path, sizeof other.path, "%s/copy", folder->name);
    do_once(folder->path, "SELECT 1");
    snprintf(sql, sizeof sql, "VACUUM INTO '%s'", other.path);
    do_once(folder->path, sql);
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    struct warehouse *copy = open_as(&other, WAREHOUSE_WRITE);
    say_to_both(fork, copy, "PRAGMA cache_size = 10");
    for (unsigned step = 0; step < 12; step++) {
        unsigned chance = (seed * 7919 + step * 104729) % 1000;
        bool is_kept = chance % 3 != 0;
        assert_true(warehouse_begin(fork, &err) && warehouse_begin(copy, &err));
        snprintf(sql, sizeof sql,
                 "DELETE FROM t WHERE id %% %u = 1; UPDATE t SET pad = hex(zeroblob(%u)) WHERE"
                 " id %% %u = 0; INSERT INTO t (n, pad) SELECT n + %u, pad || 'x' FROM t LIMIT %u",
                 2 + chance % 5, chance, 1 + chance % 4, step, 10 + chance);
        say_to_both(fork, copy, sql);
        assert_int_equal(add_numbers(fork), add_numbers(copy));
        if (is_kept)
            assert_true(warehouse_commit(fork, &err) && warehouse_commit(copy, &err));
        warehouse_rollback(fork);
        warehouse_rollback(copy);
        check_same(folder, fork, copy);
    }
    check_integrity(folder, fork);
    warehouse_close(fork);
    warehouse_close(copy);
    unlink(other.path);
    unlink(folder->path);
}

static void test_does_what_a_copy_does(void **state) {
    for (unsigned seed = 1; seed <= 12; seed++)
        try_chance(*state, forms[seed % (sizeof forms / sizeof *forms)], seed);
}

/* ---- what need not be there ---- */

static void test_a_missing_file_is_an_empty_one(void **state) {
    struct folder *folder = *state;
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    expect(folder, fork, "SELECT COUNT(*) FROM sqlite_master", 0);
    run_sql(fork, "CREATE TABLE t (n); INSERT INTO t VALUES (1)");
    expect(folder, fork, "SELECT COUNT(*) FROM t", 1);
    warehouse_close(fork);
    assert_int_equal(rmdir(folder->name), 0); /* nothing came to be in it */
    assert_int_equal(mkdir(folder->name, 0700), 0);
}

static void test_a_file_of_no_bytes_is_an_empty_one(void **state) {
    struct folder *folder = *state;
    close(open(folder->path, O_CREAT | O_WRONLY, 0600));
    struct picture before = take_picture(folder);
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    struct err err;
    assert_true(warehouse_begin(fork, &err));
    run_sql(fork, "CREATE TABLE t (n); INSERT INTO t VALUES (1)");
    assert_true(warehouse_commit(fork, &err));
    expect(folder, fork, "SELECT COUNT(*) FROM t", 1);
    check_integrity(folder, fork);
    warehouse_close(fork);
    check_picture(folder, &before);
}

/* Not to be found is one thing, not to be looked at another. */
static void test_what_cannot_be_looked_at_is_not_empty(void **state) {
    struct folder *folder = *state;
    struct warehouse *fork = NULL;
    struct err err = {0};
    char path[200];
    close(open(folder->path, O_CREAT | O_WRONLY, 0600));
    snprintf(path, sizeof path, "%s/w.sqlite", folder->path); /* a file in the place of a folder */
    assert_false(warehouse_open(&fork, path, WAREHOUSE_FORK, &err));
    assert_int_equal(err.class, ERR_DATABASE);
    assert_non_null(strstr(err.message, folder->path));
}

/* ---- a run that was killed ---- */

static void kill_while_writing(struct folder *folder, const char *sql) {
    struct other writer;
    other_open(&writer, folder->path);
    other_do(&writer, "PRAGMA cache_size = 5");
    other_do(&writer, "PRAGMA cache_spill = 1");
    other_do(&writer, "BEGIN IMMEDIATE");
    other_do(&writer, sql);
    other_kill(&writer);
}

static void test_takes_no_notice_of_a_change_that_was_broken_off(void **state) {
    struct folder *folder = *state;
    make_database(folder, "PRAGMA journal_mode = DELETE", 500);
    kill_while_writing(folder, "UPDATE t SET n = 2, pad = pad || 'longer'");
    assert_true(read_whole(folder, "-journal").size > 0);
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    check_version(folder, fork, 500, 1);
    run_sql(fork, "UPDATE t SET n = 4");
    check_version(folder, fork, 500, 4);
    warehouse_close(fork);
}

static void test_takes_no_notice_of_a_first_load_that_was_broken_off(void **state) {
    struct folder *folder = *state;
    kill_while_writing(folder,
                       "CREATE TABLE t (n, pad); WITH c(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                       " FROM c WHERE i < 2000) INSERT INTO t SELECT i, zeroblob(200) FROM c");
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    expect(folder, fork, "SELECT COUNT(*) FROM sqlite_master", 0);
    check_integrity(folder, fork);
    warehouse_close(fork);
}

static void test_takes_no_notice_of_a_log_that_was_broken_off(void **state) {
    struct folder *folder = *state;
    make_database(folder, WITH_LOG, 500);
    kill_while_writing(folder, "UPDATE t SET n = 2, pad = pad || 'longer'");
    struct picture before = take_picture(folder);
    assert_true(before.log.size > 0);
    struct warehouse *fork = open_as(folder, WAREHOUSE_FORK);
    check_version(folder, fork, 500, 1);
    run_sql(fork, "UPDATE t SET n = 4");
    check_version(folder, fork, 500, 4);
    warehouse_close(fork);
    check_picture(folder, &before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        TEST(test_shows_what_a_reader_sees),
        TEST(test_shows_what_is_only_in_the_log),
        TEST(test_does_not_show_what_is_not_committed),
        TEST(test_keeps_its_state_while_others_write),
        TEST(test_keeps_its_state_while_others_come_and_go),
        TEST(test_forks_do_not_know_each_other),
        TEST(test_keeps_writers_out_where_there_is_no_log),
        TEST(test_holds_what_is_written),
        TEST(test_does_what_a_copy_does),
        TEST(test_a_missing_file_is_an_empty_one),
        TEST(test_a_file_of_no_bytes_is_an_empty_one),
        TEST(test_what_cannot_be_looked_at_is_not_empty),
        TEST(test_takes_no_notice_of_a_change_that_was_broken_off),
        TEST(test_takes_no_notice_of_a_first_load_that_was_broken_off),
        TEST(test_takes_no_notice_of_a_log_that_was_broken_off),
    };
    return argc > 1 ? obey(argv[1]) : cmocka_run_group_tests(tests, NULL, NULL);
}
