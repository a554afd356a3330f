/* The data of a report: its datasets read, added up and written small.
 *
 * Every value is an integer: the number of a text in its dictionary, a day, a count, hundredths of
 * money, millionths of a rate. A dictionary belongs to a name: equal texts of columns of one name
 * have one number, in whatever dataset. A dataset without a key is added up: one row for each
 * combination of its dimensions and dates. */
#ifndef GOLDLEAF_REPORT_CUBE_H
#define GOLDLEAF_REPORT_CUBE_H

#include "model/report_model.h"
#include "warehouse/warehouse.h"

#define CUBE_NOTHING (-((int64_t)1 << 51)) /* in place of a number that is not known */

/* Days are counted from 1900-01-01, which is day 1; 0 stands for no day. A Monday. */
int64_t cube_day_read(struct span text);
void cube_day_write(int64_t day, struct buf *out); /* 2026-11-24; nothing for no day */

/* Months since January 1900 of a day; there are never more than so many. */
#define CUBE_MONTHS 2412
int64_t cube_month_of(int64_t day);
int64_t cube_day_first_of_month(int64_t day);

struct dictionary {
    const char *name;   /* of the columns */
    struct span *texts; /* by number; in order once all is read */
    size_t count, capacity;
    uint32_t *slots; /* number + 1, by hash */
    size_t slot_count;
};

struct cube_table {
    const struct report_dataset *dataset;
    size_t rows, capacity;
    int64_t **columns;    /* by field; malloc'ed */
    size_t *dictionaries; /* by field; of dimensions only */
    int64_t *row_of_key;  /* with a key: by the key's number; -1: no row */
    size_t key_count;
};

enum cube_grain { GRAIN_DAY, GRAIN_WEEK, GRAIN_MONTH };

struct cube {
    const struct report_model *report;
    struct arena *arena;
    struct dictionary *dictionaries;
    size_t dictionary_count;
    struct cube_table *tables; /* by dataset */
    enum cube_grain grain;     /* of the dates of datasets without a key */
    struct buf *codes;         /* by table and field, one after the other: see cube_code.c */
};

/* Reads everything, in the transaction that is open. */
bool cube_read(struct cube *cube, const struct report_model *report, struct warehouse *warehouse,
               struct arena *arena, struct err *err);
void cube_free(struct cube *cube);

/* The newest date of datasets without a key that is not after `most`; 0 where there is none. To be
 * asked before days are made weeks or months. */
int64_t cube_last_day(const struct cube *cube, int64_t most);

/* Puts weeks or months for days in datasets without a key, and adds up again. A week in which a
 * month ends is two, so that months can be told from weeks. */
void cube_coarsen(struct cube *cube, enum cube_grain grain);

/* Where a table has a field, ready to be asked row by row. */
struct cube_path {
    const int64_t *own;        /* the field, or the key */
    const int64_t *row_of_key; /* NULL: the field itself */
    const int64_t *attribute;
    const struct dictionary *dictionary; /* of the field; NULL when it is no dimension */
    const struct field *field;
};

bool cube_find_path(const struct cube *cube, size_t table, const char *field,
                    struct cube_path *path);

/* -1 when it is not known. */
static inline int64_t cube_path_value(const struct cube_path *path, size_t row) {
    if (!path->row_of_key)
        return path->own[row];
    int64_t other = path->row_of_key[path->own[row]];
    return other < 0 ? -1 : path->attribute[other];
}

/* The number of the dictionary of columns of that name, or -1. */
int cube_find_dictionary(const struct cube *cube, const char *name);

/* ---- cube_sort.c ---- */

/* Rows in the order of their dimensions and dates; without a key those that are alike are added
 * up. */
void cube_table_sort(struct cube_table *table);

/* ---- cube_code.c ---- */

/* Writes all columns as text; a cube that would be too large for a page is coarsened first. */
void cube_encode(struct cube *cube, size_t most_bytes);
const struct buf *cube_code(const struct cube *cube, size_t table, size_t field);

#endif
