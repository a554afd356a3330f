#include "source/fallback.h"

#include "source/csv_source.h"

#include <sys/stat.h>

struct fallback_source {
    struct source base;
    struct fallback_settings settings;
    struct source *csv;
    bool is_down;
    struct err outage;
};

/* NULL, or why the file may not stand in for the sheet. */
static const char *objection(struct arena *arena, const char *path,
                             const struct source_past *past) {
    struct stat info;
    if (stat(path, &info) != 0)
        return arena_printf(arena, "there is no %s to fall back to", path);
    if (past->pulled_at_s >= 0 && info.st_mtim.tv_sec <= past->pulled_at_s)
        return arena_printf(arena, "%s is older than the last pull from Google", path);
    return NULL;
}

static bool fall_back(struct fallback_source *self, size_t index, const struct source_past *past,
                      struct arena *arena, struct source_sheet *sheet, struct err *err) {
    const char *path =
        csv_source_path(arena, self->settings.folder, &self->settings.model->sheets[index]);
    const char *why_not = objection(arena, path, past);
    if (why_not) {
        *sheet = (struct source_sheet){.source = "sheets"};
        sheet->kept = arena_printf(arena, "%s; %s", self->outage.message, why_not);
        return true;
    }
    if (!self->csv->read(self->csv, index, past, arena, sheet, err))
        return false;
    sheet->fallback = arena_string(arena, span_from(self->outage.message));
    return true;
}

static bool fallback_read(struct source *source, size_t index, const struct source_past *past,
                          struct arena *arena, struct source_sheet *sheet, struct err *err) {
    struct fallback_source *self = (struct fallback_source *)source;
    const struct fallback_settings *settings = &self->settings;
    if (!settings->addresses[index].spreadsheet)
        return self->csv->read(self->csv, index, past, arena, sheet, err);
    if (!self->is_down) {
        if (settings->sheets->read(settings->sheets, index, past, arena, sheet, err))
            return true;
        if (err->class != ERR_TEMPORARY || !settings->may_fall_back)
            return false;
        self->is_down = true;
        self->outage = *err;
    }
    return fall_back(self, index, past, arena, sheet, err);
}

static void fallback_close(struct source *source) {
    struct fallback_source *self = (struct fallback_source *)source;
    source_close(self->settings.sheets);
    source_close(self->csv);
    free(self);
}

void fallback_open(struct source **source, const struct fallback_settings *settings) {
    struct fallback_source *self = memory_alloc(sizeof *self);
    *self =
        (struct fallback_source){.base = {fallback_read, fallback_close}, .settings = *settings};
    csv_source_open(&self->csv, settings->model, settings->folder);
    *source = &self->base;
}
