#include "cli/output.h"

#include "base/decimal.h"
#include "base/visible.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Data goes out in pieces of this size; a reader of a pipe sees it soon enough. */
#define PIECE_BYTES ((size_t)64 * 1024)

bool output_wants_color(const char *when, int descriptor) {
    if (strcmp(when, "auto") != 0)
        return strcmp(when, "always") == 0;
    const char *no_color = getenv("NO_COLOR"); /* no-color.org: any value but an empty one */
    const char *terminal = getenv("TERM");
    if ((no_color && *no_color) || (terminal && strcmp(terminal, "dumb") == 0))
        return false;
    return isatty(descriptor);
}

bool output_has_ending(const char *path, const char *ending) {
    size_t size = strlen(path), ending_size = strlen(ending);
    return size > ending_size && strcmp(path + size - ending_size, ending) == 0;
}

static enum output_format format_of(const struct output_settings *settings) {
    const char *name = settings->format;
    if (!name && settings->path && output_has_ending(settings->path, ".json"))
        name = "json";
    if (!name && settings->path && output_has_ending(settings->path, ".csv"))
        name = "csv";
    if (!name)
        name = settings->default_format;
    return strcmp(name, "json") == 0  ? OUTPUT_JSON
           : strcmp(name, "csv") == 0 ? OUTPUT_CSV
                                      : OUTPUT_TEXT;
}

static void open_standard(struct output *output, const struct output_settings *settings) {
    struct winsize size;
    output->descriptor = STDOUT_FILENO;
    output->name = "standard output";
    output->is_terminal = isatty(STDOUT_FILENO);
    output->is_color = output_wants_color(settings->color, STDOUT_FILENO);
    if (output->is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
        output->columns = size.ws_col;
    else if (output->is_terminal)
        output->columns = 80;
}

static bool output_fail(const struct output *output, int error, struct err *err) {
    err_set(err, ERR_FAILED, "cannot write %s: %s", output->name, strerror(error));
    if (error == EPIPE)
        return err_hint(err, "the program that reads it ended before everything was written");
    if (error == ENOSPC)
        return err_hint(err, "the disk is full; make room and run again");
    return false;
}

/* A new file beside `path`, with the rights that the old one has or any new one would get. */
static bool open_beside(struct output *output, const struct stat *old, struct err *err) {
    char directory[PATH_MAX], base[PATH_MAX];
    snprintf(directory, sizeof directory, "%s", output->path);
    snprintf(base, sizeof base, "%s", output->path);
    struct buf name = {0};
    buf_printf(&name, "%s/.%s.XXXXXX", dirname(directory), basename(base));
    output->temporary_path = name.data;
    output->descriptor = mkostemp(output->temporary_path, O_CLOEXEC);
    if (output->descriptor < 0) {
        free(output->temporary_path);
        output->temporary_path = NULL;
        return output_fail(output, errno, err);
    }
    mode_t mask = umask(0);
    umask(mask);
    fchmod(output->descriptor, old ? old->st_mode & 0777 : 0666 & ~mask);
    return true;
}

static bool is_same_file(const struct stat *file, const char *path) {
    struct stat other;
    return path && stat(path, &other) == 0 && other.st_ino == file->st_ino &&
           other.st_dev == file->st_dev;
}

static bool open_file(struct output *output, const struct output_settings *settings,
                      struct err *err) {
    struct stat info;
    char resolved[PATH_MAX];
    output->name = settings->path;
    bool exists = stat(settings->path, &info) == 0;
    if (exists && S_ISDIR(info.st_mode))
        return output_fail(output, EISDIR, err);
    if (exists && is_same_file(&info, settings->keep_off)) {
        err_set(err, ERR_USAGE, "-o %s: this is the database", settings->path);
        return err_hint(err, "name another file");
    }
    if (exists && !S_ISREG(info.st_mode)) {
        output->descriptor = open(settings->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return output->descriptor >= 0 || output_fail(output, errno, err);
    }
    /* A link stays a link: what it points to is replaced. */
    output->path = strdup(exists && realpath(settings->path, resolved) ? resolved : settings->path);
    return open_beside(output, exists ? &info : NULL, err);
}

bool output_open(struct output *output, const struct output_settings *settings, struct err *err) {
    *output = (struct output){.descriptor = -1, .format = format_of(settings)};
    if (!settings->path || strcmp(settings->path, "-") == 0) {
        open_standard(output, settings);
        return true;
    }
    if (open_file(output, settings, err))
        return true;
    output_discard(output);
    return false;
}

static bool send_text(struct output *output, struct err *err) {
    size_t sent = 0;
    while (sent < output->text.size) {
        ssize_t size =
            write(output->descriptor, output->text.data + sent, output->text.size - sent);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return output_fail(output, size < 0 ? errno : EIO, err);
        sent += (size_t)size;
    }
    buf_clear(&output->text);
    return true;
}

bool output_step(struct output *output, struct err *err) {
    return output->text.size < PIECE_BYTES || send_text(output, err);
}

bool output_close(struct output *output, struct err *err) {
    bool ok = send_text(output, err);
    if (ok && output->temporary_path) {
        ok = fsync(output->descriptor) == 0 && close(output->descriptor) == 0 &&
             rename(output->temporary_path, output->path) == 0;
        if (!ok)
            output_fail(output, errno, err);
        else
            output->descriptor = -1;
    } else if (ok && output->descriptor > STDERR_FILENO) {
        ok = close(output->descriptor) == 0 || output_fail(output, errno, err);
        output->descriptor = -1;
    }
    if (ok) {
        free(output->temporary_path);
        output->temporary_path = NULL;
    }
    output_discard(output);
    return ok;
}

void output_discard(struct output *output) {
    if (output->descriptor > STDERR_FILENO)
        close(output->descriptor);
    if (output->temporary_path)
        unlink(output->temporary_path);
    free(output->temporary_path);
    free(output->path);
    buf_free(&output->text);
    output->temporary_path = output->path = NULL;
    output->descriptor = -1;
}

const char *output_style_on(const struct output *output, enum output_style style) {
    static const char *const sequences[] = {"",         "\033[1m",  "\033[2m",
                                            "\033[32m", "\033[33m", "\033[31m"};
    return output->is_color ? sequences[style] : "";
}

const char *output_style_off(const struct output *output, enum output_style style) {
    return output->is_color && style != STYLE_PLAIN ? "\033[0m" : "";
}

void output_add(struct output *output, struct span text) {
    visible_add(&output->text, text);
}

void output_add_wrapped(struct output *output, const char *text, size_t indent, size_t columns) {
    size_t filled = indent;
    while (*text) {
        size_t size = strcspn(text, " \n");
        size_t width = visible_width((struct span){text, size});
        if (size && filled > indent && filled + 1 + width > columns) {
            buf_printf(&output->text, "\n%*s", (int)indent, "");
            filled = indent;
        } else if (size && filled > indent) {
            buf_add_char(&output->text, ' ');
            filled++;
        }
        filled += visible_add(&output->text, (struct span){text, size});
        text += size + (text[size] != '\0');
    }
}

void output_add_count(struct buf *out, int64_t count, const char *one, const char *many) {
    decimal_add_grouped(out, count);
    buf_printf(out, " %s", count == 1 ? one : many);
}

size_t output_text_columns(const struct output *output) {
    return output->columns ? output->columns : 80;
}
