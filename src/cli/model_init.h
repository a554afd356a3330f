/* `goldleaf model init DIR --from-csv DIR2` and `goldleaf model init DIR --from-sheets [TAB...]`: a
 * first model drafted from sheets. */
#ifndef GOLDLEAF_CLI_MODEL_INIT_H
#define GOLDLEAF_CLI_MODEL_INIT_H

#include "cli/session.h"

#define MODEL_INIT_OPERANDS "init DIR (--from-csv DIR | --from-sheets [TAB...])"

/* Of the operands behind "init"; there is one at least. Prints {"model", "inputs", "spreadsheet",
 * "sheets": [{"sheet", "path", "key": [...], "columns"}], "gold": [...],
 * "doubts": [{"sheet", "column", "text"}]}, or the same for people. */
bool model_init(struct session *session, struct err *err);

#endif
