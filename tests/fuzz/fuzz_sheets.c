/* Any bytes as the answer to values:batchGet: an error with its reason, or CSV text that is read
 * again as so many rows as were counted. A faulty answer is taken back without a trace.
 *
 * The answer is read as rows of two tabs of a model's sheet with dates: all that is said first as
 * the top of the one, the rest as blocks of the other. */
#include "base/utf8.h"
#include "source/csv.h"
#include "source/sheets_tab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true, const char *what) {
    if (is_true)
        return;
    fprintf(stderr, "fuzz_sheets: %s\n", what);
    abort();
}

static const enum date_form FORMS[] = {DATE_ISO};
static const struct field FIELDS[] = {
    {.name = "id", .type = FIELD_STRING, .not_before = -1},
    {.name = "day",
     .type = FIELD_DATE,
     .not_before = -1,
     .date_forms = FORMS,
     .date_form_count = 1},
    {.name = "moment",
     .type = FIELD_DATETIME,
     .not_before = -1,
     .date_forms = FORMS,
     .date_form_count = 1},
};
static const size_t KEY[] = {0};
static const struct sheet_model MODEL = {.name = "fuzz",
                                         .path = "fuzz.csv",
                                         .field_count = COUNT_OF(FIELDS),
                                         .fields = FIELDS,
                                         .key_count = 1,
                                         .key = KEY};

/* As many rows as the tab has counted, the header included. */
static void check_csv(const struct sheets_tab *tab) {
    struct sheet sheet;
    struct err err;
    char *copy = memory_alloc(tab->csv.size);
    if (tab->csv.size)
        memcpy(copy, tab->csv.data, tab->csv.size);
    require(csv_parse("fuzz.csv", (struct span){copy, tab->csv.size}, &sheet, &err),
            "what was written cannot be read");
    size_t rows = tab->csv.size ? sheet.row_count + 1 : 0;
    require(rows == tab->row_count, "another number of rows");
    require(tab->csv.size == 0 || sheet.delimiter == ',', "another delimiter");
    sheet_free(&sheet);
}

static bool add_block(struct sheets_tab *tab, struct span text, const struct json_marks *marks,
                      size_t range) {
    struct err err = {0};
    size_t values = json_marks_find(marks, text, range, "values");
    size_t first_row = tab->row_count ? tab->row_count + 1 : 0;
    struct sheets_tab_mark before = sheets_tab_mark(tab);
    if (sheets_tab_add_rows(tab, text, marks, values, first_row, 1000, &err))
        return true;
    require(err.class == ERR_FAILED && err.message[0] != '\0', "an error without a message");
    sheets_tab_take_back(tab, before);
    require(tab->csv.size == before.size && tab->row_count == before.row_count, "a trace");
    return false;
}

static void add_ranges(struct span text, const struct json_marks *marks) {
    struct sheets_tab first, others;
    size_t list = json_marks_find(marks, text, 0, "valueRanges");
    if (!list)
        return;
    sheets_tab_start(&first, &MODEL);
    sheets_tab_start(&others, &MODEL);
    size_t end = marks->items[list].end;
    for (size_t i = list + 1; i < marks->count && marks->items[i].start < end;
         i = json_marks_skip(marks, i)) {
        add_block(i == list + 1 ? &first : &others, text, marks, i);
        check_csv(&first);
        check_csv(&others);
    }
    sheets_tab_free(&first);
    sheets_tab_free(&others);
}

/* Every string that was let through is decoded as UTF-8 without a NUL. */
static void check_strings(struct span text, const struct json_marks *marks) {
    struct buf decoded = {0};
    for (size_t i = 0; i < marks->count; i++) {
        struct span raw = json_mark_text(text, &marks->items[i]);
        if (raw.data[0] != '"')
            continue;
        buf_clear(&decoded);
        json_add_decoded(&decoded, raw);
        require(decoded.size <= raw.size - 2, "a string grew");
        require(utf8_is_valid(buf_span(&decoded), NULL), "no UTF-8");
        require(!decoded.size || !memchr(decoded.data, '\0', decoded.size), "a NUL");
    }
    buf_free(&decoded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span text = {(const char *)data, size};
    struct json_marks marks = {0};
    struct err err = {0};
    if (json_scan(text, &marks, &err)) {
        check_strings(text, &marks);
        add_ranges(text, &marks);
    } else {
        require(strncmp(err.message, "line ", 5) == 0, "an error without its place");
    }
    free(marks.items);
    return 0;
}
