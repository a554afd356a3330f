/* Where a model's files come from: a folder, or the models inside the binary. */
#ifndef GOLDLEAF_MODEL_MODEL_SOURCE_H
#define GOLDLEAF_MODEL_MODEL_SOURCE_H

#include "base/arena.h"
#include "base/err.h"

struct model_source {
    /* Reads a file by its path relative to the model's folder. The text lives in the arena or for
     * ever. Errors are ERR_MODEL and do not name the path. */
    bool (*read)(const struct model_source *source, struct arena *arena, const char *path,
                 struct span *text, struct err *err);
    const char *root; /* the folder, or "models/<name>" inside the binary */
};

/* `name_or_dir`: a folder when it has a '/' or is an existing folder, else the name of a shipped
 * model. ERR_MODEL when there is no such model; whether the files are there shows when they are
 * read. */
bool model_source_open(struct model_source *source, struct arena *arena, const char *name_or_dir,
                       struct err *err);

#endif
