#include "cli/env_file.h"

#include "base/buf.h"
#include "base/nearest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

struct reader {
    struct arena *arena;
    struct env_file *file;
    struct span text;
    size_t at;
    unsigned line;
    struct err *err;
};

static bool line_fault(const struct reader *reader, unsigned line, const char *what) {
    err_set(reader->err, ERR_USAGE, "%s:%u: %s", reader->file->path, line, what);
    return err_hint(reader->err, "a line is KEY=value, or begins with '#'");
}

static void warn(const struct reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);

static void warn(const struct reader *reader, const char *format, ...) {
    struct env_file *file = reader->file;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char **grown =
        arena_array(reader->arena, file->warning_count + 1, sizeof *file->warnings);
    if (file->warning_count)
        memcpy(grown, file->warnings, file->warning_count * sizeof *grown);
    grown[file->warning_count++] =
        arena_printf(reader->arena, "%s:%u: %s", file->path, reader->line, text);
    file->warnings = grown;
}

/* The character to be read next; 0 at the end. */
static char peek(const struct reader *reader) {
    return reader->at < reader->text.size ? reader->text.data[reader->at] : '\0';
}

static bool is_at_end(const struct reader *reader) {
    return reader->at >= reader->text.size;
}

/* A carriage return ends a line only together with the line feed behind it, or the file. */
static bool is_line_end(const struct reader *reader) {
    size_t at = reader->at;
    if (at < reader->text.size && reader->text.data[at] == '\r')
        at++;
    return at >= reader->text.size || reader->text.data[at] == '\n';
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static void skip_blanks(struct reader *reader) {
    while (is_blank(peek(reader)))
        reader->at++;
}

static void skip_line(struct reader *reader) {
    while (!is_at_end(reader) && peek(reader) != '\n')
        reader->at++;
    if (!is_at_end(reader))
        reader->at++;
    reader->line++;
}

static bool is_name_char(char c) {
    return ascii_is_alpha(c) || ascii_is_digit(c) || c == '_';
}

static struct span read_name(struct reader *reader) {
    size_t start = reader->at;
    while (is_name_char(peek(reader)))
        reader->at++;
    return (struct span){reader->text.data + start, reader->at - start};
}

/* "export KEY=value" is a shell's way to say the same; a key may be called "export", too. */
static struct span read_key(struct reader *reader) {
    struct span name = read_name(reader);
    if (!span_is(name, "export") || !is_blank(peek(reader)))
        return name;
    size_t behind = reader->at;
    skip_blanks(reader);
    struct span second = read_name(reader);
    if (second.size)
        return second;
    reader->at = behind;
    return name;
}

/* Up to the line's end or a comment, without the blanks before either. */
static struct span read_plain(struct reader *reader) {
    size_t start = reader->at;
    while (!is_line_end(reader)) {
        bool is_comment = peek(reader) == '#' &&
                          (reader->at == start || is_blank(reader->text.data[reader->at - 1]));
        if (is_comment)
            break;
        reader->at++;
    }
    size_t end = reader->at;
    while (end > start && is_blank(reader->text.data[end - 1]))
        end--;
    return (struct span){reader->text.data + start, end - start};
}

static void add_escape(struct buf *value, char c) {
    static const char codes[] = "nrt\"\\$";
    static const char chars[] = "\n\r\t\"\\$";
    const char *found = c ? strchr(codes, c) : NULL;
    if (found) {
        buf_add_char(value, chars[found - codes]);
        return;
    }
    buf_add_char(value, '\\');
    buf_add_char(value, c);
}

static bool read_quoted(struct reader *reader, struct buf *value) {
    unsigned first_line = reader->line;
    char quote = peek(reader);
    reader->at++;
    while (!is_at_end(reader) && peek(reader) != quote) {
        char c = peek(reader);
        reader->at++;
        reader->line += c == '\n';
        if (c == '\\' && quote == '"' && !is_at_end(reader) && peek(reader) != '\n') {
            add_escape(value, peek(reader));
            reader->at++;
        } else if (c != '\r' || peek(reader) != '\n') {
            buf_add_char(value, c);
        }
    }
    if (is_at_end(reader))
        return line_fault(reader, first_line, "the quote that opens here is never closed");
    reader->at++;
    skip_blanks(reader);
    if (!is_line_end(reader) && peek(reader) != '#')
        return line_fault(reader, reader->line, "there is text behind the closing quote");
    return true;
}

/* Variables that steer the linker, the shell or the search for programs are none of ours; a file
 * that sets them was made for something else, or by somebody else. */
static bool is_foreign(const char *name) {
    static const char *const names[] = {"PATH",    "CDPATH", "GCONV_PATH", "LOCPATH",
                                        "NLSPATH", "IFS",    "ENV",        "BASH_ENV",
                                        "SHELL",   "TMPDIR", "PYTHONPATH"};
    if (strncmp(name, "LD_", 3) == 0 || strncmp(name, "DYLD_", 5) == 0)
        return true;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* False for a key that is passed over. */
static bool check_key(const struct reader *reader, const char *name, const char *const *known,
                      size_t known_count) {
    if (is_foreign(name)) {
        warn(reader, "%s is ignored: it is not for a .env", name);
        return false;
    }
    /* These two are about one run, and about this very file. */
    if (strcmp(name, "GOLDLEAF_ACCEPT") == 0 || strcmp(name, "GOLDLEAF_ENV_FILE") == 0) {
        warn(reader, "%s is ignored here: give it to a run", name);
        return false;
    }
    if (strncmp(name, "GOLDLEAF_", 9) != 0)
        return true;
    for (size_t i = 0; i < known_count; i++)
        if (strcmp(name, known[i]) == 0)
            return true;
    const char *nearest = nearest_word(name, known, known_count);
    warn(reader, "%s is not known%s%s%s", name, nearest ? "; did you mean " : "",
         nearest ? nearest : "", nearest ? "?" : "");
    return true;
}

static void add_entry(struct reader *reader, const char *name, struct span value, unsigned line) {
    struct env_file *file = reader->file;
    if (file->count == file->capacity) {
        size_t capacity = file->capacity ? file->capacity * 2 : 16;
        struct env_entry *grown = arena_array(reader->arena, capacity, sizeof *grown);
        if (file->count)
            memcpy(grown, file->entries, file->count * sizeof *grown);
        file->entries = grown;
        file->capacity = capacity;
    }
    file->entries[file->count++] =
        (struct env_entry){name, arena_string(reader->arena, value), line};
}

static bool read_line(struct reader *reader, const char *const *known, size_t known_count) {
    skip_blanks(reader);
    if (is_line_end(reader) || peek(reader) == '#') {
        skip_line(reader);
        return true;
    }
    struct span key = read_key(reader);
    if (key.size == 0 || ascii_is_digit(key.data[0]))
        return line_fault(reader, reader->line, "there is no key");
    skip_blanks(reader);
    if (peek(reader) != '=')
        return line_fault(reader, reader->line, "there is no '=' behind the key");
    reader->at++;
    skip_blanks(reader);
    struct buf quoted = {0};
    unsigned line = reader->line;
    bool is_quoted = peek(reader) == '"' || peek(reader) == '\'';
    struct span value = {0};
    if (!is_quoted)
        value = read_plain(reader);
    bool ok = !is_quoted || read_quoted(reader, &quoted);
    const char *name = arena_string(reader->arena, key);
    if (ok && check_key(reader, name, known, known_count))
        add_entry(reader, name, is_quoted ? buf_span(&quoted) : value, line);
    buf_free(&quoted);
    if (ok)
        skip_line(reader);
    return ok;
}

bool env_file_parse(struct arena *arena, const char *path, struct span text,
                    const char *const *known, size_t known_count, struct env_file *file,
                    struct err *err) {
    *file = (struct env_file){.path = path};
    struct reader reader = {.arena = arena, .file = file, .text = text, .line = 1, .err = err};
    const char *nul = text.size ? memchr(text.data, '\0', text.size) : NULL;
    if (nul) {
        for (const char *c = text.data; c < nul; c++)
            reader.line += *c == '\n';
        return line_fault(&reader, reader.line, "there is a NUL byte; this is not a text file");
    }
    if (text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        reader.at = 3;
    while (!is_at_end(&reader))
        if (!read_line(&reader, known, known_count))
            return false;
    return true;
}

static bool read_text(int descriptor, const char *path, struct buf *text, struct err *err) {
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return err_set(err, ERR_USAGE, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return err_set(err, ERR_USAGE, "%s: is a folder, not a file", path);
    for (;;) {
        buf_reserve(text, 4096);
        ssize_t size = read(descriptor, text->data + text->size, 4096);
        if (size == 0)
            return true;
        if (size < 0 && errno != EINTR)
            return err_set(err, ERR_USAGE, "%s: %s", path, strerror(errno));
        text->size += size > 0 ? (size_t)size : 0;
        if (text->size > ENV_FILE_MAX_BYTES)
            return err_set(err, ERR_USAGE, "%s: is larger than 1 MiB; this is not a .env", path);
    }
}

bool env_file_read(struct arena *arena, const char *path, bool is_required,
                   const char *const *known, size_t known_count, struct env_file *file,
                   struct err *err) {
    *file = (struct env_file){.path = path};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        if ((errno == ENOENT || errno == ENOTDIR) && !is_required)
            return true;
        return err_set(err, ERR_USAGE, "%s: %s", path, strerror(errno));
    }
    struct buf text = {0};
    bool ok = read_text(descriptor, path, &text, err) &&
              env_file_parse(arena, path, buf_span(&text), known, known_count, file, err);
    file->exists = true;
    buf_free(&text);
    close(descriptor);
    return ok;
}

const struct env_entry *env_file_find(const struct env_file *file, const char *name) {
    for (size_t i = file ? file->count : 0; i > 0; i--)
        if (strcmp(file->entries[i - 1].name, name) == 0)
            return &file->entries[i - 1];
    return NULL;
}
