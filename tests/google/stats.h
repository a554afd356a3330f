/* What was asked, how often and when: for tests to look at. Control requests do not count. */
#ifndef LOOPBACK_STATS_H
#define LOOPBACK_STATS_H

#include "base/buf.h"
#include "google_error.h"

#include <pthread.h>

struct stats {
    pthread_mutex_t mutex;
    pthread_cond_t is_less_busy;
    unsigned limit; /* answers being made at the same time */
    FILE *log_file; /* or NULL */
    struct buf log; /* the same lines */
    double start_s;
    double last_s; /* when the last request came or was done with */
    uint64_t counts[ENDPOINT_COUNT];
    uint64_t requests, bytes;
    double busy_s; /* making answers, not sending them */
    unsigned in_flight, max_in_flight, working;
};

void stats_start(struct stats *stats, unsigned limit, FILE *log_file);

/* A request has come. `*nth` of its endpoint and `*total` of all count from 1. */
void stats_enter(struct stats *stats, enum endpoint endpoint, uint64_t *nth, uint64_t *total);
void stats_leave(struct stats *stats, uint64_t bytes);

/* Around the making of an answer; waits while too many are being made. */
double stats_begin_work(struct stats *stats);
void stats_end_work(struct stats *stats, double begun_s);

/* One line: "<ms since start> <endpoint> <status> <target>", with the time when it came; status 000
 * when nothing is sent. Keys and tokens in the query are left out. */
void stats_log(struct stats *stats, double came_s, enum endpoint endpoint, int status,
               struct span target);

/* The bodies of /__stats and /__log. */
void stats_write(struct stats *stats, struct buf *out);
void stats_write_log(struct stats *stats, struct buf *out);

/* Forgets counts and lines: /__reset */
void stats_reset(struct stats *stats);

/* Seconds without anything to do. */
double stats_idle_s(struct stats *stats);

#endif
