#include "cli/configure.h"

#include "base/log.h"
#include "cli/commands.h"

#include <unistd.h>

static const char *environment_get(const char *name) {
    return getenv(name);
}

/* Which .env: that of the flag or of the variable must be there, the default one may be missing. */
static bool read_env_file(struct session *session, struct env_file *file, struct err *err) {
    const char *const *known;
    size_t known_count = options_list_variables(session->arena, &known);
    const char *path = session->options.text[OPTION_ENV_FILE];
    if (!path)
        path = getenv(OPTIONS[OPTION_ENV_FILE].variable);
    bool is_named = path && *path;
    if (!is_named)
        path = OPTIONS[OPTION_ENV_FILE].default_value;
    return env_file_read(session->arena, path, is_named || session->needs_env_file, known,
                         known_count, file, err);
}

static enum log_level log_level_of(const struct options *options) {
    const char *level = options->text[OPTION_LOG_LEVEL];
    size_t index = 0;
    struct span word;
    if (options_is_on(options, OPTION_QUIET))
        return LOG_LEVEL_ERROR;
    if (options_is_on(options, OPTION_VERBOSE))
        return LOG_LEVEL_DEBUG;
    while (choice_word(OPTIONS[OPTION_LOG_LEVEL].choices, index, &word) && !span_is(word, level))
        index++;
    return (enum log_level)index; /* the words stand in the order of the levels */
}

bool configure_log(const struct session *session, struct err *err) {
    const char *path = session->options.text[OPTION_LOG_FILE];
    size_t max_bytes = (size_t)session->options.log_max_mib * 1024 * 1024;
    struct log_sink sink = {
        .level = log_level_of(&session->options),
        .format = strcmp(session_text(session, OPTION_LOG_FORMAT), "json") == 0 ? LOG_FORMAT_JSON
                                                                                : LOG_FORMAT_TEXT,
        .is_color = output_wants_color(session_text(session, OPTION_COLOR), STDERR_FILENO),
    };
    /* A line that is read later has to say when it was written. */
    sink.is_dated = sink.level == LOG_LEVEL_DEBUG || path || session->command->is_daemon;
    log_configure(&sink);
    if (!path)
        log_close_file();
    return !path || log_open_file(path, max_bytes, err);
}

bool configure(struct session *session, struct err *err) {
    struct env_file *file = arena_alloc(session->arena, sizeof *file);
    if (!session->command->needs_no_env_file && !read_env_file(session, file, err))
        return false;
    session->environment = (struct environment){.get = environment_get, .file = file};
    if (!options_resolve(session->arena, &session->options, &session->environment,
                         session->command->options, session->command->name, err))
        return false;
    if (!configure_log(session, err))
        return false;
    for (size_t i = 0; i < file->warning_count; i++)
        log_line(LOG_LEVEL_WARN, "env_file", "%s", file->warnings[i]);
    return true;
}
