/* Recorded snapshots, run again in a database of their own by the model as it is now: one, and
 * another on top of it. So the KPIs are those that each snapshot gives, and nothing that came later
 * plays a part. */
#ifndef GOLDLEAF_CLI_REPLAY_H
#define GOLDLEAF_CLI_REPLAY_H

#include "cli/session.h"
#include "run/report.h"

struct replay {
    struct session *session;
    const struct model *model;
    struct warehouse *stored; /* the warehouse itself, read only */
    struct warehouse *memory; /* where the snapshots are run again */
    int64_t from, to;
    const char *from_loaded_at, *to_loaded_at;
};

/* Opens model and warehouses. `from` and `to` are numbers of snapshots; 0: the one before that is
 * recorded, and the last. ERR_USAGE when there is no such snapshot. */
bool replay_open(struct replay *replay, struct session *session, int64_t from, int64_t to,
                 struct err *err);
void replay_close(struct replay *replay);

/* The number of a snapshot on the command line. */
bool replay_read_number(const char *text, int64_t *number, struct err *err);

/* Runs a snapshot on top of what is there. With `diff` the difference is taken; a dry run leaves
 * everything as it was. */
bool replay_run(struct replay *replay, int64_t snapshot, struct diff *diff, bool is_dry,
                struct run_report *report, struct err *err);

/* Runs sheets from anywhere; the source is taken over. */
bool replay_run_source(struct replay *replay, struct source *source, struct run_options *run,
                       struct run_report *report, struct err *err);

/* The options of a run over what has passed its gate already. */
struct run_options replay_options(const struct replay *replay);

#endif
