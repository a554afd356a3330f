/* A model: which sheets there are, how their cells are cleaned, and which KPI tables follow.
 *
 * It is read from a folder with a datapackage.json (Data Package v2, own properties under
 * "goldleaf:") and SQL files, or from one of the models inside the binary. Everything that a
 * stage knows about a sheet comes from here; no C outside the model files names one. All memory
 * belongs to the arena given to model_read(); a model is never changed after that, so threads
 * may share it. */
#ifndef GOLDLEAF_MODEL_MODEL_H
#define GOLDLEAF_MODEL_MODEL_H

#include "base/arena.h"
#include "base/err.h"

#include <stdint.h>

enum field_type {
    FIELD_STRING,
    FIELD_INTEGER,
    FIELD_NUMBER, /* "goldleaf:decimals": kept exact as hundredths, like money, without signs */
    FIELD_MONEY,
    FIELD_DATE,
    FIELD_DATETIME,
    FIELD_BOOLEAN,
    FIELD_EMAIL,
    FIELD_ENUM,
    FIELD_CURRENCY,
    FIELD_RATE, /* gold only: an unrounded double */
};

/* What a bad cell does: reject its row, or become NULL with a warning. */
enum field_on_error { ON_ERROR_REJECT, ON_ERROR_NULL };

enum field_case { CASE_KEEP, CASE_LOWER, CASE_UPPER, CASE_TITLE };

/* The accepted forms of a date, tried in the model's order. */
enum date_form {
    DATE_ISO,         /* YYYY-MM-DD */
    DATE_YEAR_SLASH,  /* YYYY/MM/DD */
    DATE_DAY_DASH,    /* DD-MM-YYYY */
    DATE_DAY_SLASH,   /* DD/MM/YYYY */
    DATE_MONTH_DASH,  /* MM-DD-YYYY */
    DATE_MONTH_SLASH, /* MM/DD/YYYY */
    DATE_DAY_NAME,    /* D Mon YYYY */
    DATE_NAME_DAY,    /* Month D, YYYY */
};

/* Folded word -> stored word; a hash table made when the model is read (see words.h). */
struct words;
struct word;

struct field {
    const char *name;        /* column name in bronze and silver */
    const char *title;       /* what people call it; or NULL */
    const char *description; /* or NULL */
    enum field_type type;
    enum field_on_error on_error;
    bool required;
    bool has_minimum, minimum_is_exclusive, has_maximum;
    int64_t minimum, maximum; /* hundredths for money and number, else whole */
    enum field_case text_case;
    const char *first_of;         /* only what stands before this text is read, or NULL */
    const struct words *words;    /* accepted words and aliases; NULL where any text will do */
    bool words_are_prefixes;      /* enum: a cell needs only to begin with a word */
    const struct word *word_list; /* the same as they stand in the model, for people */
    size_t word_count;
    const char *unknown_value;         /* lenient enum: stands in for an unknown word */
    const char *default_value;         /* stands in for a missing cell, or NULL */
    const struct span *missing_values; /* compared without ASCII case, after trimming */
    size_t missing_value_count;
    const enum date_form *date_forms;
    size_t date_form_count;
    int not_before; /* index of the field of the same sheet it must not precede, or -1 */
    /* "goldleaf:nullWhen": where that field of the same sheet has one of these values, this one
     * means nothing and becomes NULL; -1: no such rule. */
    int null_when;
    const struct span *null_values;
    size_t null_value_count;
    void *pattern; /* compiled PCRE2 code, or NULL */
    const char *pattern_text;
};

/* A column that a child shares with its parent beyond the key. */
struct reference_match {
    size_t field;        /* of the child */
    size_t parent_field; /* of the parent */
    const char *rule;    /* a different value rejects the child's row with this rule */
    bool inherit;        /* an empty one takes the parent's */
};

struct reference {
    size_t parent; /* index into model.sheets */
    size_t field_count;
    const size_t *fields;        /* of the child; a row with any of them empty is not checked */
    const size_t *parent_fields; /* same length and order */
    size_t match_count;
    const struct reference_match *matches;
};

/* Columns, besides the primary key, of which no two rows of silver have the same values. A row with
 * any of them empty is not compared. */
struct unique_key {
    size_t field_count;
    const size_t *fields;
};

struct sheet_model {
    const char *name;  /* bronze_<name>, silver_<name>, SHEET_<NAME> */
    const char *title; /* of its tab where that is another one than the name, or NULL */
    const char *path;  /* of its CSV, below the inputs folder */
    const char *description;
    size_t field_count;
    const struct field *fields;
    size_t key_count;
    const size_t *key; /* field indexes of the primary key */
    size_t unique_count;
    const struct unique_key *unique; /* "uniqueKeys" */
    size_t cluster_count;
    const size_t *cluster; /* "goldleaf:clusterBy": fields that come first in silver's order */
    int distribute;        /* "goldleaf:distributeBy": a field of cluster or key, or -1 */
    size_t reference_count;
    const struct reference *references;
};

/* "additiveOver": columns of the sheets that name what a SELECT adds up, as a ticket. Only touched
 * units are computed again then. count 0: it is no plain sum. */
struct unit {
    size_t count;
    const char *const *columns;
};

/* A KPI table: one SELECT at a declared grain. */
struct gold_model {
    const char *name;  /* with the gold_ prefix */
    const char *title; /* or NULL */
    const char *description;
    const char *sql_path;
    const char *sql;
    size_t field_count;
    const struct field *fields;
    size_t key_count;
    const size_t *key;
    /* "goldleaf:scope": a column of this table and of the sheets. When only some of its values
     * were touched, only their rows are computed again. NULL: always the whole table. */
    const char *scope;
    struct unit unit; /* over which every column but the key is a sum */
    int show_by;      /* "goldleaf:showBy": the column a short list is ordered by, or -1 */
    bool show_descending;
};

/* A count of rows that break an expectation: a SELECT of two numbers, checked and failed. */
struct check_model {
    const char *rule;
    const char *table;       /* the gold or silver table the count is about */
    const char *description; /* or NULL */
    const char *sql_path;
    const char *sql;
    struct unit unit; /* over which both numbers are sums */
};

struct report_model;

struct model {
    const char *name;
    const char *title;
    const char *description;
    const char *version;
    const char
        *fingerprint; /* of the files: another one means that silver and gold must be rebuilt */
    struct span descriptor; /* the text of datapackage.json */
    const char *time_zone;  /* IANA name; "UTC" by default */
    size_t sheet_count;
    const struct sheet_model *sheets; /* in the order of the file */
    const size_t *build_order;        /* sheet indexes, parents before children */
    size_t gold_count;
    const struct gold_model *gold;
    size_t check_count;
    const struct check_model *checks;
    size_t invariant_count;
    const struct check_model
        *invariants;                   /* of which nothing may ever fail; for `goldleaf verify` */
    const struct report_model *report; /* "goldleaf:report" (report_model.h), or NULL */
};

/* One fault of a model, for `goldleaf model check`. */
struct model_fault {
    const char *place;   /* "datapackage.json: resources[4].schema.fields[2].type" */
    const char *message; /* what is wrong, what is accepted, the nearest known word */
};

struct model_faults {
    struct arena *arena;
    struct model_fault *items;
    size_t count, capacity;
};

/* Records a fault; place and message are copied into the faults' arena. */
void model_fault_add(struct model_faults *faults, const char *place, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Frees items; the texts go with the arena. */
void model_faults_free(struct model_faults *faults);

/* The JSON Schema of models, for editors. */
struct span model_profile(void);

/* Reads a model. `name_or_dir` is a shipped model's name, or the path of a folder (anything with
 * a '/' in it, or any existing folder). Every fault that can be seen without a database is added
 * to `faults`; returns NULL when there are any, or when the files cannot be read at all (then
 * that is the fault). */
const struct model *model_read(struct arena *arena, const char *name_or_dir,
                               struct model_faults *faults);

/* Releases what the arena does not own (compiled patterns). NULL is fine. */
void model_close(const struct model *model);

/* Index of a field by exact name, or -1. */
int sheet_model_find_field(const struct sheet_model *sheet, struct span name);

/* Whether it has every column of the unit. */
bool sheet_model_has_unit(const struct sheet_model *sheet, const struct unit *unit);

/* Index of a sheet by exact name, or -1. */
int model_find_sheet(const struct model *model, struct span name);

/* True for the types whose values are text of any form. */
bool field_is_text(enum field_type type);

/* The name of a type as written in a model ("money"). */
const char *field_type_name(enum field_type type);

/* The same of a form of dates ("YYYY-MM-DD"). */
const char *date_form_name(enum date_form form);

#endif
