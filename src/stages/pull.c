#include "stages/pull.h"

#include "base/arena.h"
#include "base/worker.h"
#include "source/csv.h"

/* Most cells are shorter than a call into the library takes. */
#define XXH_INLINE_ALL
#include <xxhash.h>

static void pull_format_hash(char out[static PULL_HASH_SIZE], uint64_t hash) {
    snprintf(out, PULL_HASH_SIZE, "%016llx", (unsigned long long)hash);
}

static void format_source_hash(struct pull *pull, uint64_t hash, size_t text_size) {
    pull_format_hash(pull->source_hash, hash);
    size_t used = strlen(pull->source_hash);
    snprintf(pull->source_hash + used, sizeof pull->source_hash - used, "-%zu", text_size);
}

size_t pull_text_size(const char *source_hash) {
    const char *size = source_hash ? strchr(source_hash, '-') : NULL;
    return size ? strtoull(size + 1, NULL, 10) : 0;
}

bool pull_read(struct pull *pull, const struct sheet_model *model, const struct pull_task *task,
               struct err *err) {
    *pull = (struct pull){.model = model};
    struct source_sheet *origin = &pull->origin;
    if (!task->source->read(task->source, task->index, &task->past, &pull->arena, origin, err))
        return false;
    if (origin->missing || origin->kept)
        return true;
    struct source_sheet taken = *origin;
    size_t size = taken.file ? sheet_file_size(taken.file) : taken.text.size;
    origin->text = (struct span){0};
    origin->file = NULL;
    if (!taken.has_other_size)
        format_source_hash(pull, taken.hash, size);
    pull->is_same =
        task->last_source_hash && strcmp(task->last_source_hash, pull->source_hash) == 0;
    if (pull->is_same) {
        free((char *)taken.text.data);
        sheet_file_close(taken.file);
        return true;
    }
    if (taken.file ? !csv_parse_file(taken.file, SHEET_FILE_WINDOW, &pull->sheet, &taken.hash, err)
                   : !csv_parse(origin->location, taken.text, &pull->sheet, err))
        return false;
    format_source_hash(pull, taken.hash, size);
    if (pull->sheet.row_count >= UINT32_MAX)
        return err_set(err, ERR_FAILED, "%s: more than %u rows in one sheet", model->path,
                       UINT32_MAX - 1);
    header_match(&pull->arena, model, &pull->sheet, &pull->header);
    return true;
}

void pull_from_sheet(struct pull *pull, const struct sheet_model *model, struct sheet sheet) {
    *pull = (struct pull){.model = model, .sheet = sheet};
    header_match(&pull->arena, model, &pull->sheet, &pull->header);
}

/* Made of the column's name: the sum over a row's cells is then independent of the columns' order,
 * and equal texts in two columns do not cancel or swap. */
uint64_t pull_column_seed(const char *column) {
    return XXH3_64bits(column, strlen(column));
}

uint64_t pull_cell_hash(struct span cell, uint64_t column_seed) {
    return cell.size ? XXH3_64bits_withSeed(cell.data, cell.size, column_seed) : 0;
}

static uint64_t *pull_column_seeds(struct pull *pull) {
    size_t count = pull->header.column_count;
    uint64_t *seeds = arena_array(&pull->arena, count, sizeof *seeds);
    for (size_t i = 0; i < count; i++)
        seeds[i] = pull_column_seed(pull->header.columns[i].name);
    return seeds;
}

static uint64_t pull_hash_header(const struct header_column *columns, size_t count) {
    uint64_t hash = 0;
    for (size_t i = 0; i < count; i++) {
        const struct header_column *column = &columns[i];
        hash = XXH3_64bits_withSeed(column->text.data, column->text.size, hash + i + 1);
        hash = XXH3_64bits_withSeed(column->name, strlen(column->name), hash);
    }
    return hash;
}

void pull_content_hash(const uint64_t *row_hashes, size_t row_count,
                       const struct header_column *columns, size_t column_count,
                       char out[static PULL_HASH_SIZE]) {
    pull_format_hash(out, XXH3_64bits_withSeed(row_hashes, row_count * sizeof *row_hashes,
                                               pull_hash_header(columns, column_count)));
}

/* Rows that are hashed by one thread. */
struct hash_rows {
    const struct sheet *sheet;
    const uint64_t *seeds;
    uint64_t *hashes;
    size_t first, end;
};

static void hash_view(const struct hash_rows *rows, const struct sheet *view, size_t first,
                      size_t end, struct span *cells) {
    struct arena scratch = {0};
    for (size_t row = first; row < end; row++) {
        uint64_t hash = 0;
        sheet_read_row(view, row, cells, &scratch);
        for (size_t i = 0; i < view->width; i++)
            hash += pull_cell_hash(cells[i], rows->seeds[i]);
        rows->hashes[row] = hash;
        if (scratch.blocks)
            arena_free(&scratch);
    }
}

static void *hash_rows(void *context) {
    const struct hash_rows *rows = context;
    struct span *cells = memory_resize(NULL, rows->sheet->width, sizeof *cells);
    struct buf room = {0};
    for (size_t row = rows->first, end; row < rows->end; row = end) {
        struct sheet view;
        end = sheet_view(rows->sheet, row, rows->end, &room, &view);
        hash_view(rows, &view, row, end, cells);
    }
    buf_free(&room);
    free(cells);
    return NULL;
}

#define ROWS_TO_SHARE 65536 /* from here on a second thread is worth its start */

void pull_hash_rows(struct pull *pull) {
    size_t row_count = pull->sheet.row_count;
    size_t own = row_count < ROWS_TO_SHARE ? row_count : row_count / 2;
    const uint64_t *seeds = pull_column_seeds(pull);
    pull->hashes = memory_resize(NULL, row_count, sizeof *pull->hashes);
    struct hash_rows here = {&pull->sheet, seeds, pull->hashes, 0, own};
    struct hash_rows there = {&pull->sheet, seeds, pull->hashes, own, row_count};
    if (own < row_count)
        worker_do_both(hash_rows, &here, &there);
    else
        hash_rows(&here);
    pull_content_hash(pull->hashes, row_count, pull->header.columns, pull->header.column_count,
                      pull->content_hash);
}

void pull_free(struct pull *pull) {
    sheet_free(&pull->sheet);
    free(pull->hashes);
    arena_free(&pull->arena);
    *pull = (struct pull){0};
}
