/* Where the data of a command goes: standard output, or the file of -o.
 *
 * A file is written beside its name and renamed when it is whole, so that nobody ever reads half
 * of one; a pipe or a device is written as it comes. Data is appended to `text` and goes out in
 * pieces. Errors are ERR_FAILED with the name of the place; nothing is printed here. */
#ifndef GOLDLEAF_CLI_OUTPUT_H
#define GOLDLEAF_CLI_OUTPUT_H

#include "base/buf.h"
#include "base/err.h"
#include "json/json.h"

enum output_format { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_CSV };

struct output {
    struct buf text; /* appended by the command, taken away by output_step() */
    enum output_format format;
    bool is_color;
    bool is_terminal;
    size_t columns;              /* of the terminal; 0: nothing is ever cut */
    int descriptor;              /* -1: not open */
    const char *name;            /* for messages */
    char *path, *temporary_path; /* owned; NULL unless a file is being made */
};

/* What the command line says about it. */
struct output_settings {
    const char *path;           /* of -o; NULL or "-": standard output */
    const char *format;         /* of --format, or NULL */
    const char *default_format; /* of the command: "text", "csv" */
    const char *color;          /* "auto", "always", "never" */
    const char *keep_off;       /* a file that must not be overwritten (the database), or NULL */
};

bool output_open(struct output *output, const struct output_settings *settings, struct err *err);

/* Sends on what has piled up, once it is worth it. */
bool output_step(struct output *output, struct err *err);

/* Sends the rest and gives a file its name. */
bool output_close(struct output *output, struct err *err);

/* Gives up: what was not sent is lost, and a file that was being made goes away. Safe on an
 * output that is closed or was never opened ({.descriptor = -1}). */
void output_discard(struct output *output);

/* Colour for what goes to a stream of the terminal: `when` as --color has it. */
bool output_wants_color(const char *when, int descriptor);

/* Whether a path ends so and has a name in front of it: ".csv". */
bool output_has_ending(const char *path, const char *ending);

/* The sequences of a style, "" without colour. */
enum output_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD };
const char *output_style_on(const struct output *output, enum output_style style);
const char *output_style_off(const struct output *output, enum output_style style);

/* Text for people: appended with everything that a terminal would act on made visible. */
void output_add(struct output *output, struct span text);

/* A paragraph, broken at blanks to fit `columns`; lines after the first begin with `indent`
 * blanks. The text is made visible. */
void output_add_wrapped(struct output *output, const char *text, size_t indent, size_t columns);

/* "1 row", "2 rows", "1,234 rows" */
void output_add_count(struct buf *out, int64_t count, const char *one, const char *many);

/* How wide text for people may be when it is not cut: the terminal, else 80 columns. */
size_t output_text_columns(const struct output *output);

#endif
