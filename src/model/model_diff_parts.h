/* What the files of the comparison share. Private to this room. */
#ifndef GOLDLEAF_MODEL_MODEL_DIFF_PARTS_H
#define GOLDLEAF_MODEL_MODEL_DIFF_PARTS_H

#include "model/model_diff.h"
#include "json/json.h"

/* Two objects of the same thing, before and after; and what differences in them are about. */
struct comparison {
    struct arena *arena;
    struct model_diff *diff;
    const struct json *old_sql, *new_sql;
    const char *subject;
    const char *within; /* "aliases: ", in front of each text; NULL: of the subject itself */
    const char *table, *sheet, *column; /* or NULL, as in a difference */
    bool is_aside;                      /* as in a difference */
};

/* Adds a difference of the comparison's subject. `where` is the value that it is about. */
void comparison_add(const struct comparison *self, const struct json *where,
                    enum model_change change, const char *loss, const char *format, ...)
    PRINTF_LIKE(5, 6);

/* Compares all members of two objects but those in `known`, a list that ends with NULL. */
void comparison_members(const struct comparison *self, const struct json *before,
                        const struct json *after, const char *const *known);

/* A list of names, or one name, as text: "a, b". */
const char *comparison_names(struct arena *arena, const struct json *names);

/* A value as short text. */
const char *comparison_value(struct arena *arena, const struct json *value);

/* The string member of that name, or "". */
const char *comparison_text(const struct json *object, const char *name);

#endif
