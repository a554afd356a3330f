/* The key of a row as one text: what bronze keeps as _key and the audit as record_key.
 *
 * A single key is its own text. A composite one has '|' between its parts, in which '|' and '\'
 * are escaped with a backslash. Typed parts are written in their canonical form, so that "007" and
 * "7" are one integer key. */
#ifndef GOLDLEAF_STAGES_KEY_H
#define GOLDLEAF_STAGES_KEY_H

#include "base/value.h"
#include "model/model.h"
#include "source/header.h"

/* The key of a raw row; an unreadable part stands as it was typed. NULL data when a part is
 * missing: such a row has no key. Memory is the arena's or the cells'. */
struct span key_of_cells(const struct sheet_model *model, const struct header *header,
                         const struct span *cells, struct arena *arena);

/* The key of a clean row, whose key fields are never NULL. */
struct span key_of_values(const struct sheet_model *model, const struct value *values,
                          struct arena *arena);

/* Several texts as one key. */
struct span key_join(const struct span *parts, size_t count, struct arena *arena);

/* The typed parts of a key text, model->key_count of them. False when a part cannot be read: no
 * clean row has this key. Texts live as long as `key` and the arena. */
bool key_parse(const struct sheet_model *model, struct span key, struct value *parts,
               struct arena *arena);

#endif
