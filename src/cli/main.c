/* goldleaf: from the command line to a command, and from its outcome to an exit code. */
#include "cli/commands.h"

#include "base/log.h"
#include "cli/configure.h"
#include "run/signals.h"

#include <fcntl.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <unistd.h>

/* A program started with a closed stream would get its descriptor for the next file it opens, and
 * print into it. Reading end only: a write to it then fails as it should. */
static void occupy_standard_streams(void) {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++)
        if (fcntl(descriptor, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
            _exit(1);
}

/* The C library would keep blocks of up to 32 MB for later once one of them was given back. Here a
 * sheet's are large, few, and never needed again. */
static void return_large_blocks(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

static bool check_operands(const struct session *session, struct err *err) {
    const struct command *command = session->command;
    if (session->operand_count < command->least_operands)
        err_set(err, ERR_USAGE, "%s needs %s", command->name, command->operands);
    else if (session->operand_count > command->most_operands)
        err_set(err, ERR_USAGE, "%s does not take \"%s\"", command->name,
                session->operands[command->most_operands]);
    else
        return true;
    return err_hint(err, "usage: goldleaf %s%s%s", command->name, *command->operands ? " " : "",
                    command->operands);
}

/* --help and --version work whatever else is on the command line or in the environment. */
static bool answer_help(struct session *session, bool *is_answered, struct err *err) {
    bool wants_version = options_is_on(&session->options, OPTION_VERSION);
    *is_answered = wants_version || options_is_on(&session->options, OPTION_HELP);
    if (!*is_answered)
        return true;
    struct output_settings settings = {.default_format = "text", .color = "auto"};
    if (!output_open(&session->output, &settings, err))
        return false;
    if (wants_version)
        buf_add_text(&session->output.text, "goldleaf " GOLDLEAF_VERSION "\n");
    else
        help_add(&session->output, session->command);
    return output_close(&session->output, err);
}

/* Without a command there is nothing to do: which ones there are, as an error. */
static bool demand_command(struct session *session, struct err *err) {
    struct output *output = &session->output;
    output->descriptor = STDERR_FILENO;
    output->name = "standard error";
    help_add_commands(output);
    buf_add_char(&output->text, '\n');
    if (!output_close(output, err))
        return false;
    err_set(err, ERR_USAGE, "there is no command");
    return err_hint(err, "`goldleaf help` says more; `goldleaf all` is the main one");
}

static bool run(struct session *session, int argc, char **argv, struct err *err) {
    struct arguments arguments;
    bool is_answered;
    if (!options_parse(session->arena, argc, argv, &session->options, &arguments, err))
        return false;
    if (arguments.count &&
        !command_find(session->arena, arguments.words[0], &session->command, err))
        return false;
    if (!answer_help(session, &is_answered, err) || is_answered)
        return is_answered && err->class == ERR_NONE;
    if (!session->command)
        return demand_command(session, err);
    session->operands = arguments.words + 1;
    session->operand_count = arguments.count - 1;
    session->given = session->options;
    return configure(session, err) && check_operands(session, err) &&
           session->command->run(session, err);
}

int main(int argc, char **argv) {
    struct arena arena = {0};
    struct err err = {0};
    struct session session = {.arena = &arena, .output = {.descriptor = -1}};
    occupy_standard_streams();
    return_large_blocks();
    signals_install();
    bool ok = run(&session, argc, argv, &err);
    int exit_code = ok ? session.exit_code : err_exit_code(err.class);
    if (!ok)
        log_failure(&err, exit_code);
    output_discard(&session.output);
    arena_free(&arena);
    return exit_code;
}
