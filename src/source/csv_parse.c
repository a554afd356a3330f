/* From CSV text to a sheet, in one look at each byte. */
#include "source/csv.h"
#include "source/csv_scan.h"

#include "base/utf8.h"

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

/* The hint in the messages names what Excel calls the format in its list. */
static bool report_fault(const char *name, const struct csv_scan *scan, struct err *err) {
    static const char *const faults[] = {
        [CSV_NUL] = "a NUL byte: the file is damaged or no text; save it as \"CSV UTF-8\"",
        [CSV_QUOTE_OPEN] = "the quote that opens this cell is never closed",
        [CSV_QUOTE_TEXT] = "text after the closing quote; write a quote inside a cell twice (\"\")",
    };
    if (scan->fault == CSV_UTF16)
        return err_set(err, ERR_FAILED, "%s: the file is UTF-16; save it as \"CSV UTF-8\"", name);
    struct csv_place place = csv_place_of(scan->text, scan->fault_at);
    if (scan->fault == CSV_NOT_UTF8)
        return err_set(
            err, ERR_FAILED,
            "%s: line %zu, column %zu: invalid UTF-8 (byte 0x%02X); save the file as UTF-8", name,
            place.line, place.column, (unsigned)(unsigned char)scan->text.data[scan->fault_at]);
    return err_set(err, ERR_FAILED, "%s: line %zu, column %zu: %s", name, place.line, place.column,
                   faults[scan->fault]);
}

static bool check_width(const char *name, const struct csv_scan *scan, struct err *err) {
    if (scan->width <= CSV_MAX_COLUMNS)
        return true;
    size_t widest = scan->widest ? scan->record_ends[scan->widest - 1] : scan->start;
    return err_set(err, ERR_FAILED, "%s: line %zu: %zu cells in one row; no sheet has more than %d",
                   name, csv_place_of(scan->text, widest).line, scan->width, CSV_MAX_COLUMNS);
}

/* Where a record ends the next one starts, so the ends from the header's on are the starts of the
 * data rows and their common end. */
void csv_make_sheet(struct csv_scan *scan, struct span head, struct sheet *sheet) {
    sheet->delimiter = scan->delimiter;
    sheet->is_plain = !scan->has_quotes;
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
    first.text = head;
    first.row_count = 1;
    first.row_starts = (size_t[]){scan->start, sheet->row_starts[0]};
    sheet->header = arena_array(&sheet->arena, sheet->width, sizeof *sheet->header);
    sheet->header_count = sheet_read_row(&first, 0, sheet->header, &sheet->arena);
}

bool csv_parse(const char *name, struct span text, struct sheet *sheet, struct err *err) {
    *sheet = (struct sheet){.text = text};
    struct csv_scan scan = {.text = text};
    csv_scan_head(&scan);
    bool is_parsed =
        csv_scan_text(&scan) ? check_width(name, &scan, err) : report_fault(name, &scan, err);
    if (is_parsed)
        csv_make_sheet(&scan, text, sheet);
    else
        sheet_free(sheet);
    free(scan.record_ends);
    return is_parsed;
}
