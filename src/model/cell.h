/* From the text of a cell to a typed value: trim, missing words, formula errors, parse, range.
 *
 * Pure functions: no clock, no locale, no database, nothing at file scope. Every source goes
 * through this one implementation, so SQLite and PostgreSQL agree to the last cell. Decimal numbers
 * are read as decimal text and never pass through a double.
 *
 * One thing comes from the process: times with an offset are turned into the zone of the TZ
 * environment variable. The caller sets TZ to the model's time zone and calls tzset() once at
 * start, before there are threads. Without TZ the zone is UTC, whatever the machine is set to. */
#ifndef GOLDLEAF_MODEL_CELL_H
#define GOLDLEAF_MODEL_CELL_H

#include "base/value.h"
#include "model/model.h"

/* The order in which faults count: the earliest step of a row decides, then the leftmost cell. */
enum cell_step {
    STEP_NONE,
    STEP_FORMULA_ERROR,
    STEP_PARSE,
    STEP_REQUIRED, /* range and required are one step */
};

/* What became of a cell. */
struct cell {
    struct value value;  /* NULL when missing, repaired or faulty */
    enum cell_step step; /* STEP_NONE: the row may stay; else this cell rejects it */
    const char *rule;    /* of the reject or of the warning; NULL when there is neither */
    const char *reason;  /* static text for people, with `rule` */
};

/* Names of the rules, as they stand in the audit. */
extern const char RULE_FORMULA_ERROR[];
extern const char RULE_PARSE[];
extern const char RULE_REQUIRED[];
extern const char RULE_RANGE[];
extern const char RULE_UNKNOWN_VALUE[];
extern const char RULE_NOT_APPLICABLE[];

/* Cleans one cell by its field (steps 1 to 5, without rules that need a second cell). Text values
 * point into `raw` where the stored text is part of it, else into `arena` or into the model. A
 * field that is absent from the sheet is cleaned as an empty cell. */
struct cell cell_clean(const struct field *field, struct span raw, struct arena *arena);

/* Unicode white space at both ends, with U+00A0, U+200B and U+FEFF. */
struct span cell_trim(struct span text);

/* True when nothing is left after trimming. */
bool cell_is_blank(struct span text);

/* Step 2. Text is trimmed; the empty text is missing in every model. */
bool cell_is_missing(const struct field *field, struct span text);

/* The parsers behind cell_clean(); text is trimmed and not empty. False: not of that form. */
bool cell_parse_integer(struct span text, int64_t *integer);
bool cell_parse_money(struct span text, int64_t *hundredths);
bool cell_parse_decimal(struct span text,
                        int64_t *hundredths); /* money without currency or brackets */
bool cell_parse_date(const struct field *field, struct span text, char out[static 11]);
bool cell_parse_datetime(const struct field *field, struct span text, char out[static 20]);
bool cell_parse_email(struct span text, struct arena *arena, struct span *email);
bool cell_parse_currency(const struct field *field, struct span text, struct arena *arena,
                         struct span *code);

/* A value as people and files show it, by its field: money with two decimals, dates as stored,
 * NULL as "". Text that is not in the value itself lives in the arena. */
struct span cell_format(const struct field *field, struct value value, struct arena *arena);

#endif
