/* Sheets that are the CSV files of a folder. */
#include "draft/draft_parts.h"
#include "source/csv.h"

#include <dirent.h>
#include <errno.h>

/* A file of a spreadsheet program that has the real one open begins with a dot or "~$". */
static int is_csv(const struct dirent *entry) {
    struct span name = span_from(entry->d_name);
    return name.size > 4 && name.data[0] != '.' && name.data[0] != '~' &&
           span_equal_nocase((struct span){name.data + name.size - 4, 4}, SPAN(".csv"));
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool add_file(struct draft *draft, const char *folder, const char *file, struct err *err) {
    const char *path = arena_printf(draft->arena, "%s/%s", folder, file);
    struct draft_sheet *sheet;
    struct span text;
    uint64_t hash;
    if (!csv_read_file(path, &text, &hash, err) ||
        !draft_add_sheet(draft, path, (struct span){file, strlen(file) - strlen(".csv")}, text,
                         &sheet, err))
        return false;
    if (sheet)
        sheet->path = arena_string(draft->arena, span_from(file));
    return true;
}

static bool add_files(struct draft *draft, const char *folder, struct dirent **files, size_t count,
                      struct err *err) {
    draft->sheets = arena_array(draft->arena, count + 1, sizeof *draft->sheets);
    for (size_t i = 0; i < count; i++)
        if (!add_file(draft, folder, files[i]->d_name, err))
            return false;
    if (draft->sheet_count)
        return true;
    err_set(err, ERR_FAILED, "%s: there is no CSV file with a header in this folder", folder);
    return err_hint(err,
                    "save each sheet as CSV (UTF-8), the names of the columns in its first row");
}

bool draft_open_folder(struct draft *draft, const char *folder, struct err *err) {
    struct dirent **files = NULL;
    int count = scandir(folder, &files, is_csv, by_name);
    if (count < 0)
        return err_set(err, ERR_FAILED, "%s: %s", folder, strerror(errno));
    bool ok = add_files(draft, folder, files, (size_t)count, err);
    for (int i = 0; i < count; i++)
        free(files[i]);
    free(files);
    return ok;
}
