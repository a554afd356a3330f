/* Cells as JSON, in the shapes of values.get and values:batchGet. */
#ifndef LOOPBACK_VALUES_WRITE_H
#define LOOPBACK_VALUES_WRITE_H

#include "range_parse.h"
#include "json/json.h"

/* How a caller wants them. */
struct rendering {
    bool is_columns;    /* one array a column */
    bool is_formatted;  /* everything is text */
    bool dates_as_text; /* where numbers are numbers */
    enum json_style style;
    bool has_range, has_dimension, has_values; /* which members the field mask lets through */
};

/* Answers that Google never gives, for tests of the reader. */
struct quirks {
    const char *first_cell; /* JSON in place of the first cell */
    bool drops_range;       /* the last one */
    bool adds_range;        /* the last one twice */
    bool swaps_title;       /* the echo names another tab */
    bool adds_rows;         /* one more than were asked for */
};

/* {"range":...,"majorDimension":...,"values":[...]} */
void values_write(struct json_writer *writer, const struct spreadsheet *spreadsheet,
                  const struct range *range, const struct rendering *rendering,
                  const struct quirks *quirks);

#endif
