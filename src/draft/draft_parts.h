/* What the files of the draft share and nobody else includes. */
#ifndef GOLDLEAF_DRAFT_DRAFT_PARTS_H
#define GOLDLEAF_DRAFT_DRAFT_PARTS_H

#include "draft/draft.h"
#include "model/cell.h"
#include "source/sheet.h"

#define NAME_MAX_BYTES ((size_t)51)  /* of a name in a model, see model/README.md */
#define DRAFT_PROFILE "profile.json" /* beside the descriptor, where editors find it */
#define DATE_FORMS 8
#define MOST_WORDS 24 /* different words that are kept of a column */
#define MOST_SIGNS 4
#define MOST_KEY 4

/* ---- names.json: what the names of columns and the words in cells hint at ---- */

enum hint {
    HINT_IDENTIFIER,      /* last word: kept as text, 007 stays 007 */
    HINT_LITERAL,         /* last word: kept as text, too, but it names nothing */
    HINT_MONEY,           /* any word: numbers are amounts of money */
    HINT_MEASURE,         /* any word: they are not */
    HINT_EACH,            /* any word: money of one piece, of which a sum says nothing */
    HINT_CURRENCY,        /* last word */
    HINT_SIGN,            /* what stands beside an amount of money */
    HINT_ENUM,            /* last word: one of a few words */
    HINT_TEXT,            /* last word: never one of a few words */
    HINT_FLAG,            /* any word: 0 and 1 mean no and yes */
    HINT_BIRTH,           /* any word: a date at which nothing happened to the business */
    HINT_POSITION,        /* last word: part of a key beside an identifier */
    HINT_MISSING,         /* cells that mean nothing in any column */
    HINT_PERHAPS_MISSING, /* ... in a column of numbers or dates only */
    HINT_TOTAL,           /* cells that make a row at the end one of sums */
    HINT_COUNT,
};

struct words_list {
    struct span *items;
    size_t count;
};

struct hints {
    struct words_list lists[HINT_COUNT];
};

void hints_read(struct arena *arena, struct hints *hints);
/* Index of a cell's text among the words, without ASCII case, or -1. */
int hints_find(const struct hints *hints, enum hint hint, struct span text);
bool hints_has_last_word(const struct hints *hints, enum hint hint, const char *name);
bool hints_has_any_word(const struct hints *hints, enum hint hint, const char *name);
/* "orders" names "order", "shop_orders" does, too. */
bool hints_is_named_after(struct span word, const char *sheet);
/* The name without its last word when that is an identifier's: "order" of "order_id"; else empty.
 */
struct span hints_base(const struct hints *hints, const char *name);

/* ---- what the cells of a column look like ---- */

/* Of the dates with one separator, '-' or '/', whose day and month could change places. */
struct twin_dates {
    size_t day_first, month_first, either; /* 13/02, 02/13, 02/03 */
    size_t day_falls, month_falls;         /* rows that lie before the row above, read so */
    char last_day[11], last_month[11];
};

struct profile {
    size_t cells;           /* all but empty and missing ones and failed formulas */
    size_t empty, errors;   /* missing words count as empty */
    size_t perhaps_missing; /* of `cells` */
    unsigned perhaps_words; /* bit per word of HINT_PERHAPS_MISSING */
    size_t integers, decimals, monies, emails, codes, flags, bits;
    size_t leading_marks, long_numbers, fine_decimals, negatives;
    size_t comma_decimals, dotted_dates, percents;
    size_t dates, serials, times; /* `dates` in any form; `times` are those with a time of day */
    size_t dated, clocks;         /* numbers that a spreadsheet shows as dates; as times of day */
    size_t shown_numbers, shown_monies, shown_percents; /* of the first rows */
    size_t forms[DATE_FORMS];
    struct twin_dates twins[2];
    struct span signs[MOST_SIGNS]; /* what stands beside amounts: "$", "EUR" */
    size_t sign_count;             /* may be more than are kept */
    struct span words[MOST_WORDS];
    size_t word_count; /* different ones; MOST_WORDS + 1: more than are kept */
    size_t longest;
};

/* Hashes of values, to see whether they repeat and whether they are elsewhere. */
struct value_set {
    uint64_t *slots;
    size_t mask, count;
};

bool value_set_add(struct value_set *set, uint64_t hash); /* false: it was there */
bool value_set_has(const struct value_set *set, uint64_t hash);

struct draft_column {
    const char *name;
    struct span header;
    size_t place; /* in the sheet */
    bool is_identifier;
    struct profile profile;
    struct field field;
    const char *of_type; /* why it has this type, or NULL */
    size_t filled, empty, bad;
    size_t bad_row;
    struct span bad_text;
    bool takes_perhaps; /* the words that perhaps mean nothing do */
    bool is_unique;
    struct value_set values;
    struct buf notes;
    struct buf doubts;
};

struct draft_reference {
    size_t field, parent, parent_field;
};

struct draft_sheet {
    const char *name, *path;
    const char *title; /* of its tab where that is another one, or NULL */
    struct sheet sheet;
    size_t row_end;   /* where rows end, and sums or remarks begin */
    size_t row_count; /* before that, without blank ones */
    size_t column_count;
    struct draft_column *columns;
    const char *left_out; /* headers that cannot be a model's columns, or NULL */
    unsigned missing;     /* bit per word of HINT_MISSING */
    size_t key[MOST_KEY];
    size_t key_count;
    struct draft_reference *references;
    size_t reference_count;
    struct buf notes, doubts;
    int month_of; /* the column by whose month rows are counted, or -1: no KPI table */
    int currency; /* the column that parts its sums, or -1 */
};

struct draft {
    struct arena *arena;
    struct hints hints;
    const char *title, *time_zone; /* of the spreadsheet, or NULL */
    size_t sheet_count;
    struct draft_sheet *sheets;
};

/* Goes through the rows that are not blank, up to row_end. Cells live until the next row. */
typedef void draft_visit(void *context, size_t row, const struct span *cells);
void draft_walk(const struct draft_sheet *sheet, draft_visit *visit, void *context);

/* draft_profile.c: the first run of what is no part of a number: "$", "EUR". A minus sign or a
 * blank beyond ASCII looks like one, too, and only makes the draft more careful. */
struct span draft_find_sign(struct span text);
void draft_add_sign(struct arena *arena, struct profile *profile, struct span sign);

/* A sentence for the column's or sheet's description; a doubt is one that asks. */
void draft_say(struct buf *out, const char *format, ...) PRINTF_LIKE(2, 3);

/* In the order in which they are called. */
bool draft_open_folder(struct draft *draft, const char *folder, struct err *err);
bool draft_open_tabs(struct draft *draft, struct draft_tab *tabs, size_t count, struct err *err);
void draft_find_end(const struct draft *draft, struct draft_sheet *sheet);
void draft_profile(struct draft *draft, struct draft_sheet *sheet);
void draft_choose_types(struct draft *draft);
void draft_clean(struct draft *draft, struct draft_sheet *sheet);
void draft_choose_key(struct draft *draft, struct draft_sheet *sheet);
void draft_find_references(struct draft *draft);
void draft_note_header(struct draft_sheet *sheet);
void draft_note_end(struct draft_sheet *sheet);
void draft_choose_gold(struct draft *draft, struct draft_sheet *sheet);

/* draft_name.c: one more sheet, of the text that it takes over; `title` is what people call it.
 * NULL in `*added` when it is left out, which is logged with its place. There is room for it. */
bool draft_add_sheet(struct draft *draft, const char *place, struct span title, struct span text,
                     struct draft_sheet **added, struct err *err);

/* draft_unread.c: cells but those that perhaps mean nothing. */
size_t draft_real_cells(const struct profile *profile);
/* Says why a column is text though it looks like more; false when it does not. */
bool draft_note_unread(struct draft_column *column);

/* draft_type.c: text again, because too many cells were not of the type. */
void draft_fall_back(const struct draft *draft, struct draft_sheet *sheet,
                     struct draft_column *column);
/* A part of the key: what cannot be read there rejects its row. */
void draft_make_key(struct draft_column *column);
/* The field's missing words: the sheet's, and those that perhaps are. */
void draft_set_missing(const struct draft *draft, const struct draft_sheet *sheet,
                       struct draft_column *column);
/* Whether so many misfits are slips in a column of `cells` and not its nature. */
bool draft_is_slip(size_t misfits, size_t cells);

/* draft_gold.c */
const char *draft_gold_name(struct arena *arena, const struct draft_sheet *sheet);
void draft_add_sql(const struct draft *draft, const struct draft_sheet *sheet, struct buf *sql);
/* Whether a column is added up in its sheet's KPI table. */
bool draft_is_summed(const struct draft *draft, const struct draft_sheet *sheet,
                     const struct draft_column *column);

/* draft_json.c */
void draft_add_descriptor(const struct draft *draft, const char *name, struct buf *out);

#endif
