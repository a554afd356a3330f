/* Reading .env: KEY=value, one a line.
 *
 * Blanks around key and value do not count, "export " may come first, '#' at the start of a line
 * or behind a blank begins a comment. In single quotes everything stands for itself; in double
 * quotes \n, \r, \t, \", \\ and \$ are known and any other backslash stands for itself. Quoted
 * values may run over several lines. Nothing is expanded, nothing is run, and the environment of
 * the process is not changed. Of a key that comes twice, the last one counts.
 *
 * Values may be secrets: no message repeats one. */
#ifndef GOLDLEAF_CLI_ENV_FILE_H
#define GOLDLEAF_CLI_ENV_FILE_H

#include "base/arena.h"
#include "base/err.h"

/* A larger file is not a .env. */
#define ENV_FILE_MAX_BYTES ((size_t)1024 * 1024)

struct env_entry {
    const char *name;
    const char *value;
    unsigned line;
};

struct env_file {
    const char *path;
    bool exists;
    struct env_entry *entries;
    size_t count, capacity;
    const char **warnings; /* "FILE:LINE: ...", about keys that were passed over or look wrong */
    size_t warning_count;
};

/* Takes text apart. A line that cannot be read is ERR_USAGE "FILE:LINE: why". `known` lists the
 * GOLDLEAF_ variables, for the warning about one that is not among them. */
bool env_file_parse(struct arena *arena, const char *path, struct span text,
                    const char *const *known, size_t known_count, struct env_file *file,
                    struct err *err);

/* Reads and parses a file. One that does not exist is an empty one unless it `is_required`; one
 * that cannot be read is ERR_USAGE. */
bool env_file_read(struct arena *arena, const char *path, bool is_required,
                   const char *const *known, size_t known_count, struct env_file *file,
                   struct err *err);

/* The entry of that name, or NULL. */
const struct env_entry *env_file_find(const struct env_file *file, const char *name);

#endif
