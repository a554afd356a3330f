#include "source/csv_source.h"

#include "source/csv.h"

#include <sys/stat.h>

struct csv_source {
    struct source base;
    const struct model *model;
    const char *folder;
};

const char *csv_source_path(struct arena *arena, const char *folder,
                            const struct sheet_model *sheet) {
    return arena_printf(arena, "%s/%s", folder, sheet->path);
}

static bool csv_source_read(struct source *source, size_t index, const struct source_past *past,
                            struct arena *arena, struct source_sheet *sheet, struct err *err) {
    struct csv_source *self = (struct csv_source *)source;
    struct stat info;
    *sheet = (struct source_sheet){.source = "csv"};
    sheet->location = csv_source_path(arena, self->folder, &self->model->sheets[index]);
    if (stat(sheet->location, &info) != 0) {
        sheet->missing = arena_printf(arena, "%s does not exist", sheet->location);
        return true;
    }
    if (!past->is_compared || info.st_size < (off_t)CSV_LARGE_BYTES)
        return csv_read_file(sheet->location, &sheet->text, &sheet->hash, err);
    sheet->has_other_size = past->text_size > 0 && (size_t)info.st_size != past->text_size;
    return sheet->has_other_size ? sheet_file_open(&sheet->file, sheet->location, err)
                                 : csv_hash_file(sheet->location, &sheet->file, &sheet->hash, err);
}

static void csv_source_close(struct source *source) {
    free(source);
}

void csv_source_open(struct source **source, const struct model *model, const char *folder) {
    struct csv_source *self = memory_alloc(sizeof *self);
    *self = (struct csv_source){{csv_source_read, csv_source_close}, model, folder};
    *source = &self->base;
}
