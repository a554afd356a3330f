#include "source/csv.h"

/* Every character that some reader takes for a delimiter is quoted, and what would be taken for the
 * file's byte order mark or for Excel's "sep=" line. */
static bool csv_needs_quotes(struct span cell) {
    for (size_t i = 0; i < cell.size; i++) {
        char c = cell.data[i];
        if (c == ',' || c == ';' || c == '\t' || c == '"' || c == '\r' || c == '\n')
            return true;
    }
    return cell.size >= 3 && (memcmp(cell.data, "\xEF\xBB\xBF", 3) == 0 ||
                              (cell.size >= 4 && memcmp(cell.data, "sep=", 4) == 0));
}

void csv_add_cell(struct buf *csv, struct span cell) {
    if (!csv_needs_quotes(cell)) {
        buf_add(csv, cell);
        return;
    }
    buf_add_char(csv, '"');
    for (size_t i = 0; i < cell.size; i++) {
        if (cell.data[i] == '"')
            buf_add_char(csv, '"');
        buf_add_char(csv, cell.data[i]);
    }
    buf_add_char(csv, '"');
}
