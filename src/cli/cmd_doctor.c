/* `goldleaf doctor`: checks key, clock, sharing, tabs, headers and database, and says for each
 * fault what to do. Writes nothing. */
#include "cli/commands.h"

#include "cli/doctor.h"
#include "run/signals.h"

#include <unistd.h>

/* A path without a '/' is in the working directory. */
static const char *folder_of(struct arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? arena_string(arena, (struct span){path, (size_t)(slash - path) + 1}) : ".";
}

static bool check_database(struct diagnosis *diagnosis, const struct session *session) {
    const char *url = session_text(session, OPTION_DATABASE), *path = warehouse_file(url);
    struct warehouse *warehouse = NULL;
    struct err err = {0};
    const char *folder = path ? folder_of(session->arena, path) : NULL;
    if (path && access(path, F_OK) != 0) {
        bool is_open = access(folder, W_OK | X_OK) == 0;
        diagnosis_add(diagnosis, "database", is_open ? CHECK_OK : CHECK_FAIL,
                      is_open ? NULL : "make the folder, or name another place with --database",
                      "%s does not exist yet; the first run %s make it", path,
                      is_open ? "will" : "cannot");
        return is_open;
    }
    bool is_writable;
    bool ok = warehouse_open(&warehouse, url, WAREHOUSE_READ, &err) &&
              warehouse_can_write(warehouse, &is_writable, &err);
    if (!ok) {
        warehouse_close(warehouse);
        return diagnosis_add_failure(diagnosis, "database", &err);
    }
    diagnosis_add(diagnosis, "database", is_writable ? CHECK_OK : CHECK_WARN,
                  is_writable ? NULL
                              : "runs need the right to write the file and its folder, or on a "
                                "server to make tables, TEMPORARY ones, too",
                  "%s can be %s", warehouse_location(warehouse),
                  is_writable ? "read and written" : "read, but not written");
    warehouse_close(warehouse);
    return true;
}

static bool reads_files(const struct session *session, const struct diagnosis *diagnosis) {
    if (strcmp(session_text(session, OPTION_SOURCE), "csv") == 0)
        return true;
    for (size_t i = 0; i < diagnosis->count; i++)
        if (strcmp(diagnosis->checks[i].name, "spreadsheet") == 0)
            return diagnosis->checks[i].status == CHECK_WARN;
    return false;
}

bool cmd_doctor(struct session *session, struct err *err) {
    const struct model *model;
    struct diagnosis diagnosis = {.arena = session->arena};
    if (!session_read_model(session, &model, err))
        return false;
    diagnosis_add(&diagnosis, "model", CHECK_OK, NULL, "%s %s, %zu sheets, %zu KPI tables",
                  model->name, model->version ? model->version : "", model->sheet_count,
                  model->gold_count);
    if (strcmp(session_text(session, OPTION_SOURCE), "csv") != 0)
        doctor_check_google(&diagnosis, session, model);
    if (reads_files(session, &diagnosis))
        doctor_check_files(&diagnosis, session, model);
    check_database(&diagnosis, session);
    session->exit_code = diagnosis.exit_code;
    /* What a signal cut off is no finding. */
    bool ok = signals_check(err) && diagnosis_print(session, &diagnosis, err);
    model_close(model);
    return ok;
}
