/* What the pipeline tests share: a folder of their own, runs in this process, and looks into the
 * warehouse with plain sqlite3 or libpq (database.h).
 *
 * Scenes are files, or schemas on a server when GOLDLEAF_TEST_POSTGRES is the URL of a database;
 * what a test expects is the same on both.
 *
 * Everything here ends the test with a message when it fails, so that callers read as a story. A
 * scene lives below $TMPDIR (else in memory, else in /tmp) and takes its folder away when it is
 * closed. */
#ifndef GOLDLEAF_TESTS_HARNESS_H
#define GOLDLEAF_TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "harness/database.h"
#include "run/pipeline.h"

struct scene {
    struct arena arena; /* of the model and of the texts of the scene */
    struct model_faults faults;
    const struct model *model;
    const char *folder;        /* the scene's own */
    const char *inputs;        /* folder/inputs, where the CSVs are */
    const char *database_url;  /* folder/warehouse.sqlite, or a schema's */
    const char *schema;        /* its name, or NULL */
    struct database *database; /* see scene_database() */
    struct arena run_arena;    /* of the last run's report */
    struct run_report report;  /* of the last run */
};

/* An empty inputs folder and no warehouse yet. `model` is a shipped model's name or a folder. */
void scene_open(struct scene *scene, const char *model);
void scene_close(struct scene *scene);

/* Puts another model in the place of the scene's. */
void scene_set_model(struct scene *scene, const char *model);

/* Files below the inputs folder. */
void scene_write(struct scene *scene, const char *name, struct span text);
void scene_write_text(struct scene *scene, const char *name, const char *text);
void scene_remove(struct scene *scene, const char *name);
/* Every sheet of the model with its header and no rows. */
void scene_write_headers(struct scene *scene);
/* Takes the warehouse away, so that the next run is a first load. */
void scene_forget_warehouse(struct scene *scene);
/* Puts a copy of another scene's warehouse in the place of this one's. */
void scene_copy_warehouse(struct scene *scene, struct scene *from);
/* Copies every *.csv of a folder. */
void scene_copy_inputs(struct scene *scene, const char *from);

/* pull, silver and gold, with --max-loss 100. */
struct run_options scene_options(const struct scene *scene);

/* Opens the warehouse, runs, closes it. The report lasts until the next run. */
bool scene_try_run(struct scene *scene, const struct run_options *options, struct err *err);
const struct run_report *scene_run(struct scene *scene, const struct run_options *options);
const struct run_report *scene_run_all(struct scene *scene);
const struct run_sheet *report_sheet(const struct run_report *report, const char *sheet);

/* A connection that only reads; closed by the next run. */
struct database *scene_database(struct scene *scene);
bool scene_has_warehouse(struct scene *scene);
/* Statements that change the warehouse behind the program's back. */
void scene_write_database(struct scene *scene, const char *sql);

/* Appends the result of a query as CSV: a line of column names, then the rows. A NULL is an empty
 * field, an empty text is "", a double has the digits that it takes to read it back. */
void query_add(struct database *database, const char *sql, struct buf *out);
/* The same into the scene's arena. */
struct span scene_query(struct scene *scene, const char *sql);
/* The only value of a query of one row and one column; NULL is an error. */
int64_t scene_integer(struct scene *scene, const char *sql);
/* The same without a header line, cells with ',' and rows with '\n' between them. */
void scene_expect(struct scene *scene, const char *sql, const char *expected);

/* Every table that a reader sees, in an order of their own and without what differs from run to
 * run (ids of runs, snapshots and versions, times). */
struct table_query {
    const char *name, *sql;
};
#define TABLE_QUERY_MAX 32
size_t table_queries(const struct model *model, struct arena *arena,
                     struct table_query queries[static TABLE_QUERY_MAX]);

/* All of them, one behind the other. */
void scene_dump(struct scene *scene, struct buf *out);

/* Runs the tests of a program. A failed test leaves things behind; the leak report about them is
 * left out. */
#define run_group(tests) (failed_test_count = cmocka_run_group_tests(tests, NULL, NULL))
extern int failed_test_count;

/* Fails with the lines that differ. `what` says what is compared. */
void check_same_text(const char *what, struct span expected, struct span found);

/* Compares with fixtures/golden/<name>.csv. With GOLDLEAF_UPDATE_GOLDEN=1 the file is written
 * anew instead. */
void check_golden(const char *name, struct span found);

struct span read_file(struct arena *arena, const char *path);
void write_file(const char *path, struct span text);

#endif
