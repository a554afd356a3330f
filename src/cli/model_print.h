/* A model as people and programs see it. Private to `goldleaf model`. */
#ifndef GOLDLEAF_CLI_MODEL_PRINT_H
#define GOLDLEAF_CLI_MODEL_PRINT_H

#include "cli/output.h"
#include "model/model.h"

void model_print_text(struct output *output, const struct model *model);

/* One line per column of every sheet and KPI table. */
void model_print_csv(struct output *output, const struct model *model);

/* {"name", "title", "description", "version", "time_zone",
 *  "sheets": [{"sheet", "title", "path", "description", "key": [...],
 *              "unique_keys": [[...]],
 *              "columns": [{"column", "type", "required", "on_error", "description"}],
 *              "references": [{"columns": [...], "sheet", "parent_columns": [...]}]}],
 *  "gold": [{"table", "description", "sql", "key": [...], "columns": [...]}],
 *  "checks": [{"rule", "table", "sql"}]} */
void model_print_json(struct output *output, const struct model *model);

#endif
