#include "source/sheets_values.h"

#include "source/sheet.h"

#define QUERY                                                                                      \
    "/values:batchGet?majorDimension=ROWS&valueRenderOption=%s"                                    \
    "&dateTimeRenderOption=%s&prettyPrint=false"

struct reading {
    const struct sheets_block *blocks;
    size_t count;
    bool is_changed;
    struct span text;
    struct json_marks marks;
};

/* ---- asking ---- */

/* Always in quotes: unquoted, a tab called D3 would be a cell of the first tab. */
static void add_title(struct buf *range, const char *title) {
    buf_add_char(range, '\'');
    for (const char *c = title; *c; c++)
        buf_printf(range, *c == '\'' ? "''" : "%c", *c);
    buf_add_char(range, '\'');
}

static void add_range(struct buf *query, struct buf *range) {
    buf_add_text(query, "&ranges=");
    http_add_escaped(query, buf_span(range));
    buf_clear(range);
}

/* A block that is not a whole tab brings the header row along, to see whether it is still the same.
 * The last block asks for one row more than there should be: Google cuts that off and says where,
 * so the answer tells whether the grid has grown. */
static void add_block(struct buf *query, const struct sheets_block *block) {
    char letters[8];
    struct buf range = {0};
    add_title(&range, block->info->title);
    if (!block->is_whole) {
        sheet_column_letters((size_t)block->info->columns - 1, letters);
        buf_printf(&range, "!A%zu:%s%zu", block->first_row + 1, letters,
                   block->first_row + block->row_count + block->is_last);
        add_range(query, &range);
        add_title(&range, block->info->title);
        buf_add_text(&range, "!1:1");
    }
    add_range(query, &range);
    buf_free(&range);
}

size_t sheets_block_url_size(const struct sheets_tab_info *info) {
    size_t size = strlen("''");
    for (const char *c = info->title; *c; c++)
        size += *c == '\'' ? 2 : 1;
    return 2 * (3 * size + strlen("&ranges=")) + 64;
}

/* ---- reading ---- */

/* The rows of "'My Tab'!A5001:H10000"; a single cell or row has one number only. */
static bool read_echo_rows(const char *cells, size_t *first, size_t *last) {
    char *end;
    cells += strspn(cells, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    *first = *last = strtoul(cells, &end, 10);
    if (*end == ':') {
        end++;
        end += strspn(end, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        *last = strtoul(end, &end, 10);
    }
    return *end == '\0' && *first > 0 && *last >= *first;
}

/* The answer says what it is an answer to, with the title quoted only where it has to be, and in
 * the case that it has now: tabs are found without regard to it. */
static bool check_echo(const struct sheets_block *block, const char *echo, size_t *first,
                       size_t *last) {
    struct buf quoted = {0};
    const char *bang = strrchr(echo, '!');
    add_title(&quoted, block->info->title);
    struct span title = {echo, bang ? (size_t)(bang - echo) : strlen(echo)};
    bool is_same = span_equal_nocase(title, buf_span(&quoted)) ||
                   span_equal_nocase(title, span_from(block->info->title));
    buf_free(&quoted);
    *first = *last = 0;
    return is_same && bang && read_echo_rows(bang + 1, first, last);
}

/* Reads "range" of a valueRange and compares. A grid that ends elsewhere than it did is a change,
 * another range than the one that was asked for a faulty answer. `*rows` is its size. */
static bool check_range(struct reading *reading, const struct sheets_block *block, size_t index,
                        size_t first_row, size_t *rows, struct err *err) {
    size_t range = json_marks_find(&reading->marks, reading->text, index, "range");
    size_t first, last;
    struct buf echo = {0};
    if (range && reading->text.data[reading->marks.items[range].start] == '"')
        json_add_decoded(&echo, json_mark_text(reading->text, &reading->marks.items[range]));
    bool is_good = check_echo(block, buf_text(&echo), &first, &last) && first == first_row + 1;
    buf_free(&echo);
    if (!is_good)
        return err_set(err, ERR_FAILED, "another range than the one that was asked for");
    *rows = last - first + 1;
    if (block->is_last && !block->is_whole && first_row == block->first_row)
        reading->is_changed |= last != (size_t)block->info->rows;
    return true;
}

static bool add_rows(struct reading *reading, const struct sheets_block *block, size_t index,
                     struct err *err) {
    size_t values = json_marks_find(&reading->marks, reading->text, index, "values");
    size_t asked = block->row_count + block->is_last, rows;
    /* A whole tab may have grown since its size was read. */
    return check_range(reading, block, index, block->first_row, &rows, err) &&
           sheets_tab_add_rows(block->tab, reading->text, &reading->marks, values, block->first_row,
                               block->is_whole ? rows : asked, err);
}

/* The header row that came along with a block. */
static bool check_header(struct reading *reading, const struct sheets_block *block, size_t index,
                         struct err *err) {
    size_t values = json_marks_find(&reading->marks, reading->text, index, "values");
    struct span header = SPAN("");
    size_t rows;
    if (!check_range(reading, block, index, 0, &rows, err))
        return false;
    bool has_row = values && values + 1 < reading->marks.count &&
                   reading->marks.items[values + 1].start < reading->marks.items[values].end;
    if (has_row)
        header = json_mark_text(reading->text, &reading->marks.items[values + 1]);
    reading->is_changed |= !span_equal(header, buf_span(&block->tab->header));
    return true;
}

static bool read_ranges(struct reading *reading, size_t list, struct err *err) {
    const struct json_marks *marks = &reading->marks;
    size_t next = list + 1, end = marks->items[list].end;
    for (size_t i = 0; i < reading->count; i++) {
        const struct sheets_block *block = &reading->blocks[i];
        for (int part = 0; part < (block->is_whole ? 1 : 2); part++) {
            if (next >= marks->count || marks->items[next].start >= end)
                return err_set(err, ERR_FAILED, "fewer ranges than were asked for");
            if (!(part == 0 ? add_rows : check_header)(reading, block, next, err))
                return false;
            next = json_marks_skip(marks, next);
        }
    }
    if (next < marks->count && marks->items[next].start < end)
        return err_set(err, ERR_FAILED, "more ranges than were asked for");
    return true;
}

static bool read_document(struct reading *reading, struct err *err) {
    if (!json_scan(reading->text, &reading->marks, err))
        return false;
    size_t list = json_marks_find(&reading->marks, reading->text, 0, "valueRanges");
    if (!list || reading->text.data[reading->marks.items[list].start] != '[')
        return err_set(err, ERR_FAILED, "there is no list \"valueRanges\" in it");
    return read_ranges(reading, list, err);
}

/* Takes back what was added when the answer turns out to be of no use. */
static bool read_body(void *context, struct span body, struct err *err) {
    struct reading *reading = context;
    struct sheets_tab_mark before[SHEETS_MAX_BLOCKS];
    for (size_t i = 0; i < reading->count; i++)
        before[i] = sheets_tab_mark(reading->blocks[i].tab);
    reading->is_changed = false;
    reading->text = body;
    reading->marks = (struct json_marks){0};
    bool ok = read_document(reading, err);
    free(reading->marks.items);
    for (size_t i = 0; i < reading->count && (!ok || reading->is_changed); i++)
        sheets_tab_take_back(reading->blocks[i].tab, before[i]);
    return ok;
}

bool sheets_values_read(struct sheets_api *api, struct sheets_request *request,
                        const struct sheets_block *blocks, size_t count, bool *is_changed,
                        struct err *err) {
    struct reading reading = {.blocks = blocks, .count = count};
    struct buf query = {0};
    enum sheets_rendering rendering = api->settings->rendering;
    buf_printf(&query, QUERY, rendering == SHEETS_SHOWN ? "FORMATTED_VALUE" : "UNFORMATTED_VALUE",
               rendering == SHEETS_PLAIN ? "SERIAL_NUMBER" : "FORMATTED_STRING");
    for (size_t i = 0; i < count; i++)
        add_block(&query, &blocks[i]);
    request->query = buf_text(&query);
    request->read = read_body;
    request->context = &reading;
    bool ok = sheets_api_get(api, request, err);
    *is_changed = reading.is_changed;
    buf_free(&query);
    return ok;
}
