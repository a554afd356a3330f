/* Bronze: every pull kept, as versions of rows.
 *
 * A version is current in the snapshots from _snapshot_id up to, but without, _removed_snapshot_id.
 * _position is a label that orders the versions of a sheet; only its order means anything, so
 * that a row put in between needs no new label for the rows behind it. Comparing is apart from
 * writing: a gate, or a dry run, can look at the change and stop. */
#ifndef GOLDLEAF_STAGES_BRONZE_H
#define GOLDLEAF_STAGES_BRONZE_H

#include "stages/match.h"
#include "stages/pull.h"
#include "warehouse/warehouse.h"

/* The current versions of a sheet, in order. */
struct bronze_state {
    size_t count, capacity;
    int64_t *row_ids;
    int64_t *positions;
    uint64_t *hashes;
    int64_t last_row_id; /* the highest ever given */
    /* What tells one packed part that they were read from from another; NULL: they were read from
     * bronze itself. */
    uint64_t *part_marks;
    size_t part_count;
};

/* Keys of versions that end, as far as they were read; those that only moved are not among them.
 */
struct ended_keys {
    bool is_known;
    struct span *keys;
    size_t count;
    struct arena arena;
};

/* What a pull changes, before it is written. */
struct bronze_change {
    struct bronze_state state;
    struct match match;      /* of the pull's rows with those of `state` */
    bool is_first;           /* the sheet was never recorded */
    bool is_new_header;      /* names or order of the columns differ */
    const char *header_json; /* of the pull, as audit_headers keeps it */
    int64_t rows_lost;       /* rows that were not blank and are gone */
    int64_t rows_before;     /* rows that were not blank */
    struct ended_keys ended_keys;
    bool is_listed; /* goldleaf_ids has the versions without a partner */
    struct arena arena;
};

/* What the stages after bronze need to know of a change. Lists are malloc'ed, but for the keys. */
struct sheet_change {
    bool is_first, is_new_header;
    int64_t *row_ids; /* of the versions that are current now, in sheet order */
    size_t row_count;
    bool is_in_place; /* as in struct match; false when the change was read back from bronze */
    int64_t *added;   /* versions that are new; their ids are above all older ones */
    size_t added_count;
    uint32_t *added_rows; /* where they stand; NULL when the change was read back from bronze */
    int64_t *ended;       /* versions that are not current any more */
    size_t ended_count;
    bool is_listed; /* goldleaf_ids has them, until somebody lists others */
    struct ended_keys ended_keys;
};

/* Whether a state that is being read is still wanted. */
struct bronze_wish {
    bool (*is_wanted)(void *context);
    void *context;
    bool is_whole; /* what came of it: it was wanted to the end */
};

/* Reads the versions that are current, in order. `wish` NULL: they are wanted. `likely` (may be
 * NULL) is a pull in which many rows may stand where they stood: their hashes are not read. */
bool bronze_read_state(struct warehouse *warehouse, const struct sheet_model *model,
                       struct bronze_wish *wish, const struct pull *likely,
                       struct bronze_state *state, struct err *err);
void bronze_state_free(struct bronze_state *state);

/* Compares a pull, hashes included, with what is current. Reads only. `state`, when it was read
 * already, is taken over; NULL: it is read here. Of a pull whose text is in a file the rows that
 * need a new version are taken into memory, or all where these are many. */
bool bronze_compare(struct warehouse *warehouse, struct pull *pull, struct bronze_state *state,
                    struct bronze_change *change, struct err *err);
void bronze_change_free(struct bronze_change *change);

/* Writes the change as snapshot `snapshot_id`; what `done` needs of it is taken over, and its state
 * is of no use afterwards. */
bool bronze_write(struct warehouse *warehouse, const struct pull *pull, int64_t snapshot_id,
                  const char *loaded_at, struct bronze_change *change, struct sheet_change *done,
                  struct err *err);

/* Writes the keys of the current rows anew, as another model reads them. `row_ids` are the versions
 * of the pull's rows. */
bool bronze_write_keys(struct warehouse *warehouse, const struct pull *pull, const int64_t *row_ids,
                       struct err *err);

/* A change as bronze_write() gives it, from what bronze recorded after snapshot `since`, for a
 * silver stage that runs without a pull. */
bool bronze_changes_since(struct warehouse *warehouse, const struct sheet_model *model,
                          int64_t since, struct sheet_change *change, struct err *err);
/* The bronze columns of the newest recorded header, in its order; none when there is none. */
bool bronze_read_columns(struct warehouse *warehouse, const struct sheet_model *model,
                         struct arena *arena, const char ***names, size_t *count, struct err *err);

/* Appends a sheet as it was at a snapshot, as CSV. One that was not recorded by then has the
 * model's header and no rows, so that all of it is gone when an earlier snapshot comes after a
 * later one. */
bool bronze_read_snapshot(struct warehouse *warehouse, const struct sheet_model *model,
                          int64_t snapshot, struct buf *csv, struct err *err);

void sheet_change_free(struct sheet_change *change);

/* Rebuilds the current sheet in the form of a pull. `with_rows` false: the header alone. */
bool bronze_read_current(struct warehouse *warehouse, const struct sheet_model *model,
                         bool with_rows, struct pull *pull, struct err *err);

#endif
