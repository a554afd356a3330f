#include "cli/exit_codes.h"

const struct exit_code EXIT_CODES[] = {
    {0, "done; all that was asked for is published"},
    {1, "failed; nothing published"},
    {2, "wrong usage, configuration or model"},
    {3, "done, but some sheets came from the CSV fallback"},
    {4, "a gate held the new version back; the last good one is still published"},
    {5, "another run holds the lock"},
    {6, "credentials refused, or no access to a spreadsheet"},
    {7, "the database is unreachable or refused"},
    {10, "only with --detailed-exitcode: there are differences"},
    {75, "temporary (network, quota): try again"},
    {130, "interrupted (Ctrl-C); nothing half done"},
    {143, "terminated; nothing half done"},
};

const size_t EXIT_CODE_COUNT = sizeof EXIT_CODES / sizeof EXIT_CODES[0];
