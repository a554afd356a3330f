/* A Google that plays small spreadsheets: metadata and values:batchGet as the real one answers
 * them (ragged rows, echoed ranges, no values for blank ranges, 400 for what is not there). */
#ifndef GOLDLEAF_TESTS_FAKE_SHEETS_H
#define GOLDLEAF_TESTS_FAKE_SHEETS_H

#include "sheets_fixture.h"

#include "source/sheet.h"

#define FAKE_MAX_TABS 20
#define FAKE_MAX_SPREADSHEETS 4

struct fake_tab {
    const char *title;
    int64_t gid;
    const char *type;     /* NULL: GRID */
    size_t rows, columns; /* of the grid */
    const char **cells;   /* rows * columns of JSON; NULL: blank */
};

struct fake_spreadsheet {
    const char *id;
    struct fake_tab tabs[FAKE_MAX_TABS];
    size_t tab_count;
};

struct fake_google {
    struct http_client client; /* first: the driver gets back from it to the rest */
    struct arena arena;
    struct fake_spreadsheet spreadsheets[FAKE_MAX_SPREADSHEETS];
    size_t spreadsheet_count;
    struct access access;
    size_t metadata_count, values_count, range_count; /* requests, and ranges in them */
    size_t longest_url;
    size_t max_answer; /* bytes; larger ones go over the client's ceiling; 0: none do */
    struct buf sent;   /* "spreadsheet metadata" or "spreadsheet values N" a line */
    double sent_s[1024];
    size_t sent_count;
    /* Looks at each request before it is answered; true: it has answered. NULL: nobody looks. */
    bool (*intercept)(struct fake_google *google, const struct http_request *request,
                      struct http_response *response);
    size_t intercepted; /* for its use */
};

/* ---- making ---- */

static inline struct fake_spreadsheet *fake_add_spreadsheet(struct fake_google *google,
                                                            const char *id) {
    struct fake_spreadsheet *spreadsheet = &google->spreadsheets[google->spreadsheet_count++];
    assert_true(google->spreadsheet_count <= FAKE_MAX_SPREADSHEETS);
    *spreadsheet = (struct fake_spreadsheet){.id = id};
    return spreadsheet;
}

static inline struct fake_tab *fake_add_tab(struct fake_google *google,
                                            struct fake_spreadsheet *spreadsheet, const char *title,
                                            size_t rows, size_t columns) {
    struct fake_tab *tab = &spreadsheet->tabs[spreadsheet->tab_count++];
    assert_true(spreadsheet->tab_count <= FAKE_MAX_TABS);
    *tab = (struct fake_tab){.title = title,
                             .gid = (int64_t)(spreadsheet->tab_count - 1) * 1000,
                             .rows = rows,
                             .columns = columns};
    tab->cells = arena_array(&google->arena, rows * columns, sizeof *tab->cells);
    return tab;
}

/* A cell by what stands in it: a number, else a text without anything to escape. */
static inline const char *fake_cell(struct fake_google *google, const char *text) {
    bool is_number = ascii_is_digit(text[0]) || (text[0] == '-' && ascii_is_digit(text[1]));
    return *text == '\0' ? NULL : arena_printf(&google->arena, is_number ? "%s" : "\"%s\"", text);
}

/* Fills row `row` with "a,b,,c". */
static inline void fake_fill(struct fake_google *google, struct fake_tab *tab, size_t row,
                             const char *cells) {
    assert_true(row < tab->rows);
    for (size_t column = 0;; column++) {
        size_t size = strcspn(cells, ",");
        assert_true(column < tab->columns);
        tab->cells[row * tab->columns + column] =
            fake_cell(google, arena_string(&google->arena, (struct span){cells, size}));
        if (cells[size] == '\0')
            return;
        cells += size + 1;
    }
}

/* Puts a blank row in front of row `row`, as people do. */
static inline void fake_insert_row(struct fake_google *google, struct fake_tab *tab, size_t row) {
    size_t columns = tab->columns;
    const char **cells = arena_array(&google->arena, (tab->rows + 1) * columns, sizeof *cells);
    memcpy(cells, tab->cells, row * columns * sizeof *cells);
    memcpy(cells + (row + 1) * columns, tab->cells + row * columns,
           (tab->rows - row) * columns * sizeof *cells);
    tab->cells = cells;
    tab->rows++;
}

static inline void fake_delete_row(struct fake_tab *tab, size_t row) {
    size_t columns = tab->columns;
    tab->rows--;
    memmove(tab->cells + row * columns, tab->cells + (row + 1) * columns,
            (tab->rows - row) * columns * sizeof *tab->cells);
}

/* ---- answering ---- */

static inline void fake_refuse(struct http_response *response, int status, const char *code,
                               const char *message) {
    response->status = status;
    buf_printf(&response->body, "{\"error\":{\"code\":%d,\"message\":\"%s\",\"status\":\"%s\"}}\n",
               status, message, code);
}

static inline void fake_write_metadata(const struct fake_spreadsheet *spreadsheet,
                                       struct buf *body) {
    buf_printf(body,
               "{\"spreadsheetId\":\"%s\",\"properties\":{\"title\":\"Box office\",\"locale\":"
               "\"en_GB\",\"timeZone\":\"Asia/Kolkata\"},\"sheets\":[",
               spreadsheet->id);
    for (size_t i = 0; i < spreadsheet->tab_count; i++) {
        const struct fake_tab *tab = &spreadsheet->tabs[i];
        buf_printf(body, "%s{\"properties\":{\"sheetId\":%lld,\"title\":\"%s\",\"index\":%zu,",
                   i ? "," : "", (long long)tab->gid, tab->title, i);
        if (tab->type)
            buf_printf(body, "\"sheetType\":\"%s\"}}", tab->type);
        else
            buf_printf(body,
                       "\"sheetType\":\"GRID\",\"gridProperties\":{\"rowCount\":%zu,"
                       "\"columnCount\":%zu}}}",
                       tab->rows, tab->columns);
    }
    buf_add_text(body, "]}\n");
}

static inline const char *fake_cell_at(const struct fake_tab *tab, size_t row, size_t column) {
    return tab->cells[row * tab->columns + column];
}

/* How many cells of a row there are, blank ones at its end left out. */
static inline size_t fake_width(const struct fake_tab *tab, size_t row) {
    size_t width = tab->columns;
    while (width && !fake_cell_at(tab, row, width - 1))
        width--;
    return width;
}

static inline void fake_write_row(const struct fake_tab *tab, size_t row, struct buf *body) {
    size_t width = fake_width(tab, row);
    buf_add_char(body, '[');
    for (size_t column = 0; column < width; column++) {
        const char *cell = fake_cell_at(tab, row, column);
        buf_printf(body, "%s%s", column ? "," : "", cell ? cell : "\"\"");
    }
    buf_add_char(body, ']');
}

static inline void fake_write_echo(const struct fake_tab *tab, size_t first, size_t last,
                                   struct buf *body) {
    bool is_plain = true;
    char letters[8];
    for (const char *c = tab->title; *c; c++)
        is_plain = is_plain && (ascii_is_alpha(*c) || *c == '_');
    buf_add_text(body, is_plain ? "" : "'");
    for (const char *c = tab->title; *c; c++)
        buf_printf(body, *c == '\'' ? "''" : "%c", *c);
    buf_printf(body, "%s!A%zu", is_plain ? "" : "'", first + 1);
    sheet_column_letters(tab->columns - 1, letters);
    if (first != last || tab->columns > 1)
        buf_printf(body, ":%s%zu", letters, last + 1);
}

/* Rows `first` to `last`, which are in the grid. */
static inline void fake_write_range(const struct fake_tab *tab, size_t first, size_t last,
                                    struct buf *body) {
    size_t end = last + 1;
    while (end > first && fake_width(tab, end - 1) == 0)
        end--;
    buf_add_text(body, "{\"range\":\"");
    fake_write_echo(tab, first, last, body);
    buf_add_text(body, "\",\"majorDimension\":\"ROWS\"");
    for (size_t row = first; row < end; row++) {
        buf_add_text(body, row == first ? ",\"values\":[" : ",");
        fake_write_row(tab, row, body);
    }
    buf_add_text(body, end > first ? "]}" : "}");
}

static inline const struct fake_tab *fake_find_tab(const struct fake_spreadsheet *spreadsheet,
                                                   const char *title) {
    for (size_t i = 0; i < spreadsheet->tab_count; i++)
        if (span_equal_nocase(span_from(spreadsheet->tabs[i].title), span_from(title)))
            return &spreadsheet->tabs[i];
    return NULL;
}

static inline void fake_unescape(struct buf *out, struct span text) {
    for (size_t i = 0; i < text.size; i++) {
        char pair[3] = {0};
        if (text.data[i] == '%') {
            memcpy(pair, text.data + i + 1, 2);
            i += 2;
        }
        buf_add_char(out, *pair ? (char)strtoul(pair, NULL, 16) : text.data[i]);
    }
}

/* "'My ''Tab'!A5:C9" -> the title, and "A5:C9" or "". A title without quotes is no way to ask. */
static inline const char *fake_take_title(const char *range, struct buf *title) {
    assert_int_equal(*range++, '\'');
    for (; *range != '\'' || range[1] == '\''; range++) {
        assert_int_not_equal(*range, '\0');
        range += *range == '\'';
        buf_add_char(title, *range);
    }
    range++;
    assert_true(*range == '!' || *range == '\0');
    return *range ? range + 1 : range;
}

static inline bool fake_answer_range(const struct fake_spreadsheet *spreadsheet, const char *range,
                                     struct http_response *response) {
    struct buf title = {0};
    const char *cells = fake_take_title(range, &title);
    const struct fake_tab *tab = fake_find_tab(spreadsheet, buf_text(&title));
    buf_free(&title);
    if (!tab || tab->type) {
        buf_clear(&response->body);
        fake_refuse(response, 400, "INVALID_ARGUMENT", "Unable to parse range: 'x'");
        return false;
    }
    char *end;
    size_t first = 1, last = tab->rows;
    if (*cells) {
        char letters[8];
        first = strtoul(cells + strspn(cells, "A"), &end, 10);
        assert_int_equal(*end++, ':');
        size_t size = strspn(end, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        sheet_column_letters(tab->columns - 1, letters);
        assert_true(size == 0 || span_is((struct span){end, size}, letters));
        last = strtoul(end + size, NULL, 10);
        assert_true(first >= 1 && last >= first);
    }
    if (first > tab->rows) {
        buf_clear(&response->body);
        fake_refuse(response, 400, "INVALID_ARGUMENT",
                    "Range (x!11:20) exceeds grid limits. Max rows: 10, max columns: 3");
        return false;
    }
    fake_write_range(tab, first - 1, (last < tab->rows ? last : tab->rows) - 1, &response->body);
    return true;
}

static inline size_t fake_answer_values(const struct fake_spreadsheet *spreadsheet,
                                        const char *query, struct http_response *response) {
    size_t count = 0;
    bool ok = true;
    buf_printf(&response->body, "{\"spreadsheetId\":\"%s\",\"valueRanges\":[", spreadsheet->id);
    for (const char *at = query; ok && (at = strstr(at, "&ranges="));) {
        struct buf range = {0};
        at += strlen("&ranges=");
        fake_unescape(&range, (struct span){at, strcspn(at, "&")});
        if (count++)
            buf_add_char(&response->body, ',');
        ok = fake_answer_range(spreadsheet, buf_text(&range), response);
        buf_free(&range);
    }
    if (ok)
        buf_add_text(&response->body, "]}\n");
    return count;
}

static inline void fake_answer(struct fake_google *google, const char *url,
                               struct http_response *response) {
    static const char start[] = "https://sheets.googleapis.com/v4/spreadsheets/";
    assert_memory_equal(url, start, strlen(start));
    const char *id = url + strlen(start);
    const struct fake_spreadsheet *spreadsheet = NULL;
    size_t size = strcspn(id, "/?"), ranges = 0;
    for (size_t i = 0; i < google->spreadsheet_count; i++)
        if (span_is((struct span){id, size}, google->spreadsheets[i].id))
            spreadsheet = &google->spreadsheets[i];
    bool is_metadata = id[size] == '?';
    google->metadata_count += is_metadata;
    google->values_count += !is_metadata;
    response->status = 200;
    response->is_json = true;
    if (!spreadsheet)
        fake_refuse(response, 404, "NOT_FOUND", "Requested entity was not found.");
    else if (is_metadata)
        fake_write_metadata(spreadsheet, &response->body);
    else
        ranges = fake_answer_values(spreadsheet, id + size, response);
    google->range_count += ranges;
    if (is_metadata)
        buf_printf(&google->sent, "%.*s metadata\n", (int)size, id);
    else
        buf_printf(&google->sent, "%.*s values %zu\n", (int)size, id, ranges);
}

static inline bool fake_send(struct http_client *client, const struct http_request *request,
                             struct http_response *response, struct err *err) {
    struct fake_google *google = (struct fake_google *)client;
    size_t url_size = strlen(request->url);
    assert_null(request->form);
    assert_true(google->sent_count < COUNT_OF(google->sent_s));
    google->sent_s[google->sent_count++] = google->access.time.now_s;
    google->longest_url = url_size > google->longest_url ? url_size : google->longest_url;
    if (google->intercept && google->intercept(google, request, response))
        return true;
    fake_answer(google, request->url, response);
    if (google->max_answer == 0 || response->body.size <= google->max_answer)
        return true;
    response->is_too_large = true;
    return err_set(err, ERR_FAILED, "sheets.googleapis.com: the answer is larger than 0 MB");
}

static inline void fake_open(struct fake_google *google, const char *token_command) {
    *google = (struct fake_google){.client = {.send = fake_send}};
    access_open(&google->access, token_command);
}

static inline void fake_close(struct fake_google *google) {
    access_close(&google->access);
    buf_free(&google->sent);
    arena_free(&google->arena);
}

/* ---- pulling ---- */

/* A source over that Google. */
struct fake_pull {
    struct sheets_settings settings;
    struct source *source;
    struct arena arena;
    struct source_sheet sheet; /* the last one read */
    struct err err;
};

static inline void pull_open(struct fake_pull *pull, struct fake_google *google,
                             const struct model *model, const struct sheets_address *addresses,
                             size_t cells_per_request) {
    *pull = (struct fake_pull){.settings = {.model = model,
                                            .addresses = addresses,
                                            .email = EMAIL,
                                            .client = &google->client,
                                            .tokens = google->access.tokens,
                                            .retry = &google->access.retry,
                                            .waiting = &google->access.time.waiting,
                                            .cells_per_request = cells_per_request}};
    sheets_open(&pull->source, &pull->settings);
}

static inline bool pull_read(struct fake_pull *pull, const char *sheet) {
    const struct source_past past = {.pulled_at_s = -1};
    int index = model_find_sheet(pull->settings.model, span_from(sheet));
    free((void *)(uintptr_t)pull->sheet.text.data);
    pull->sheet = (struct source_sheet){0};
    pull->err = (struct err){0};
    return pull->source->read(pull->source, (size_t)index, &past, &pull->arena, &pull->sheet,
                              &pull->err);
}

static inline void pull_close(struct fake_pull *pull) {
    free((void *)(uintptr_t)pull->sheet.text.data);
    source_close(pull->source);
    arena_free(&pull->arena);
}

static inline void expect_sheet(struct fake_pull *pull, const char *sheet, const char *csv) {
    if (!pull_read(pull, sheet))
        fail_msg("%s: %s", sheet, pull->err.message);
    if (pull->sheet.missing)
        fail_msg("%s: %s", sheet, pull->sheet.missing);
    assert_string_equal(pull->sheet.source, "sheets");
    assert_null(pull->sheet.kept);
    assert_null(pull->sheet.fallback);
    assert_string_equal(arena_string(&pull->arena, pull->sheet.text), csv);
}

static inline void expect_missing(struct fake_pull *pull, const char *sheet, const char *why) {
    if (!pull_read(pull, sheet))
        fail_msg("%s: %s", sheet, pull->err.message);
    assert_non_null(pull->sheet.missing);
    assert_string_equal(pull->sheet.missing, why);
    assert_null(pull->sheet.text.data);
    assert_null(pull->sheet.location);
}

static inline void expect_failure(struct fake_pull *pull, const char *sheet, enum err_class class,
                                  const char *part) {
    assert_false(pull_read(pull, sheet));
    assert_null(pull->sheet.text.data);
    assert_int_equal(pull->err.class, class);
    if (!strstr(pull->err.message, part))
        fail_msg("\"%s\" does not say \"%s\"", pull->err.message, part);
}

#endif
