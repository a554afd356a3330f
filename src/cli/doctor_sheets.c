/* The sheets half of `goldleaf doctor`: CSV files, and the header of a sheet from anywhere. */
#include "cli/doctor.h"

#include "source/csv.h"
#include "source/csv_source.h"
#include "source/header.h"

#define HEADER_HINT                                                                                \
    "the model's columns: goldleaf model; rows of a sheet without them are held back"

void doctor_check_header(struct diagnosis *diagnosis, const struct sheet_model *model,
                         const char *place, struct span csv) {
    struct sheet sheet;
    struct header header;
    struct arena arena = {0};
    struct err err = {0};
    if (!csv_parse(model->path, csv, &sheet, &err)) {
        diagnosis_add_failure(diagnosis, model->name, &err);
        return;
    }
    header_match(&arena, model, &sheet, &header);
    if (sheet.header_count == 0)
        diagnosis_add(diagnosis, model->name, CHECK_FAIL, HEADER_HINT, "%s has no header", place);
    else if (header.missing_required)
        diagnosis_add(diagnosis, model->name, CHECK_FAIL, HEADER_HINT,
                      "%s lacks required columns: %s", place, header.missing_required);
    else if (header.missing)
        diagnosis_add(diagnosis, model->name, CHECK_WARN, NULL,
                      "%s lacks columns, which are taken as empty: %s", place, header.missing);
    else
        diagnosis_add(diagnosis, model->name, CHECK_OK, NULL, "%s has every column", place);
    sheet_free(&sheet);
    arena_free(&arena);
}

static void check_file(struct diagnosis *diagnosis, const struct sheet_model *sheet,
                       const char *path) {
    struct span text;
    uint64_t hash;
    struct err err = {0};
    if (csv_read_file(path, &text, &hash, &err))
        doctor_check_header(diagnosis, sheet, path, text);
    else
        diagnosis_add_failure(diagnosis, sheet->name, &err);
}

void doctor_check_files(struct diagnosis *diagnosis, const struct session *session,
                        const struct model *model) {
    for (size_t i = 0; i < model->sheet_count; i++)
        check_file(diagnosis, &model->sheets[i],
                   csv_source_path(session->arena, session_text(session, OPTION_INPUTS),
                                   &model->sheets[i]));
}
