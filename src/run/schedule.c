#include "run/schedule.h"

/* The wall clock is looked at so often: it may be set meanwhile. */
#define LONGEST_WAIT_S 30.0

/* A grid is laid once and goes by the steady clock from then on, so that nothing shifts it. A cron
 * line is about what the clock on the wall says. */
struct grid {
    const struct schedule *schedule;
    int64_t wall_s;
    double steady_s;
};

static double now_s(const struct grid *grid) {
    const struct schedule_clock *clock = grid->schedule->clock;
    if (!grid->schedule->slots.every_s)
        return (double)clock->wall_s(clock->context);
    return (double)grid->wall_s + clock->steady_s(clock->context) - grid->steady_s;
}

/* Moves on to the last slot that is not in the future; returns how many were passed over. A clock
 * that was set back does not bring slots again. */
static int64_t catch_up(const struct grid *grid, int64_t *slot_s) {
    const struct slots *slots = &grid->schedule->slots;
    int64_t missed = 0, next_s;
    for (; (double)(next_s = slots_next(slots, *slot_s)) <= now_s(grid); missed++)
        *slot_s = next_s;
    return missed;
}

/* What the clock on the wall will show at a slot: it may have been set since the grid was laid. */
static int64_t on_the_wall(const struct grid *grid, int64_t slot_s) {
    const struct schedule_clock *clock = grid->schedule->clock;
    double ahead_s = (double)clock->wall_s(clock->context) - now_s(grid);
    return ahead_s > -2 && ahead_s < 2 ? slot_s : slot_s + (int64_t)ahead_s;
}

static enum schedule_event wait_for(const struct grid *grid, double until_s) {
    const struct schedule_clock *clock = grid->schedule->clock;
    enum schedule_event event = SCHEDULE_TIME;
    double left_s;
    while (event == SCHEDULE_TIME && (left_s = until_s - now_s(grid)) > 0)
        event = clock->wait(clock->context, left_s < LONGEST_WAIT_S ? left_s : LONGEST_WAIT_S);
    return event;
}

void schedule_loop(const struct schedule *schedule) {
    const struct schedule_clock *clock = schedule->clock;
    struct grid grid = {schedule, clock->wall_s(clock->context), clock->steady_s(clock->context)};
    int64_t slot_s = (int64_t)now_s(&grid);
    struct schedule_slot due = {.at_s = slot_s, .next_s = slots_next(&schedule->slots, slot_s)};
    for (int64_t runs = 1; schedule->run(schedule->context, &due) && runs != schedule->max_runs;
         runs++) {
        int64_t next_s = slots_next(&schedule->slots, slot_s);
        double delay_s = schedule->jitter_s * clock->chance(clock->context);
        if (schedule->expect)
            schedule->expect(schedule->context, on_the_wall(&grid, next_s + (int64_t)delay_s));
        switch (wait_for(&grid, (double)next_s + delay_s)) {
        case SCHEDULE_STOP:
            return;
        case SCHEDULE_NOW:
            due = (struct schedule_slot){.at_s = (int64_t)now_s(&grid), .next_s = next_s};
            break;
        case SCHEDULE_TIME:
            slot_s = next_s;
            due.late_s = now_s(&grid) - (double)next_s - delay_s;
            due.missed = catch_up(&grid, &slot_s);
            due.at_s = slot_s;
            due.next_s = slots_next(&schedule->slots, slot_s);
            break;
        }
    }
}
