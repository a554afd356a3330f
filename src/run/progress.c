#include "run/progress.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/visible.h"
#include "run/signals.h"

#include <inttypes.h>
#include <sys/ioctl.h>

#define REDRAW_SECONDS 0.1
#define BAR_COLUMNS 24

static size_t terminal_columns(FILE *stream) {
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col < 20)
        return 80;
    return size.ws_col;
}

static void add_grouped(struct buf *out, int64_t number) {
    char digits[32];
    int size = snprintf(digits, sizeof digits, "%" PRId64, number);
    for (int i = 0; i < size; i++) {
        if (i && (size - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, digits[i]);
    }
}

static void add_bar(struct buf *out, int64_t done, int64_t total) {
    double part = done >= total ? 1.0 : (double)done / (double)total;
    int full = (int)(part * BAR_COLUMNS);
    buf_add_char(out, '[');
    for (int i = 0; i < BAR_COLUMNS; i++)
        buf_add_char(out, i < full ? '=' : i == full ? '>' : ' ');
    buf_printf(out, "] %3d %%", (int)(part * 100));
}

/* "cleaning tickets         [=========>              ]  40 %      401,408 of 1,000,000   3 s" */
static void draw(struct progress *progress, double now) {
    struct buf text = {0}, line = {0};
    buf_printf(&text, "%s %s", progress->stage, progress->subject ? progress->subject : "");
    while (text.size < 24)
        buf_add_char(&text, ' ');
    buf_add_char(&text, ' ');
    if (progress->total > 0) {
        add_bar(&text, progress->done, progress->total);
        buf_add_text(&text, "  ");
    }
    if (progress->done > 0) {
        add_grouped(&text, progress->done);
        buf_add_text(&text, " rows");
    }
    if (now - progress->began_at_s >= 1)
        buf_printf(&text, "  %.0f s", now - progress->began_at_s);
    if (progress->note && *progress->note)
        buf_printf(&text, "  %s", progress->note);
    /* The last column stays free: some terminals begin a new line when it is filled. */
    buf_add_text(&line, progress->is_color ? "\r\033[36m" : "\r");
    visible_add_cut(&line, buf_span(&text), terminal_columns(progress->stream) - 1);
    buf_add_text(&line, progress->is_color ? "\033[0m\033[K" : "\033[K");
    log_lock();
    fwrite(line.data, 1, line.size, progress->stream);
    fflush(progress->stream);
    progress->shown_at_s = now;
    log_unlock();
    buf_free(&text);
    buf_free(&line);
}

void progress_begin(struct progress *progress, const char *stage, const char *subject,
                    int64_t total) {
    progress->stage = stage;
    progress->subject = subject;
    progress->done = 0;
    progress->total = total;
    progress->note = NULL;
    if (!progress->stream)
        return;
    double now = clock_monotonic_s();
    progress->began_at_s = now;
    /* A run in which nothing changed begins dozens of steps within a moment: no flicker then. */
    if (now - progress->shown_at_s >= REDRAW_SECONDS)
        draw(progress, now);
}

bool progress_step(struct progress *progress, int64_t done, struct err *err) {
    if (!signals_check(err))
        return false;
    progress->done = done;
    if (!progress->stream)
        return true;
    double now = clock_monotonic_s();
    if (now - progress->shown_at_s >= REDRAW_SECONDS)
        draw(progress, now);
    return true;
}

void progress_note(struct progress *progress, const char *note) {
    progress->note = note;
}

void progress_clear(struct progress *progress) {
    log_lock();
    if (progress->stream && progress->shown_at_s > 0) {
        fputs("\r\033[K", progress->stream);
        fflush(progress->stream);
        progress->shown_at_s = 0;
    }
    log_unlock();
}
