/* `goldleaf help`: written from the tables of commands, options and exit codes. */
#include "cli/commands.h"

#include "cli/exit_codes.h"
#include "cli/google.h"

#define OPTION_COLUMN 26 /* where the explanation of an option begins */
#define COMMAND_COLUMN 16

static void add_heading(struct output *output, const char *text) {
    buf_printf(&output->text, "\n%s%s%s\n", output_style_on(output, STYLE_BOLD), text,
               output_style_off(output, STYLE_BOLD));
}

/* "  name          explanation", the explanation broken to the width of the terminal. */
static void add_entry(struct output *output, const char *name, int column, const char *text) {
    size_t columns = output_text_columns(output);
    buf_printf(&output->text, "  %-*s", column - 2, name);
    if (strlen(name) + 3 > (size_t)column)
        buf_printf(&output->text, "\n%*s", column, "");
    output_add_wrapped(output, text, (size_t)column, columns > 100 ? 100 : columns);
    buf_add_char(&output->text, '\n');
}

static void add_option(struct output *output, const struct option *option) {
    struct buf name = {0}, text = {0};
    if (option->letter)
        buf_printf(&name, "-%c, ", option->letter);
    buf_printf(&name, "--%s", option->name);
    if (option->value)
        buf_printf(&name, " %s", option->value);
    buf_add_text(&text, option->help);
    if (option->default_value)
        buf_printf(&text, " (default: %s)", option->default_value);
    if (option->variable)
        buf_printf(&text, " [%s]", option->variable);
    add_entry(output, buf_text(&name), OPTION_COLUMN, buf_text(&text));
    buf_free(&name);
    buf_free(&text);
}

static void add_options(struct output *output, unsigned commands, bool own) {
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if ((OPTIONS[i].commands & commands) && (OPTIONS[i].commands != FOR_ALL) == own)
            add_option(output, &OPTIONS[i]);
}

static void add_exit_codes(struct output *output) {
    char code[16];
    add_heading(output, "Exit codes");
    for (size_t i = 0; i < EXIT_CODE_COUNT; i++) {
        snprintf(code, sizeof code, "%3d", EXIT_CODES[i].code);
        add_entry(output, code, 8, EXIT_CODES[i].meaning);
    }
}

void help_add_commands(struct output *output) {
    buf_add_text(&output->text,
                 "goldleaf " GOLDLEAF_VERSION ": from business spreadsheets to KPI tables\n\n"
                 "Usage: goldleaf COMMAND [OPTIONS]\n");
    add_heading(output, "Commands");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        add_entry(output, COMMANDS[i].name, COMMAND_COLUMN, COMMANDS[i].summary);
}

/* Only these have no option: some are secrets, and the others belong to a place, not to a call. */
static void add_google_variables(struct output *output) {
    add_heading(output, "Google Sheets (environment or .env)");
    for (size_t i = 0; i < GOOGLE_VARIABLE_COUNT; i++)
        add_entry(output, GOOGLE_VARIABLES[i].name, OPTION_COLUMN, GOOGLE_VARIABLES[i].help);
}

static void add_overview(struct output *output) {
    struct buf *text = &output->text;
    help_add_commands(output);
    add_heading(output, "Options for every command");
    add_options(output, FOR_ALL, false);
    add_heading(output, "Options for some commands");
    add_options(output, FOR_ALL, true);
    add_google_variables(output);
    buf_add_char(text, '\n');
    output_add_wrapped(output,
                       "The name in square brackets is the variable that does the same. The "
                       "command line counts before the environment, the environment before .env, "
                       "and .env before the default. A flag's variable is 1 or 0; several sheets "
                       "are separated by commas.",
                       0, 80);
    buf_add_char(text, '\n');
    add_exit_codes(output);
    buf_add_text(text, "\n`goldleaf help COMMAND` says more about one command.\n");
}

static void add_command(struct output *output, const struct command *command) {
    struct buf *text = &output->text;
    buf_printf(text, "Usage: goldleaf %s%s%s [OPTIONS]\n\n", command->name,
               *command->operands ? " " : "", command->operands);
    output_add_wrapped(output, command->summary, 0, 80);
    buf_add_char(text, '\n');
    if (command->details) {
        buf_add_char(text, '\n');
        output_add_wrapped(output, command->details, 0, 80);
        buf_add_char(text, '\n');
    }
    bool has_own = false;
    for (size_t i = 0; i < OPTION_COUNT; i++)
        has_own |= OPTIONS[i].commands != FOR_ALL && (OPTIONS[i].commands & command->options);
    if (has_own) {
        add_heading(output, "Options");
        add_options(output, command->options, true);
    }
    add_heading(output, "Options for every command");
    add_options(output, command->options, false);
    if (command->options & (FOR_PULL | FOR_GOOGLE | FOR_MODEL))
        add_google_variables(output);
    add_exit_codes(output);
}

void help_add(struct output *output, const struct command *command) {
    if (command)
        add_command(output, command);
    else
        add_overview(output);
}

bool cmd_help(struct session *session, struct err *err) {
    const struct command *command = NULL;
    if (session->operand_count &&
        !command_find(session->arena, session->operands[0], &command, err))
        return false;
    if (!session_open_output(session, "text", err))
        return false;
    help_add(&session->output, command);
    return output_close(&session->output, err);
}

bool cmd_version(struct session *session, struct err *err) {
    if (!session_open_output(session, "text", err))
        return false;
    buf_add_text(&session->output.text, "goldleaf " GOLDLEAF_VERSION "\n");
    return output_close(&session->output, err);
}
