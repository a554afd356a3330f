/* Parts of bronze that its files share. */
#ifndef GOLDLEAF_STAGES_BRONZE_STATE_H
#define GOLDLEAF_STAGES_BRONZE_STATE_H

#include "stages/bronze.h"

/* "bronze_<sheet>" and the like, for messages and statements. */
#define BRONZE_NAME_SIZE 80
void bronze_table_name(char out[static BRONZE_NAME_SIZE], const struct sheet_model *model);

/* Makes room for `extra` more rows. */
void bronze_state_reserve(struct bronze_state *state, size_t extra);

/* Appends the current versions, in order, from bronze itself: never out of date. `wish` as in
 * bronze_read_state(). */
bool bronze_scan_state(struct warehouse *warehouse, const struct sheet_model *model,
                       struct bronze_wish *wish, struct bronze_state *state, struct err *err);

/* Appends the current versions from the packed parts; none where these are missing or older than
 * the sheet's last change, or with `is_sane` false where one is damaged. `wish` and `likely` as in
 * bronze_read_state(). */
bool bronze_read_packed(struct warehouse *warehouse, const char *table, struct bronze_wish *wish,
                        const struct pull *likely, struct bronze_state *state, bool *is_sane,
                        struct err *err);

/* What tells a part with these runs and this digest from another. */
uint64_t bronze_part_mark(struct span runs, uint64_t digest);

/* The newest recorded header; NULL when the sheet was never recorded. */
bool bronze_read_header(struct warehouse *warehouse, const struct sheet_model *model,
                        struct arena *arena, const char **header_json, struct err *err);

/* Spreads the position labels out again, `step` apart, when they have become too dense; their
 * order stays. */
bool bronze_relabel(struct warehouse *warehouse, const struct sheet_model *model, int64_t step,
                    struct err *err);

/* Distance of two labels of rows that were loaded one after the other: room to halve it sixteen
 * times at one place before bronze_relabel() is due. */
#define BRONZE_POSITION_STEP 65536

#endif
