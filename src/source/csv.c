/* The file part of CSV: bytes into memory, or no more than their hash. What they mean is in
 * csv_parse.c. */
#include "source/csv.h"

#include "base/huge_pages.h"
#include "base/worker.h"
#include "source/csv_hash.h"

/* Bytes of a file that are read by one thread. */
struct file_part {
    struct sheet_file *file;
    char *data; /* where the whole file goes; NULL: nowhere */
    size_t from, size;
    uint64_t hash;
};

static void *read_part(void *context) {
    struct file_part *part = context;
    char *room = part->data ? NULL : memory_alloc(SHEET_FILE_WINDOW);
    XXH3_state_t *state = XXH3_createState();
    XXH3_64bits_reset(state);
    for (size_t done = 0, size; done < part->size; done += size) {
        size = part->size - done < SHEET_FILE_WINDOW ? part->size - done : SHEET_FILE_WINDOW;
        char *out = room ? room : part->data + part->from + done;
        sheet_file_read(part->file, part->from + done, size, out);
        XXH3_64bits_update(state, out, size);
    }
    part->hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    free(room);
    return NULL;
}

/* Most of the time goes into fresh memory, page by page, or into the hash, which two can do at a
 * time. */
static uint64_t read_fully(struct sheet_file *file, char *data) {
    size_t size = sheet_file_size(file), middle = csv_hash_middle(size);
    struct file_part here = {.file = file, .data = data, .size = middle};
    struct file_part there = {.file = file, .data = data, .from = middle, .size = size - middle};
    if (size >= CSV_LARGE_BYTES) {
        worker_do_both(read_part, &here, &there);
    } else {
        read_part(&here);
        read_part(&there);
    }
    return csv_hash_join(here.hash, there.hash);
}

bool csv_take_text(struct sheet_file *file, struct span *text, uint64_t *hash, struct err *err) {
    size_t size = sheet_file_size(file);
    char *data = malloc(size + 1);
    if (!data)
        return err_set(err, ERR_FAILED, "%s: no memory for its %zu bytes", sheet_file_path(file),
                       size);
    huge_pages_advise(data, size + 1);
    *hash = read_fully(file, data);
    *text = (struct span){data, size};
    if (sheet_file_check(file, err))
        return true;
    free(data);
    return false;
}

bool csv_read_file(const char *path, struct span *text, uint64_t *hash, struct err *err) {
    struct sheet_file *file;
    if (!sheet_file_open(&file, path, err))
        return false;
    bool ok = csv_take_text(file, text, hash, err);
    sheet_file_close(file);
    return ok;
}

bool csv_hash_file(const char *path, struct sheet_file **file, uint64_t *hash, struct err *err) {
    if (!sheet_file_open(file, path, err))
        return false;
    *hash = read_fully(*file, NULL);
    if (sheet_file_check(*file, err))
        return true;
    sheet_file_close(*file);
    *file = NULL;
    return false;
}
