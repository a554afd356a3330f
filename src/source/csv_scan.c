#include "source/csv_scan.h"

#include "base/arena.h"
#include "base/huge_pages.h"
#include "base/utf8.h"
#include "source/block.h"

static bool fail(struct csv_scan *scan, enum csv_fault fault, size_t at) {
    scan->fault = fault;
    scan->fault_at = at;
    return false;
}

static bool check_encoding(struct csv_scan *scan) {
    struct span text = scan->text;
    if (scan->base == 0 && text.size >= 2 &&
        (memcmp(text.data, "\xFF\xFE", 2) == 0 || memcmp(text.data, "\xFE\xFF", 2) == 0))
        return fail(scan, CSV_UTF16, 0);
    const char *nul = text.size ? memchr(text.data, '\0', text.size) : NULL;
    size_t clean_size = nul ? (size_t)(nul - text.data) : text.size, bad;
    if (!utf8_is_valid((struct span){text.data, clean_size}, &bad))
        return fail(scan, CSV_NOT_UTF8, bad);
    return !nul || fail(scan, CSV_NUL, clean_size);
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

/* The delimiter that the header record, from `*at` on, has most of, outside quotes. Which one it is
 * is not known yet, so a quote behind any of them opens a cell. Moves on to the record's end. */
static char csv_guess_delimiter(struct span text, size_t *at) {
    size_t commas = 0, semicolons = 0, tabs = 0;
    bool is_quoted = false, may_open = true;
    for (; *at < text.size; ++*at) {
        char c = text.data[*at];
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
    scan->record_ends[scan->record_count++] = scan->base + end;
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
static bool csv_skip_quoted(struct csv_scan *scan) {
    const char *text = scan->text.data, *end = text + scan->text.size;
    const char *next = text + scan->at + 1;
    for (;;) {
        const char *quote = memchr(next, '"', (size_t)(end - next));
        if (!quote)
            return fail(scan, CSV_QUOTE_OPEN, scan->at);
        next = quote + 1;
        if (next == end || *next != '"')
            break;
        next++;
    }
    scan->at = (size_t)(next - text);
    return next == end || *next == scan->delimiter || is_line_end(*next) ||
           fail(scan, CSV_QUOTE_TEXT, scan->at);
}

/* Only a quote at the very start of a cell opens a quoted one; what stands behind it in the block
 * is not looked at, but again when the quoted cell is over. */
static bool csv_scan_block(struct csv_scan *scan) {
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
    return !opening || csv_skip_quoted(scan);
}

static bool csv_scan_records(struct csv_scan *scan) {
    size_t done = scan->start;
    scan->at = scan->start;
    scan->cells = 1;
    size_t before = scan->record_count;
    while (scan->at < scan->text.size)
        if (!csv_scan_block(scan))
            return false;
    if (scan->record_count > before)
        done = scan->record_ends[scan->record_count - 1] - scan->base;
    if (done < scan->text.size)
        csv_add_record(scan, scan->text.size, scan->cells);
    return true;
}

bool csv_scan_head(struct csv_scan *scan) {
    scan->start = 0;
    scan->delimiter = csv_skip_preamble(scan->text, &scan->start);
    size_t seen = scan->start;
    if (!scan->delimiter)
        scan->delimiter = csv_guess_delimiter(scan->text, &seen);
    return seen < scan->text.size;
}

bool csv_scan_text(struct csv_scan *scan) {
    if (!check_encoding(scan))
        return false;
    scan->has_quotes |= scan->text.size > 0 && memchr(scan->text.data, '"', scan->text.size);
    return csv_scan_records(scan);
}
