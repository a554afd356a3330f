#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/visible.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    struct log_sink sink;
    void (*wipe)(void *context);
    void *context;
    FILE *file; /* of log_open_file(), with what was given there */
    char path[4096];
    size_t max_bytes;
    char run_id[64];
} state = {.sink = {.level = LOG_LEVEL_WARN}};

/* Recursive, because wiping what was drawn takes it again. */
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

void log_lock(void) {
    pthread_mutex_lock(&lock);
}

void log_unlock(void) {
    pthread_mutex_unlock(&lock);
}

void log_configure(const struct log_sink *sink) {
    state.sink = *sink;
}

static bool open_file(void) {
    FILE *file = fopen(state.path, "ae");
    if (!file)
        return false;
    setvbuf(file, NULL, _IOLBF, 0);
    if (state.file)
        fclose(state.file);
    state.file = file;
    return true;
}

/* Whether this file still has the name, and how large it is. */
static bool is_named(int descriptor, off_t *size) {
    struct stat ours, named;
    bool ok = fstat(descriptor, &ours) == 0 && stat(state.path, &named) == 0 &&
              ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
    *size = ok && S_ISREG(ours.st_mode) ? ours.st_size : 0;
    return ok;
}

/* Several processes write to one file, and the first one for which it is too large renames it:
 * under a lock, so that nobody renames the new one. It is opened for that, since a lock is common
 * to all who have a descriptor from one parent. What cannot be renamed goes on growing, which loses
 * nothing. */
static void rotate(size_t coming) {
    char old[sizeof state.path + 2];
    off_t size;
    int descriptor = open(state.path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    snprintf(old, sizeof old, "%s.1", state.path);
    if (flock(descriptor, LOCK_EX) == 0 && is_named(descriptor, &size) &&
        (size_t)size + coming > state.max_bytes)
        (void)rename(state.path, old);
    close(descriptor);
}

static void keep_small(size_t coming) {
    off_t size;
    bool has_name = is_named(fileno(state.file), &size);
    if (has_name && state.max_bytes && size && (size_t)size + coming > state.max_bytes) {
        rotate(coming);
        has_name = is_named(fileno(state.file), &size);
    }
    if (!has_name)
        (void)open_file();
}

bool log_open_file(const char *path, size_t max_bytes, struct err *err) {
    snprintf(state.path, sizeof state.path, "%s", path);
    state.max_bytes = max_bytes;
    return open_file() || err_set(err, ERR_USAGE, "%s: %s", path, strerror(errno));
}

void log_close_file(void) {
    if (state.file)
        fclose(state.file);
    state.file = NULL;
}

void log_before_line(void (*wipe)(void *context), void *context) {
    state.wipe = wipe;
    state.context = context;
}

void log_set_run(const char *run_id) {
    snprintf(state.run_id, sizeof state.run_id, "%s", run_id ? run_id : "");
}

static const char *level_name(enum log_level level) {
    static const char *const names[] = {"debug", "info", "warn", "error"};
    return names[level];
}

/* The JSON writer stands above this room, so the little that a line needs is here. Text that was
 * made visible holds neither control characters nor bad UTF-8. */
static void add_json_text(struct buf *out, const char *name, struct span text) {
    struct buf visible = {0};
    visible_add(&visible, text);
    buf_printf(out, ",\"%s\":\"", name);
    for (size_t i = 0; i < visible.size; i++) {
        if (visible.data[i] == '"' || visible.data[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, visible.data[i]);
    }
    buf_add_char(out, '"');
    buf_free(&visible);
}

static void add_json(struct buf *line, enum log_level level, const char *event, struct span message,
                     const char *hint, int exit_code) {
    char now[CLOCK_TEXT_SIZE];
    clock_now_utc(now);
    buf_printf(line, "{\"time\":\"%s\",\"level\":\"%s\"", now, level_name(level));
    add_json_text(line, "event", span_from(event));
    if (state.run_id[0])
        add_json_text(line, "run_id", span_from(state.run_id));
    add_json_text(line, "message", message);
    if (hint && *hint)
        add_json_text(line, "hint", span_from(hint));
    if (exit_code)
        buf_printf(line, ",\"exit_code\":%d", exit_code);
    buf_add_text(line, "}\n");
}

/* Time and event are for those who look closely; a plain run reads like any other command's. */
static void add_text(struct buf *line, enum log_level level, const char *event, struct span message,
                     const char *hint) {
    const struct log_sink *sink = &state.sink;
    if (sink->is_dated) {
        char now[CLOCK_TEXT_SIZE];
        clock_now_utc(now);
        buf_printf(line, "%s %s%s%-5s %s: ", now, state.run_id, state.run_id[0] ? " " : "",
                   level_name(level), event);
    } else {
        static const char *const words[] = {"", "", "warning: ", "error: "};
        static const char *const colors[] = {"", "", "\033[33m", "\033[31m"};
        const char *color = sink->is_color ? colors[level] : "";
        buf_printf(line, "goldleaf: %s%s%s", color, words[level], *color ? "\033[0m" : "");
    }
    visible_add(line, message);
    buf_add_char(line, '\n');
    if (hint && *hint) {
        buf_add_text(line, "  hint: ");
        visible_add(line, span_from(hint));
        buf_add_char(line, '\n');
    }
}

static void write_line(enum log_level level, const char *event, struct span message,
                       const char *hint, int exit_code) {
    struct buf line = {0};
    if (state.sink.format == LOG_FORMAT_JSON)
        add_json(&line, level, event, message, hint, exit_code);
    else
        add_text(&line, level, event, message, hint);
    log_lock();
    if (state.wipe)
        state.wipe(state.context);
    if (state.file)
        keep_small(line.size);
    FILE *stream = state.file ? state.file : state.sink.stream ? state.sink.stream : stderr;
    fwrite(line.data, 1, line.size, stream);
    fflush(stream);
    log_unlock();
    buf_free(&line);
}

static void PRINTF_LIKE(3, 0) write_formatted(enum log_level level, const char *event,
                                              const char *format, va_list arguments) {
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    write_line(level, event, span_from(text), NULL, 0);
}

void log_line(enum log_level level, const char *event, const char *format, ...) {
    if (level < state.sink.level)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_formatted(level, event, format, arguments);
    va_end(arguments);
}

void log_answer(const char *event, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    write_formatted(LOG_LEVEL_INFO, event, format, arguments);
    va_end(arguments);
}

/* Errors are the highest level there is, so none is left out. */
void log_failure(const struct err *err, int exit_code) {
    write_line(LOG_LEVEL_ERROR, "failed", span_from(err->message), err->hint, exit_code);
}
