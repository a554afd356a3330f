/* `goldleaf diff [A [B]]`: what changed between two recorded snapshots, KPIs included. */
#include "cli/commands.h"

#include "cli/dry_run.h"
#include "cli/replay.h"

static bool compare(struct replay *replay, struct err *err) {
    struct session *session = replay->session;
    struct run_report report;
    struct diff diff;
    if (!replay_run(replay, replay->from, NULL, false, &report, err))
        return false;
    dry_run_open_diff(session, replay->model, &diff);
    bool ok = replay_run(replay, replay->to, &diff, true, &report, err);
    report.from_snapshot_id = replay->from;
    report.from_loaded_at = replay->from_loaded_at;
    report.snapshot_id = replay->to;
    report.loaded_at = replay->to_loaded_at;
    ok = ok && dry_run_print(session, &diff, &report, false, err);
    diff_free(&diff);
    return ok;
}

/* Without operands the last two snapshots; with one, that one and the last. */
bool cmd_diff(struct session *session, struct err *err) {
    struct replay replay = {0};
    int64_t from = 0, to = 0;
    bool ok =
        (session->operand_count < 1 || replay_read_number(session->operands[0], &from, err)) &&
        (session->operand_count < 2 || replay_read_number(session->operands[1], &to, err)) &&
        replay_open(&replay, session, from, to, err) &&
        dry_run_check_names(session, replay.model, err) &&
        session_open_output(session, "text", err) && compare(&replay, err);
    replay_close(&replay);
    return ok;
}
