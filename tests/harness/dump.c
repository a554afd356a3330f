#include "harness/dump.h"

#include "harness/grid.h"
#include "harness/harness.h"

/* ---- taking ---- */

static struct datum keep_datum(struct datum datum, struct arena *arena) {
    datum.text = arena_string(arena, (struct span){datum.text, datum.size});
    return datum;
}

struct dump dump_take(struct database *database, struct arena *arena, const char *sql) {
    struct rows *rows = rows_open(database, sql);
    struct dump dump = {.width = rows_width(rows)};
    size_t capacity = 0;
    dump.names = arena_array(arena, dump.width + 1, sizeof *dump.names);
    for (size_t i = 0; i < dump.width; i++)
        dump.names[i] = arena_string(arena, span_from(rows_name(rows, i)));
    while (rows_next(rows)) {
        if (dump.count == capacity) {
            capacity = capacity ? capacity * 2 : 64;
            struct datum *cells = arena_array(arena, capacity * dump.width, sizeof *cells);
            if (dump.count)
                memcpy(cells, dump.cells, dump.count * dump.width * sizeof *cells);
            dump.cells = cells;
        }
        for (size_t i = 0; i < dump.width; i++)
            dump.cells[dump.count * dump.width + i] = keep_datum(rows_datum(rows, i), arena);
        dump.count++;
    }
    rows_close(rows);
    return dump;
}

struct datum dump_cell(const struct dump *dump, size_t row, size_t column) {
    return dump->cells[row * dump->width + column];
}

size_t dump_column(const struct dump *dump, const char *name) {
    for (size_t i = 0; i < dump->width; i++)
        if (strcmp(dump->names[i], name) == 0)
            return i;
    return SIZE_MAX;
}

/* ---- sheets ---- */

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *dump_row_text(struct arena *arena, const char *const *names, const char *const *values,
                          size_t count) {
    const char **parts = arena_array(arena, count + 1, sizeof *parts);
    struct buf text = {0};
    size_t filled = 0;
    for (size_t i = 0; i < count; i++)
        if (values[i] && *values[i])
            parts[filled++] = arena_printf(arena, "%s=[%s]", names[i], values[i]);
    qsort(parts, filled, sizeof *parts, compare_texts);
    for (size_t i = 0; i < filled; i++)
        buf_add_text(&text, parts[i]);
    const char *copy = arena_string(arena, buf_span(&text));
    buf_free(&text);
    return copy;
}

static const char *text_of_row(struct arena *arena, const struct dump *rows, size_t row) {
    const char **values = arena_array(arena, rows->width + 1, sizeof *values);
    for (size_t i = 0; i < rows->width; i++)
        values[i] = dump_cell(rows, row, i).text;
    return dump_row_text(arena, rows->names, values, rows->width);
}

/* The columns of the newest header, in its order, with commas in front. */
static const char *sheet_columns(struct database *database, struct arena *arena,
                                 const char *sheet) {
    struct header_text header = header_at(database, sheet, INT64_MAX);
    const char *copy = arena_string(arena, buf_span(&header.columns));
    header_text_free(&header);
    return copy;
}

struct sheet_dump dump_sheet(struct database *database, struct arena *arena, const char *sheet) {
    struct sheet_dump dump = {0};
    if (!database)
        return dump;
    const char *columns = sheet_columns(database, arena, sheet);
    if (!*columns)
        return dump;
    dump.rows =
        dump_take(database, arena,
                  arena_printf(arena, "SELECT %s FROM \"bronze_%s_current\"", columns, sheet));
    struct dump keys = dump_take(
        database, arena, arena_printf(arena, "SELECT _key FROM \"bronze_%s_current\"", sheet));
    assert_int_equal(keys.count, dump.rows.count);
    dump.keys = arena_array(arena, keys.count + 1, sizeof *dump.keys);
    dump.texts = arena_array(arena, keys.count + 1, sizeof *dump.texts);
    for (size_t i = 0; i < keys.count; i++) {
        struct datum key = dump_cell(&keys, i, 0);
        dump.keys[i] = key.type == DATUM_NULL ? NULL : key.text;
        dump.texts[i] = text_of_row(arena, &dump.rows, i);
    }
    return dump;
}

/* ---- pairing ---- */

static bool has_twins(const struct sheet_dump *dump) {
    for (size_t i = 0; i < dump->rows.count; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(dump->texts[i], dump->texts[j]) == 0)
                return true;
    return false;
}

static size_t find_free(const struct pairing *pairing, const char *const *texts, size_t count,
                        const char *text) {
    for (size_t i = 0; i < count; i++)
        if (!pairing->is_used[i] && texts[i] && strcmp(texts[i], text) == 0)
            return i;
    return SIZE_MAX;
}

/* The same for texts, then for keys. */
static size_t pair_by(struct pairing *pairing, const char *const *old_texts, size_t old_count,
                      const char *const *new_texts, size_t new_count) {
    size_t count = 0;
    for (size_t i = 0; i < new_count; i++) {
        size_t found = pairing->partner[i] != SIZE_MAX || !new_texts[i]
                           ? SIZE_MAX
                           : find_free(pairing, old_texts, old_count, new_texts[i]);
        if (found == SIZE_MAX)
            continue;
        pairing->partner[i] = found;
        pairing->is_used[found] = true;
        count++;
    }
    return count;
}

struct pairing pair_rows(struct arena *arena, const struct sheet_dump *before,
                         const struct sheet_dump *after) {
    size_t old_count = before->rows.count, new_count = after->rows.count;
    struct pairing pairing = {.partner = arena_array(arena, new_count + 1, sizeof(size_t)),
                              .is_equal = arena_array(arena, new_count + 1, sizeof(bool)),
                              .is_used = arena_array(arena, old_count + 1, sizeof(bool))};
    for (size_t i = 0; i < new_count; i++)
        pairing.partner[i] = SIZE_MAX;
    pairing.equal = pair_by(&pairing, before->texts, old_count, after->texts, new_count);
    for (size_t i = 0; i < new_count; i++)
        pairing.is_equal[i] = pairing.partner[i] != SIZE_MAX;
    pairing.by_key = pair_by(&pairing, before->keys, old_count, after->keys, new_count);
    struct grid_rows a = {(char **)before->texts, old_count},
                     b = {(char **)after->texts, new_count};
    pairing.in_order = grid_rows_common(&a, &b);
    pairing.is_distinct = !has_twins(before) && !has_twins(after);
    return pairing;
}
