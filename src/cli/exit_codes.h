/* The exit codes as --help shows them. Fixed for ever: scripts hang on them. err_exit_code() gives
 * those of errors. */
#ifndef GOLDLEAF_CLI_EXIT_CODES_H
#define GOLDLEAF_CLI_EXIT_CODES_H

#include <stddef.h>

#define EXIT_DIFFERENT 10

struct exit_code {
    int code;
    const char *meaning;
};

extern const struct exit_code EXIT_CODES[];
extern const size_t EXIT_CODE_COUNT;

#endif
