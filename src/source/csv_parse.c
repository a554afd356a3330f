/* From CSV text to a sheet, in one look at each byte.
 *
 * The scanner goes through the text 64 bytes at a time and only stops at quotes that open a cell.
 * It writes down where records end and how many cells the widest has; the cells themselves are
 * split when a row is read (sheet.c), by the same rules. */
#include "base/huge_pages.h"
#include "base/utf8.h"
#include "source/block.h"
#include "source/csv.h"

/* The last column of a Google spreadsheet is ZZZ; Excel ends earlier, at XFD. */
#define CSV_MAX_COLUMNS 18278

struct csv_scan {
    const char *name; /* of the file, for messages */
    struct span text;
    char delimiter;
    size_t start; /* of the first record, behind byte order mark and "sep=" line */
    size_t at;    /* everything before it is done */
    size_t cells; /* of the record that `at` is in, so far */
    size_t width;
    size_t widest;       /* index of the first record that has `width` cells */
    size_t *record_ends; /* offsets behind each record and its line end */
    size_t record_count, record_room;
};

/* Where people find an offset: lines as an editor counts them, characters from 1. */
struct csv_place {
    size_t line, column;
};

static struct csv_place csv_place_of(struct span text, size_t offset) {
    bool has_mark = text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0;
    size_t line = 1, line_start = has_mark ? 3 : 0;
    for (size_t i = line_start; i < offset; i++) {
        char c = text.data[i];
        bool is_pair = c == '\r' && i + 1 < text.size && text.data[i + 1] == '\n';
        if (c == '\n' || (c == '\r' && !is_pair)) {
            line++;
            line_start = i + 1;
        }
    }
    struct span before = {text.data + line_start, offset - line_start};
    return (struct csv_place){line, utf8_length(before) + 1};
}

static bool csv_fail_at(const char *name, struct span text, size_t offset, struct err *err,
                        const char *what) {
    struct csv_place place = csv_place_of(text, offset);
    return err_set(err, ERR_FAILED, "%s: line %zu, column %zu: %s", name, place.line, place.column,
                   what);
}

/* The hint in the messages names what Excel calls the format in its list. */
static bool csv_check_encoding(const char *name, struct span text, struct err *err) {
    if (text.size >= 2 &&
        (memcmp(text.data, "\xFF\xFE", 2) == 0 || memcmp(text.data, "\xFE\xFF", 2) == 0))
        return err_set(err, ERR_FAILED, "%s: the file is UTF-16; save it as \"CSV UTF-8\"", name);
    const char *nul = text.size ? memchr(text.data, '\0', text.size) : NULL;
    size_t clean_size = nul ? (size_t)(nul - text.data) : text.size, bad;
    if (!utf8_is_valid((struct span){text.data, clean_size}, &bad)) {
        char what[64];
        snprintf(what, sizeof what, "invalid UTF-8 (byte 0x%02X); save the file as UTF-8",
                 (unsigned)(unsigned char)text.data[bad]);
        return csv_fail_at(name, text, bad, err, what);
    }
    if (nul)
        return csv_fail_at(name, text, clean_size, err,
                           "a NUL byte: the file is damaged or no text; save it as \"CSV UTF-8\"");
    return true;
}

static bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

static bool is_delimiter(char c) {
    return c == ',' || c == ';' || c == '\t';
}

/* Steps over the byte order mark and over the "sep=;" line with which a file can tell Excel its
 * delimiter. Returns that delimiter, or 0. */
static char csv_skip_preamble(struct span text, size_t *at) {
    if (text.size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0)
        *at += 3;
    size_t left = text.size - *at;
    if (left < 5)
        return 0;
    const char *line = text.data + *at;
    if (memcmp(line, "sep=", 4) != 0 || !is_delimiter(line[4]))
        return 0;
    if (left > 5 && !is_line_end(line[5]))
        return 0;
    bool has_pair = left > 6 && line[5] == '\r' && line[6] == '\n';
    *at += has_pair ? 7 : left > 5 ? 6 : 5;
    return line[4];
}

/* The delimiter that the header record has most of, outside quotes. Which one it is is not known
 * yet, so a quote behind any of them opens a cell. */
static char csv_guess_delimiter(struct span text, size_t at) {
    size_t commas = 0, semicolons = 0, tabs = 0;
    bool is_quoted = false, may_open = true;
    for (; at < text.size; at++) {
        char c = text.data[at];
        bool is_quote = c == '"' && (is_quoted || may_open);
        if (is_quote)
            is_quoted = !is_quoted;
        else if (!is_quoted && is_line_end(c))
            break;
        commas += !is_quoted && c == ',';
        semicolons += !is_quoted && c == ';';
        tabs += !is_quoted && c == '\t';
        /* A quote right behind a closing one makes a pair: the cell goes on. */
        may_open = !is_quoted && (is_quote || is_delimiter(c));
    }
    if (commas >= semicolons && commas >= tabs)
        return ',';
    return semicolons >= tabs ? ';' : '\t';
}

static void csv_add_record(struct csv_scan *scan, size_t end, size_t cells) {
    if (scan->record_count == scan->record_room) {
        scan->record_room = scan->record_room ? scan->record_room * 2 : 256;
        scan->record_ends =
            memory_resize(scan->record_ends, scan->record_room, sizeof *scan->record_ends);
        huge_pages_advise(scan->record_ends, scan->record_room * sizeof *scan->record_ends);
    }
    if (cells > scan->width) {
        scan->width = cells;
        scan->widest = scan->record_count;
    }
    scan->record_ends[scan->record_count++] = end;
    scan->cells = 1;
}

/* Adds the records that end in a block. `ends` and `delimiters` are masks of it. */
static void csv_add_records(struct csv_scan *scan, uint64_t ends, uint64_t delimiters) {
    for (; ends; ends &= ends - 1) {
        size_t end = block_first(ends);
        uint64_t before = block_before(end);
        csv_add_record(scan, scan->at + end + 1, scan->cells + block_count(delimiters & before));
        delimiters &= ~before;
    }
    scan->cells += block_count(delimiters);
}

/* From the quote that opens a cell, at `scan->at`, to the place behind the one that closes it. */
static bool csv_skip_quoted(struct csv_scan *scan, struct err *err) {
    const char *text = scan->text.data, *end = text + scan->text.size;
    const char *next = text + scan->at + 1;
    for (;;) {
        const char *quote = memchr(next, '"', (size_t)(end - next));
        if (!quote)
            return csv_fail_at(scan->name, scan->text, scan->at, err,
                               "the quote that opens this cell is never closed");
        next = quote + 1;
        if (next == end || *next != '"')
            break;
        next++;
    }
    scan->at = (size_t)(next - text);
    if (next == end || *next == scan->delimiter || is_line_end(*next))
        return true;
    return csv_fail_at(scan->name, scan->text, scan->at, err,
                       "text after the closing quote; write a quote inside a cell twice (\"\")");
}

/* Only a quote at the very start of a cell opens a quoted one; what stands behind it in the block
 * is not looked at, but again when the quoted cell is over. */
static bool csv_scan_block(struct csv_scan *scan, struct err *err) {
    char room[BLOCK_SIZE];
    const char *block = block_at(scan->text, scan->at, room);
    uint64_t line_feeds = block_find(block, '\n'), returns = block_find(block, '\r');
    uint64_t delimiters = block_find(block, scan->delimiter), quotes = block_find(block, '"');
    size_t next = scan->at + BLOCK_SIZE;
    uint64_t has_feed_next = next < scan->text.size && scan->text.data[next] == '\n';
    uint64_t ends = line_feeds | (returns & ~(line_feeds >> 1 | has_feed_next << 63));

    char last = scan->at > scan->start ? scan->text.data[scan->at - 1] : '\n';
    uint64_t is_first = is_line_end(last) || last == scan->delimiter;
    uint64_t opening = quotes & ((line_feeds | returns | delimiters) << 1 | is_first);
    size_t size = opening ? block_first(opening) : BLOCK_SIZE;
    csv_add_records(scan, ends & block_before(size), delimiters & block_before(size));
    scan->at += size;
    return !opening || csv_skip_quoted(scan, err);
}

static bool csv_scan_records(struct csv_scan *scan, struct err *err) {
    scan->at = scan->start;
    scan->cells = 1;
    while (scan->at < scan->text.size)
        if (!csv_scan_block(scan, err))
            return false;
    size_t done = scan->record_count ? scan->record_ends[scan->record_count - 1] : scan->start;
    if (done < scan->text.size)
        csv_add_record(scan, scan->text.size, scan->cells);
    if (scan->width <= CSV_MAX_COLUMNS)
        return true;
    size_t widest = scan->widest ? scan->record_ends[scan->widest - 1] : scan->start;
    struct csv_place place = csv_place_of(scan->text, widest);
    return err_set(err, ERR_FAILED, "%s: line %zu: %zu cells in one row; no sheet has more than %d",
                   scan->name, place.line, scan->width, CSV_MAX_COLUMNS);
}

/* Where a record ends the next one starts, so the ends from the header's on are the starts of the
 * data rows and their common end. */
static void csv_make_sheet(struct csv_scan *scan, struct sheet *sheet) {
    if (scan->record_count == 0) {
        sheet->row_starts = memory_alloc(sizeof *sheet->row_starts);
        sheet->row_starts[0] = scan->text.size;
        return;
    }
    sheet->row_count = scan->record_count - 1;
    sheet->row_starts =
        memory_resize(scan->record_ends, scan->record_count, sizeof *sheet->row_starts);
    scan->record_ends = NULL;
    sheet->width = scan->width;

    /* The header is read as the only row of a sheet of its own. */
    struct sheet first = *sheet;
    first.row_count = 1;
    first.row_starts = (size_t[]){scan->start, sheet->row_starts[0]};
    sheet->header = arena_array(&sheet->arena, sheet->width, sizeof *sheet->header);
    sheet->header_count = sheet_read_row(&first, 0, sheet->header, &sheet->arena);
}

bool csv_parse(const char *name, struct span text, struct sheet *sheet, struct err *err) {
    *sheet = (struct sheet){.text = text};
    struct csv_scan scan = {.name = name, .text = text};
    bool is_parsed = csv_check_encoding(name, text, err);
    if (is_parsed) {
        scan.delimiter = csv_skip_preamble(text, &scan.start);
        if (!scan.delimiter)
            scan.delimiter = csv_guess_delimiter(text, scan.start);
        is_parsed = csv_scan_records(&scan, err);
    }
    if (is_parsed) {
        sheet->delimiter = scan.delimiter;
        sheet->is_plain = text.size == 0 || !memchr(text.data, '"', text.size);
        csv_make_sheet(&scan, sheet);
    } else {
        sheet_free(sheet);
    }
    free(scan.record_ends);
    return is_parsed;
}
