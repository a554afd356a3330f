#include "report/cube.h"

#include <math.h>
#include <stdlib.h>

/* ---- dictionaries ---- */

static uint64_t hash_text(struct span text) {
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < text.size; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(0x100000001B3);
    return hash ^ hash >> 29;
}

static void dictionary_grow(struct dictionary *dictionary) {
    free(dictionary->slots);
    dictionary->capacity = dictionary->capacity ? dictionary->capacity * 2 : 64;
    dictionary->slot_count = dictionary->capacity * 2;
    dictionary->texts =
        memory_resize(dictionary->texts, dictionary->capacity, sizeof *dictionary->texts);
    dictionary->slots = memory_resize(NULL, dictionary->slot_count, sizeof *dictionary->slots);
    memset(dictionary->slots, 0, dictionary->slot_count * sizeof *dictionary->slots);
    for (size_t i = 0; i < dictionary->count; i++) {
        size_t at = hash_text(dictionary->texts[i]) & (dictionary->slot_count - 1);
        while (dictionary->slots[at])
            at = (at + 1) & (dictionary->slot_count - 1);
        dictionary->slots[at] = (uint32_t)i + 1;
    }
}

static int64_t dictionary_number(struct dictionary *dictionary, struct arena *arena,
                                 struct span text) {
    if (dictionary->count == dictionary->capacity)
        dictionary_grow(dictionary);
    size_t at = hash_text(text) & (dictionary->slot_count - 1);
    for (; dictionary->slots[at]; at = (at + 1) & (dictionary->slot_count - 1))
        if (span_equal(dictionary->texts[dictionary->slots[at] - 1], text))
            return dictionary->slots[at] - 1;
    dictionary->texts[dictionary->count++] = arena_copy(arena, text);
    dictionary->slots[at] = (uint32_t)dictionary->count;
    return (int64_t)dictionary->count - 1;
}

int cube_find_dictionary(const struct cube *cube, const char *name) {
    for (size_t i = 0; i < cube->dictionary_count; i++)
        if (strcmp(cube->dictionaries[i].name, name) == 0)
            return (int)i;
    return -1;
}

static size_t take_dictionary(struct cube *cube, const char *name) {
    int found = cube_find_dictionary(cube, name);
    if (found >= 0)
        return (size_t)found;
    cube->dictionaries[cube->dictionary_count] = (struct dictionary){.name = name};
    return cube->dictionary_count++;
}

/* ---- rows ---- */

static void table_reserve(struct cube_table *table) {
    if (table->rows < table->capacity)
        return;
    table->capacity = table->capacity ? table->capacity * 2 : 256;
    for (size_t i = 0; i < table->dataset->field_count; i++)
        table->columns[i] =
            memory_resize(table->columns[i], table->capacity, sizeof **table->columns);
}

/* Rows that are alike often stand near each other, as the tickets of an event do. Those are added
 * up as they come, by a few thousand places for the rows of late; what is left is added up when the
 * table is sorted. */
#define PLACES 8192

struct groups {
    struct cube_table *table;
    size_t *keys, key_count;
    size_t *numbers, number_count;
    uint32_t places[PLACES]; /* row + 1 */
};

static void groups_begin(struct groups *groups, struct cube_table *table, struct arena *arena) {
    const struct report_dataset *dataset = table->dataset;
    *groups = (struct groups){.table = table};
    groups->keys = arena_array(arena, dataset->field_count + 1, sizeof *groups->keys);
    groups->numbers = arena_array(arena, dataset->field_count + 1, sizeof *groups->numbers);
    for (size_t i = 0; i < dataset->field_count; i++)
        if (report_is_number(dataset->fields[i].type))
            groups->numbers[groups->number_count++] = i;
        else
            groups->keys[groups->key_count++] = i;
}

static size_t place_of(const struct groups *groups, const int64_t *row) {
    uint64_t hash = 0;
    for (size_t i = 0; i < groups->key_count; i++)
        hash = (hash ^ (uint64_t)row[groups->keys[i]]) * UINT64_C(0x9E3779B97F4A7C15);
    return (hash ^ hash >> 32) & (PLACES - 1);
}

static bool is_row(const struct groups *groups, size_t at, const int64_t *row) {
    for (size_t i = 0; i < groups->key_count; i++)
        if (groups->table->columns[groups->keys[i]][at] != row[groups->keys[i]])
            return false;
    return true;
}

static void append_row(struct cube_table *table, const int64_t *row) {
    table_reserve(table);
    for (size_t i = 0; i < table->dataset->field_count; i++)
        table->columns[i][table->rows] = row[i];
    table->rows++;
}

static void groups_add(struct groups *groups, const int64_t *row) {
    struct cube_table *table = groups->table;
    uint32_t *place = &groups->places[place_of(groups, row)];
    if (*place == 0 || !is_row(groups, *place - 1, row)) {
        append_row(table, row);
        *place = (uint32_t)table->rows;
        return;
    }
    for (size_t i = 0; i < groups->number_count; i++)
        table->columns[groups->numbers[i]][*place - 1] += row[groups->numbers[i]];
}

/* ---- reading ---- */

/* How a column's values become integers. */
enum reading_kind { READ_DAY, READ_NAME, READ_NUMBER };

static enum reading_kind kind_of(enum field_type type) {
    if (report_is_date(type))
        return READ_DAY;
    return report_is_dimension(type) ? READ_NAME : READ_NUMBER;
}

/* No sum of a dataset comes near the end of its integers. */
#define MOST 0x1p60

struct column_reading {
    enum reading_kind kind;
    int64_t one;  /* of numbers; see report_one() */
    double total; /* of their sizes so far */
    /* A text of the row before comes often again, and its number with it. */
    struct span last_text;
    int64_t last_number;
};

struct reading {
    struct cube *cube;
    struct cube_table *table;
    struct column_reading *columns; /* by field */
};

static int64_t text_number(struct reading *reading, size_t field, struct span text) {
    struct column_reading *column = &reading->columns[field];
    struct cube *cube = reading->cube;
    struct dictionary *dictionary = &cube->dictionaries[reading->table->dictionaries[field]];
    if (column->last_text.data && span_equal(column->last_text, text))
        return column->last_number;
    column->last_number = dictionary_number(dictionary, cube->arena, text);
    column->last_text = dictionary->texts[column->last_number];
    return column->last_number;
}

/* What a text is called that is a number in this database, such as an id. */
static int64_t other_number(struct reading *reading, size_t field, struct value value) {
    char text[32] = "";
    if (value.kind == VALUE_INTEGER)
        snprintf(text, sizeof text, "%lld", (long long)value.integer);
    return text_number(reading, field, span_from(text));
}

static bool read_number(struct reading *reading, size_t field, struct value value, int64_t *number,
                        struct err *err) {
    struct column_reading *column = &reading->columns[field];
    double real = value.kind == VALUE_INTEGER ? (double)value.integer
                  : value.kind == VALUE_REAL  ? value.real
                                              : 0;
    column->total += fabs(real * (double)column->one);
    if (!(column->total <= MOST)) {
        err_set(err, ERR_FAILED, "the numbers of %s are too large to be added up",
                reading->table->dataset->fields[field].name);
        return err_hint(err, "look for one that is mistyped in its sheet");
    }
    *number = value.kind == VALUE_INTEGER ? value.integer * column->one
                                          : llround(real * (double)column->one);
    return true;
}

static bool read_cell(struct reading *reading, size_t field, struct value value, int64_t *number,
                      struct err *err) {
    switch (reading->columns[field].kind) {
    case READ_DAY:
        *number = cube_day_read(value_span(value));
        return true;
    case READ_NAME:
        *number = value.kind == VALUE_TEXT ? text_number(reading, field, value_span(value))
                                           : other_number(reading, field, value);
        return true;
    case READ_NUMBER:
        if (value.kind != VALUE_NULL || reading->table->dataset->key < 0)
            return read_number(reading, field, value, number, err);
        *number = CUBE_NOTHING;
    }
    return true;
}

static bool read_row(struct reading *reading, const struct statement *statement, int64_t *row,
                     struct err *err) {
    for (size_t i = 0; i < reading->table->dataset->field_count; i++)
        if (!read_cell(reading, i, statement_value(statement, i), &row[i], err))
            return false;
    return true;
}

static bool read_rows(struct cube *cube, struct cube_table *table, struct statement *statement,
                      struct err *err) {
    size_t count = table->dataset->field_count;
    struct reading reading = {.cube = cube, .table = table};
    struct groups groups;
    int64_t *row = arena_array(cube->arena, count + 1, sizeof *row);
    bool has_row = true, ok = true;
    reading.columns = arena_array(cube->arena, count + 1, sizeof *reading.columns);
    for (size_t i = 0; i < count; i++) {
        enum field_type type = table->dataset->fields[i].type;
        reading.columns[i] =
            (struct column_reading){.kind = kind_of(type), .one = report_one(type)};
    }
    groups_begin(&groups, table, cube->arena);
    while (ok && (ok = statement_next(statement, &has_row, err)) && has_row) {
        ok = read_row(&reading, statement, row, err);
        if (ok && table->dataset->key < 0)
            groups_add(&groups, row);
        else if (ok)
            append_row(table, row);
    }
    return ok;
}

static bool check_columns(const struct report_dataset *dataset, const struct statement *statement,
                          struct err *err) {
    size_t count = statement_column_count(statement);
    if (count != dataset->field_count)
        return err_set(err, ERR_MODEL, "%s gives %zu columns, the report's dataset %s declares %zu",
                       dataset->sql_path, count, dataset->name, dataset->field_count);
    return true;
}

static bool read_table(struct cube *cube, size_t index, struct warehouse *warehouse,
                       struct err *err) {
    struct cube_table *table = &cube->tables[index];
    const struct report_dataset *dataset = &cube->report->datasets[index];
    struct statement *statement = NULL;
    table->dataset = dataset;
    table->columns = arena_array(cube->arena, dataset->field_count + 1, sizeof *table->columns);
    table->dictionaries =
        arena_array(cube->arena, dataset->field_count + 1, sizeof *table->dictionaries);
    for (size_t i = 0; i < dataset->field_count; i++)
        if (report_is_dimension(dataset->fields[i].type))
            table->dictionaries[i] = take_dictionary(cube, dataset->fields[i].name);
    bool ok = statement_prepare(warehouse, &statement, dataset->sql, err) &&
              statement_describe(statement, err) && check_columns(dataset, statement, err) &&
              statement_start(statement, NULL, 0, err) && read_rows(cube, table, statement, err);
    statement_close(statement);
    if (ok)
        return true;
    if (!*err->hint)
        err_hint(err, "is the warehouse of another model? --model names it");
    return err_wrap(err, "the report's %s", dataset->sql_path);
}

static int compare_texts(const void *a, const void *b, void *context) {
    const struct span *texts = context;
    return span_compare(texts[*(const uint32_t *)a], texts[*(const uint32_t *)b]);
}

/* Texts get their numbers in the order of their bytes: the same data give the same page, in
 * whatever order a database hands them out. `numbers` is by the numbers of before. */
static void sort_dictionary(struct dictionary *dictionary, struct arena *arena, int64_t *numbers) {
    uint32_t *order = arena_array(arena, dictionary->count + 1, sizeof *order);
    struct span *texts = memory_resize(NULL, dictionary->count + 1, sizeof *texts);
    for (size_t i = 0; i < dictionary->count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, dictionary->count, sizeof *order, compare_texts, dictionary->texts);
    for (size_t i = 0; i < dictionary->count; i++) {
        numbers[order[i]] = (int64_t)i;
        texts[i] = dictionary->texts[order[i]];
    }
    free(dictionary->texts);
    dictionary->texts = texts;
}

static void sort_dictionaries(struct cube *cube) {
    int64_t **numbers = arena_array(cube->arena, cube->dictionary_count + 1, sizeof *numbers);
    for (size_t i = 0; i < cube->dictionary_count; i++) {
        struct dictionary *dictionary = &cube->dictionaries[i];
        numbers[i] = arena_array(cube->arena, dictionary->count + 1, sizeof **numbers);
        sort_dictionary(dictionary, cube->arena, numbers[i]);
    }
    for (size_t i = 0; i < cube->report->dataset_count; i++) {
        struct cube_table *table = &cube->tables[i];
        for (size_t j = 0; j < table->dataset->field_count; j++)
            for (size_t row = 0;
                 report_is_dimension(table->dataset->fields[j].type) && row < table->rows; row++)
                table->columns[j][row] = numbers[table->dictionaries[j]][table->columns[j][row]];
    }
}

/* Once all texts have their numbers. Of two rows with one key the later one counts. */
static void index_keys(struct cube *cube) {
    for (size_t i = 0; i < cube->report->dataset_count; i++) {
        struct cube_table *table = &cube->tables[i];
        int key = table->dataset->key;
        if (key < 0)
            continue;
        table->key_count = cube->dictionaries[table->dictionaries[key]].count;
        table->row_of_key =
            arena_array(cube->arena, table->key_count + 1, sizeof *table->row_of_key);
        for (size_t j = 0; j < table->key_count; j++)
            table->row_of_key[j] = -1;
        for (size_t j = 0; j < table->rows; j++)
            table->row_of_key[table->columns[key][j]] = (int64_t)j;
    }
}

bool cube_read(struct cube *cube, const struct report_model *report, struct warehouse *warehouse,
               struct arena *arena, struct err *err) {
    size_t fields = 1;
    for (size_t i = 0; i < report->dataset_count; i++)
        fields += report->datasets[i].field_count;
    *cube = (struct cube){.report = report, .arena = arena};
    cube->dictionaries = arena_array(arena, fields, sizeof *cube->dictionaries);
    cube->tables = arena_array(arena, report->dataset_count + 1, sizeof *cube->tables);
    cube->codes = arena_array(arena, fields, sizeof *cube->codes);
    for (size_t i = 0; i < report->dataset_count; i++)
        if (!read_table(cube, i, warehouse, err))
            return false;
    sort_dictionaries(cube);
    for (size_t i = 0; i < report->dataset_count; i++)
        cube_table_sort(&cube->tables[i]);
    index_keys(cube);
    return true;
}

void cube_free(struct cube *cube) {
    size_t field = 0;
    for (size_t i = 0; i < cube->dictionary_count; i++) {
        free(cube->dictionaries[i].texts);
        free(cube->dictionaries[i].slots);
    }
    for (size_t i = 0; cube->report && i < cube->report->dataset_count; i++)
        for (size_t j = 0; j < cube->report->datasets[i].field_count; j++) {
            if (cube->tables[i].columns)
                free(cube->tables[i].columns[j]);
            buf_free(&cube->codes[field++]);
        }
}

int64_t cube_last_day(const struct cube *cube, int64_t most) {
    int64_t last = 0;
    for (size_t i = 0; i < cube->report->dataset_count; i++) {
        const struct cube_table *table = &cube->tables[i];
        for (size_t j = 0; table->dataset->key < 0 && j < table->dataset->field_count; j++)
            for (size_t row = 0;
                 report_is_date(table->dataset->fields[j].type) && row < table->rows; row++)
                if (table->columns[j][row] > last && table->columns[j][row] <= most)
                    last = table->columns[j][row];
    }
    return last;
}

/* ---- weeks and months ---- */

static int64_t first_of(int64_t day, enum cube_grain grain) {
    if (day <= 0 || grain == GRAIN_DAY)
        return day;
    int64_t month = cube_day_first_of_month(day), week = day - (day - 1) % 7; /* day 1: a Monday */
    return grain == GRAIN_WEEK && week > month ? week : month;
}

static void coarsen_table(struct cube_table *table, struct arena *arena, enum cube_grain grain) {
    const struct report_dataset *dataset = table->dataset;
    struct cube_table old = *table;
    struct groups groups;
    int64_t *row = arena_array(arena, dataset->field_count + 1, sizeof *row);
    int64_t **columns = arena_array(arena, dataset->field_count + 1, sizeof *columns);
    memcpy(columns, table->columns, dataset->field_count * sizeof *columns);
    table->rows = table->capacity = 0;
    memset(table->columns, 0, dataset->field_count * sizeof *table->columns);
    groups_begin(&groups, table, arena);
    for (size_t i = 0; i < old.rows; i++) {
        for (size_t j = 0; j < dataset->field_count; j++)
            row[j] = report_is_date(dataset->fields[j].type) ? first_of(columns[j][i], grain)
                                                             : columns[j][i];
        groups_add(&groups, row);
    }
    for (size_t j = 0; j < dataset->field_count; j++)
        free(columns[j]);
    cube_table_sort(table);
}

void cube_coarsen(struct cube *cube, enum cube_grain grain) {
    cube->grain = grain;
    for (size_t i = 0; i < cube->report->dataset_count; i++)
        if (cube->tables[i].dataset->key < 0)
            coarsen_table(&cube->tables[i], cube->arena, grain);
}

/* ---- asking ---- */

bool cube_find_path(const struct cube *cube, size_t table, const char *field,
                    struct cube_path *path) {
    struct report_path found;
    if (!report_find_path(cube->report, table, field, &found))
        return false;
    const struct cube_table *own = &cube->tables[table];
    const struct cube_table *other = found.dataset < 0 ? NULL : &cube->tables[found.dataset];
    size_t dictionary =
        other ? other->dictionaries[found.attribute] : own->dictionaries[found.column];
    *path = (struct cube_path){
        .own = own->columns[found.column],
        .row_of_key = other ? other->row_of_key : NULL,
        .attribute = other ? other->columns[found.attribute] : NULL,
        .dictionary =
            report_is_dimension(found.field->type) ? &cube->dictionaries[dictionary] : NULL,
        .field = found.field,
    };
    return true;
}
