#include "harness/harness.h"

#include "source/csv.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

int failed_test_count;

/* Asked by the leak sanitizer at the end of the program. */
__attribute__((visibility("default"))) int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void) {
    return failed_test_count != 0;
}

/* ---- files ---- */

void write_file(const char *path, struct span text) {
    FILE *file = fopen(path, "wb");
    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    size_t written = text.size ? fwrite(text.data, 1, text.size, file) : 0;
    if (fclose(file) != 0 || written != text.size)
        fail_msg("%s: %s", path, strerror(errno));
}

struct span read_file(struct arena *arena, const char *path) {
    FILE *file = fopen(path, "rb");
    struct buf text = {0};
    char block[65536];
    size_t size;
    if (!file)
        fail_msg("%s: %s", path, strerror(errno));
    while ((size = fread(block, 1, sizeof block, file)) > 0)
        buf_add(&text, (struct span){block, size});
    fclose(file);
    struct span copy = arena_copy(arena, buf_span(&text));
    buf_free(&text);
    return copy;
}

static int remove_entry(const char *path, const struct stat *info, int flag, struct FTW *ftw) {
    (void)info;
    (void)flag;
    (void)ftw;
    return remove(path);
}

/* ---- scene ---- */

static void read_model(struct scene *scene, const char *model) {
    scene->faults.arena = &scene->arena;
    scene->model = model_read(&scene->arena, model, &scene->faults);
    if (!scene->model)
        fail_msg("%s: %s", scene->faults.items[0].place, scene->faults.items[0].message);
}

/* Where scenes are schemas, or NULL. */
static const char *server_url(void) {
    const char *url = getenv("GOLDLEAF_TEST_POSTGRES");
    return url && *url ? url : NULL;
}

/* The folders of scenes that are open: a test that fails does not close its own. */
static char open_folders[8][512];

/* Puts one name in the place of another; "" is a free place. */
static void replace_folder(const char *old, const char *new) {
    for (size_t i = 0; i < COUNT_OF(open_folders); i++)
        if (strcmp(open_folders[i], old) == 0) {
            snprintf(open_folders[i], sizeof open_folders[i], "%s", new);
            return;
        }
}

static void remove_open_folders(void) {
    for (size_t i = 0; i < COUNT_OF(open_folders); i++)
        if (*open_folders[i])
            nftw(open_folders[i], remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Memory by choice: nothing here has to outlive a power cut, and a disk's waits would be most of
 * the time that these tests take. */
static const char *temporary_parent(void) {
    const char *parent = getenv("TMPDIR");
    if (parent && *parent)
        return parent;
    return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

/* Programs that run at the same time have numbers of their own. */
static void choose_database(struct scene *scene) {
    static unsigned count;
    const char *url = server_url();
    if (!url) {
        scene->database_url = arena_printf(&scene->arena, "%s/warehouse.sqlite", scene->folder);
        return;
    }
    scene->schema = arena_printf(&scene->arena, "scene_%ld_%u", (long)getpid(), ++count);
    scene->database_url = schema_url(&scene->arena, url, scene->schema);
    schema_make(url, scene->schema);
}

void scene_open(struct scene *scene, const char *model) {
    static bool is_prepared;
    *scene = (struct scene){0};
    if (!is_prepared)
        is_prepared = atexit(remove_open_folders) == 0;
    char *folder =
        (char *)arena_printf(&scene->arena, "%s/goldleaf-test-XXXXXX", temporary_parent());
    if (!mkdtemp(folder))
        fail_msg("%s: %s", folder, strerror(errno));
    replace_folder("", folder);
    scene->folder = folder;
    scene->inputs = arena_printf(&scene->arena, "%s/inputs", folder);
    if (mkdir(scene->inputs, 0777) != 0)
        fail_msg("%s: %s", scene->inputs, strerror(errno));
    choose_database(scene);
    read_model(scene, model);
}

static void close_database(struct scene *scene) {
    struct database *database = scene->database;
    scene->database = NULL;
    database_close(database);
}

static void close_model(struct scene *scene) {
    model_close(scene->model);
    model_faults_free(&scene->faults);
}

void scene_close(struct scene *scene) {
    close_database(scene);
    close_model(scene);
    if (scene->schema)
        schema_drop(server_url(), scene->schema);
    nftw(scene->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    replace_folder(scene->folder, "");
    arena_free(&scene->run_arena);
    arena_free(&scene->arena);
}

void scene_set_model(struct scene *scene, const char *model) {
    close_model(scene);
    scene->faults = (struct model_faults){0};
    read_model(scene, model);
}

static const char *input_path(struct scene *scene, const char *name) {
    return arena_printf(&scene->run_arena, "%s/%s", scene->inputs, name);
}

void scene_write(struct scene *scene, const char *name, struct span text) {
    write_file(input_path(scene, name), text);
}

void scene_write_text(struct scene *scene, const char *name, const char *text) {
    scene_write(scene, name, span_from(text));
}

void scene_remove(struct scene *scene, const char *name) {
    assert_int_equal(unlink(input_path(scene, name)), 0);
}

void scene_write_headers(struct scene *scene) {
    for (size_t i = 0; i < scene->model->sheet_count; i++) {
        const struct sheet_model *sheet = &scene->model->sheets[i];
        struct buf csv = {0};
        for (size_t f = 0; f < sheet->field_count; f++)
            buf_printf(&csv, "%s%s", f ? "," : "", sheet->fields[f].name);
        buf_add_char(&csv, '\n');
        scene_write(scene, sheet->path, buf_span(&csv));
        buf_free(&csv);
    }
}

static void forget_file(struct scene *scene) {
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
        const char *path =
            arena_printf(&scene->run_arena, "%s%s", scene->database_url, suffixes[i]);
        if (unlink(path) != 0)
            assert_int_equal(errno, ENOENT);
    }
}

void scene_forget_warehouse(struct scene *scene) {
    close_database(scene);
    if (scene->schema)
        schema_make(server_url(), scene->schema);
    else
        forget_file(scene);
}

/* Nobody has it open, so that all of a file is in the one file. */
void scene_copy_warehouse(struct scene *scene, struct scene *from) {
    close_database(from);
    close_database(scene);
    if (scene->schema) {
        schema_copy(server_url(), from->schema, scene->schema);
        return;
    }
    forget_file(scene);
    write_file(scene->database_url, read_file(&scene->run_arena, from->database_url));
}

void scene_copy_inputs(struct scene *scene, const char *from) {
    DIR *folder = opendir(from);
    if (!folder)
        fail_msg("%s: %s", from, strerror(errno));
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t size = strlen(entry->d_name);
        if (size < 4 || strcmp(entry->d_name + size - 4, ".csv") != 0)
            continue;
        const char *path = arena_printf(&scene->run_arena, "%s/%s", from, entry->d_name);
        scene_write(scene, entry->d_name, read_file(&scene->run_arena, path));
    }
    closedir(folder);
}

/* ---- runs ---- */

struct run_options scene_options(const struct scene *scene) {
    return (struct run_options){.command = "all",
                                .pull = true,
                                .silver = true,
                                .gold = true,
                                .inputs = scene->inputs,
                                .max_loss = 100};
}

bool scene_try_run(struct scene *scene, const struct run_options *options, struct err *err) {
    struct warehouse *warehouse = NULL;
    struct progress progress = {0};
    close_database(scene);
    arena_free(&scene->run_arena);
    scene->report = (struct run_report){0};
    *err = (struct err){0};
    bool ok = warehouse_open(&warehouse, scene->database_url, WAREHOUSE_WRITE, err) &&
              pipeline_run(warehouse, scene->model, options, &progress, &scene->run_arena,
                           &scene->report, err);
    warehouse_close(warehouse);
    return ok;
}

const struct run_report *scene_run(struct scene *scene, const struct run_options *options) {
    struct err err;
    if (!scene_try_run(scene, options, &err))
        fail_msg("the run failed: %s (%s)", err.message, err.hint);
    return &scene->report;
}

const struct run_report *scene_run_all(struct scene *scene) {
    struct run_options options = scene_options(scene);
    return scene_run(scene, &options);
}

const struct run_sheet *report_sheet(const struct run_report *report, const char *sheet) {
    for (size_t i = 0; i < report->sheet_count; i++)
        if (strcmp(report->sheets[i].sheet, sheet) == 0)
            return &report->sheets[i];
    fail_msg("no sheet %s in the report", sheet);
    return NULL;
}

/* ---- queries ---- */

struct database *scene_database(struct scene *scene) {
    if (!scene->database)
        scene->database = database_open(scene->database_url);
    return scene->database;
}

bool scene_has_warehouse(struct scene *scene) {
    if (!scene->schema)
        return access(scene->database_url, F_OK) == 0;
    return scene_integer(scene, "SELECT COUNT(*) FROM pg_tables WHERE schemaname ="
                                " current_schema() AND tablename = 'audit_snapshots'") == 1;
}

void scene_write_database(struct scene *scene, const char *sql) {
    close_database(scene);
    database_write(scene->database_url, sql);
}

static void add_text(struct buf *out, struct span text) {
    bool is_quoted = text.size == 0;
    for (size_t i = 0; i < text.size; i++)
        is_quoted |= text.data[i] == '"' || text.data[i] == ',' || text.data[i] == '\n' ||
                     text.data[i] == '\r';
    if (!is_quoted) {
        buf_add(out, text);
        return;
    }
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"')
            buf_add_char(out, '"');
        buf_add_char(out, text.data[i]);
    }
    buf_add_char(out, '"');
}

static void add_datum(struct buf *out, struct datum datum) {
    if (datum.type == DATUM_TEXT)
        add_text(out, (struct span){datum.text, datum.size});
    else
        buf_add_text(out, datum.text);
}

static void add_rows(struct rows *rows, struct buf *out) {
    while (rows_next(rows)) {
        for (size_t i = 0; i < rows_width(rows); i++) {
            if (i)
                buf_add_char(out, ',');
            add_datum(out, rows_datum(rows, i));
        }
        buf_add_char(out, '\n');
    }
}

void query_add(struct database *database, const char *sql, struct buf *out) {
    struct rows *rows = rows_open(database, sql);
    for (size_t i = 0; i < rows_width(rows); i++)
        buf_printf(out, "%s%s", i ? "," : "", rows_name(rows, i));
    buf_add_char(out, '\n');
    add_rows(rows, out);
    rows_close(rows);
}

struct span scene_query(struct scene *scene, const char *sql) {
    struct buf out = {0};
    query_add(scene_database(scene), sql, &out);
    struct span copy = arena_copy(&scene->run_arena, buf_span(&out));
    buf_free(&out);
    return copy;
}

int64_t scene_integer(struct scene *scene, const char *sql) {
    struct rows *rows = rows_open(scene_database(scene), sql);
    if (!rows_next(rows))
        fail_msg("no row: %s", sql);
    struct datum datum = rows_datum(rows, 0);
    if (datum.type == DATUM_NULL)
        fail_msg("no value: %s", sql);
    int64_t value = strtoll(datum.text, NULL, 10);
    rows_close(rows);
    return value;
}

void scene_expect(struct scene *scene, const char *sql, const char *expected) {
    struct buf out = {0};
    struct rows *rows = rows_open(scene_database(scene), sql);
    add_rows(rows, &out);
    rows_close(rows);
    if (out.size)
        out.size--; /* the last line end */
    check_same_text(sql, span_from(expected), buf_span(&out));
    buf_free(&out);
}

/* ---- all tables ---- */

static void add_fields(struct buf *sql, const struct field *fields, const size_t *indexes,
                       size_t count) {
    for (size_t i = 0; i < count; i++)
        buf_printf(sql, "%s\"%s\"", i ? ", " : "", fields[indexes ? indexes[i] : i].name);
}

static struct table_query table_query(struct arena *arena, const char *name,
                                      const struct field *fields, size_t field_count,
                                      const size_t *key, size_t key_count) {
    struct buf sql = {0};
    buf_add_text(&sql, "SELECT ");
    add_fields(&sql, fields, NULL, field_count);
    buf_printf(&sql, " FROM \"%s\" ORDER BY ", name);
    add_fields(&sql, fields, key, key_count);
    struct table_query query = {name, arena_string(arena, buf_span(&sql))};
    buf_free(&sql);
    return query;
}

/* Of audit_dq_results the newest lines of each table: those describe it as it is. The ids of runs
 * sort by time. */
static const struct table_query audit_queries[] = {
    {"audit_rejected_rows",
     "SELECT source_table, target_table, row_number, cell, record_key, rule, column_name, value,"
     " row_json FROM audit_rejected_rows ORDER BY source_table, row_number"},
    {"audit_warnings", "SELECT source_table, row_number, cell, record_key, rule, column_name, value"
                       " FROM audit_warnings ORDER BY source_table, row_number, column_name"},
    {"audit_dq_results",
     "SELECT d.table_name, d.rule, d.severity, d.checked, d.failed FROM audit_dq_results d"
     " WHERE d.run_id = (SELECT MAX(r.run_id) FROM audit_dq_results r"
     "  WHERE r.table_name = d.table_name) ORDER BY d.table_name, d.rule, d.severity"},
};

size_t table_queries(const struct model *model, struct arena *arena,
                     struct table_query queries[static TABLE_QUERY_MAX]) {
    size_t count = 0;
    assert_true(model->sheet_count + model->gold_count + COUNT_OF(audit_queries) <=
                TABLE_QUERY_MAX);
    for (size_t i = 0; i < model->sheet_count; i++) {
        const struct sheet_model *sheet = &model->sheets[i];
        const char *name = arena_printf(arena, "silver_%s", sheet->name);
        queries[count++] = table_query(arena, name, sheet->fields, sheet->field_count, sheet->key,
                                       sheet->key_count);
    }
    for (size_t i = 0; i < model->gold_count; i++) {
        const struct gold_model *gold = &model->gold[i];
        queries[count++] = table_query(arena, gold->name, gold->fields, gold->field_count,
                                       gold->key, gold->key_count);
    }
    for (size_t i = 0; i < COUNT_OF(audit_queries); i++)
        queries[count++] = audit_queries[i];
    return count;
}

void scene_dump(struct scene *scene, struct buf *out) {
    struct table_query queries[TABLE_QUERY_MAX];
    size_t count = table_queries(scene->model, &scene->run_arena, queries);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "== %s\n", queries[i].name);
        query_add(scene_database(scene), queries[i].sql, out);
    }
}

/* ---- comparing ---- */

#define SHOWN_LINES_MAX 24
#define LOOK_AHEAD 200

struct lines {
    struct span *items;
    size_t count;
};

static struct lines split_lines(struct arena *arena, struct span text) {
    size_t count = 1;
    for (size_t i = 0; i < text.size; i++)
        count += text.data[i] == '\n';
    struct lines lines = {arena_array(arena, count, sizeof *lines.items), 0};
    for (size_t start = 0; start < text.size;) {
        const char *end = memchr(text.data + start, '\n', text.size - start);
        size_t size = end ? (size_t)(end - text.data) - start : text.size - start;
        lines.items[lines.count++] = (struct span){text.data + start, size};
        start += size + 1;
    }
    return lines;
}

/* The shortest stretch to leave out on both sides until the lines agree again. */
static void find_agreement(const struct lines *a, size_t i, const struct lines *b, size_t j,
                           size_t *skip_a, size_t *skip_b) {
    for (size_t sum = 1; sum < LOOK_AHEAD; sum++)
        for (size_t x = 0; x <= sum; x++)
            if (i + x < a->count && j + sum - x < b->count &&
                span_equal(a->items[i + x], b->items[j + sum - x])) {
                *skip_a = x;
                *skip_b = sum - x;
                return;
            }
    *skip_a = a->count - i;
    *skip_b = b->count - j;
}

static void show_lines(struct buf *out, char sign, const struct lines *lines, size_t from,
                       size_t count, size_t *shown) {
    for (size_t i = from; i < from + count && *shown < SHOWN_LINES_MAX; i++, (*shown)++)
        buf_printf(out, "%c %5zu: %.*s\n", sign, i + 1, SPAN_ARG(lines->items[i]));
}

static void add_difference(struct buf *out, struct span expected, struct span found) {
    struct arena scratch = {0};
    struct lines a = split_lines(&scratch, expected), b = split_lines(&scratch, found);
    size_t shown = 0, i = 0, j = 0;
    while ((i < a.count || j < b.count) && shown < SHOWN_LINES_MAX) {
        if (i < a.count && j < b.count && span_equal(a.items[i], b.items[j])) {
            i++, j++;
            continue;
        }
        size_t skip_a, skip_b;
        find_agreement(&a, i, &b, j, &skip_a, &skip_b);
        show_lines(out, '-', &a, i, skip_a, &shown);
        show_lines(out, '+', &b, j, skip_b, &shown);
        i += skip_a;
        j += skip_b;
    }
    if (shown == SHOWN_LINES_MAX)
        buf_add_text(out, "  ... and perhaps more\n");
    arena_free(&scratch);
}

/* The message goes out before the test ends, so that nothing is left to free behind it. */
static void print_difference(const char *what, struct span expected, struct span found) {
    struct buf out = {0};
    add_difference(&out, expected, found);
    print_error("%s differs (- expected, + found, with line numbers):\n%s", what, buf_text(&out));
    buf_free(&out);
}

void check_same_text(const char *what, struct span expected, struct span found) {
    if (span_equal(expected, found))
        return;
    print_difference(what, expected, found);
    fail_msg("%s differs", what);
}

void check_golden(const char *name, struct span found) {
    struct arena scratch = {0};
    const char *path = arena_printf(&scratch, "%s/golden/%s.csv", GOLDLEAF_FIXTURES_DIR, name);
    const char *update = getenv("GOLDLEAF_UPDATE_GOLDEN");
    if (update && strcmp(update, "1") == 0) {
        write_file(path, found);
        arena_free(&scratch);
        return;
    }
    struct span expected = read_file(&scratch, path);
    bool is_same = span_equal(expected, found);
    if (!is_same)
        print_difference(path, expected, found);
    arena_free(&scratch);
    if (!is_same)
        fail_msg("%s is not what was published; if the new result is right, run the test with"
                 " GOLDLEAF_UPDATE_GOLDEN=1 and read the difference before committing it",
                 name);
}
