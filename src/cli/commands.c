#include "cli/commands.h"

#include "base/nearest.h"
#include "cli/model_init.h"

const struct command COMMANDS[] = {
    {.name = "all",
     .operands = "",
     .summary = "pull every sheet, then build silver and gold",
     .details = "Everything of one run is published together, or nothing is. Only what changed "
                "since the last run is worked on. A sheet that is missing, emptied, lacks a "
                "required column or lost too many rows is held back: its last good version stays, "
                "and the exit code is 4. A model that was edited is applied; one that would take "
                "away what is there is refused with a list, unless --allow-destructive.",
     .options = FOR_PULL,
     .run = cmd_all},
    {.name = "load_bronze",
     .operands = "",
     .summary = "pull every sheet and record the snapshot",
     .details = "The first part of `all`: silver and gold stay as they are.",
     .options = FOR_PULL,
     .run = cmd_load_bronze},
    {.name = "build_silver",
     .operands = "",
     .summary = "clean what changed since silver was last built",
     .details = "The second part of `all`, from the snapshots that are in bronze.",
     .options = FOR_BUILD,
     .run = cmd_build_silver},
    {.name = "build_gold",
     .operands = "",
     .summary = "refresh the KPI tables from silver",
     .details = "The third part of `all`.",
     .options = FOR_BUILD,
     .run = cmd_build_gold},
    {.name = "schedule",
     .operands = "",
     .summary = "run `all` now and then every interval, until told to stop",
     .details = "Each run is a process of its own; settings and model are read anew for it. A run "
                "that came due while another was on is made up for once. TERM and INT end it "
                "within five seconds and with exit code 0, a second one at once; HUP runs now; "
                "USR1 says how it stands. "
                "Speaks systemd's protocol when started by it.",
     .options = FOR_SCHEDULE,
     .is_daemon = true,
     .run = cmd_schedule},
    {.name = "diff",
     .operands = "[A [B]]",
     .summary = "what changed between two snapshots, rows, cells and KPIs",
     .details =
         "A and B are numbers of snapshots; without them the last two, with one that one and "
         "the last. Both are run again in memory, so the KPIs are those that each snapshot "
         "gives. A renamed column is a guess by values, place and name. `goldleaf all --dry-run` "
         "compares the last snapshot with the sheets as they are now.",
     .options = FOR_DIFF,
     .most_operands = 2,
     .run = cmd_diff},
    {.name = "blame",
     .operands = "TABLE KEY [COLUMN]",
     .summary = "which edited cells moved this KPI, between two snapshots",
     .details = "KEY is written as shop=7, of several columns as day=2026-03-01,shop=7. "
                "The edits between the snapshots are done one after the other in memory, and what "
                "the KPI moves by is the edit's effect; so an edit far away counts, too. Default: "
                "the last two snapshots, every column that moved.",
     .options = FOR_BLAME,
     .least_operands = 2,
     .most_operands = 3,
     .run = cmd_blame},
    {.name = "apply",
     .operands = "PLAN",
     .summary = "do exactly what a saved dry run showed, or refuse",
     .details =
         "PLAN is a file that --dry-run --save-plan wrote. The sheets are pulled again; when "
         "one of them, or the warehouse, is not as it was then, nothing is done.",
     .options = FOR_GOOGLE,
     .least_operands = 1,
     .most_operands = 1,
     .run = cmd_apply},
    {.name = "report",
     .operands = "",
     .summary = "the dashboard, as one HTML page that needs no network",
     .details =
         "Key figures, charts and tables of what is published, with the age and source of each "
         "sheet and the rows in quarantine. Into report.html, or the file of -o, which is replaced "
         "when the page is whole. It may be written while a run is under way; --report FILE of "
         "`all` and `schedule` writes it after each run that published. --warn-after says when a "
         "sheet counts as old. What is on it, the model says in goldleaf:report.",
     .options = FOR_REPORT,
     .run = cmd_report},
    {.name = "status",
     .operands = "",
     .summary = "snapshots, the last run, freshness of each sheet, row counts",
     .options = FOR_STATUS,
     .run = cmd_status},
    {.name = "rejects",
     .operands = "",
     .summary = "the quarantine: rows that did not reach silver, and why",
     .details = "Each row with its sheet, its cell, its key, the rule that it broke, the value as "
                "it was typed, and the reason. JSON and CSV also have a link to the cell "
                "(RFC 7111 for CSV files); JSON has the whole row.",
     .options = FOR_REJECTS,
     .run = cmd_rejects},
    {.name = "export",
     .operands = "TABLE",
     .summary = "a bronze sheet as it was, or a silver or gold table",
     .details = "TABLE is bronze_SHEET, silver_SHEET, gold_NAME or one of the audit tables. A "
                "bronze sheet has the header, the cells and the order of rows that were pulled; "
                "--snapshot N takes it as it was then. The format is CSV unless --format or the "
                "ending of -o says otherwise.",
     .options = FOR_EXPORT,
     .least_operands = 1,
     .most_operands = 1,
     .run = cmd_export},
    {.name = "copy",
     .operands = "",
     .summary = "carry the warehouse, history included, to another database",
     .details = "--to URL names the database, which must have no warehouse yet: a path, or "
                "postgresql://... Every snapshot can be exported there as here. A URL with a "
                "password is better given in the environment, as GOLDLEAF_TO.",
     .options = FOR_COPY,
     .run = cmd_copy},
    {.name = "prune",
     .operands = "",
     .summary = "drop old snapshots, and what only they need",
     .details = "--keep 90d keeps the snapshots of the last ninety days, --keep 90 the ninety "
                "newest. The newest stays in any case, and so do those of each sheet's last good "
                "load and last pull from Google. Exports of what stays are as before, and so is "
                "the next run. --dry-run shows what would go. The room is given back to the disk "
                "or, by PostgreSQL, to its next rows.",
     .options = FOR_PRUNE,
     .run = cmd_prune},
    {.name = "verify",
     .operands = "",
     .summary = "check the warehouse against itself, without writing",
     .details =
         "Row and sheet hashes, order and ranges of versions, conservation, references, the "
         "quarantine, the model's checks; and silver and gold against a rebuild in a scratch "
         "database, row by row. One line for each check, with the first differences; exits with 1 "
         "when one fails. Needs no right but to read.",
     .options = FOR_OTHERS,
     .run = cmd_verify},
    {.name = "doctor",
     .operands = "",
     .summary = "check key, clock, sharing, tabs, headers, database",
     .details = "Walks the way of a run without writing anything, and says for each fault what to "
                "do about it. Ends with the exit code that a run would end with.",
     .options = FOR_GOOGLE,
     .run = cmd_doctor},
    {.name = "model",
     .operands = "[check [NAME|DIR] | diff [NAME|DIR] | docs [NAME|DIR] | " MODEL_INIT_OPERANDS
                 " | profile]",
     .summary = "show the model, check, compare, document it, draft one",
     .details =
         "`model` shows the sheets, their columns and rules, and the KPI tables. `model check` "
         "lists every fault of a model with its place, also SQL that the database does not "
         "accept, and exits 2 when there are any. `model diff` tells what an edited model changes "
         "in the warehouse and what would be lost by it, and writes nothing. `model docs` writes "
         "the data dictionary as one "
         "HTML page, or as Markdown with --format text or an -o that ends in .md. `model init DIR "
         "--from-csv DIR` looks at every cell of the CSV files and drafts a first model into a "
         "new folder: types, keys, references, forms of dates and a KPI table per sheet in which "
         "things happen. What it is not certain of it says, and writes into the descriptions. "
         "With --from-sheets it does the same with the tabs of SPREADSHEET, or those that are "
         "named. `model profile` writes the JSON Schema by which editors complete and check a "
         "model.",
     .options = FOR_MODEL,
     .most_operands = SIZE_MAX,
     .run = cmd_model},
    {.name = "init",
     .operands = "",
     .summary = "write a commented .env",
     .details = "Into .env, or the file of --env-file. A file that is there is never overwritten.",
     .options = FOR_OTHERS,
     .needs_no_env_file = true,
     .run = cmd_init},
    {.name = "help",
     .operands = "[COMMAND]",
     .summary = "this text, or that of one command",
     .options = FOR_OTHERS,
     .most_operands = 1,
     .needs_no_env_file = true,
     .run = cmd_help},
    {.name = "version",
     .operands = "",
     .summary = "the version",
     .options = FOR_OTHERS,
     .needs_no_env_file = true,
     .run = cmd_version},
};

const size_t COMMAND_COUNT = COUNT_OF(COMMANDS);

bool command_find(struct arena *arena, const char *name, const struct command **command,
                  struct err *err) {
    const char *names[COUNT_OF(COMMANDS)];
    char *folded = arena_alloc(arena, strlen(name) + 1);
    for (size_t i = 0; name[i]; i++)
        folded[i] = name[i] == '-' ? '_' : name[i];
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
        names[i] = COMMANDS[i].name;
        *command = &COMMANDS[i];
        if (strcmp(folded, COMMANDS[i].name) == 0)
            return true;
    }
    *command = NULL;
    const char *nearest = nearest_word(folded, names, COUNT_OF(names));
    err_set(err, ERR_USAGE, "unknown command \"%s\"", name);
    return nearest ? err_hint(err, "did you mean %s?", nearest)
                   : err_hint(err, "`goldleaf help` lists the commands");
}
