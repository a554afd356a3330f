/* A sheet of a large file whose text stays where it is: it is looked at through windows, each of
 * which ends with a line.
 *
 * A window that ends inside a quoted cell is scanned as far as its last whole record, and the next
 * one begins behind that. A second thread begins at the line behind the middle. That this is not
 * inside a cell is shown by the first thread, whose half ends there and is in order. */
#include "source/csv.h"
#include "source/csv_hash.h"
#include "source/csv_scan.h"

#include "base/worker.h"

/* What one thread scans, and what it hashes. For scanning the halves meet behind a line, for
 * hashing in the middle of the file, which is never behind that. */
struct half {
    struct sheet_file *file;
    size_t from, end, window;
    size_t hash_from, hash_end;
    XXH3_state_t *hash;
    struct csv_scan scan;
    struct buf room;
    bool is_in_order;
};

static struct span read_window(struct half *half, size_t at, size_t size) {
    buf_clear(&half->room);
    buf_reserve(&half->room, size);
    sheet_file_read(half->file, at, size, half->room.data);
    return (struct span){half->room.data, size};
}

/* The text up to the end of its last line; "" when none ends in it. */
static struct span whole_lines(struct span text) {
    const char *last = memrchr(text.data, '\n', text.size);
    return (struct span){text.data, last ? (size_t)(last + 1 - text.data) : 0};
}

/* How much of a window is done: up to its last whole record when it is not in order. */
static size_t scan_window(struct csv_scan *scan, struct span text, size_t at) {
    size_t before = scan->record_count;
    scan->text = text;
    scan->base = at;
    if (text.size == 0 || csv_scan_text(scan))
        return text.size;
    return scan->record_count > before ? scan->record_ends[scan->record_count - 1] - at : 0;
}

static void hash_text(struct half *half, size_t at, struct span text) {
    size_t left = at < half->hash_end ? half->hash_end - at : 0;
    XXH3_64bits_update(half->hash, text.data, text.size < left ? text.size : left);
}

/* What is hashed here, though the other thread scans it. */
static void hash_before(struct half *half) {
    for (size_t at = half->hash_from, size; at < half->from; at += size) {
        size = half->from - at < half->window ? half->from - at : half->window;
        hash_text(half, at, read_window(half, at, size));
    }
}

/* Windows grow where not one record fits. */
static void *scan_half(void *context) {
    struct half *half = context;
    size_t size = half->window;
    half->is_in_order = true;
    hash_before(half);
    for (size_t at = half->from; at < half->end && half->is_in_order;) {
        bool is_last = half->end - at <= size;
        struct span text = read_window(half, at, is_last ? half->end - at : size);
        size_t done = scan_window(&half->scan, is_last ? text : whole_lines(text), at);
        half->is_in_order = done > 0 || !is_last;
        size = done > 0 ? half->window : size * 2;
        half->scan.start = done > 0 ? 0 : half->scan.start;
        hash_text(half, at, (struct span){text.data, done});
        at += done;
    }
    return NULL;
}

/* Behind the first line that ends in the middle; the end when there is none. */
static size_t find_middle(struct half *half, size_t size) {
    size_t middle = csv_hash_middle(size);
    struct span text = read_window(half, middle, half->window);
    const char *end = memchr(text.data, '\n', text.size);
    return end ? middle + (size_t)(end + 1 - text.data) : size;
}

static void append(struct csv_scan *scan, struct csv_scan *more) {
    if (more->record_count == 0)
        return;
    size_t count = scan->record_count + more->record_count;
    scan->record_ends = memory_resize(scan->record_ends, count, sizeof *scan->record_ends);
    memcpy(scan->record_ends + scan->record_count, more->record_ends,
           more->record_count * sizeof *more->record_ends);
    scan->record_count = count;
    scan->width = scan->width > more->width ? scan->width : more->width;
    scan->has_quotes |= more->has_quotes;
    free(more->record_ends);
}

/* The header's text, which the sheet needs for as long as it lives. */
static struct span take_head(struct half *half, struct sheet *sheet) {
    size_t size = half->scan.record_ends[0];
    char *text = arena_alloc(&sheet->arena, size);
    sheet_file_read(half->file, 0, size, text);
    return (struct span){text, size};
}

/* Scans and hashes a file from the start to the end; false when it cannot be done so. */
static bool scan_halves(struct half *first, struct half *second, uint64_t *hash) {
    size_t size = sheet_file_size(first->file);
    second->scan.delimiter = first->scan.delimiter;
    second->from = first->end = find_middle(first, size);
    second->hash_from = first->hash_end = csv_hash_middle(size);
    first->hash = XXH3_createState();
    second->hash = XXH3_createState();
    XXH3_64bits_reset(first->hash);
    XXH3_64bits_reset(second->hash);
    worker_do_both(scan_half, first, second);
    *hash = csv_hash_join(XXH3_64bits_digest(first->hash), XXH3_64bits_digest(second->hash));
    XXH3_freeState(first->hash);
    XXH3_freeState(second->hash);
    append(&first->scan, &second->scan);
    return first->is_in_order && second->is_in_order && first->scan.width <= CSV_MAX_COLUMNS &&
           first->scan.record_count > 0;
}

static bool scan_file(struct sheet_file *file, size_t window, struct sheet *sheet, uint64_t *hash) {
    size_t size = sheet_file_size(file);
    struct half first = {.file = file, .end = size, .hash_end = size, .window = window};
    struct half second = first;
    if (size < 4 * window)
        return false;
    first.scan.text = read_window(&first, 0, window);
    bool ok = csv_scan_head(&first.scan);
    size_t start = first.scan.start;
    ok = ok && scan_halves(&first, &second, hash);
    if (ok) {
        sheet->file = file;
        first.scan.start = start;
        csv_make_sheet(&first.scan, take_head(&first, sheet), sheet);
    }
    free(first.scan.record_ends);
    buf_free(&first.room);
    buf_free(&second.room);
    return ok;
}

bool csv_parse_file(struct sheet_file *file, size_t window, struct sheet *sheet, uint64_t *hash,
                    struct err *err) {
    const char *name = sheet_file_path(file);
    struct span text;
    *sheet = (struct sheet){0};
    if (scan_file(file, window, sheet, hash)) {
        /* What the header says is judged before anything else is read. */
        if (sheet_file_check(file, err))
            return true;
        sheet_free(sheet);
        return false;
    }
    /* What is wrong, and where, is told by who sees the whole. */
    bool ok = csv_take_text(file, &text, hash, err) && csv_parse(name, text, sheet, err);
    sheet_file_close(file);
    return ok;
}
