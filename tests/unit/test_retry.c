/* Asking again: what for, how often, how long, and what is said when it was of no use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "time_fixture.h"

/* What comes of one try. */
struct outcome {
    enum err_class failure; /* of the connection; ERR_NONE: there is an answer */
    int status;
    int64_t retry_after_s; /* 0: not said */
    bool is_too_large;
};

static const struct outcome GOOD = {.status = 200}, LOST = {.failure = ERR_TEMPORARY},
                            BUSY = {.status = 503}, FORBIDDEN = {.status = 403};

/* A server that plays outcomes, the last one for ever, and a call that takes the answers. */
struct world {
    struct http_client client; /* first: the driver gets back from it to the world */
    const struct outcome *outcomes;
    size_t outcome_count, sent, prepared;
    size_t refuses_at;      /* prepare() fails this time, counted from 1; 0: never */
    int64_t known_better_s; /* read() sets this Retry-After; 0: leaves it */
    struct buf taken;       /* the body of the good answer, taken over */
    struct fake_time time;
    struct retry retry;
    struct http_call call;
};

static bool world_send(struct http_client *client, const struct http_request *request,
                       struct http_response *response, struct err *err) {
    struct world *world = (struct world *)client;
    size_t last = world->outcome_count - 1;
    const struct outcome *outcome = &world->outcomes[world->sent < last ? world->sent : last];
    world->sent++;
    assert_string_equal(request->url, "https://example.com/");
    buf_add_text(&response->body, "half an answer");
    response->is_too_large = outcome->is_too_large;
    if (outcome->failure) {
        err_set(err, outcome->failure, "example.com: the connection was lost");
        return err_hint(err, "look after the cable");
    }
    response->status = outcome->status;
    if (outcome->retry_after_s)
        response->retry_after_s = outcome->retry_after_s;
    return true;
}

static bool world_prepare(void *context, struct http_request *request, struct err *err) {
    struct world *world = context;
    assert_null(request->url);
    request->url = "https://example.com/";
    if (++world->prepared == world->refuses_at)
        return err_set(err, ERR_TEMPORARY, "no token just now");
    return true;
}

static bool world_read(void *context, struct http_response *response, struct err *err) {
    struct world *world = context;
    if (world->known_better_s)
        response->retry_after_s = world->known_better_s;
    if (response->status == 200) {
        world->taken = response->body;
        response->body = (struct buf){0};
        return true;
    }
    if (response->status == 503) {
        err_set(err, ERR_TEMPORARY, "busy");
        return err_hint(err, "come back later");
    }
    return err_set(err, ERR_ACCESS, "forbidden");
}

static void world_start(struct world *world, const struct outcome *outcomes, size_t count) {
    *world = (struct world){
        .client = {.send = world_send}, .outcomes = outcomes, .outcome_count = count};
    fake_time_start(&world->time);
    world->retry = (struct retry){.patience_s = 10000, .tries = 5, .waiting = &world->time.waiting};
    world->call = (struct http_call){world_prepare, world_read, world, false};
}

static bool ask(struct world *world, struct err *err) {
    *err = (struct err){0};
    buf_free(&world->taken);
    return retry_send(&world->retry, &world->client, &world->call, err);
}

#define START(world, ...)                                                                          \
    static const struct outcome outcomes[] = {__VA_ARGS__};                                        \
    world_start(&world, outcomes, COUNT_OF(outcomes))

static void test_good_answer_at_once(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 200});
    assert_true(ask(&world, &err));
    assert_int_equal(world.sent, 1);
    assert_int_equal(world.time.wait_count, 0);
    assert_string_equal(buf_text(&world.taken), "half an answer");
    assert_true(world.retry.patience_s == 10000);
    buf_free(&world.taken);
}

static void test_good_answer_in_the_end(void **state) {
    (void)state;
    struct world world;
    struct err err;
    const struct outcome outcomes[] = {LOST, BUSY, LOST, GOOD};
    world_start(&world, outcomes, COUNT_OF(outcomes));
    assert_true(ask(&world, &err));
    assert_int_equal(world.sent, 4);
    assert_int_equal(world.prepared, 4);
    assert_int_equal(world.time.wait_count, 3);
    assert_string_equal(world.time.reason, "example.com: the connection was lost");
    double left_s = 10000 - world.time.waited_s - world.retry.patience_s;
    assert_true(left_s < 1e-6 && left_s > -1e-6);
    buf_free(&world.taken);
}

/* Time heals ERR_TEMPORARY and nothing else. */
static void test_only_temporary_faults_are_tried_again(void **state) {
    (void)state;
    static const enum err_class classes[] = {ERR_FAILED,   ERR_USAGE,       ERR_ACCESS,
                                             ERR_DATABASE, ERR_INTERRUPTED, ERR_TERMINATED};
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        const struct outcome outcomes[] = {{.failure = classes[i]}, GOOD};
        struct world world;
        struct err err;
        world_start(&world, outcomes, COUNT_OF(outcomes));
        assert_false(ask(&world, &err));
        assert_int_equal(err.class, classes[i]);
        assert_string_equal(err.message, "example.com: the connection was lost");
        assert_int_equal(world.sent, 1);
        assert_int_equal(world.time.wait_count, 0);
    }
}

static void test_reader_gives_up(void **state) {
    (void)state;
    struct world world;
    struct err err;
    const struct outcome outcomes[] = {BUSY, FORBIDDEN, GOOD};
    world_start(&world, outcomes, COUNT_OF(outcomes));
    assert_false(ask(&world, &err));
    assert_int_equal(err.class, ERR_ACCESS);
    assert_string_equal(err.message, "forbidden");
    assert_int_equal(world.sent, 2);
}

static void test_tries_are_counted(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 503});
    assert_false(ask(&world, &err));
    assert_int_equal(world.sent, 5);
    assert_int_equal(world.time.wait_count, 4);
    assert_int_equal(err.class, ERR_TEMPORARY);
    char expected[100];
    snprintf(expected, sizeof expected, "busy (tried 5 times in %.0f s)", world.time.waited_s);
    assert_string_equal(err.message, expected);
    assert_string_equal(err.hint, "come back later");
    assert_false(ask(&world, &err));
    assert_int_equal(world.sent, 10);
}

static void test_single_try_says_nothing_of_tries(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.failure = ERR_TEMPORARY});
    world.retry.tries = 1;
    assert_false(ask(&world, &err));
    assert_int_equal(world.sent, 1);
    assert_string_equal(err.message, "example.com: the connection was lost");
    assert_string_equal(err.hint, "look after the cable");
}

/* Two waits of 100 s fit into 250 s, whoever needs them. */
static void test_patience_is_shared(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 503, .retry_after_s = 100}, {.status = 200},
          {.status = 503, .retry_after_s = 100}, {.status = 503, .retry_after_s = 100},
          {.status = 200});
    world.retry.patience_s = 250;
    assert_true(ask(&world, &err));
    assert_true(world.retry.patience_s == 150);
    assert_false(ask(&world, &err));
    assert_string_equal(err.message, "busy (tried 2 times in 100 s)");
    assert_true(world.retry.patience_s == 50);
    assert_int_equal(world.sent, 4);
    assert_true(ask(&world, &err));
    buf_free(&world.taken);
}

static void test_server_is_obeyed(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 503, .retry_after_s = 77}, {.status = 503, .retry_after_s = 200},
          {.status = 200});
    assert_true(ask(&world, &err));
    assert_true(world.time.waits_s[0] == 77);
    assert_true(world.time.waits_s[1] == 200);
    assert_string_equal(world.time.reason, "busy");
    buf_free(&world.taken);
}

static void test_reader_knows_better_when(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 503}, {.status = 200});
    world.known_better_s = 90;
    assert_true(ask(&world, &err));
    assert_true(world.time.waits_s[0] == 90);
    buf_free(&world.taken);
}

/* An hour is more than there is: then not even the first second is waited. */
static void test_too_long_a_wait_is_not_begun(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 503, .retry_after_s = 3600}, {.status = 200});
    world.retry.patience_s = 180;
    assert_false(ask(&world, &err));
    assert_int_equal(world.time.wait_count, 0);
    assert_true(world.retry.patience_s == 180);
    assert_string_equal(err.message, "busy");
}

static void check_wait(double wait_s, double last_s) {
    assert_true(wait_s >= 0.5);
    assert_true(wait_s <= 3 * last_s);
    assert_true(wait_s <= 64);
}

/* Chance decides, so many runs are looked at: all within the bounds, and not all alike. */
static void test_waits_grow_with_jitter(void **state) {
    (void)state;
    double least_s = 100, most_s = 0, longest_s = 0;
    for (int run = 0; run < 500; run++) {
        struct world world;
        struct err err;
        const struct outcome outcomes[] = {BUSY};
        world_start(&world, outcomes, 1);
        world.retry.tries = 13;
        assert_false(ask(&world, &err));
        assert_int_equal(world.time.wait_count, 12);
        double last_s = 0.5;
        for (size_t i = 0; i < world.time.wait_count; i++) {
            check_wait(world.time.waits_s[i], last_s);
            last_s = world.time.waits_s[i];
            longest_s = last_s > longest_s ? last_s : longest_s;
        }
        double first_s = world.time.waits_s[0];
        least_s = first_s < least_s ? first_s : least_s;
        most_s = first_s > most_s ? first_s : most_s;
    }
    assert_true(least_s < 0.6 && most_s > 1.4);
    assert_true(longest_s == 64);
}

static void test_jitter_never_undercuts_the_server(void **state) {
    (void)state;
    for (int run = 0; run < 200; run++) {
        struct world world;
        struct err err;
        const struct outcome outcomes[] = {{.status = 503, .retry_after_s = 3}};
        world_start(&world, outcomes, 1);
        assert_false(ask(&world, &err));
        for (size_t i = 0; i < world.time.wait_count; i++)
            assert_true(world.time.waits_s[i] >= 3 && world.time.waits_s[i] <= 64);
    }
}

static void test_wait_is_interrupted(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 503}, {.status = 503}, {.status = 200});
    world.time.stop_at = 2;
    assert_false(ask(&world, &err));
    assert_int_equal(err.class, ERR_INTERRUPTED);
    assert_string_equal(err.message, "interrupted");
    assert_int_equal(world.sent, 2);
}

static void test_preparing_is_final(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 503});
    world.refuses_at = 2;
    assert_false(ask(&world, &err));
    assert_int_equal(err.class, ERR_TEMPORARY);
    assert_string_equal(err.message, "no token just now");
    assert_int_equal(world.prepared, 2);
    assert_int_equal(world.sent, 1);
}

static void test_too_large_is_reported(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 503}, {.failure = ERR_FAILED, .is_too_large = true}, {.status = 200});
    assert_false(ask(&world, &err));
    assert_true(world.call.is_too_large);
    assert_int_equal(world.sent, 2);
    assert_true(ask(&world, &err));
    assert_false(world.call.is_too_large);
    buf_free(&world.taken);
}

/* The longest of messages still ends with how often it was tried. */
static bool read_at_length(void *context, struct http_response *response, struct err *err) {
    (void)context;
    (void)response;
    err_set(err, ERR_TEMPORARY, "%01100d", 7);
    return err_hint(err, "shorter");
}

static void test_long_message_is_cut(void **state) {
    (void)state;
    struct world world;
    struct err err;
    START(world, {.status = 503});
    world.call.read = read_at_length;
    assert_false(ask(&world, &err));
    assert_non_null(strstr(err.message, " (tried 5 times in "));
    assert_string_equal(err.hint, "shorter");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_answer_at_once),
        cmocka_unit_test(test_good_answer_in_the_end),
        cmocka_unit_test(test_only_temporary_faults_are_tried_again),
        cmocka_unit_test(test_reader_gives_up),
        cmocka_unit_test(test_tries_are_counted),
        cmocka_unit_test(test_single_try_says_nothing_of_tries),
        cmocka_unit_test(test_patience_is_shared),
        cmocka_unit_test(test_server_is_obeyed),
        cmocka_unit_test(test_reader_knows_better_when),
        cmocka_unit_test(test_too_long_a_wait_is_not_begun),
        cmocka_unit_test(test_waits_grow_with_jitter),
        cmocka_unit_test(test_jitter_never_undercuts_the_server),
        cmocka_unit_test(test_wait_is_interrupted),
        cmocka_unit_test(test_preparing_is_final),
        cmocka_unit_test(test_too_large_is_reported),
        cmocka_unit_test(test_long_message_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
