#include "stats.h"
#include "base/clock.h"
#include "json/json.h"

#define MAX_LOG ((size_t)16 * 1024 * 1024) /* what is kept in memory */

void stats_start(struct stats *stats, unsigned limit, FILE *log_file) {
    pthread_mutex_init(&stats->mutex, NULL);
    pthread_cond_init(&stats->is_less_busy, NULL);
    stats->limit = limit;
    stats->log_file = log_file;
    stats->start_s = stats->last_s = clock_monotonic_s();
}

void stats_enter(struct stats *stats, enum endpoint endpoint, uint64_t *nth, uint64_t *total) {
    pthread_mutex_lock(&stats->mutex);
    *nth = ++stats->counts[endpoint];
    *total = ++stats->requests;
    if (++stats->in_flight > stats->max_in_flight)
        stats->max_in_flight = stats->in_flight;
    stats->last_s = clock_monotonic_s();
    pthread_mutex_unlock(&stats->mutex);
}

void stats_leave(struct stats *stats, uint64_t bytes) {
    pthread_mutex_lock(&stats->mutex);
    stats->in_flight--;
    stats->bytes += bytes;
    stats->last_s = clock_monotonic_s();
    pthread_mutex_unlock(&stats->mutex);
}

double stats_begin_work(struct stats *stats) {
    pthread_mutex_lock(&stats->mutex);
    while (stats->working >= stats->limit)
        pthread_cond_wait(&stats->is_less_busy, &stats->mutex);
    stats->working++;
    pthread_mutex_unlock(&stats->mutex);
    return clock_monotonic_s();
}

void stats_end_work(struct stats *stats, double begun_s) {
    double took_s = clock_monotonic_s() - begun_s;
    pthread_mutex_lock(&stats->mutex);
    stats->working--;
    stats->busy_s += took_s;
    pthread_cond_signal(&stats->is_less_busy);
    pthread_mutex_unlock(&stats->mutex);
}

static bool is_secret(struct span name) {
    return span_is(name, "access_token") || span_is(name, "oauth_token") ||
           span_is(name, "assertion") || span_is(name, "key") || span_is(name, "refresh_token") ||
           span_is(name, "client_secret");
}

/* The target without the values of secrets, and without anything that would break the line. */
static void add_target(struct buf *line, struct span target) {
    size_t start = 0;
    bool is_hidden = false;
    for (size_t i = 0; i < target.size; i++) {
        char c = target.data[i];
        if (c == '?' || c == '&') {
            start = i + 1;
            is_hidden = false;
        }
        if (!is_hidden)
            buf_add_char(line, (unsigned char)c <= ' ' ? '_' : c);
        if (c == '=' && is_secret((struct span){target.data + start, i - start})) {
            buf_add_char(line, '-');
            is_hidden = true;
        }
    }
}

void stats_log(struct stats *stats, double came_s, enum endpoint endpoint, int status,
               struct span target) {
    struct buf line = {0};
    buf_printf(&line, "%.0f %s %03d ", (came_s - stats->start_s) * 1000, endpoint_names[endpoint],
               status);
    add_target(&line, target);
    buf_add_char(&line, '\n');
    pthread_mutex_lock(&stats->mutex);
    if (stats->log.size < MAX_LOG)
        buf_add(&stats->log, buf_span(&line));
    if (stats->log_file) {
        fwrite(line.data, 1, line.size, stats->log_file);
        fflush(stats->log_file);
    }
    pthread_mutex_unlock(&stats->mutex);
    buf_free(&line);
}

void stats_write(struct stats *stats, struct buf *out) {
    struct json_writer writer = json_writer_start(out, JSON_PRETTY);
    pthread_mutex_lock(&stats->mutex);
    json_open_object(&writer, NULL);
    json_add_integer(&writer, "requests", (int64_t)stats->requests);
    for (size_t i = 0; i < ENDPOINT_COUNT; i++)
        json_add_integer(&writer, endpoint_names[i], (int64_t)stats->counts[i]);
    json_add_integer(&writer, "bytes", (int64_t)stats->bytes);
    json_add_integer(&writer, "busy_ms", (int64_t)(stats->busy_s * 1000));
    json_add_integer(&writer, "in_flight", stats->in_flight);
    json_add_integer(&writer, "max_in_flight", stats->max_in_flight);
    json_close_object(&writer);
    pthread_mutex_unlock(&stats->mutex);
    buf_add_char(out, '\n');
}

void stats_write_log(struct stats *stats, struct buf *out) {
    pthread_mutex_lock(&stats->mutex);
    buf_add(out, buf_span(&stats->log));
    pthread_mutex_unlock(&stats->mutex);
}

void stats_reset(struct stats *stats) {
    pthread_mutex_lock(&stats->mutex);
    memset(stats->counts, 0, sizeof stats->counts);
    stats->requests = stats->bytes = 0;
    stats->busy_s = 0;
    stats->max_in_flight = stats->in_flight;
    buf_clear(&stats->log);
    pthread_mutex_unlock(&stats->mutex);
}

double stats_idle_s(struct stats *stats) {
    pthread_mutex_lock(&stats->mutex);
    double idle_s = stats->in_flight ? 0 : clock_monotonic_s() - stats->last_s;
    pthread_mutex_unlock(&stats->mutex);
    return idle_s;
}
