/* Makes the sample: the clean sheets are read back into memory and spoilt as people spoil them, the
 * catalogue once, the small habits here and there, and blank and ragged rows in between. What was
 * done to which row goes into a ledger, if one is asked for. */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

enum { STREAM_DIRT = 41 };

/* What the cells of a column hold, for the habits of writing. */
enum cell_kind { KIND_NONE, KIND_DATE, KIND_MOMENT, KIND_MONEY, KIND_INTEGER };

struct habit {
    enum sheet_id sheet;
    unsigned char column;
    enum cell_kind kind;
    uint32_t permille;
};

static const struct habit habits[] = {
    {SHEET_ARTISTS, 4, KIND_MOMENT, 120},    {SHEET_EVENTS, 3, KIND_DATE, 90},
    {SHEET_EVENTS, 5, KIND_MONEY, 90},       {SHEET_CUSTOMERS, 6, KIND_MOMENT, 40},
    {SHEET_TICKETS, 3, KIND_MOMENT, 30},     {SHEET_TICKETS, 5, KIND_MONEY, 40},
    {SHEET_CHECKINS, 3, KIND_MOMENT, 40},    {SHEET_REFUNDS, 4, KIND_MONEY, 90},
    {SHEET_REFUNDS, 5, KIND_MOMENT, 160},    {SHEET_CAMPAIGNS, 3, KIND_MONEY, 120},
    {SHEET_CAMPAIGNS, 4, KIND_INTEGER, 120}, {SHEET_CAMPAIGNS, 5, KIND_INTEGER, 60},
    {SHEET_CAMPAIGNS, 7, KIND_DATE, 70},     {SHEET_CAMPAIGNS, 8, KIND_DATE, 70},
};

static const uint32_t form_counts[] = {0, DATE_FORM_COUNT, MOMENT_FORM_COUNT, MONEY_FORM_COUNT,
                                       INTEGER_FORM_COUNT};

/* Excel in a country of decimal commas writes semicolons and a BOM; a form filled in on the web
 * quotes all; a scanner's export has hyphens in its headers. */
static const struct sheet_form sheet_forms[SHEET_COUNT] = {
    {"artist_id,name,genre,country,created_at", "\n", ',', false, false, true},
    {"Venue ID;Name;City;State;Country;Capacity", "\r\n", ';', true, false, true},
    {"event_id,artist_id,venue_id,event_date,status,ticket_price,currency", "\n", ',', false, false,
     true},
    {"Customer ID,Name,Email,City,State,Country,Created At", "\r\n", ',', true, false, true},
    {"Ticket ID,Event ID,Customer ID,Purchase Datetime,Channel,Price Paid,Currency,Status,Notes",
     "\n", ',', false, false, true},
    {"checkin-id,event-id,ticket-id,scanned-at,gate", "\n", ',', false, false, true},
    {"REFUND_ID,TICKET_ID, EVENT_ID ,REASON,REFUND_AMOUNT,REFUNDED_AT", "\n", ',', false, false,
     false},
    {"\"Campaign Id\",\"Event Id\",\"Channel\",\"Spend\",\" Impressions "
     "\",\"Clicks\",\"Conversions\",\"Start Date\",\"End Date\"",
     "\r\n", ',', false, true, true},
};

void dirt_note_slip(struct dirt *dirt, enum sheet_id id, const struct row *row, size_t column,
                    const char *outcome, const char *note) {
    if (dirt->ledger_count == dirt->ledger_room) {
        dirt->ledger_room = dirt->ledger_room > 0 ? dirt->ledger_room * 2 : 256;
        dirt->ledger = realloc(dirt->ledger, dirt->ledger_room * sizeof *dirt->ledger);
        if (dirt->ledger == NULL) {
            generate_fail("memory", "there is not enough of it");
        }
    }
    dirt->ledger[dirt->ledger_count++] = (struct ledger_line){row, column, id, outcome, note};
}

static bool row_fits(const struct row *row, size_t column, const char *value) {
    if (row->touched || row->blank || column >= row->count) {
        return false;
    }
    const char *cell = row->cells[column];
    if (value != NULL) {
        return strcmp(cell, value) == 0;
    }
    return cell[0] != '\0' && strcmp(cell, "0.00") != 0;
}

/* A row without a slip so far that holds this value (NULL: any but nothing and zero), marked as
 * touched; SIZE_MAX when there is none. */
size_t dirt_pick_row(struct dirt *dirt, enum sheet_id id, size_t column, const char *value) {
    struct sheet *sheet = &dirt->sheets[id];
    size_t start = random_take_below(&dirt->random, (uint32_t)sheet->count);
    for (size_t turn = 0; turn < sheet->count; turn++) {
        size_t place = (start + turn) % sheet->count;
        if (row_fits(sheet->rows[place], column, value)) {
            sheet->rows[place]->touched = true;
            return place;
        }
    }
    fprintf(stderr, "generate: no row of %s left for %s\n", sheet_names[id],
            value != NULL ? value : "a slip");
    return SIZE_MAX;
}

size_t dirt_find_key(const struct dirt *dirt, enum sheet_id id, size_t column, const char *key) {
    const struct sheet *sheet = &dirt->sheets[id];
    for (size_t place = 0; place < sheet->count; place++) {
        const struct row *row = sheet->rows[place];
        if (column < row->count && strcmp(row->cells[column], key) == 0) {
            return place;
        }
    }
    return SIZE_MAX;
}

void dirt_take_id(struct dirt *dirt, enum sheet_id id, char *out, size_t size) {
    dirt->next_id[id]++;
    snprintf(out, size, "%s%llu", sheet_prefixes[id], (unsigned long long)dirt->next_id[id]);
}

/* Loads the clean sheet; new keys go on after its last one. */
static void dirt_load_sheet(struct dirt *dirt, enum sheet_id id) {
    struct sheet *sheet = &dirt->sheets[id];
    struct text text;
    text_open_memory(&text);
    rows_put_sheet(&text, dirt->world, id);
    sheet_read_text(sheet, id, text.data, text.used);
    text_close(&text);
    dirt->next_id[id] = dirt->world->base[id] + sheet->count;
}

/* The box office keeps remarks in a column that the model does not have. */
static void dirt_add_notes(struct dirt *dirt) {
    static const char *const notes[] = {"VIP",
                                        "wheelchair access, row A",
                                        "paid at the door (see Ravi)",
                                        "name on list: \"Kiki\"",
                                        "student discount",
                                        "called back 2x",
                                        "first line\nsecond line",
                                        "+1 guest"};
    struct sheet *sheet = &dirt->sheets[SHEET_TICKETS];
    for (size_t i = 0; i < sheet->count; i++) {
        struct row *row = sheet->rows[i];
        bool noted = random_hit_permille(&dirt->random, 35);
        uint32_t turn = random_take_below(&dirt->random, sizeof notes / sizeof notes[0]);
        row->cells[row->count++] = memory_copy_string(noted ? notes[turn] : "");
    }
    sheet->width++;
}

static void dirt_make_slips(struct dirt *dirt, enum sheet_id id) {
    struct slip_list list = slip_list_sheet(id);
    for (size_t i = 0; i < list.count; i++) {
        const struct slip *slip = &list.slips[i];
        size_t place = dirt_pick_row(dirt, id, slip->column, slip->from);
        if (place == SIZE_MAX) {
            continue;
        }
        struct row *row = dirt->sheets[id].rows[place];
        row_fill_cell(row, slip->column, slip->to);
        dirt_note_slip(dirt, id, row, slip->column, slip->outcome, "catalogue");
    }
}

static const char *row_find_currency(const struct dirt *dirt, enum sheet_id id,
                                     const struct row *row) {
    size_t column = id == SHEET_EVENTS ? 0 : id == SHEET_REFUNDS ? 2 : 1;
    uint64_t number = 0;
    for (const char *at = row->cells[column]; *at != '\0'; at++) {
        number = *at >= '0' && *at <= '9' ? number * 10 + (uint64_t)(*at - '0') : number;
    }
    uint64_t index = number - dirt->world->base[SHEET_EVENTS] - 1;
    if (index >= dirt->world->event_count) {
        return "";
    }
    return world_find_city(dirt->world, &dirt->world->events[index])->currency;
}

static void row_apply_form(struct dirt *dirt, const struct habit *habit, struct row *row,
                           uint32_t form) {
    static const char *const kind_notes[] = {"", "date form", "datetime form", "money form",
                                             "integer form"};
    char out[80];
    const char *cell = row->cells[habit->column];
    switch (habit->kind) {
    case KIND_DATE:
        form_write_date(out, sizeof out, cell, form);
        break;
    case KIND_MOMENT:
        form_write_moment(out, sizeof out, cell, form);
        break;
    case KIND_MONEY:
        form_write_money(out, sizeof out, cell, row_find_currency(dirt, habit->sheet, row), form);
        break;
    case KIND_INTEGER:
        form_write_integer(out, sizeof out, cell, form);
        break;
    case KIND_NONE:
        return;
    }
    row_set_cell(row, habit->column, out);
    dirt_note_slip(dirt, habit->sheet, row, habit->column, "ok", kind_notes[habit->kind]);
}

/* Every form of a column once in the sheets with room for it, then by the odds of the habit. */
static void dirt_apply_habit(struct dirt *dirt, const struct habit *habit) {
    struct sheet *sheet = &dirt->sheets[habit->sheet];
    uint32_t forms = form_counts[habit->kind];
    for (uint32_t form = 0; sheet->count > 180 && form < forms; form++) {
        size_t place = dirt_pick_row(dirt, habit->sheet, habit->column, NULL);
        if (place != SIZE_MAX) {
            row_apply_form(dirt, habit, sheet->rows[place], form);
        }
    }
    for (size_t i = 0; i < sheet->count; i++) {
        struct row *row = sheet->rows[i];
        if (row_fits(row, habit->column, NULL) &&
            random_hit_permille(&dirt->random, habit->permille)) {
            row->touched = true;
            row_apply_form(dirt, habit, row, random_take_below(&dirt->random, forms));
        }
    }
}

/* Now and then another of the fine slips of the catalogue that fits this row: "Confirmed" for sold.
 */
static void dirt_repeat_slips(struct dirt *dirt, enum sheet_id id) {
    struct slip_list list = slip_list_sheet(id);
    struct sheet *sheet = &dirt->sheets[id];
    for (size_t i = 0; i < sheet->count; i++) {
        uint32_t turn = random_take_below(&dirt->random, (uint32_t)list.count);
        const struct slip *slip = &list.slips[turn];
        struct row *row = sheet->rows[i];
        bool fixed = slip->from == NULL && strstr(slip->to, "{}") == NULL;
        if (fixed || strcmp(slip->outcome, "ok") != 0 || !row_fits(row, slip->column, slip->from) ||
            !random_hit_permille(&dirt->random, 300)) {
            continue;
        }
        row->touched = true;
        row_fill_cell(row, slip->column, slip->to);
        dirt_note_slip(dirt, id, row, slip->column, slip->outcome, "habit");
    }
}

/* Rows cut short where the last cells are empty or only describe, and rows with cells too many. */
static void dirt_make_ragged(struct dirt *dirt, enum sheet_id id) {
    static const char *const extras[] = {"", "", "see Anita"};
    struct sheet *sheet = &dirt->sheets[id];
    bool describes = id == SHEET_CHECKINS || id == SHEET_CUSTOMERS || id == SHEET_TICKETS;
    for (int turn = 0; turn < 4; turn++) {
        size_t place = dirt_pick_row(dirt, id, 0, NULL);
        if (place == SIZE_MAX) {
            return;
        }
        struct row *row = sheet->rows[place];
        if (turn < 2 && describes) {
            free(row->cells[--row->count]);
            dirt_note_slip(dirt, id, row, row->count, "ok", "short row");
        } else if (turn >= 2) {
            for (size_t i = 0; i < 3; i++) {
                row->cells[row->count++] = memory_copy_string(turn == 2 ? "" : extras[i]);
            }
            dirt_note_slip(dirt, id, row, row->count - 1, "ok", "long row");
        }
    }
}

static void dirt_add_blanks(struct dirt *dirt, enum sheet_id id) {
    static const char *const fillers[] = {"", " ", "\xC2\xA0", "\t", "\xE2\x80\x8B"};
    struct sheet *sheet = &dirt->sheets[id];
    uint32_t wanted = 2 + (uint32_t)(sheet->count / 1000);
    for (uint32_t i = 0; i < wanted; i++) {
        size_t place = 1 + random_take_below(&dirt->random, (uint32_t)sheet->count - 1);
        /* The fourth is no row of empty cells but an empty line. */
        struct row *row = row_make_blank(i == 3 ? 0 : sheet->width, fillers[i % 5]);
        sheet_insert_row(sheet, place, row);
        dirt_note_slip(dirt, id, row, 0, "blank", "blank row");
    }
    for (uint32_t i = 0; i < 3; i++) {
        struct row *row = row_make_blank(sheet->width, "");
        sheet_insert_row(sheet, sheet->count, row);
        dirt_note_slip(dirt, id, row, 0, "blank", "blank row at the end");
    }
}

/* What cannot be seen is spelt out. */
static void ledger_put_cell(FILE *file, const char *cell) {
    static const char *const unseen[][2] = {{"\xC2\xA0", "<NBSP>"},
                                            {"\xE2\x80\x8B", "<ZWSP>"},
                                            {"\xEF\xBB\xBF", "<BOM>"},
                                            {"\xE3\x80\x80", "<U+3000>"},
                                            {"\xE2\x80\x89", "<U+2009>"},
                                            {"\n", "<LF>"},
                                            {"\t", "<TAB>"}};
    while (*cell != '\0') {
        size_t length = 0;
        for (size_t i = 0; i < sizeof unseen / sizeof unseen[0] && length == 0; i++) {
            if (strncmp(cell, unseen[i][0], strlen(unseen[i][0])) == 0) {
                length = strlen(unseen[i][0]);
                fputs(unseen[i][1], file);
            }
        }
        if (length == 0) {
            fputc(*cell, file);
            length = 1;
        }
        cell += length;
    }
}

/* Sheet, row as a person sees it, cell, key, outcome, what was done, value; by tabs. */
static void dirt_write_ledger(const struct dirt *dirt, const char *path) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        generate_fail("cannot write", path);
    }
    fputs("sheet\trow\tcell\tkey\toutcome\tslip\tvalue\n", file);
    for (size_t i = 0; i < dirt->ledger_count; i++) {
        const struct ledger_line *line = &dirt->ledger[i];
        const struct row *row = line->row;
        fprintf(file, "%s\t%zu\t%c%zu\t", sheet_names[line->sheet], row->number,
                (char)('A' + line->column), row->number);
        ledger_put_cell(file, row->count > 0 ? row->cells[0] : "");
        fprintf(file, "\t%s\t%s\t", line->outcome, line->note);
        ledger_put_cell(file, line->column < row->count ? row->cells[line->column] : "");
        fputc('\n', file);
    }
    if (fclose(file) != 0) {
        generate_fail("cannot write", path);
    }
}

void dirt_generate_sample(const struct world *world, const char *folder, const char *ledger) {
    struct dirt dirt = {.world = world};
    dirt.random = random_start_stream(world->seed, STREAM_DIRT, 0);
    for (int id = 0; id < SHEET_COUNT; id++) {
        dirt_load_sheet(&dirt, (enum sheet_id)id);
    }
    dirt_add_notes(&dirt);
    scene_add_all(&dirt);
    for (int id = 0; id < SHEET_COUNT; id++) {
        dirt_make_slips(&dirt, (enum sheet_id)id);
    }
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++) {
        dirt_apply_habit(&dirt, &habits[i]);
    }
    for (int id = 0; id < SHEET_COUNT; id++) {
        dirt_repeat_slips(&dirt, (enum sheet_id)id);
        dirt_make_ragged(&dirt, (enum sheet_id)id);
        dirt_add_blanks(&dirt, (enum sheet_id)id);
        sheet_write_file(&dirt.sheets[id], &sheet_forms[id], folder);
    }
    if (ledger != NULL) {
        dirt_write_ledger(&dirt, ledger);
    }
    for (int id = 0; id < SHEET_COUNT; id++) {
        sheet_free(&dirt.sheets[id]);
    }
    free(dirt.ledger);
}
