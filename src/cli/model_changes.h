/* How a model differs from the one before, for people and for programs: in the report of a run, in
 * a dry run, in `model diff`.
 *
 * A change as JSON: {"change": "added"|"removed"|"changed", "subject", "text", "place": text |
 * null, "loss": text | null}. */
#ifndef GOLDLEAF_CLI_MODEL_CHANGES_H
#define GOLDLEAF_CLI_MODEL_CHANGES_H

#include "cli/output.h"
#include "model/model_diff.h"
#include "run/report.h"

/* "model_changes": {"versions", "applied", "changes": [...]}; nothing where nothing changed. */
void model_changes_add_json(struct json_writer *json, const struct run_report *report);

/* A heading and a line each; nothing where nothing changed. */
void model_changes_add_text(struct output *output, const struct run_report *report);

/* The same as messages; what would be lost as errors when the run was refused for it. */
void model_changes_log(const struct run_report *report);

/* The changes alone; `has_places`: also where they are. */
void model_changes_add_list(struct output *output, const struct model_diff *diff, bool has_places);
void model_changes_add_json_list(struct json_writer *json, const struct model_diff *diff);

#endif
