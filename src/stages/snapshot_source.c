#include "stages/snapshot_source.h"

#include "stages/bronze.h"

#include <xxhash.h>

struct snapshot_source {
    struct source base;
    struct warehouse *warehouse;
    const struct model *model;
    int64_t snapshot;
};

static bool snapshot_source_read(struct source *source, size_t index,
                                 const struct source_past *past, struct arena *arena,
                                 struct source_sheet *sheet, struct err *err) {
    struct snapshot_source *self = (struct snapshot_source *)source;
    const struct sheet_model *model = &self->model->sheets[index];
    struct buf csv = {0};
    (void)past;
    *sheet = (struct source_sheet){.source = "bronze"};
    if (!bronze_read_snapshot(self->warehouse, model, self->snapshot, &csv, err)) {
        buf_free(&csv);
        return false;
    }
    sheet->location = arena_printf(arena, "snapshot %lld", (long long)self->snapshot);
    sheet->text = (struct span){csv.data, csv.size};
    sheet->hash = XXH3_64bits(csv.data, csv.size);
    return true;
}

static void snapshot_source_close(struct source *source) {
    free(source);
}

void snapshot_source_open(struct source **source, struct warehouse *warehouse,
                          const struct model *model, int64_t snapshot) {
    struct snapshot_source *self = memory_alloc(sizeof *self);
    *self = (struct snapshot_source){
        {snapshot_source_read, snapshot_source_close}, warehouse, model, snapshot};
    *source = &self->base;
}
