/* The tabs of SPREADSHEET, for `goldleaf model init --from-sheets`. */
#ifndef GOLDLEAF_CLI_MODEL_TABS_H
#define GOLDLEAF_CLI_MODEL_TABS_H

#include "cli/session.h"
#include "draft/draft.h"

/* Reads the tabs of these titles, in this order; all of them when there are none. The texts are
 * the caller's, also on failure: model_tabs_free(). `*spreadsheet` is its id. ERR_USAGE when no
 * spreadsheet is configured, and for a title that no tab has. */
bool model_tabs_read(struct session *session, const char *const *titles, size_t title_count,
                     struct draft_book *book, const char **spreadsheet, struct err *err);

/* Frees the texts that are left; they must not be used any more. */
void model_tabs_free(struct draft_book *book);

#endif
