/* When runs are due: on a grid, by cron lines over changes of the clock, and over a year of it. */
#include "run/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int64_t utc(const char *text) {
    struct tm when = {0};
    const char *end = strptime(text, "%Y-%m-%d %H:%M:%S", &when);
    assert_true(end && *end == '\0');
    return timegm(&when);
}

static void use_zone(const char *zone) {
    setenv("TZ", zone, 1);
    tzset();
}

/* ---- slots ---- */

static void intervals_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } good[] = {{"90s", 90}, {"15m", 900}, {"1h", 3600}, {"1d", 86400}, {"366d", 366 * 86400}};
    static const char *const bad[] = {"",     "m",  "0m",   "15",   "-1h",
                                      "1.5h", "1w", "15 m", "367d", "99999999999999999999d"};
    struct slots slots;
    struct err err;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(slots_read_every(&slots, good[i].text, &err));
        assert_int_equal(slots.every_s, good[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(slots_read_every(&slots, bad[i], &err));
}

static void a_grid_is_aligned(void **state) {
    (void)state;
    struct slots slots;
    struct err err;
    assert_true(slots_read_every(&slots, "1h", &err));
    assert_int_equal(slots_next(&slots, utc("2026-11-28 10:20:30")), utc("2026-11-28 11:00:00"));
    assert_int_equal(slots_next(&slots, utc("2026-11-28 11:00:00")), utc("2026-11-28 12:00:00"));
    assert_true(slots_read_every(&slots, "15m", &err));
    assert_int_equal(slots_next(&slots, utc("2026-11-28 11:59:59")), utc("2026-11-28 12:00:00"));
}

/* Line, zone, and the slots in UTC that follow an instant. */
static void expect_slots(const char *line, const char *zone, const char *after,
                         const char *const *expected) {
    struct slots slots;
    struct err err = {0};
    use_zone(zone);
    if (!slots_read_cron(&slots, line, &err))
        fail_msg("%s", err.message);
    int64_t at = utc(after);
    for (; *expected; expected++) {
        char found[32];
        at = slots_next(&slots, at);
        struct tm when;
        gmtime_r(&(time_t){at}, &when);
        strftime(found, sizeof found, "%Y-%m-%d %H:%M:%S", &when);
        assert_string_equal(found, *expected);
    }
    use_zone("UTC");
}

static void cron_lines_mean_what_cron_means(void **state) {
    (void)state;
    expect_slots("*/20 * * * *", "UTC", "2026-11-28 10:20:00",
                 (const char *[]){"2026-11-28 10:40:00", "2026-11-28 11:00:00",
                                  "2026-11-28 11:20:00", NULL});
    expect_slots("30 6 * * 1-5", "UTC", "2026-11-27 06:30:00",
                 (const char *[]){"2026-11-30 06:30:00", "2026-12-01 06:30:00", NULL});
    expect_slots("0 0 29 2 *", "UTC", "2026-01-01 00:00:00",
                 (const char *[]){"2028-02-29 00:00:00", "2032-02-29 00:00:00", NULL});
    expect_slots("0 12 13 * fri", "UTC", "2026-11-01 00:00:00",
                 (const char *[]){"2026-11-06 12:00:00", "2026-11-13 12:00:00",
                                  "2026-11-20 12:00:00", NULL});
    expect_slots("5,10-12 3 1 jan,jul *", "UTC", "2026-11-01 00:00:00",
                 (const char *[]){"2027-01-01 03:05:00", "2027-01-01 03:10:00",
                                  "2027-01-01 03:11:00", "2027-01-01 03:12:00",
                                  "2027-07-01 03:05:00", NULL});
    expect_slots("0 0 */2 * 1", "UTC",
                 "2026-11-28 00:00:00", /* a star and a step: both must match */
                 (const char *[]){"2026-12-07 00:00:00", "2026-12-21 00:00:00", NULL});
    expect_slots("0 6 * * 7", "Asia/Kolkata", "2026-11-28 00:00:00",
                 (const char *[]){"2026-11-29 00:30:00", NULL});
    expect_slots("@daily", "UTC", "2026-11-28 00:00:00",
                 (const char *[]){"2026-11-29 00:00:00", NULL});
}

static void the_clock_may_be_changed_twice_a_year(void **state) {
    (void)state;
    /* 29 March 2026, 02:00 becomes 03:00: half past two is made up for at three. */
    expect_slots("30 2 * * *", "Europe/Berlin", "2026-03-27 12:00:00",
                 (const char *[]){"2026-03-28 01:30:00", "2026-03-29 01:00:00",
                                  "2026-03-30 00:30:00", NULL});
    /* 25 October 2026, 03:00 becomes 02:00: half past two counts once. */
    expect_slots("30 2 * * *", "Europe/Berlin", "2026-10-24 12:00:00",
                 (const char *[]){"2026-10-25 00:30:00", "2026-10-26 01:30:00", NULL});
    /* Every hour is every hour. */
    expect_slots("0 * * * *", "Europe/Berlin", "2026-10-24 23:30:00",
                 (const char *[]){"2026-10-25 00:00:00", "2026-10-25 01:00:00",
                                  "2026-10-25 02:00:00", NULL});
    expect_slots("0 * * * *", "Europe/Berlin", "2026-03-29 00:30:00",
                 (const char *[]){"2026-03-29 01:00:00", "2026-03-29 02:00:00", NULL});
}

static void wrong_cron_lines_are_errors(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",          "* * * *",     "* * * * * *", "60 * * * *",      "* 24 * * *",
        "* * 0 * *", "* * * 13 *",  "* * * * 8",   "*/0 * * * *",     "5-1 * * * *",
        "a * * * *", "1,, * * * *", "* * 31 2 *",  "* * 30,31 feb *", "@often"};
    struct slots slots;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = {0};
        if (slots_read_cron(&slots, bad[i], &err))
            fail_msg("\"%s\" was taken", bad[i]);
        assert_int_equal(err.class, ERR_USAGE);
    }
}

/* ---- the loop ---- */

struct world {
    double steady_s, wall_ahead_s; /* the wall clock is the steady one and this */
    double run_s;                  /* how long a run takes */
    int64_t runs, missed, stop_after;
    int64_t slots[64];
    double begun[64];
    int64_t expected[64]; /* after so many runs: when the next one was said to be */
    int64_t now_at;       /* a run at once is wanted after so many runs */
    double set_at_s;      /* when the wall clock is set, and by how much */
    double set_by_s;
    double sleep_at_s, sleep_s; /* when the machine sleeps, and how long */
};

static void pass(struct world *world, double seconds) {
    world->steady_s += seconds;
    if (world->set_by_s != 0 && world->steady_s >= world->set_at_s) {
        world->wall_ahead_s += world->set_by_s;
        world->set_by_s = 0;
    }
    if (world->sleep_s > 0 && world->steady_s >= world->sleep_at_s) {
        world->steady_s += world->sleep_s;
        world->sleep_s = 0;
    }
}

static int64_t wall_s(void *context) {
    struct world *world = context;
    return (int64_t)(world->steady_s + world->wall_ahead_s);
}

static double steady_s(void *context) {
    return ((struct world *)context)->steady_s;
}

static enum schedule_event wait_s(void *context, double seconds) {
    struct world *world = context;
    if (world->now_at && world->runs == world->now_at) {
        world->now_at = 0;
        pass(world, seconds / 2);
        return SCHEDULE_NOW;
    }
    pass(world, seconds);
    return world->stop_after && world->runs >= world->stop_after ? SCHEDULE_STOP : SCHEDULE_TIME;
}

static void expect(void *context, int64_t next_s) {
    struct world *world = context;
    if (world->runs < 64)
        world->expected[world->runs] = next_s;
}

static double chance(void *context) {
    (void)context;
    return 0.5;
}

static bool run(void *context, const struct schedule_slot *slot) {
    struct world *world = context;
    if (world->runs < 64) {
        world->slots[world->runs] = slot->at_s;
        world->begun[world->runs] = world->steady_s;
    }
    world->runs++;
    world->missed += slot->missed;
    assert_true(slot->next_s > slot->at_s);
    pass(world, world->run_s);
    return true;
}

static void play(struct world *world, const char *every, const char *cron, double jitter_s,
                 int64_t max_runs) {
    struct schedule_clock clock = {wall_s, steady_s, wait_s, chance, world};
    struct schedule schedule = {.jitter_s = jitter_s,
                                .max_runs = max_runs,
                                .clock = &clock,
                                .run = run,
                                .expect = expect,
                                .context = world};
    struct err err;
    assert_true(every ? slots_read_every(&schedule.slots, every, &err)
                      : slots_read_cron(&schedule.slots, cron, &err));
    schedule_loop(&schedule);
}

#define START 1000000000.0 /* 2001-09-09 01:46:40 */

static void the_first_run_is_at_once_and_the_others_on_the_grid(void **state) {
    (void)state;
    struct world world = {.steady_s = START, .run_s = 7};
    play(&world, "1h", NULL, 0, 4);
    assert_int_equal(world.runs, 4);
    assert_int_equal(world.missed, 0);
    assert_int_equal(world.slots[0], (int64_t)START);
    for (int i = 1; i < 4; i++) {
        assert_int_equal(world.slots[i] % 3600, 0);
        assert_true(world.begun[i] == (double)world.slots[i]);
    }
    assert_int_equal(world.slots[3] - world.slots[1], 7200);
}

static void a_run_that_takes_too_long_is_made_up_for_once(void **state) {
    (void)state;
    struct world world = {.steady_s = START, .run_s = 2 * 3600 + 100};
    play(&world, "1h", NULL, 0, 3);
    assert_int_equal(world.missed, 2); /* 03:48 is for 02:00 and 03:00, 05:50 for 04:00 and 05:00 */
    assert_int_equal(world.slots[1] % 3600, 0);
    assert_true(world.begun[1] == START + world.run_s);
}

static void setting_the_clock_does_not_shift_a_grid(void **state) {
    (void)state;
    struct world world = {.steady_s = START, .set_at_s = START + 5000, .set_by_s = -86400};
    play(&world, "1h", NULL, 0, 6);
    for (int i = 1; i < 6; i++)
        assert_true(world.begun[i] == (double)world.slots[i]);
    assert_true(world.begun[5] - world.begun[1] == 4 * 3600.0);
    /* people are told by the clock that they see */
    assert_int_equal(world.expected[1], world.slots[1]);
    assert_int_equal(world.expected[4], world.slots[4] - 86400);
}

static void cron_goes_by_the_wall_and_never_twice(void **state) {
    (void)state;
    use_zone("UTC");
    /* set back by two hours after the slot of three o'clock: that does not come again */
    struct world world = {.steady_s = START, .set_at_s = START + 5000, .set_by_s = -7200};
    play(&world, NULL, "0 * * * *", 0, 5);
    for (int i = 2; i < 5; i++)
        assert_int_equal(world.slots[i], world.slots[i - 1] + 3600);
    /* set forward over three slots: one run makes up for them */
    world = (struct world){.steady_s = START, .set_at_s = START + 5000, .set_by_s = 3 * 3600};
    play(&world, NULL, "0 * * * *", 0, 4);
    assert_int_equal(world.missed, 2);
}

static void sleep_is_made_up_for_once(void **state) {
    (void)state;
    struct world world = {.steady_s = START, .sleep_at_s = START + 5000, .sleep_s = 10 * 3600};
    play(&world, "1h", NULL, 0, 5);
    assert_int_equal(world.missed, 9);
    assert_int_equal(world.slots[4] - world.slots[3], 3600);
}

static void jitter_delays_and_does_not_add_up(void **state) {
    (void)state;
    struct world world = {.steady_s = START};
    play(&world, "15m", NULL, 60, 10);
    for (int i = 1; i < 10; i++)
        assert_true(world.begun[i] == (double)world.slots[i] + 30);
    for (int i = 1; i < 9; i++) /* and that is when the run is said to be */
        assert_int_equal(world.expected[i], world.slots[i] + 30);
}

static void a_run_at_once_leaves_the_grid_alone(void **state) {
    (void)state;
    struct world world = {.steady_s = START, .now_at = 2};
    play(&world, "1h", NULL, 0, 4);
    assert_int_equal(world.slots[3] - world.slots[1], 3600);
    assert_true(world.slots[2] < world.slots[3]);
}

static void stopping_ends_the_loop(void **state) {
    (void)state;
    struct world world = {.steady_s = START, .stop_after = 3};
    play(&world, "1h", NULL, 0, 0);
    assert_int_equal(world.runs, 3);
}

/* No slot is forgotten, none is run twice. */
static void a_year_passes(void **state) {
    (void)state;
    struct world world = {.steady_s = START, .run_s = 40, .stop_after = 35037};
    play(&world, "15m", NULL, 0, 0);
    assert_int_equal(world.missed, 0);
    /* the first run was at once, 800 s before the first slot; the last slot is behind all of them
     */
    assert_int_equal((int64_t)(world.steady_s - START - 800) / 900, 35037 - 2);
    use_zone("Europe/Berlin");
    struct world daily = {.steady_s = START, .run_s = 600, .stop_after = 366};
    play(&daily, NULL, "30 2 * * *", 0, 0);
    assert_int_equal(daily.missed, 0);
    assert_int_equal((int64_t)((daily.steady_s - START) / 86400), 364); /* and 23 hours */
    use_zone("UTC");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_read),
        cmocka_unit_test(a_grid_is_aligned),
        cmocka_unit_test(cron_lines_mean_what_cron_means),
        cmocka_unit_test(the_clock_may_be_changed_twice_a_year),
        cmocka_unit_test(wrong_cron_lines_are_errors),
        cmocka_unit_test(the_first_run_is_at_once_and_the_others_on_the_grid),
        cmocka_unit_test(a_run_that_takes_too_long_is_made_up_for_once),
        cmocka_unit_test(setting_the_clock_does_not_shift_a_grid),
        cmocka_unit_test(cron_goes_by_the_wall_and_never_twice),
        cmocka_unit_test(sleep_is_made_up_for_once),
        cmocka_unit_test(jitter_delays_and_does_not_add_up),
        cmocka_unit_test(a_run_at_once_leaves_the_grid_alone),
        cmocka_unit_test(stopping_ends_the_loop),
        cmocka_unit_test(a_year_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
