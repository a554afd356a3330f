/* What the files of the dictionary share and nobody else includes. */
#ifndef GOLDLEAF_DICTIONARY_DICTIONARY_PARTS_H
#define GOLDLEAF_DICTIONARY_DICTIONARY_PARTS_H

#include "dictionary/dictionary.h"
#include "page/page.h"

#define DICTIONARY_CHECKS "Counted after every build; the results are in the audit."
#define DICTIONARY_INVARIANTS "What must always hold; goldleaf verify looks whether it does."

/* Which tables and columns a SELECT reads, as far as its words tell. */
struct lineage {
    bool *sheets;   /* per sheet of the model */
    bool **columns; /* per sheet and field */
    bool *gold;     /* per KPI table */
};

void lineage_read(struct arena *arena, const struct model *model, const char *sql,
                  struct lineage *lineage);

/* One for each KPI table. */
const struct lineage *lineage_read_all(struct arena *arena, const struct model *model);

/* The rules of a column as sentences in plain text. */
void rules_add(struct buf *out, const struct sheet_model *sheet, const struct field *field);
/* The kind of value: "Whole number". */
const char *rules_type(enum field_type type);
/* What tells the rows of a sheet apart. */
void rules_add_keys(struct buf *out, const struct sheet_model *sheet);
void rules_add_reference(struct buf *out, const struct model *model,
                         const struct sheet_model *sheet, const struct reference *reference);
void rules_add_names(struct buf *out, const struct field *fields, const size_t *indexes,
                     size_t count);
/* The words that mean a missing cell in every column of the sheet. */
void rules_add_missing(struct buf *out, const struct field *field);
bool rules_is_key(const size_t *key, size_t count, size_t index);

/* Sheets, silver and KPI tables as inline SVG. */
void picture_add(struct buf *out, const struct model *model, const struct lineage *lineages);

#endif
