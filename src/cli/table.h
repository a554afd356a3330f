/* Rows and columns, as an aligned table for people or as CSV, by the output's format.
 *
 * As text, columns are as wide as their cells need. Where a terminal is too narrow for that, titles
 * break in two at '_', then columns of the highest rank are left out, then long texts are cut. CSV
 * follows RFC 4180 but for the line ends, which are single line feeds; cells are exact, unless they
 * go to a terminal, where they are made visible. A table of many rows is printed as it grows, with
 * the widths that its first rows need. */
#ifndef GOLDLEAF_CLI_TABLE_H
#define GOLDLEAF_CLI_TABLE_H

#include "cli/output.h"

#include "model/model.h"

enum table_column_kind {
    COLUMN_TEXT,
    COLUMN_NUMBER, /* right-aligned, never cut */
    COLUMN_PROSE,  /* the last one: a text that is too long goes on below instead of being cut */
};

struct table_column {
    const char *title;
    enum table_column_kind kind;
    unsigned rank; /* 0: always shown */
};

/* How a column of a silver or gold table is shown. */
enum table_column_kind table_kind_of(enum field_type type);

struct table {
    struct output *output;
    const struct table_column *columns; /* borrowed */
    size_t column_count;
    size_t column;            /* of the next cell */
    struct table_cell *cells; /* of the rows that are not printed yet */
    size_t cell_count, cell_capacity;
    struct buf text;
    struct table_layout *layout; /* per column, once it is known */
    size_t limit;                /* columns of the terminal; 0: none */
    bool has_header;             /* it is printed */
};

/* `limit` 0: that of the output. */
void table_begin(struct table *table, struct output *output, const struct table_column *columns,
                 size_t column_count, size_t limit);

/* The next cell; after the last one of a row the next row begins. */
void table_add(struct table *table, struct span text);
void table_add_styled(struct table *table, struct span text, enum output_style style);
void table_add_string(struct table *table, const char *text); /* NULL: empty */
void table_add_integer(struct table *table, int64_t integer);
/* Digits in groups as text, plain in CSV. Styled unless it is 0. */
void table_add_count(struct table *table, int64_t count, enum output_style style);
/* A value of a silver or gold table by its field; NULL is empty. */
void table_add_value(struct table *table, const struct field *field, struct value value);

/* Prints what is left, also the header of a table without rows, and frees everything. */
void table_end(struct table *table);

#endif
