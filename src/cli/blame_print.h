/* What `goldleaf blame` asks and finds, and how it is told.
 *
 * {"table", "key", "from", "to", "cells": [{"column", "before", "after", "causes": [{"sheet",
 *  "kind", "key", "cell", "row", "column", "before", "after", "effect", "link"}], "remainder"}]} */
#ifndef GOLDLEAF_CLI_BLAME_PRINT_H
#define GOLDLEAF_CLI_BLAME_PRINT_H

#include "cli/replay.h"
#include "run/blame.h"
#include "stages/sheet_info.h"

struct inquiry {
    struct session *session;
    struct replay replay;
    struct blame_question question;
    struct diff diff;
    struct edits edits;
    struct blame blame;
    struct sheet_info *sheets;
    size_t sheet_count;
};

/* Prints the answer in the session's format. */
bool blame_print(struct inquiry *self, struct err *err);

#endif
