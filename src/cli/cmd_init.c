/* `goldleaf init`: a .env in which every setting stands as a comment, with what it does. */
#include "cli/commands.h"

#include "base/log.h"
#include "cli/google.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* An option that is about one call has no place in a file that is read at every call. */
static bool belongs_into_file(enum option_id id) {
    switch (id) {
    case OPTION_ENV_FILE:
    case OPTION_OUTPUT:
    case OPTION_ACCEPT:
    case OPTION_FULL_REFRESH:
    case OPTION_SNAPSHOT:
    case OPTION_FROM_CSV:
    case OPTION_SHEET:
    case OPTION_LIMIT:
    case OPTION_VERBOSE:
    case OPTION_QUIET:
        return false;
    default:
        return OPTIONS[id].variable != NULL;
    }
}

static void add_setting(struct buf *out, const struct option *option) {
    buf_printf(out, "\n# %c%s.\n", ascii_upper(option->help[0]), option->help + 1);
    if (option->choices)
        buf_printf(out, "# One of: %s\n", option->choices);
    buf_printf(out, "#%s=%s\n", option->variable,
               option->default_value       ? option->default_value
               : option->kind == KIND_FLAG ? "1"
                                           : "");
}

/* The dots of SHEET_... stand for the name of any sheet. */
static void add_google_variables(struct buf *out) {
    for (size_t i = 0; i < GOOGLE_VARIABLE_COUNT; i++) {
        const struct google_variable *variable = &GOOGLE_VARIABLES[i];
        buf_printf(out, "\n# %c%s.\n#%.*s=\n", ascii_upper(variable->help[0]), variable->help + 1,
                   (int)strcspn(variable->name, "."), variable->name);
    }
}

static void add_file(struct buf *out) {
    buf_add_text(
        out, "# Settings of goldleaf, read from the folder in which it is started.\n"
             "# Take away the '#' in front of a setting to change it. What stands behind it is\n"
             "# the default. The environment counts before this file, and the command line\n"
             "# before both. This file may hold passwords: keep it out of version control.\n");
    for (int id = 0; id < OPTION_COUNT; id++)
        if (belongs_into_file((enum option_id)id))
            add_setting(out, &OPTIONS[id]);
    add_google_variables(out);
}

static bool write_file(int descriptor, const char *path, struct span text, struct err *err) {
    while (text.size) {
        ssize_t size = write(descriptor, text.data, text.size);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0) {
            err_set(err, ERR_FAILED, "%s: %s", path, strerror(size < 0 ? errno : EIO));
            unlink(path); /* half a file would be in the way of the next try */
            return false;
        }
        text.data += size;
        text.size -= (size_t)size;
    }
    return true;
}

bool cmd_init(struct session *session, struct err *err) {
    const char *path = session_text(session, OPTION_ENV_FILE);
    struct buf text = {0};
    int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0 && errno == EEXIST) {
        err_set(err, ERR_FAILED, "%s exists and is left as it is", path);
        return err_hint(err, "move it away, or name another file with --env-file");
    }
    if (descriptor < 0)
        return err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
    add_file(&text);
    bool ok = write_file(descriptor, path, buf_span(&text), err);
    close(descriptor);
    buf_free(&text);
    if (ok)
        log_line(LOG_LEVEL_INFO, "env_file_written",
                 "wrote %s: every setting, with its default, as a comment", path);
    return ok;
}
