/* A dry run tells the truth: random edits, what the program says it would do, then what it did.
 *
 * The truth is worked out from the tables before and after with plain SQL and the simplest means
 * (harness/dump.h). What is said has to be complete and exact: put on the rows as they were, the
 * difference gives the rows as they are. GOLDLEAF_PROPERTY_SEED=n repeats that seed alone,
 * GOLDLEAF_PROPERTY_RUNS is how many edit scripts are tried. */
#include "base/log.h"
#include "cli/commands.h"
#include "harness/dump.h"
#include "harness/harness.h"
#include "harness/world.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_RUNS 60
#define STEPS_PER_SEED 12

struct state {
    int64_t snapshot;
    const char *loaded_at;
    struct sheet_dump sheets[WORLD_SHEETS];
    struct dump rejects; /* REJECTS_SQL */
    struct dump current; /* sheet, id of a version that stands in it */
    struct dump gold[TABLE_QUERY_MAX];
};

struct trial {
    uint64_t seed;
    size_t step;
    struct world world;
    struct scene scene;
    struct arena arena; /* of the step */
    const char *what;   /* is being compared */
    bool is_silver_behind;
    size_t differences, renames; /* seen so far */
};

/* For the message of a test that did not come to its end. */
static struct trial *running;

#define lie(trial, ...) lie_at(trial, arena_printf(&(trial)->arena, __VA_ARGS__))

static void lie_at(const struct trial *trial, const char *message) {
    fail_msg("seed %llu, step %zu (%s): %s: %s", (unsigned long long)trial->seed, trial->step,
             buf_text(&trial->world.story), trial->what, message);
}

/* ---- the program ---- */

static const char *get_nothing(const char *name) {
    (void)name;
    return NULL;
}

/* Runs a command in this process as main() does, its data into a file. Returns the exit code. */
static int run_command(struct trial *trial, const char *const *words, struct span *out) {
    struct session session = {.arena = &trial->arena, .output = {.descriptor = -1}};
    struct arguments arguments;
    struct err err = {0};
    const char *path = arena_printf(&trial->arena, "%s/out", trial->scene.folder);
    const char *line[24] = {"goldleaf",   "-q",
                            "-o",         path,
                            "--format",   "json",
                            "--model",    trial->world.theme->model,
                            "--database", trial->scene.database_url};
    int count = 10;
    for (; *words; words++)
        line[count++] = *words;
    session.environment = (struct environment){.get = get_nothing};
    bool ok =
        options_parse(&trial->arena, count, (char **)line, &session.options, &arguments, &err) &&
        command_find(&trial->arena, arguments.words[0], &session.command, &err);
    session.operands = arguments.words + 1;
    session.operand_count = arguments.count - 1;
    ok = ok &&
         options_resolve(&trial->arena, &session.options, &session.environment,
                         session.command->options, session.command->name, &err) &&
         session.command->run(&session, &err);
    output_discard(&session.output);
    if (!ok)
        lie(trial, "%s: %s (%s)", arguments.words[0], err.message, err.hint);
    *out = read_file(&trial->arena, path);
    unlink(path);
    return session.exit_code;
}

static const struct json *read_document(struct trial *trial, struct span text) {
    const struct json *document;
    struct err err;
    if (!json_read(&trial->arena, text, &document, &err))
        lie(trial, "%s", err.message);
    return document;
}

/* ---- JSON ---- */

static const struct json *member(const struct trial *trial, const struct json *object,
                                 const char *name) {
    const struct json *found = json_find(object, name);
    if (!found)
        lie_at(trial, name);
    return found;
}

static const char *text_of(const struct json *value) {
    return value->kind == JSON_NULL ? NULL : value->text.data;
}

static const char *text_at(const struct trial *trial, const struct json *object, const char *name) {
    const struct json *value = member(trial, object, name);
    if (value->kind != JSON_NULL && value->kind != JSON_STRING)
        lie_at(trial, name);
    return text_of(value);
}

static size_t number_at(const struct trial *trial, const struct json *object, const char *name) {
    const struct json *value = member(trial, object, name);
    if (value->kind != JSON_NUMBER)
        lie_at(trial, name);
    return strtoul(value->text.data, NULL, 10);
}

static bool is_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_in(const struct json *array, const char *text) {
    for (const struct json *item = array->first; item; item = item->next)
        if (is_text(text_of(item), text))
            return true;
    return false;
}

static bool is_same_json(const struct json *a, const struct json *b) {
    if (a->kind != b->kind || a->count != b->count || !is_text(a->name, b->name) ||
        (a->kind == JSON_BOOLEAN && a->boolean != b->boolean) ||
        ((a->kind == JSON_STRING || a->kind == JSON_NUMBER) && !span_equal(a->text, b->text)))
        return false;
    const struct json *x = a->first, *y = b->first;
    for (; x; x = x->next, y = y->next)
        if (!is_same_json(x, y))
            return false;
    return true;
}

/* ---- the state of things ---- */

#define REJECTS_SQL                                                                                \
    "SELECT substr(source_table, 8) AS sheet, record_key, rule, column_name, value, cell, row_id"  \
    " FROM audit_rejected_rows ORDER BY 1, 2, 3, 4, 5, row_id"

static struct dump take_current(struct trial *trial, struct database *database) {
    const struct model *model = trial->scene.model;
    struct buf sql = {0};
    for (size_t i = 0; i < model->sheet_count; i++)
        buf_printf(&sql, "%sSELECT '%s', _row_id FROM \"bronze_%s_current\"",
                   i ? " UNION ALL " : "", model->sheets[i].name, model->sheets[i].name);
    struct dump dump = dump_take(database, &trial->arena, buf_text(&sql));
    buf_free(&sql);
    return dump;
}

static struct state take_state(struct trial *trial) {
    const struct model *model = trial->scene.model;
    struct arena *arena = &trial->arena;
    struct state state = {0};
    if (!scene_has_warehouse(&trial->scene))
        return state;
    struct database *database = scene_database(&trial->scene);
    struct dump last = dump_take(
        database, arena,
        "SELECT snapshot_id, loaded_at FROM audit_snapshots ORDER BY snapshot_id DESC LIMIT 1");
    state.snapshot = (int64_t)dump_cell(&last, 0, 0).number;
    state.loaded_at = dump_cell(&last, 0, 1).text;
    for (size_t i = 0; i < model->sheet_count; i++)
        state.sheets[i] = dump_sheet(database, arena, model->sheets[i].name);
    state.rejects = dump_take(database, arena, REJECTS_SQL);
    state.current = take_current(trial, database);
    for (size_t i = 0; i < model->gold_count; i++)
        state.gold[i] = dump_take(database, arena,
                                  arena_printf(arena, "SELECT * FROM \"%s\"", model->gold[i].name));
    return state;
}

struct picture {
    struct stat info;
    struct span bytes, log;
    bool exists;
};

/* Which transactions wrote the rows of every table: no row can change without. */
#define PICTURE_SQL                                                                                \
    "SELECT relname, query_to_xml(format('SELECT count(*), sum(xmin::text::bigint),"               \
    " sum(xmax::text::bigint) FROM %I', relname), true, true, '')::text FROM pg_class"             \
    " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY relname"

static struct picture take_picture(struct trial *trial) {
    struct picture picture = {0};
    const char *path = trial->scene.database_url;
    if (trial->scene.schema) {
        picture.bytes = scene_query(&trial->scene, PICTURE_SQL);
        return picture;
    }
    const char *log = arena_printf(&trial->arena, "%s-wal", path);
    picture.exists = stat(path, &picture.info) == 0;
    if (picture.exists)
        picture.bytes = read_file(&trial->arena, path);
    if (access(log, F_OK) == 0)
        picture.log = read_file(&trial->arena, log);
    return picture;
}

static void check_picture(struct trial *trial, const struct picture *before) {
    struct picture now = take_picture(trial);
    bool is_same = now.exists == before->exists && now.info.st_ino == before->info.st_ino &&
                   now.info.st_mtim.tv_sec == before->info.st_mtim.tv_sec &&
                   now.info.st_mtim.tv_nsec == before->info.st_mtim.tv_nsec &&
                   span_equal(now.bytes, before->bytes) && span_equal(now.log, before->log);
    if (!is_same)
        lie_at(trial, "the dry run touched the database");
}

/* ---- columns ---- */

/* One sheet as it was told, and as it was and is. */
struct comparison {
    struct trial *trial;
    const struct sheet_dump *before, *after;
    const struct json *added, *removed, *renamed, *changes;
    struct pairing pairing;
    bool *is_old_told; /* per old row */
    bool *is_new_told; /* per new row */
    size_t told_added, told_removed, told_changed;
};

/* What a column of the new sheet was called in the old one; NULL: it was not there. */
static const char *old_name(const struct comparison *c, const char *name) {
    for (const struct json *item = c->renamed->first; item; item = item->next)
        if (strcmp(text_at(c->trial, item, "to"), name) == 0)
            return text_at(c->trial, item, "from");
    return dump_column(&c->before->rows, name) == SIZE_MAX ? NULL : name;
}

static bool is_renamed(const struct comparison *c, const char *side, const char *name) {
    for (const struct json *item = c->renamed->first; item; item = item->next)
        if (strcmp(text_at(c->trial, item, side), name) == 0)
            return true;
    return false;
}

/* Columns that only one side has, in its order, but for those that were renamed. */
static void check_column_list(const struct comparison *c, const struct json *told,
                              const struct dump *ours, const struct dump *others,
                              const char *side) {
    const struct json *item = told->first;
    for (size_t i = 0; i < ours->width; i++) {
        if (dump_column(others, ours->names[i]) != SIZE_MAX || is_renamed(c, side, ours->names[i]))
            continue;
        if (!item || !is_text(text_of(item), ours->names[i]))
            lie(c->trial, "column %s is not told", ours->names[i]);
        item = item->next;
    }
    if (item)
        lie(c->trial, "column %s is told", text_of(item));
}

static void check_columns(const struct comparison *c) {
    check_column_list(c, c->added, &c->after->rows, &c->before->rows, "to");
    check_column_list(c, c->removed, &c->before->rows, &c->after->rows, "from");
    for (const struct json *item = c->renamed->first; item; item = item->next) {
        const char *from = text_at(c->trial, item, "from"), *to = text_at(c->trial, item, "to");
        if (dump_column(&c->before->rows, from) == SIZE_MAX ||
            dump_column(&c->after->rows, from) != SIZE_MAX ||
            dump_column(&c->after->rows, to) == SIZE_MAX ||
            dump_column(&c->before->rows, to) != SIZE_MAX)
            lie(c->trial, "%s cannot have become %s", from, to);
    }
}

/* ---- rows ---- */

static const char *address_of(struct arena *arena, size_t column, size_t row) {
    const char *letters = "";
    for (size_t left = column + 1; left > 0; left = (left - 1) / 26)
        letters = arena_printf(arena, "%c%s", (char)('A' + (left - 1) % 26), letters);
    return arena_printf(arena, "%s%zu", letters, row);
}

static const struct json *find_cell(const struct trial *trial, const struct json *cells,
                                    const char *column) {
    for (const struct json *cell = cells->first; cell; cell = cell->next)
        if (strcmp(text_at(trial, cell, "column"), column) == 0)
            return cell;
    return NULL;
}

/* The row as it was, from the row as it is and what was told of it (NULL: nothing). */
static const char *undo_row(const struct comparison *c, size_t row, const struct json *cells) {
    const struct dump *now = &c->after->rows;
    struct arena *arena = &c->trial->arena;
    const char **names = arena_array(arena, now->width + c->removed->count + 1, sizeof *names);
    const char **values = arena_array(arena, now->width + c->removed->count + 1, sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < now->width; i++) {
        const struct json *cell = cells ? find_cell(c->trial, cells, now->names[i]) : NULL;
        const char *name = old_name(c, now->names[i]);
        names[count] = name ? name : now->names[i];
        values[count++] = cell ? text_at(c->trial, cell, "before") : dump_cell(now, row, i).text;
    }
    for (const struct json *item = c->removed->first; item; item = item->next) {
        const struct json *cell = cells ? find_cell(c->trial, cells, text_of(item)) : NULL;
        names[count] = text_of(item);
        values[count++] = cell ? text_at(c->trial, cell, "before") : NULL;
    }
    return dump_row_text(arena, names, values, count);
}

/* An old row that has no equal and was not told of yet. */
static size_t find_old(const struct comparison *c, const char *text, const char *key) {
    for (size_t i = 0; i < c->before->rows.count; i++) {
        bool is_equal_pair = false;
        for (size_t j = 0; j < c->after->rows.count; j++)
            is_equal_pair |= c->pairing.partner[j] == i && c->pairing.is_equal[j];
        if (!is_equal_pair && !c->is_old_told[i] && strcmp(c->before->texts[i], text) == 0 &&
            is_text(c->before->keys[i], key))
            return i;
    }
    return SIZE_MAX;
}

static void take_old(struct comparison *c, const char *text, const char *key) {
    size_t old = find_old(c, text, key);
    if (old == SIZE_MAX)
        lie(c->trial, "key %s: there was no such row without an equal: %s", key ? key : "(none)",
            text);
    c->is_old_told[old] = true;
}

/* The row that a change names, which must be told only once. */
static size_t take_new(struct comparison *c, const struct json *change) {
    size_t row = number_at(c->trial, change, "row") - 2;
    if (row >= c->after->rows.count || c->is_new_told[row])
        lie(c->trial, "row %zu is told twice, or is none", row + 2);
    c->is_new_told[row] = true;
    return row;
}

static void check_cell(const struct comparison *c, size_t row, const struct json *cell) {
    const char *column = text_at(c->trial, cell, "column");
    const char *before = text_at(c->trial, cell, "before"),
               *after = text_at(c->trial, cell, "after");
    const char *address = text_at(c->trial, cell, "cell");
    size_t index = dump_column(&c->after->rows, column);
    const char *found = index == SIZE_MAX ? "" : dump_cell(&c->after->rows, row, index).text;
    const char *place = index == SIZE_MAX ? NULL : address_of(&c->trial->arena, index, row + 2);
    if (strcmp(found, after) != 0 || !is_text(place, address) || strcmp(before, after) == 0)
        lie(c->trial, "row %zu, %s at %s: \"%s\" to \"%s\"; it is \"%s\"", row + 2, column,
            address ? address : "no place", before, after, found);
    if (index == SIZE_MAX && !is_in(c->removed, column))
        lie(c->trial, "%s is told of and is no column", column);
}

/* Where all rows can be told apart there is only one right partner. */
static void check_partner(const struct comparison *c, size_t row, const char *text) {
    size_t partner = c->pairing.partner[row];
    if (!c->pairing.is_distinct)
        return;
    if (partner == SIZE_MAX || strcmp(c->before->texts[partner], text) != 0)
        lie(c->trial, "row %zu was not %s", row + 2, text);
}

static void check_changed(struct comparison *c, const struct json *change) {
    const struct json *cells = member(c->trial, change, "cells");
    size_t row = take_new(c, change);
    const char *key = text_at(c->trial, change, "key");
    if (cells->count == 0 || !is_text(c->after->keys[row], key))
        lie(c->trial, "row %zu, key %s: no cell, or another key", row + 2, key);
    for (const struct json *cell = cells->first; cell; cell = cell->next)
        check_cell(c, row, cell);
    const char *text = undo_row(c, row, cells);
    take_old(c, text, key);
    check_partner(c, row, text);
    c->told_changed++;
}

static const char *values_text(struct comparison *c, const struct json *change) {
    const struct json *object = member(c->trial, change, "values");
    const char **names = arena_array(&c->trial->arena, object->count + 1, sizeof *names);
    const char **values = arena_array(&c->trial->arena, object->count + 1, sizeof *values);
    size_t count = 0;
    for (const struct json *value = object->first; value; value = value->next) {
        names[count] = value->name;
        values[count++] = text_of(value);
    }
    return dump_row_text(&c->trial->arena, names, values, count);
}

static void check_added(struct comparison *c, const struct json *change) {
    size_t row = take_new(c, change);
    if (strcmp(values_text(c, change), c->after->texts[row]) != 0 ||
        !is_text(text_at(c->trial, change, "key"), c->after->keys[row]))
        lie(c->trial, "row %zu is not what came: %s", row + 2, c->after->texts[row]);
    c->told_added++;
}

static void check_removed(struct comparison *c, const struct json *change) {
    take_old(c, values_text(c, change), text_at(c->trial, change, "key"));
    if (json_find(change, "row"))
        lie_at(c->trial, "a row that is gone has no place");
    c->told_removed++;
}

static void check_changes(struct comparison *c) {
    size_t last = 0;
    for (const struct json *change = c->changes->first; change; change = change->next) {
        const char *kind = text_at(c->trial, change, "kind");
        const struct json *row = json_find(change, "row");
        size_t number = row ? number_at(c->trial, change, "row") : SIZE_MAX;
        if (number < last)
            lie(c->trial, "row %zu comes behind row %zu", number, last);
        last = number;
        if (strcmp(kind, "changed") == 0)
            check_changed(c, change);
        else if (strcmp(kind, "added") == 0)
            check_added(c, change);
        else
            check_removed(c, change);
    }
}

/* Rows of equal key of which nothing was told: only the names of columns may differ. Returns how
 * many. */
static size_t check_untold(struct comparison *c) {
    size_t count = 0;
    for (size_t row = 0; row < c->after->rows.count; row++) {
        size_t old = c->pairing.is_equal[row] || c->is_new_told[row]
                         ? SIZE_MAX
                         : find_old(c, undo_row(c, row, NULL), c->after->keys[row]);
        if (old == SIZE_MAX)
            continue;
        c->is_old_told[old] = true;
        c->is_new_told[row] = true;
        count++;
    }
    if (count && c->renamed->count == 0)
        lie(c->trial, "of %zu rows that differ nothing is told", count);
    return count;
}

static void check_counts(struct comparison *c, const struct json *rows, size_t untold) {
    const struct pairing *pairing = &c->pairing;
    size_t added = number_at(c->trial, rows, "added"),
           removed = number_at(c->trial, rows, "removed");
    size_t changed = number_at(c->trial, rows, "changed"),
           moved = number_at(c->trial, rows, "moved");
    size_t unchanged = number_at(c->trial, rows, "unchanged");
    size_t kept = pairing->equal - moved;
    bool is_right =
        added + changed + moved + unchanged == c->after->rows.count &&
        removed + changed + moved + unchanged == c->before->rows.count &&
        added == c->after->rows.count - pairing->equal - pairing->by_key &&
        changed + untold == pairing->by_key && kept + untold == unchanged &&
        kept <= pairing->in_order && (!pairing->is_distinct || kept == pairing->in_order) &&
        c->told_added == added && c->told_removed == removed && c->told_changed == changed;
    if (!is_right)
        lie(c->trial,
            "+%zu -%zu ~%zu m%zu =%zu; %zu and %zu rows, %zu equal, %zu by key, %zu in order,"
            " %zu untold; told +%zu -%zu ~%zu",
            added, removed, changed, moved, unchanged, c->before->rows.count, c->after->rows.count,
            pairing->equal, pairing->by_key, pairing->in_order, untold, c->told_added,
            c->told_removed, c->told_changed);
}

static void check_sheet(struct trial *trial, const struct json *told,
                        const struct sheet_dump *before, const struct sheet_dump *after) {
    const struct json *columns = member(trial, told, "columns");
    struct comparison c = {.trial = trial,
                           .before = before,
                           .after = after,
                           .added = member(trial, columns, "added"),
                           .removed = member(trial, columns, "removed"),
                           .renamed = member(trial, columns, "renamed"),
                           .changes = member(trial, told, "changes"),
                           .pairing = pair_rows(&trial->arena, before, after)};
    c.is_old_told = arena_array(&trial->arena, before->rows.count + 1, sizeof(bool));
    c.is_new_told = arena_array(&trial->arena, after->rows.count + 1, sizeof(bool));
    check_columns(&c);
    check_changes(&c);
    check_counts(&c, member(trial, told, "rows"), check_untold(&c));
    trial->differences += c.changes->count;
    trial->renames += c.renamed->count;
}

/* ---- rejects ---- */

enum { REJECT_SHEET, REJECT_KEY, REJECT_RULE, REJECT_COLUMN, REJECT_VALUE, REJECT_CELL, REJECT_ID };

static bool is_datum(struct datum datum, const char *text) {
    return is_text(datum.type == DATUM_NULL ? NULL : datum.text, text);
}

static bool is_same_fault(const struct dump *a, size_t i, const struct dump *b, size_t j) {
    for (size_t column = REJECT_SHEET; column <= REJECT_VALUE; column++) {
        struct datum other = dump_cell(b, j, column);
        if (!is_datum(dump_cell(a, i, column), other.type == DATUM_NULL ? NULL : other.text))
            return false;
    }
    return true;
}

static size_t count_fault(const struct dump *in, const struct dump *of, size_t row) {
    size_t count = 0;
    for (size_t i = 0; i < in->count; i++)
        count += is_same_fault(in, i, of, row);
    return count;
}

static size_t count_told(const struct trial *trial, const struct json *list,
                         const struct dump *rejects, size_t row) {
    static const char *const names[] = {"sheet", "key", "rule", "column", "value"};
    size_t count = 0;
    for (const struct json *item = list->first; item; item = item->next) {
        bool is_same = true;
        for (size_t i = 0; i < COUNT_OF(names); i++)
            is_same &= is_datum(dump_cell(rejects, row, i), text_at(trial, item, names[i]));
        count += is_same;
    }
    return count;
}

static bool stands(const struct state *state, const char *sheet, const char *id) {
    for (size_t i = 0; i < state->current.count; i++)
        if (strcmp(dump_cell(&state->current, i, 0).text, sheet) == 0 &&
            strcmp(dump_cell(&state->current, i, 1).text, id) == 0)
            return true;
    return false;
}

static bool is_rejected(const struct state *state, const char *sheet, const char *id) {
    for (size_t i = 0; i < state->rejects.count; i++)
        if (strcmp(dump_cell(&state->rejects, i, REJECT_SHEET).text, sheet) == 0 &&
            strcmp(dump_cell(&state->rejects, i, REJECT_ID).text, id) == 0)
            return true;
    return false;
}

/* How many rows of a sheet have a key. */
static size_t count_key(const struct trial *trial, const struct state *state, const char *sheet,
                        struct datum key) {
    size_t index = (size_t)model_find_sheet(trial->scene.model, span_from(sheet)), count = 0;
    const struct sheet_dump *rows = &state->sheets[index];
    for (size_t i = 0; i < rows->rows.count; i++)
        count += key.type != DATUM_NULL && is_text(rows->keys[i], key.text);
    return count;
}

struct bounds {
    size_t least, most;
};

/* How many of one kind of fault healed. A version that still stands did when it is not in the
 * quarantine any more; one that ended may have, and has for sure when it stood there before,
 * its key comes once before and after, and nothing is the matter with that row now. */
static struct bounds count_healed(const struct trial *trial, const struct state *before,
                                  const struct state *after, size_t row) {
    const struct dump *old = &before->rejects, *now = &after->rejects;
    const char *sheet = dump_cell(old, row, REJECT_SHEET).text;
    struct datum key = dump_cell(old, row, REJECT_KEY);
    bool is_only =
        count_key(trial, before, sheet, key) == 1 && count_key(trial, after, sheet, key) == 1;
    struct bounds bounds = {0};
    for (size_t i = 0; i < now->count; i++)
        is_only &= strcmp(dump_cell(now, i, REJECT_SHEET).text, sheet) != 0 ||
                   !is_datum(dump_cell(now, i, REJECT_KEY), key.text);
    for (size_t i = 0; i < old->count; i++) {
        const char *id = dump_cell(old, i, REJECT_ID).text;
        if (!is_same_fault(old, i, old, row))
            continue;
        bool is_sure = stands(after, sheet, id) ? !is_rejected(after, sheet, id)
                                                : is_only && stands(before, sheet, id);
        bounds.least += is_sure;
        bounds.most += is_sure || !stands(after, sheet, id);
    }
    return bounds;
}

static void check_places(struct trial *trial, const struct json *list, const struct dump *rejects) {
    for (const struct json *item = list->first; item; item = item->next) {
        bool is_there = false;
        for (size_t i = 0; i < rejects->count; i++)
            is_there |=
                is_datum(dump_cell(rejects, i, REJECT_SHEET), text_at(trial, item, "sheet")) &&
                is_datum(dump_cell(rejects, i, REJECT_CELL), text_at(trial, item, "cell")) &&
                is_datum(dump_cell(rejects, i, REJECT_RULE), text_at(trial, item, "rule"));
        if (!is_there)
            lie(trial, "no reject at %s", text_at(trial, item, "cell"));
    }
}

static void check_rejects(struct trial *trial, const struct json *told, const struct state *before,
                          const struct state *after) {
    const struct json *new = member(trial, told, "new"), *healed = member(trial, told, "healed");
    const struct dump *old = &before->rejects, *now = &after->rejects;
    size_t new_count = 0;
    for (size_t i = 0; i < now->count; i++) {
        size_t then = count_fault(old, now, i), here = count_fault(now, now, i);
        size_t least = here > then ? here - then : 0, found = count_told(trial, new, now, i);
        size_t healed_count = count_told(trial, healed, now, i);
        if (found < least || found > least + healed_count)
            lie(trial, "%zu new rejects of %s %s and not %zu", found,
                dump_cell(now, i, REJECT_KEY).text, dump_cell(now, i, REJECT_RULE).text, least);
        new_count += found > 0;
    }
    for (size_t i = 0; i < old->count; i++) {
        struct bounds expected = count_healed(trial, before, after, i);
        size_t found = count_told(trial, healed, old, i);
        if (found < expected.least || found > expected.most)
            lie(trial, "%s: %zu healed of %s %s at %s and not %zu to %zu",
                dump_cell(old, i, REJECT_SHEET).text, found, dump_cell(old, i, REJECT_KEY).text,
                dump_cell(old, i, REJECT_RULE).text, dump_cell(old, i, REJECT_CELL).text,
                expected.least, expected.most);
    }
    if (new->count > 0 && new_count == 0)
        lie_at(trial, "a new reject that nobody knows");
    check_places(trial, new, now);
    check_places(trial, healed, old);
    trial->differences += new->count + healed->count;
}

/* ---- KPIs ---- */

static bool is_value(struct datum datum, const struct json *value) {
    if (datum.type == DATUM_NULL || value->kind == JSON_NULL)
        return datum.type == DATUM_NULL && value->kind == JSON_NULL;
    if (datum.type == DATUM_TEXT)
        return value->kind == JSON_STRING && strcmp(value->text.data, datum.text) == 0;
    return value->kind == JSON_NUMBER && strtod(value->text.data, NULL) == datum.number;
}

static bool is_same_datum(struct datum a, struct datum b) {
    bool is_number = a.type != DATUM_TEXT && a.type != DATUM_NULL;
    return a.type == b.type && (is_number ? a.number == b.number : strcmp(a.text, b.text) == 0);
}

/* The row of a table with the key of a JSON object; SIZE_MAX: none. */
static size_t find_by_key(const struct trial *trial, const struct dump *dump,
                          const struct json *key) {
    for (size_t row = 0; row < dump->count; row++) {
        bool is_same = true;
        for (const struct json *part = key->first; part; part = part->next) {
            size_t column = dump_column(dump, part->name);
            if (column == SIZE_MAX)
                lie_at(trial, part->name);
            is_same &= is_value(dump_cell(dump, row, column), part);
        }
        if (is_same)
            return row;
    }
    return SIZE_MAX;
}

static size_t find_partner(const struct gold_model *gold, const struct dump *from, size_t row,
                           const struct dump *in) {
    for (size_t i = 0; i < in->count; i++) {
        bool is_same = true;
        for (size_t k = 0; k < gold->key_count; k++) {
            const char *name = gold->fields[gold->key[k]].name;
            is_same &= is_same_datum(dump_cell(from, row, dump_column(from, name)),
                                     dump_cell(in, i, dump_column(in, name)));
        }
        if (is_same)
            return i;
    }
    return SIZE_MAX;
}

/* Rows that only one side has: exactly those are told, with all their values. */
static void check_lonely(struct trial *trial, const struct gold_model *gold,
                         const struct json *told, const struct dump *ours,
                         const struct dump *others) {
    size_t count = 0;
    for (size_t row = 0; row < ours->count; row++)
        count += find_partner(gold, ours, row, others) == SIZE_MAX;
    if (count != told->count)
        lie(trial, "%zu rows came or went and %zu are told", count, told->count);
    for (const struct json *item = told->first; item; item = item->next) {
        const struct json *values = member(trial, item, "values");
        size_t row = find_by_key(trial, ours, member(trial, item, "key"));
        if (row == SIZE_MAX || find_partner(gold, ours, row, others) != SIZE_MAX ||
            values->count != ours->width)
            lie_at(trial, "a row that did not come or go");
        for (const struct json *value = values->first; value; value = value->next)
            if (!is_value(dump_cell(ours, row, dump_column(ours, value->name)), value))
                lie(trial, "%s is %s", value->name, value->text.data);
    }
}

static size_t count_different(const struct dump *old, size_t i, const struct dump *new, size_t j) {
    size_t count = 0;
    for (size_t column = 0; column < new->width; column++)
        count += !is_same_datum(dump_cell(old, i, dump_column(old, new->names[column])),
                                dump_cell(new, j, column));
    return count;
}

static void check_changed_row(struct trial *trial, const struct json *item, const struct dump *old,
                              const struct dump *new) {
    const struct json *cells = member(trial, item, "cells");
    size_t i = find_by_key(trial, old, member(trial, item, "key"));
    size_t j = find_by_key(trial, new, member(trial, item, "key"));
    if (i == SIZE_MAX || j == SIZE_MAX || cells->count == 0 ||
        cells->count != count_different(old, i, new, j))
        lie_at(trial, "a row with another number of changes");
    for (const struct json *cell = cells->first; cell; cell = cell->next) {
        size_t column = dump_column(new, text_at(trial, cell, "column"));
        if (!is_value(dump_cell(old, i, column), member(trial, cell, "before")) ||
            !is_value(dump_cell(new, j, column), member(trial, cell, "after")) ||
            is_same_datum(dump_cell(old, i, column), dump_cell(new, j, column)))
            lie(trial, "%s", text_at(trial, cell, "column"));
    }
}

static void check_gold(struct trial *trial, const struct json *told, const struct gold_model *gold,
                       const struct dump *old, const struct dump *new) {
    const struct json *changed = member(trial, told, "changed");
    size_t count = 0;
    for (size_t row = 0; row < new->count; row++) {
        size_t partner = find_partner(gold, new, row, old);
        count += partner != SIZE_MAX && count_different(old, partner, new, row) > 0;
    }
    if (count != changed->count)
        lie(trial, "%zu rows changed and %zu are told", count, changed->count);
    check_lonely(trial, gold, member(trial, told, "added"), new, old);
    check_lonely(trial, gold, member(trial, told, "removed"), old, new);
    for (const struct json *item = changed->first; item; item = item->next)
        check_changed_row(trial, item, old, new);
    trial->differences += changed->count;
}

/* ---- one dry run and one run ---- */

static void check_ends(struct trial *trial, const struct json *told, const struct state *before) {
    const struct json *from = member(trial, told, "from"), *to = member(trial, told, "to");
    trial->what = "from and to";
    if (before->snapshot == 0 ? from->kind != JSON_NULL
                              : number_at(trial, from, "snapshot_id") != (size_t)before->snapshot ||
                                    !is_text(text_at(trial, from, "loaded_at"), before->loaded_at))
        lie_at(trial, "another snapshot to start from");
    if (member(trial, to, "snapshot_id")->kind != JSON_NULL)
        lie_at(trial, "a dry run has no snapshot");
}

static void check_told(struct trial *trial, const struct json *told, const struct state *before,
                       const struct state *after) {
    const struct model *model = trial->scene.model;
    const struct json *sheet = member(trial, told, "sheets")->first;
    const struct json *gold = member(trial, told, "gold")->first;
    check_ends(trial, told, before);
    for (size_t i = 0; i < model->sheet_count; i++, sheet = sheet->next) {
        trial->what = model->sheets[i].name;
        assert_string_equal(text_at(trial, sheet, "sheet"), model->sheets[i].name);
        check_sheet(trial, sheet, &before->sheets[i], &after->sheets[i]);
    }
    assert_null(sheet);
    trial->what = "rejects";
    check_rejects(trial, member(trial, told, "rejects"), before, after);
    for (size_t i = 0; i < model->gold_count; i++, gold = gold->next) {
        trial->what = model->gold[i].name;
        assert_string_equal(text_at(trial, gold, "table"), model->gold[i].name);
        check_gold(trial, gold, &model->gold[i], &before->gold[i], &after->gold[i]);
    }
    assert_null(gold);
}

/* The last two snapshots give what the dry run gave. */
static void check_diff(struct trial *trial, const struct json *told) {
    static const char *const parts[] = {"columns", "rows", "changes"};
    const char *words[] = {"diff", NULL};
    struct span text;
    trial->what = "diff";
    assert_int_equal(run_command(trial, words, &text), 0);
    const struct json *later = read_document(trial, text);
    const struct json *ours = member(trial, later, "sheets")->first;
    const struct json *theirs = member(trial, told, "sheets")->first;
    for (; ours && theirs; ours = ours->next, theirs = theirs->next)
        for (size_t i = 0; i < COUNT_OF(parts); i++)
            if (!is_same_json(member(trial, ours, parts[i]), member(trial, theirs, parts[i])))
                lie(trial, "%s of %s", parts[i], text_at(trial, ours, "sheet"));
    if (!is_same_json(member(trial, later, "rejects"), member(trial, told, "rejects")))
        lie_at(trial, "rejects");
    if (!is_same_json(member(trial, later, "gold"), member(trial, told, "gold")))
        lie_at(trial, "gold");
}

/* A command as it would go, and as it goes. */
static void run_twice(struct trial *trial, const char *command, const char *max_loss,
                      bool is_refreshed) {
    bool pulls = strncmp(command, "build", 5) != 0;
    const char *words[12] = {command, "--dry-run"};
    size_t count = 2;
    struct span text;
    if (pulls) {
        words[count++] = "--inputs";
        words[count++] = trial->scene.inputs;
        words[count++] = "--max-loss";
        words[count++] = max_loss;
    }
    if (is_refreshed)
        words[count++] = "--full-refresh";
    trial->what = command;
    struct state before = take_state(trial);
    struct picture picture = take_picture(trial);
    int dry_code = run_command(trial, words, &text);
    check_picture(trial, &picture);
    const struct json *told = read_document(trial, text);
    words[1] = "--no-progress";
    int code = run_command(trial, words, &text);
    if (code != dry_code)
        lie(trial, "exit code %d, and in the dry run %d", code, dry_code);
    struct state after = take_state(trial);
    check_told(trial, told, &before, &after);
    if (strcmp(command, "all") == 0 && before.snapshot && !trial->is_silver_behind)
        check_diff(trial, told);
}

/* ---- steps ---- */

static void write_sheets(struct trial *trial) {
    for (size_t sheet = 0; sheet < trial->world.theme->sheet_count; sheet++) {
        struct grid *grid = &trial->world.grids[sheet];
        struct buf csv = {0};
        grid_render(grid, &trial->world.random, &csv);
        scene_write(&trial->scene, arena_printf(&trial->arena, "%s.csv", grid->name),
                    buf_span(&csv));
        buf_free(&csv);
    }
}

/* A sheet that a gate has to hold back: without rows, without a file, without its key. */
static void spoil_sheet(struct trial *trial) {
    size_t sheet = world_below(&trial->world, trial->world.theme->sheet_count);
    const struct sheet_model *model = &trial->scene.model->sheets[sheet];
    const char *name = arena_printf(&trial->arena, "%s.csv", trial->world.grids[sheet].name);
    struct buf csv = {0};
    buf_printf(&trial->world.story, ", spoil (%s)", name);
    size_t how = world_below(&trial->world, 3);
    for (size_t i = 0; i < model->field_count; i++)
        buf_printf(&csv, "%s%s", i ? "," : "",
                   how && i == model->key[0] ? "?" : model->fields[i].name);
    buf_add_char(&csv, '\n');
    if (how == 2)
        scene_remove(&trial->scene, name);
    else
        scene_write(&trial->scene, name, buf_span(&csv));
    buf_free(&csv);
}

/* Other words above a column that nobody needs, sometimes with an edit below them, too. */
static void rename_column(struct trial *trial) {
    struct world *world = &trial->world;
    size_t sheet = world_below(world, world->theme->sheet_count);
    const struct sheet_pool *pool = &world->theme->sheets[sheet];
    struct grid *grid = &world->grids[sheet];
    for (size_t i = 0; i < grid_header_count(grid); i++) {
        struct grid_column *column = &grid->columns[i];
        bool is_spare =
            column->field < 0 ||
            (pool->optional && strcmp(pool->columns[column->field].name, pool->optional) == 0);
        if (!is_spare || world_below(world, 2))
            continue;
        *column = (struct grid_column){
            arena_printf(&world->arena, "Column %zu of step %zu", i, trial->step), -1};
        for (size_t left = world_below(world, 4); left > 0 && grid->count; left--)
            grid->rows[world_below(world, grid->count)].cells[i] = "edited below";
    }
    buf_printf(&world->story, ", rename columns (%s)", grid->name);
}

/* A pull that silver only hears of later. */
static void pull_only(struct trial *trial) {
    world_edit(&trial->world);
    write_sheets(trial);
    run_twice(trial, "load_bronze", "100", false);
    trial->is_silver_behind = true;
}

static void build_in_steps(struct trial *trial) {
    run_twice(trial, "load_bronze", "100", false);
    run_twice(trial, "build_silver", "", false);
    run_twice(trial, "build_gold", "", false);
}

static void take_step(struct trial *trial) {
    struct world *world = &trial->world;
    buf_clear(&world->story);
    trial->is_silver_behind = false;
    if (world_below(world, 10) == 0)
        pull_only(trial);
    for (size_t left = 1 + world_below(world, 4); left > 0; left--)
        world_edit(world);
    if (world_below(world, 4) == 0)
        rename_column(trial);
    write_sheets(trial);
    if (world_below(world, 8) == 0)
        spoil_sheet(trial);
    if (world_below(world, 10) == 0)
        build_in_steps(trial);
    else
        run_twice(trial, "all", world_below(world, 5) ? "100" : "50", world_below(world, 12) == 0);
    arena_free(&trial->arena);
}

/* Returns how many columns were told to be renamed. */
static size_t try_seed(const struct theme *theme, uint64_t seed) {
    struct trial trial = {.seed = seed};
    running = &trial;
    world_make(&trial.world, theme, seed);
    buf_add_text(&trial.world.story, "first load");
    scene_open(&trial.scene, theme->model);
    write_sheets(&trial);
    run_twice(&trial, "all", "100", false);
    arena_free(&trial.arena);
    for (trial.step = 1; trial.step <= STEPS_PER_SEED; trial.step++)
        take_step(&trial);
    assert_true(trial.differences > STEPS_PER_SEED * 5);
    scene_close(&trial.scene);
    world_free(&trial.world);
    running = NULL;
    return trial.renames;
}

static unsigned long number_from(const char *variable, unsigned long otherwise) {
    const char *text = getenv(variable);
    return text && *text ? strtoul(text, NULL, 10) : otherwise;
}

static void try_theme(const struct theme *theme, unsigned long runs) {
    unsigned long only = number_from("GOLDLEAF_PROPERTY_SEED", 0);
    size_t renames = 0;
    if (only)
        try_seed(theme, only);
    for (uint64_t seed = 1; !only && (seed - 1) * STEPS_PER_SEED < runs; seed++)
        renames += try_seed(theme, seed);
    assert_true(renames > 0 || runs < DEFAULT_RUNS || only);
}

static void test_ticketing_does_what_was_shown(void **state) {
    (void)state;
    try_theme(&theme_ticketing, number_from("GOLDLEAF_PROPERTY_RUNS", DEFAULT_RUNS));
}

/* Another model: keys that are numbers and dates and of several columns, written in several ways.
 */
static void test_typed_keys_do_what_was_shown(void **state) {
    (void)state;
    try_theme(&theme_shop, number_from("GOLDLEAF_PROPERTY_RUNS", DEFAULT_RUNS));
}

static void test_streaming_does_what_was_shown(void **state) {
    (void)state;
    try_theme(&theme_streaming, number_from("GOLDLEAF_PROPERTY_RUNS", DEFAULT_RUNS));
}

static int name_seed(void **state) {
    (void)state;
    if (running)
        print_error("seed %llu, step %zu: %s\n", (unsigned long long)running->seed, running->step,
                    buf_text(&running->world.story));
    return 0;
}

int main(void) {
    struct log_sink sink = {.stream = fopen("/dev/null", "w"), .level = LOG_LEVEL_ERROR};
    log_configure(&sink);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_ticketing_does_what_was_shown, name_seed),
        cmocka_unit_test_teardown(test_typed_keys_do_what_was_shown, name_seed),
        cmocka_unit_test_teardown(test_streaming_does_what_was_shown, name_seed),
    };
    return run_group(tests);
}
