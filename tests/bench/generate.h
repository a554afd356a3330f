/* What the parts of the bench generator share. The generator stands alone: libc, no product code,
 * so that a fault in the product cannot hide itself in the data it is measured with. */
#ifndef GOLDLEAF_BENCH_GENERATE_H
#define GOLDLEAF_BENCH_GENERATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define DAY_SECONDS INT64_C(86400)
#define EVENT_BITS 24
#define EVENT_MASK ((UINT64_C(1) << EVENT_BITS) - 1)
#define HOME_SLOTS 48
#define NO_CUSTOMER UINT32_MAX
#define ROW_CELLS_MAX 12

enum sheet_id {
    SHEET_ARTISTS,
    SHEET_VENUES,
    SHEET_EVENTS,
    SHEET_CUSTOMERS,
    SHEET_TICKETS,
    SHEET_CHECKINS,
    SHEET_REFUNDS,
    SHEET_CAMPAIGNS,
    SHEET_COUNT
};

enum event_status {
    EVENT_SCHEDULED,
    EVENT_COMPLETED,
    EVENT_CANCELLED,
    EVENT_POSTPONED,
    EVENT_RESCHEDULED
};

enum ticket_status { TICKET_SOLD, TICKET_USED, TICKET_REFUNDED, TICKET_CANCELLED, TICKET_PENDING };

enum channel {
    CHANNEL_WEB,
    CHANNEL_MOBILE_APP,
    CHANNEL_BOX_OFFICE,
    CHANNEL_PARTNER,
    CHANNEL_EMAIL,
    CHANNEL_SOCIAL,
    CHANNEL_SEARCH,
    CHANNEL_DISPLAY,
    CHANNEL_INFLUENCER,
    CHANNEL_AFFILIATE,
    CHANNEL_PHONE,
    CHANNEL_RADIO,
    CHANNEL_OTHER
};

enum refund_reason {
    REASON_EVENT_CANCELLED,
    REASON_EVENT_POSTPONED,
    REASON_CUSTOMER_REQUEST,
    REASON_DUPLICATE,
    REASON_PAYMENT_ISSUE,
    REASON_OTHER
};

/* generate_text.c: seeded randomness, buffered text, calendar */

struct random {
    uint64_t state;
};

struct random random_start_stream(uint64_t seed, uint64_t stream, uint64_t index);
uint64_t random_take_bits(struct random *random);
uint32_t random_take_below(struct random *random, uint32_t bound);
int64_t random_take_span(struct random *random, int64_t low, int64_t high);
int64_t random_take_hill(struct random *random, int64_t low, int64_t high);
bool random_hit_permille(struct random *random, uint32_t permille);

/* Text on its way to a file (flushed when full) or kept in memory (file is NULL, grows). */
struct text {
    char *data;
    size_t used;
    size_t room;
    FILE *file;
    char *path;
};

struct day_parts {
    int year;
    int month;
    int day;
};

_Noreturn void generate_fail(const char *what, const char *detail);
void *memory_take_block(size_t count, size_t size);
char *memory_copy_string(const char *string);
void text_open_file(struct text *text, const char *folder, const char *name);
void text_open_memory(struct text *text);
void text_close(struct text *text);
void text_put_bytes(struct text *text, const char *bytes, size_t length);
void text_put_string(struct text *text, const char *string);
void text_put_char(struct text *text, char letter);
void text_put_number(struct text *text, uint64_t number);
void text_put_id(struct text *text, const char *prefix, uint64_t number);
void text_put_money(struct text *text, uint64_t cents);
void text_put_date(struct text *text, int64_t day);
void text_put_moment(struct text *text, int64_t second);
int64_t day_from_parts(int year, int month, int day);
struct day_parts day_split_parts(int64_t day);

/* generate_names.c: places, people and words */

struct city {
    const char *name;
    const char *state;
    const char *country;
    const char *currency;
    uint32_t slots; /* of the HOME_SLOTS: how many customers and venues live here */
};

extern const struct city name_cities[];
extern const size_t name_city_count;
extern const char *const name_genres[];
extern const size_t name_genre_count;
void name_put_person(struct text *text, const char *country, uint64_t seed, uint64_t index);
void name_put_email(struct text *text, const char *country, uint64_t seed, uint64_t index);
void name_put_artist(struct text *text, const char *country, uint64_t seed, uint64_t index);
void name_put_venue(struct text *text, const struct city *city, uint64_t index);

/* generate_world.c, generate_ticket.c: who plays where, who buys, who comes */

struct venue {
    uint32_t city;
    uint32_t base; /* relative size, before the rooms are fitted to the number of tickets */
    uint32_t capacity;
};

struct event {
    int64_t day;
    int64_t sale_start;
    int64_t sale_end;
    uint32_t artist;
    uint32_t venue;
    uint32_t price;
    uint32_t planned; /* tickets in the sheet, counted or not */
    uint32_t fill;    /* permille of the capacity that should stay sold */
    uint32_t show;    /* permille of the sold seats that come */
    uint32_t campaign_first;
    uint32_t campaign_count;
    enum event_status status;
    bool happened;
};

struct campaign {
    int64_t start;
    int64_t end;
    uint64_t spend;
    uint32_t event;
    uint32_t impressions;
    uint32_t clicks;
    uint32_t conversions;
    enum channel channel;
    bool open_ended;
};

struct world {
    uint64_t seed;
    int64_t epoch; /* second of the earliest thinkable sale */
    int64_t now;   /* second the data was "exported" */
    uint64_t base[SHEET_COUNT];
    uint32_t artist_count;
    uint32_t venue_count;
    uint32_t event_count;
    uint32_t customer_count;
    uint32_t campaign_count;
    uint64_t ticket_count;
    struct venue *venues;
    struct event *events;
    struct campaign *campaigns;
    uint64_t *sales; /* per ticket, ascending: (second - epoch) << EVENT_BITS | event */
    uint32_t homes[HOME_SLOTS];
};

struct refund {
    int64_t at;
    uint32_t amount;
    enum refund_reason reason;
};

struct ticket {
    int64_t bought;
    int64_t scanned[2];
    struct refund refunds[2];
    uint32_t event;
    uint32_t customer;
    uint32_t price;
    uint32_t scan_count;
    uint32_t refund_count;
    enum channel channel;
    enum ticket_status status;
};

void world_build(struct world *world, uint64_t seed, uint64_t tickets, uint64_t events);
void world_free(struct world *world);
const struct city *world_find_city(const struct world *world, const struct event *event);
void world_sort_keys(uint64_t *keys, size_t count);
void ticket_describe(const struct world *world, uint64_t index, struct ticket *ticket);

/* generate_rows.c: the eight sheets as clean CSV */

extern const char *const sheet_names[SHEET_COUNT];
extern const char *const sheet_headers[SHEET_COUNT];
extern const char *const sheet_prefixes[SHEET_COUNT];
void rows_put_sheet(struct text *text, const struct world *world, enum sheet_id id);

/* generate_sheet.c: a sheet in memory, where slips can be made, and its physical forms */

struct row {
    char *cells[ROW_CELLS_MAX];
    size_t count;
    size_t number; /* as a person sees it (header = 1); set when the sheet is written */
    bool touched;  /* has its slip already */
    bool blank;
};

struct sheet {
    enum sheet_id id;
    size_t width;
    struct row **rows;
    size_t count;
    size_t room;
};

struct sheet_form {
    const char *header;
    const char *newline;
    char delimiter;
    bool bom;
    bool quote_all;
    bool last_newline;
};

void sheet_read_text(struct sheet *sheet, enum sheet_id id, const char *data, size_t size);
void sheet_free(struct sheet *sheet);
struct row *sheet_insert_row(struct sheet *sheet, size_t place, struct row *row);
struct row *row_copy(const struct row *row);
struct row *row_make_blank(size_t cells, const char *filler);
void row_set_cell(struct row *row, size_t column, const char *value);
void row_fill_cell(struct row *row, size_t column, const char *pattern);
void sheet_write_file(struct sheet *sheet, const struct sheet_form *form, const char *folder);

/* generate_form.c: the same value, written as people and spreadsheets write it */

enum {
    DATE_FORM_COUNT = 10,
    MOMENT_FORM_COUNT = 18,
    MONEY_FORM_COUNT = 13,
    INTEGER_FORM_COUNT = 4
};

void form_write_date(char *out, size_t size, const char *iso, uint32_t form);
void form_write_moment(char *out, size_t size, const char *iso, uint32_t form);
void form_write_money(char *out, size_t size, const char *plain, const char *currency,
                      uint32_t form);
void form_write_integer(char *out, size_t size, const char *plain, uint32_t form);

/* generate_slips.c: the catalogue of slips that are made once each */

struct slip {
    const char *from;    /* the row must hold this value there; NULL: any non-empty one */
    const char *to;      /* what stands there afterwards; {} is the old value */
    const char *outcome; /* what a careful loader makes of it */
    unsigned char column;
};

struct slip_list {
    const struct slip *slips;
    size_t count;
};

struct slip_list slip_list_sheet(enum sheet_id id);

/* generate_dirt.c, generate_scene.c: slips made in the sheets */

struct ledger_line {
    const struct row *row;
    size_t column;
    enum sheet_id sheet;
    const char *outcome;
    const char *note;
};

struct dirt {
    struct sheet sheets[SHEET_COUNT];
    struct random random;
    const struct world *world;
    struct ledger_line *ledger;
    size_t ledger_count;
    size_t ledger_room;
    uint64_t next_id[SHEET_COUNT];
};

void dirt_generate_sample(const struct world *world, const char *folder, const char *ledger);
void dirt_note_slip(struct dirt *dirt, enum sheet_id id, const struct row *row, size_t column,
                    const char *outcome, const char *note);
size_t dirt_pick_row(struct dirt *dirt, enum sheet_id id, size_t column, const char *value);
size_t dirt_find_key(const struct dirt *dirt, enum sheet_id id, size_t column, const char *key);
void dirt_take_id(struct dirt *dirt, enum sheet_id id, char *out, size_t size);
void scene_add_all(struct dirt *dirt);

/* generate_edit.c: a day's edits on a generated folder */

struct edit_job {
    const char *from;
    const char *out;
    uint64_t ppm; /* of the rows, in millionths */
    uint64_t seed;
    bool spread;
};

void edit_copy_folder(const struct edit_job *job);

#endif
