/* What happened, line by line, on standard error: for people or as JSON, one object a line.
 *
 *   {"time":"2026-11-24T06:00:00Z","level":"warn","event":"sheet_held","run_id":"...",
 *    "message":"..."}
 *
 * The sink and its file are set by the program, before each run anew, and are, with the signal
 * flags, the only state at file scope. Text from outside is made visible (visible.h), so that a
 * cell in a message cannot repaint the terminal. Threads may log at the same time. Secrets have no
 * printable form and never come here. Nothing fails: where standard error is gone there is nobody
 * to tell. */
#ifndef GOLDLEAF_BASE_LOG_H
#define GOLDLEAF_BASE_LOG_H

#include "base/err.h"

#include <stdio.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct log_sink {
    FILE *stream; /* NULL: standard error */
    enum log_level level;
    enum log_format format;
    bool is_color;
    bool is_dated; /* text, too, begins each line with time, run, level and event */
};

/* Warnings and errors as text on standard error until this is called. */
void log_configure(const struct log_sink *sink);

/* Writes to the end of a file instead, from now on. One that would grow over `max_bytes` (0: never)
 * is renamed to <path>.1, in the place of an older one, and begun anew, by whichever process that
 * writes to it comes first. So is one that somebody else moved away. ERR_USAGE when it cannot be
 * written. */
bool log_open_file(const char *path, size_t max_bytes, struct err *err);

/* Back to the sink's stream. */
void log_close_file(void);

/* Called before each line, to wipe what is drawn on the terminal; NULL: nothing. */
void log_before_line(void (*wipe)(void *context), void *context);

/* For those who draw on standard error, too: nobody else writes there until log_unlock(). The
 * thread that holds the lock may log. */
void log_lock(void);
void log_unlock(void);

/* The run that lines belong to from now on; copied, NULL for none. */
void log_set_run(const char *run_id);

/* `event` is a word for programs ("sheet_held"), the message is for people. */
void log_line(enum log_level level, const char *event, const char *format, ...) PRINTF_LIKE(3, 4);

/* The answer to somebody who asked, whatever the level. */
void log_answer(const char *event, const char *format, ...) PRINTF_LIKE(2, 3);

/* The error that ends the program, with its hint. */
void log_failure(const struct err *err, int exit_code);

#endif
