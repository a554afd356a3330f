#include "warehouse/sqlite.h"

#include "base/arena.h"
#include "warehouse/driver.h"
#include "warehouse/sqlite_fork.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a run waits for another program's write, and how many instructions pass between two
 * looks at the stop flag (a few milliseconds). */
#define BUSY_TIMEOUT_MS 10000
#define BUSY_STEP_MS 50
#define STOP_CHECK_INSTRUCTIONS 200000

/* Tables are written and read in their order, so a larger cache saves nothing; it is also the size
 * of the pieces that are sorted at a time. Of a table that is read from one end to the other it
 * holds nothing for long. */
#define CACHE "PRAGMA cache_size = -16384"
#define CACHE_FOR_ONE_LOOK "PRAGMA cache_spill = OFF; PRAGMA cache_size = -1024;"

/* A fork, which nobody else writes to, can look at the file itself instead of at copies of its
 * pages. Only meanwhile, and never where something is published: of a file that somebody cuts off
 * just then there is no error to tell, but a signal. */
#define LOOK_IN_PLACE "PRAGMA mmap_size = 1099511627776"

/* A file of which no row went is written anew when one page in so many is free. */
#define FREE_PAGES_WORTH_IT 20

struct sqlite_warehouse {
    struct warehouse base; /* must be first */
    sqlite3 *database;
    sqlite3 *pin; /* of a fork: a reader of the real file, which keeps it still; or NULL */
    struct sqlite_fork *fork;
    struct sqlite_rows *load;
    struct sqlite_integers integers;
    bool is_open; /* in a transaction */
    bool is_reader;
    bool is_fresh; /* nothing was ever committed to the file */
};

struct sqlite_statement {
    struct statement base; /* must be first */
    sqlite3_stmt *handle;
    int *parameters; /* $n is parameters[n - 1]; 0 where the statement does not use it */
    size_t parameter_count;
};

static struct sqlite_warehouse *sqlite_of(struct warehouse *warehouse) {
    return (struct sqlite_warehouse *)warehouse;
}

static const char *sqlite_hint(int code) {
    if (code == SQLITE_READONLY_ROLLBACK)
        return "a run was broken off while it wrote; the next `goldleaf all` of someone who may "
               "write here clears that up";
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program is writing to it or holds it open; close it and run again";
    case SQLITE_FULL:
        return "the disk is full; make room and run again: the last good version is unharmed";
    case SQLITE_READONLY:
        return "the file or its folder cannot be written; check its owner and rights";
    case SQLITE_CANTOPEN:
        return "check that the folder exists and may be written";
    case SQLITE_IOERR:
        return "the disk is full or failing; make room, check it, and run again";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return "this is not a SQLite database or it is damaged; point --database at another file "
               "or restore a copy";
    default:
        return "";
    }
}

static bool sqlite_fail(struct warehouse *warehouse, struct err *err) {
    struct sqlite_warehouse *self = sqlite_of(warehouse);
    int code = sqlite3_extended_errcode(self->database);
    if ((code & 0xff) == SQLITE_INTERRUPT)
        return err_set(err, ERR_INTERRUPTED, "interrupted");
    err_set(err, ERR_DATABASE, "%s: %s", warehouse->location, sqlite3_errmsg(self->database));
    return err_hint(err, "%s", sqlite_hint(code));
}

static bool sqlite_exec(struct warehouse *warehouse, const char *sql, struct err *err) {
    return sqlite3_exec(sqlite_of(warehouse)->database, sql, NULL, NULL, NULL) == SQLITE_OK ||
           sqlite_fail(warehouse, err);
}

static void sqlite_rollback(struct warehouse *warehouse) {
    struct sqlite_warehouse *self = sqlite_of(warehouse);
    if (self->database && !sqlite3_get_autocommit(self->database))
        sqlite3_exec(self->database, "ROLLBACK", NULL, NULL, NULL);
    self->is_open = false;
}

static void sqlite_close(struct warehouse *warehouse) {
    struct sqlite_warehouse *self = sqlite_of(warehouse);
    sqlite_rollback(warehouse);
    sqlite3_close_v2(self->database);
    sqlite3_close_v2(self->pin);
    sqlite_fork_close(self->fork);
    free((char *)warehouse->location);
    free(self);
}

static bool sqlite_begin(struct warehouse *warehouse, bool is_read, struct err *err) {
    struct sqlite_warehouse *self = sqlite_of(warehouse);
    if (!sqlite_exec(warehouse, is_read || self->is_reader ? "BEGIN" : "BEGIN IMMEDIATE", err))
        return false;
    self->is_open = true;
    return true;
}

static bool sqlite_commit(struct warehouse *warehouse, struct err *err) {
    struct sqlite_warehouse *self = sqlite_of(warehouse);
    if (!sqlite_exec(warehouse, "COMMIT", err))
        return false;
    self->is_open = false;
    if (self->is_fresh) {
        /* From now on there may be readers: with a write-ahead log they never wait for a run, and
         * a run never waits for them. The first load does without, which saves writing it twice.
         * Where the mode cannot be changed (a reader came in already) the next run will. */
        sqlite3_exec(self->database, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        self->is_fresh = false;
    }
    return true;
}

static int64_t sqlite_changed(struct warehouse *warehouse) {
    return sqlite3_changes64(sqlite_of(warehouse)->database);
}

static void sqlite_close_statement(struct statement *statement) {
    struct sqlite_statement *self = (struct sqlite_statement *)statement;
    sqlite3_finalize(self->handle);
    free(self->parameters);
    free(self);
}

/* SQLite numbers $1, $2 by first appearance; they are looked up by name, so that $n means the
 * n-th value as it does in PostgreSQL. */
static void sqlite_map_parameters(struct sqlite_statement *statement) {
    size_t count = (size_t)sqlite3_bind_parameter_count(statement->handle);
    for (int i = 1; i <= (int)count; i++) {
        const char *name = sqlite3_bind_parameter_name(statement->handle, i);
        size_t number = name ? strtoul(name + 1, NULL, 10) : 0;
        if (number > statement->parameter_count)
            statement->parameter_count = number;
    }
    statement->parameters =
        memory_resize(NULL, statement->parameter_count + 1, sizeof *statement->parameters);
    memset(statement->parameters, 0, (statement->parameter_count + 1) * sizeof(int));
    for (int i = 1; i <= (int)count; i++) {
        const char *name = sqlite3_bind_parameter_name(statement->handle, i);
        size_t number = name ? strtoul(name + 1, NULL, 10) : 0;
        if (number)
            statement->parameters[number - 1] = i;
    }
}

static bool sqlite_prepare(struct warehouse *warehouse, struct statement **statement,
                           const char *sql, struct err *err) {
    sqlite3_stmt *handle = NULL;
    *statement = NULL;
    if (sqlite3_prepare_v3(sqlite_of(warehouse)->database, sql, -1, SQLITE_PREPARE_PERSISTENT,
                           &handle, NULL) != SQLITE_OK)
        return sqlite_fail(warehouse, err);
    struct sqlite_statement *self = memory_alloc(sizeof *self);
    *self = (struct sqlite_statement){.base = {warehouse}, .handle = handle};
    sqlite_map_parameters(self);
    *statement = &self->base;
    return true;
}

static int sqlite_bind(sqlite3_stmt *handle, int index, const struct value *value) {
    switch (value->kind) {
    case VALUE_NULL:
        return sqlite3_bind_null(handle, index);
    case VALUE_INTEGER:
        return sqlite3_bind_int64(handle, index, value->integer);
    case VALUE_MONEY:
        return sqlite3_bind_double(handle, index, (double)value->integer / 100.0);
    case VALUE_REAL:
        return sqlite3_bind_double(handle, index, value->real);
    case VALUE_TEXT:
        return sqlite3_bind_text64(handle, index, value->text ? value->text : "", value->size,
                                   SQLITE_STATIC, SQLITE_UTF8);
    }
    return SQLITE_MISUSE;
}

static bool sqlite_start(struct statement *statement, const struct value *parameters, size_t count,
                         struct err *err) {
    struct sqlite_statement *self = (struct sqlite_statement *)statement;
    sqlite3_reset(self->handle);
    for (size_t i = 0; i < count && i < self->parameter_count; i++) {
        if (self->parameters[i] &&
            sqlite_bind(self->handle, self->parameters[i], &parameters[i]) != SQLITE_OK)
            return sqlite_fail(statement->warehouse, err);
    }
    return true;
}

static bool sqlite_next(struct statement *statement, bool *has_row, struct err *err) {
    struct sqlite_statement *self = (struct sqlite_statement *)statement;
    int status = sqlite3_step(self->handle);
    *has_row = status == SQLITE_ROW;
    if (status == SQLITE_ROW)
        return true;
    bool ok = status == SQLITE_DONE || sqlite_fail(statement->warehouse, err);
    sqlite3_reset(self->handle); /* gives its read lock back at once */
    return ok;
}

static size_t sqlite_column_count(const struct statement *statement) {
    return (size_t)sqlite3_column_count(((const struct sqlite_statement *)statement)->handle);
}

static const char *sqlite_column_name(const struct statement *statement, size_t column) {
    return sqlite3_column_name(((const struct sqlite_statement *)statement)->handle, (int)column);
}

/* Of the row at hand, and in one thread, a value may be asked itself: half the way of asking the
 * statement three times. */
static struct value sqlite_value(const struct statement *statement, size_t column) {
    sqlite3_stmt *handle = ((const struct sqlite_statement *)statement)->handle;
    sqlite3_value *value = sqlite3_column_value(handle, (int)column);
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        return value_integer(sqlite3_value_int64(value));
    case SQLITE_FLOAT:
        return value_real(sqlite3_value_double(value));
    case SQLITE_NULL:
        return value_null();
    default: {
        const char *text = (const char *)sqlite3_value_text(value);
        return value_text((struct span){text ? text : "", (size_t)sqlite3_value_bytes(value)});
    }
    }
}

static bool sqlite_load(struct warehouse *warehouse, const char *table, const char *const *columns,
                        const char *const *types, size_t column_count, struct row_source source,
                        struct err *err) {
    (void)types;
    struct sqlite_warehouse *self = sqlite_of(warehouse);
    struct sqlite_rows rows = {source, memory_alloc(column_count * sizeof(struct value)),
                               column_count};
    struct buf sql = {0};
    buf_add_text(&sql, "INSERT INTO ");
    sql_add_name(&sql, table);
    for (size_t i = 0; i < column_count; i++) {
        buf_add_text(&sql, i ? ", " : " (");
        sql_add_name(&sql, columns[i]);
    }
    buf_add_text(&sql, ") SELECT * FROM temp.goldleaf_load");
    self->load = &rows;
    bool ok = sqlite_exec(warehouse, "CREATE VIRTUAL TABLE temp.goldleaf_load USING goldleaf_rows",
                          err) &&
              sqlite_exec(warehouse, buf_text(&sql), err);
    struct err ignored;
    if (sqlite3_get_autocommit(self->database) == 0)
        sqlite_exec(warehouse, "DROP TABLE IF EXISTS temp.goldleaf_load", &ignored);
    self->load = NULL;
    buf_free(&sql);
    free(rows.row);
    return ok;
}

/* Each page is looked at once and then of no more use, so the cache is kept small meanwhile: memory
 * that was touched before is quicker than new memory. What is not written yet stays in it. */
static bool sqlite_read_integers(struct warehouse *warehouse, const char *columns, size_t count,
                                 const char *from, struct integer_sink sink, struct err *err) {
    struct sqlite_warehouse *self = sqlite_of(warehouse);
    struct buf sql = {0};
    struct err ignored;
    (void)count;
    self->integers = (struct sqlite_integers){.sink = sink};
    buf_printf(&sql, "SELECT goldleaf_collect(%s) FROM %s", columns, from);
    const char *way = self->fork ? CACHE_FOR_ONE_LOOK LOOK_IN_PLACE : CACHE_FOR_ONE_LOOK;
    bool ok = sqlite_exec(warehouse, way, err) &&
              (sqlite_exec(warehouse, buf_text(&sql), err) || self->integers.is_enough);
    sqlite_exec(warehouse, CACHE "; PRAGMA cache_spill = ON; PRAGMA mmap_size = 0", &ignored);
    buf_free(&sql);
    return ok;
}

static bool sqlite_pragma(struct warehouse *warehouse, const char *sql, int64_t *number,
                          struct err *err) {
    struct arena scratch = {0};
    struct value value;
    bool ok = warehouse_value(warehouse, &scratch, sql, NULL, 0, &value, err);
    *number = ok ? value.integer : 0;
    arena_free(&scratch);
    return ok;
}

/* Writes the file anew. Rows that went here and there leave no free pages, but half empty ones,
 * which new rows at the end of a table never fill; so free pages only count where nothing went just
 * now. SQLite attaches the copy while it puts it together. Readers keep what
 * they read; while there are any, the file gets no smaller. */
static bool sqlite_give_back(struct warehouse *warehouse, const char *const *tables, size_t count,
                             struct err *err) {
    sqlite3 *database = sqlite_of(warehouse)->database;
    int64_t pages, free_pages;
    (void)tables;
    if (!sqlite_pragma(warehouse, "PRAGMA page_count", &pages, err) ||
        !sqlite_pragma(warehouse, "PRAGMA freelist_count", &free_pages, err))
        return false;
    if (count == 0 && free_pages * FREE_PAGES_WORTH_IT < pages)
        return true;
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 1);
    bool ok = sqlite_exec(warehouse, "VACUUM", err);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    return ok;
}

static bool sqlite_has_column(struct warehouse *warehouse, const char *table, const char *column,
                              bool *exists, struct err *err) {
    sqlite3 *database = sqlite_of(warehouse)->database;
    (void)err;
    *exists = sqlite3_table_column_metadata(database, NULL, table, column, NULL, NULL, NULL, NULL,
                                            NULL) == SQLITE_OK;
    return true;
}

static const char *sqlite_type(enum field_type type) {
    switch (type) {
    case FIELD_INTEGER:
    case FIELD_BOOLEAN:
        return "INTEGER";
    case FIELD_MONEY:
    case FIELD_NUMBER:
    case FIELD_RATE:
        return "REAL";
    default:
        return "TEXT";
    }
}

/* A run writes the file, and beside it. */
static bool sqlite_can_write(struct warehouse *warehouse, bool *can_write, struct err *err) {
    const char *path = warehouse->location, *slash = strrchr(path, '/');
    struct buf folder = {0};
    buf_add(&folder, (struct span){path, slash ? (size_t)(slash - path) + 1 : 0});
    buf_add_char(&folder, '.');
    *can_write = access(path, W_OK) == 0 && access(buf_text(&folder), W_OK | X_OK) == 0;
    buf_free(&folder);
    (void)err;
    return true;
}

static const struct warehouse_driver sqlite_driver = {
    .close = sqlite_close,
    .can_write = sqlite_can_write,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .exec = sqlite_exec,
    .changed = sqlite_changed,
    .prepare = sqlite_prepare,
    .start = sqlite_start,
    .next = sqlite_next,
    .column_count = sqlite_column_count,
    .column_name = sqlite_column_name,
    .value = sqlite_value,
    .close_statement = sqlite_close_statement,
    .load = sqlite_load,
    .read_integers = sqlite_read_integers,
    .give_back = sqlite_give_back,
    .has_column = sqlite_has_column,
    .type = sqlite_type,
    .row_id_type = "INTEGER", /* this very word makes it the row id */
    .clustered = "WITHOUT ROWID",
    .distinct = "",
    .drop_ending = "",
    .create_view = "CREATE VIEW IF NOT EXISTS", /* SELECT * sees columns that were added */
};

static int sqlite_is_stopped(void *context) {
    struct warehouse *warehouse = context;
    return warehouse->is_stopped && warehouse->is_stopped(warehouse->stop_context);
}

/* Another program writes: waits a moment, but not longer in all than BUSY_TIMEOUT_MS, and not at
 * all once the run is to stop. */
static int sqlite_wait(void *context, int tries) {
    struct sqlite_warehouse *self = context;
    if (sqlite_is_stopped(&self->base) || tries >= BUSY_TIMEOUT_MS / BUSY_STEP_MS)
        return 0;
    sqlite3_sleep(BUSY_STEP_MS);
    return 1;
}

static bool sqlite_is_beside(const char *path, const char *ending) {
    struct stat info;
    char name[4096];
    snprintf(name, sizeof name, "%s%s", path, ending);
    return stat(name, &info) == 0 && info.st_size > 0;
}

static int sqlite_try(struct sqlite_warehouse *self, const char *path, int flags) {
    sqlite3_close_v2(self->database);
    int status = sqlite3_open_v2(path, &self->database, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (status != SQLITE_OK)
        return status;
    sqlite3_extended_result_codes(self->database, 1);
    sqlite3_busy_handler(self->database, sqlite_wait, self);
    return sqlite3_exec(self->database, "SELECT 1 FROM sqlite_master LIMIT 1", NULL, NULL, NULL);
}

/* Where the folder cannot be written, SQLite misses the shared memory file of the write-ahead log.
 * With neither a log nor a journal beside it the file is complete in itself, and can be read as
 * it stands. */
static int sqlite_open_read(struct sqlite_warehouse *self, const char *path) {
    int status = sqlite_try(self, path, SQLITE_OPEN_READONLY);
    /* A run was broken off while it wrote: what it wrote is taken back, which needs the right to
     * write. */
    if (status == SQLITE_READONLY_ROLLBACK && access(path, W_OK) == 0)
        status = sqlite_try(self, path, SQLITE_OPEN_READWRITE);
    bool is_refused = (status & 0xff) == SQLITE_CANTOPEN || status == SQLITE_READONLY_DIRECTORY;
    if (!is_refused || access(path, R_OK) != 0 || sqlite_is_beside(path, "-wal") ||
        sqlite_is_beside(path, "-journal"))
        return status;
    struct buf uri = {0};
    buf_add_text(&uri, "file:");
    for (const char *c = path; *c; c++)
        buf_printf(&uri, strchr("?#%", *c) ? "%%%02X" : "%c", (unsigned char)*c);
    buf_add_text(&uri, "?immutable=1");
    status = sqlite_try(self, buf_text(&uri), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    buf_free(&uri);
    return status;
}

/* The pin comes first: from then on what the fork will read stays as it is. */
static int sqlite_open_fork(struct sqlite_warehouse *self, const char *path) {
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return sqlite3_open_v2(":memory:", &self->database,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    int status = sqlite_open_read(self, path);
    if (status != SQLITE_OK)
        return status;
    status = sqlite3_exec(self->database, "BEGIN; SELECT 1 FROM sqlite_master LIMIT 1", NULL, NULL,
                          NULL);
    if (status != SQLITE_OK)
        return status;
    self->pin = self->database;
    self->database = NULL;
    return sqlite_fork_open(&self->fork, self->pin, path, &self->database);
}

/* The order of bytes by the name that it has in PostgreSQL, so that one ORDER BY does for both. */
static int sqlite_collate(void *context, int a_size, const void *a, int b_size, const void *b) {
    (void)context;
    int order = memcmp(a, b, (size_t)(a_size < b_size ? a_size : b_size));
    return order ? order : a_size - b_size;
}

static bool sqlite_configure(struct sqlite_warehouse *self, enum warehouse_mode mode,
                             struct err *err) {
    sqlite3 *database = self->database;
    self->base.is_fork = mode == WAREHOUSE_FORK;
    sqlite3_extended_result_codes(database, 1);
    sqlite3_busy_handler(database, sqlite_wait, self);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_progress_handler(database, STOP_CHECK_INSTRUCTIONS, sqlite_is_stopped, &self->base);
    if (sqlite_rows_register(database, &self->load) != SQLITE_OK ||
        sqlite3_create_collation(database, "C", SQLITE_UTF8, NULL, sqlite_collate) != SQLITE_OK ||
        sqlite_integers_register(database, &self->integers) != SQLITE_OK)
        return sqlite_fail(&self->base, err);
    /* Sorting may use the second core. A page size only counts for a file that is still empty, and
     * has to be known before the cache's is set. */
    if (!sqlite_exec(&self->base, "PRAGMA page_size = 8192; PRAGMA threads = 1; " CACHE, err))
        return false;
    /* A dry run, and someone who may only read, leave nothing on the disk, not for a moment. */
    if (mode != WAREHOUSE_WRITE && !sqlite_exec(&self->base, "PRAGMA temp_store = MEMORY", err))
        return false;
    if (mode == WAREHOUSE_READ)
        return sqlite_exec(&self->base, "PRAGMA query_only = 0", err);
    struct arena scratch = {0};
    struct value pages;
    bool ok = warehouse_value(&self->base, &scratch, "PRAGMA page_count", NULL, 0, &pages, err);
    arena_free(&scratch);
    if (!ok)
        return false;
    self->is_fresh = pages.integer == 0;
    if (mode == WAREHOUSE_FORK)
        return true;
    return self->is_fresh ||
           sqlite_exec(&self->base, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", err);
}

static int sqlite_open_file(struct sqlite_warehouse *self, const char *path,
                            enum warehouse_mode mode) {
    if (mode == WAREHOUSE_READ)
        return sqlite_open_read(self, path);
    if (mode == WAREHOUSE_FORK)
        return sqlite_open_fork(self, path);
    return sqlite3_open_v2(path, &self->database,
                           SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
}

/* What a sort cannot hold goes beside the database, where there has to be room anyway, and not to a
 * folder for temporary files, which may be small or memory. The library looks at this once. */
static void sqlite_sort_beside(const char *path) {
    struct arena scratch = {0};
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash ? arena_string(&scratch, (struct span){path, (size_t)(slash - path) + 1}) : ".";
    setenv("SQLITE_TMPDIR", folder, 0);
    arena_free(&scratch);
}

/* One thread uses the library at a time, and nobody asks for its memory statistics: both spare a
 * lock for every allocation. It counts before the first use in the process only. */
static struct sqlite_warehouse *sqlite_make(const char *location, bool is_reader) {
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    struct sqlite_warehouse *self = memory_alloc(sizeof *self);
    *self = (struct sqlite_warehouse){
        .base = {.driver = &sqlite_driver, .location = strdup(location), .schema = "main"},
        .is_reader = is_reader};
    return self;
}

bool sqlite_open(struct warehouse **warehouse, const char *path, enum warehouse_mode mode,
                 struct err *err) {
    if (mode == WAREHOUSE_WRITE)
        sqlite_sort_beside(path);
    struct sqlite_warehouse *self = sqlite_make(path, mode == WAREHOUSE_READ);
    *warehouse = &self->base;
    bool is_memory = strcmp(path, ":memory:") == 0;
    struct stat info;
    if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
        err_set(err, ERR_DATABASE, "%s: this is a directory, not a database", path);
        err_hint(err, "name a file with --database");
    } else if (mode == WAREHOUSE_WRITE && access(path, F_OK) == 0 && access(path, W_OK) != 0) {
        /* SQLite would open it for reading and find out in mid-run. */
        err_set(err, ERR_DATABASE, "%s: %s", path, strerror(errno));
        err_hint(err, "%s", sqlite_hint(SQLITE_READONLY));
    } else if (mode == WAREHOUSE_READ && !is_memory && access(path, F_OK) != 0) {
        err_set(err, ERR_DATABASE, "%s: %s", path, strerror(errno));
        err_hint(err, "there is no warehouse there yet; `goldleaf all` makes one");
    } else {
        int status = sqlite_open_file(self, path, is_memory ? WAREHOUSE_WRITE : mode);
        if (status == SQLITE_OK && sqlite_configure(self, mode, err))
            return true;
        if (status != SQLITE_OK)
            sqlite_fail(&self->base, err);
    }
    warehouse_close(&self->base);
    *warehouse = NULL;
    return false;
}

bool warehouse_open_scratch(struct warehouse **warehouse, const char *location, struct err *err) {
    struct sqlite_warehouse *self = sqlite_make(location, false);
    *warehouse = &self->base;
    /* The empty name is a file that SQLite removes as soon as it is open. */
    if (sqlite_open_file(self, "", WAREHOUSE_WRITE) != SQLITE_OK)
        sqlite_fail(&self->base, err);
    else if (sqlite_configure(self, WAREHOUSE_FORK, err) &&
             sqlite_exec(&self->base, "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF",
                         err))
        return true;
    warehouse_close(&self->base);
    *warehouse = NULL;
    return false;
}
