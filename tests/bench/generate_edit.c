/* A day's edits on a clean generated folder: prices and statuses of tickets, times and gates of
 * check-ins. Works line by line, so that the folder may be larger than memory. */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

#define LINES_ROOM ((size_t)1 << 20)

enum { STREAM_EDIT = 31, STREAM_SPREAD = 32 };
enum { FIELDS_MAX = 16 };

struct lines {
    FILE *file;
    char *path;
    char *data;
    size_t start;
    size_t end;
};

struct field {
    const char *start;
    size_t length;
};

/* How many rows of one sheet an event has, and how many of them are to be edited. */
struct event_tally {
    int64_t day;
    uint64_t number;
    uint64_t rows[2];
    uint64_t quota[2];
};

/* Tallies in the order of the sheet; slots finds them by the event's number. */
struct edit_plan {
    struct event_tally *tallies;
    uint32_t *slots;
    uint64_t lowest;
    uint64_t highest;
    size_t count;
    size_t room;
    uint64_t rows[2];
    uint64_t wanted[2];
};

static const enum sheet_id edit_sheets[2] = {SHEET_TICKETS, SHEET_CHECKINS};
static const size_t edit_widths[2] = {8, 5};
enum { EVENT_FIELD = 1 }; /* in both sheets the event stands second */

static void lines_open_file(struct lines *lines, const char *folder, enum sheet_id id) {
    size_t size = strlen(folder) + strlen(sheet_names[id]) + 6;
    *lines = (struct lines){0};
    lines->path = memory_take_block(size, 1);
    snprintf(lines->path, size, "%s/%s.csv", folder, sheet_names[id]);
    lines->data = memory_take_block(LINES_ROOM, 1);
    lines->file = fopen(lines->path, "rb");
    if (lines->file == NULL) {
        generate_fail("cannot read", lines->path);
    }
    setvbuf(lines->file, NULL, _IONBF, 0);
}

static void lines_close_file(struct lines *lines) {
    fclose(lines->file);
    free(lines->path);
    free(lines->data);
}

/* The next line without its end; false after the last one. */
static bool lines_take_next(struct lines *lines, struct field *line) {
    for (;;) {
        size_t left = lines->end - lines->start;
        char *start = lines->data + lines->start;
        char *stop = left > 0 ? memchr(start, '\n', left) : NULL;
        if (stop != NULL) {
            *line = (struct field){start, (size_t)(stop - start)};
            lines->start += line->length + 1;
            return true;
        }
        memmove(lines->data, start, left);
        size_t got = fread(lines->data + left, 1, LINES_ROOM - left, lines->file);
        lines->start = 0;
        lines->end = left + got;
        if (got == 0) {
            if (left > 0) {
                generate_fail("not a clean generated file (a line without end)", lines->path);
            }
            return false;
        }
    }
}

static size_t line_split_fields(const struct field *line, struct field *fields) {
    const char *at = line->start;
    const char *stop = line->start + line->length;
    size_t count = 0;
    while (count < FIELDS_MAX) {
        const char *comma = memchr(at, ',', (size_t)(stop - at));
        const char *end = comma != NULL ? comma : stop;
        fields[count++] = (struct field){at, (size_t)(end - at)};
        if (comma == NULL) {
            break;
        }
        at = comma + 1;
    }
    return count;
}

/* Only the generator's own clean form can be edited by lines. */
static void lines_check_header(struct lines *lines, enum sheet_id id) {
    struct field line;
    size_t length = strlen(sheet_headers[id]);
    if (!lines_take_next(lines, &line) || line.length != length ||
        memcmp(line.start, sheet_headers[id], length) != 0) {
        generate_fail("not a clean generated file (its header differs)", lines->path);
    }
}

static uint64_t field_read_number(const struct field *field) {
    uint64_t number = 0;
    for (size_t i = 0; i < field->length; i++) {
        char letter = field->start[i];
        if (letter >= '0' && letter <= '9') {
            number = number * 10 + (uint64_t)(letter - '0');
        }
    }
    return number;
}

static bool field_is_word(const struct field *field, const char *word) {
    return field->length == strlen(word) && memcmp(field->start, word, field->length) == 0;
}

static int64_t field_read_day(const struct field *field) {
    uint64_t digits = field_read_number(field); /* 2026-11-20 is 20261120 */
    return day_from_parts((int)(digits / 10000), (int)(digits / 100 % 100), (int)(digits % 100));
}

static void plan_read_events(struct edit_plan *plan, const struct edit_job *job) {
    struct lines lines;
    struct field line;
    struct field fields[FIELDS_MAX];
    lines_open_file(&lines, job->from, SHEET_EVENTS);
    lines_check_header(&lines, SHEET_EVENTS);
    plan->lowest = UINT64_MAX;
    while (lines_take_next(&lines, &line)) {
        if (line_split_fields(&line, fields) != 7) {
            generate_fail("not a clean generated file", lines.path);
        }
        if (plan->count == plan->room) {
            plan->room = plan->room > 0 ? plan->room * 2 : 1024;
            plan->tallies = realloc(plan->tallies, plan->room * sizeof *plan->tallies);
            if (plan->tallies == NULL) {
                generate_fail("memory", "there is not enough of it");
            }
        }
        struct event_tally *tally = &plan->tallies[plan->count++];
        *tally = (struct event_tally){.day = field_read_day(&fields[3]),
                                      .number = field_read_number(&fields[0])};
        plan->lowest = tally->number < plan->lowest ? tally->number : plan->lowest;
        plan->highest = tally->number > plan->highest ? tally->number : plan->highest;
    }
    lines_close_file(&lines);
    if (plan->count == 0) {
        generate_fail("no events to edit in", job->from);
    }
    plan->slots =
        memory_take_block((size_t)(plan->highest - plan->lowest) + 1, sizeof *plan->slots);
}

static int tally_compare_latest(const void *left, const void *right) {
    const struct event_tally *a = left;
    const struct event_tally *b = right;
    if (a->day != b->day) {
        return a->day < b->day ? 1 : -1;
    }
    return (a->number < b->number) - (a->number > b->number);
}

static void plan_order_latest(struct edit_plan *plan) {
    qsort(plan->tallies, plan->count, sizeof *plan->tallies, tally_compare_latest);
    for (size_t i = 0; i < plan->count; i++) {
        plan->slots[plan->tallies[i].number - plan->lowest] = (uint32_t)i;
    }
}

static struct event_tally *plan_find_tally(const struct edit_plan *plan,
                                           const struct field *fields) {
    uint64_t number = field_read_number(&fields[EVENT_FIELD]);
    if (number < plan->lowest || number > plan->highest) {
        generate_fail("not a clean generated folder", "a row of an event that is not there");
    }
    return &plan->tallies[plan->slots[number - plan->lowest]];
}

static void plan_count_rows(struct edit_plan *plan, const struct edit_job *job, int which) {
    struct lines lines;
    struct field line;
    struct field fields[FIELDS_MAX];
    lines_open_file(&lines, job->from, edit_sheets[which]);
    lines_check_header(&lines, edit_sheets[which]);
    while (lines_take_next(&lines, &line)) {
        if (line_split_fields(&line, fields) != edit_widths[which]) {
            generate_fail("not a clean generated file", lines.path);
        }
        plan_find_tally(plan, fields)->rows[which]++;
        plan->rows[which]++;
    }
    lines_close_file(&lines);
    plan->wanted[which] = plan->rows[which] * job->ppm / 1000000;
    if (plan->wanted[which] == 0 && plan->rows[which] > 0) {
        plan->wanted[which] = 1;
    }
}

/* Starts at the last event that anybody was let in to ("yesterday") and goes back until enough rows
 * are covered: door and box office then touch the same few events, as they do in life. */
static void plan_share_quotas(struct edit_plan *plan) {
    size_t first = 0;
    while (first + 1 < plan->count && plan->tallies[first].rows[1] == 0) {
        first++;
    }
    for (int which = 0; which < 2; which++) {
        uint64_t left = plan->wanted[which];
        for (size_t turn = 0; turn < plan->count && left > 0; turn++) {
            /* Coming events last: they are needed only when nearly everything is to change. */
            struct event_tally *tally = &plan->tallies[(first + turn) % plan->count];
            tally->quota[which] = tally->rows[which] < left ? tally->rows[which] : left;
            left -= tally->quota[which];
        }
    }
}

static void field_put(struct text *text, const struct field *field) {
    text_put_bytes(text, field->start, field->length);
}

/* Statuses move as they do at the box office; what is sold stays a valid row. */
static const char *status_pick_next(const struct field *status, struct random *random) {
    if (field_is_word(status, "sold")) {
        return random_hit_permille(random, 800) ? "used" : "cancelled";
    }
    if (field_is_word(status, "used")) {
        return random_hit_permille(random, 600) ? "sold" : "refunded";
    }
    return field_is_word(status, "cancelled") ? "refunded" : "sold";
}

static void line_edit_ticket(struct text *text, struct field *fields, size_t count,
                             struct random *random) {
    enum { PRICE = 5, STATUS = 7 };
    bool price = random_hit_permille(random, 600);
    for (size_t i = 0; i < count; i++) {
        text_put_bytes(text, ",", i > 0 ? 1 : 0);
        if (i == PRICE && price) {
            uint64_t cents = field_read_number(&fields[i]);
            uint64_t step = 50 * (1 + (uint64_t)random_take_below(random, 20));
            bool down = cents > 2 * step && random_hit_permille(random, 500);
            text_put_money(text, down ? cents - step : cents + step);
        } else if (i == STATUS && !price) {
            text_put_string(text, status_pick_next(&fields[i], random));
        } else {
            field_put(text, &fields[i]);
        }
    }
    text_put_char(text, '\n');
}

static void line_edit_checkin(struct text *text, struct field *fields, size_t count,
                              struct random *random) {
    enum { SCANNED = 3, GATE = 4 };
    bool gate = random_hit_permille(random, 400);
    for (size_t i = 0; i < count; i++) {
        text_put_bytes(text, ",", i > 0 ? 1 : 0);
        if (i == GATE && gate) {
            uint32_t step = 1 + random_take_below(random, 3);
            text_put_char(text, (char)('A' + ((uint32_t)(fields[i].start[0] - 'A') + step) % 4));
        } else if (i == SCANNED && !gate) {
            /* The seconds turn round within their minute: the date stays, the value changes. */
            struct field seconds = {fields[i].start + fields[i].length - 2, 2};
            uint64_t turned =
                (field_read_number(&seconds) + 1 + random_take_below(random, 58)) % 60;
            text_put_bytes(text, fields[i].start, fields[i].length - 2);
            text_put_char(text, (char)('0' + turned / 10));
            text_put_char(text, (char)('0' + turned % 10));
        } else {
            field_put(text, &fields[i]);
        }
    }
    text_put_char(text, '\n');
}

/* Whether this row is to be edited; counts it off. Spread: each row with the odds that bring
 * exactly the wanted number (selection sampling). */
static bool plan_take_row(struct edit_plan *plan, const struct field *fields, int which,
                          bool spread, struct random *random) {
    if (!spread) {
        struct event_tally *tally = plan_find_tally(plan, fields);
        bool hit = tally->quota[which] > 0;
        tally->quota[which] -= hit ? 1 : 0;
        return hit;
    }
    uint64_t roll = random_take_bits(random) % plan->rows[which];
    bool hit = roll < plan->wanted[which];
    plan->rows[which]--;
    plan->wanted[which] -= hit ? 1 : 0;
    return hit;
}

static void edit_copy_changed(struct edit_plan *plan, const struct edit_job *job, int which) {
    struct lines lines;
    struct text text;
    struct field line;
    struct field fields[FIELDS_MAX];
    enum sheet_id id = edit_sheets[which];
    struct random odds = random_start_stream(job->seed, STREAM_SPREAD, id);
    struct random random = random_start_stream(job->seed, STREAM_EDIT, id);
    lines_open_file(&lines, job->from, id);
    lines_check_header(&lines, id);
    text_open_file(&text, job->out, sheet_names[id]);
    text_put_string(&text, sheet_headers[id]);
    text_put_char(&text, '\n');
    while (lines_take_next(&lines, &line)) {
        size_t count = line_split_fields(&line, fields);
        if (!plan_take_row(plan, fields, which, job->spread, &odds)) {
            text_put_bytes(&text, line.start, line.length);
            text_put_char(&text, '\n');
        } else if (id == SHEET_TICKETS) {
            line_edit_ticket(&text, fields, count, &random);
        } else {
            line_edit_checkin(&text, fields, count, &random);
        }
    }
    text_close(&text);
    lines_close_file(&lines);
}

static void edit_copy_same(const struct edit_job *job, enum sheet_id id) {
    struct lines lines;
    struct text text;
    size_t got;
    lines_open_file(&lines, job->from, id);
    text_open_file(&text, job->out, sheet_names[id]);
    while ((got = fread(lines.data, 1, LINES_ROOM, lines.file)) > 0) {
        text_put_bytes(&text, lines.data, got);
    }
    text_close(&text);
    lines_close_file(&lines);
}

void edit_copy_folder(const struct edit_job *job) {
    struct edit_plan plan = {0};
    plan_read_events(&plan, job);
    plan_order_latest(&plan);
    for (int which = 0; which < 2; which++) {
        plan_count_rows(&plan, job, which);
    }
    plan_share_quotas(&plan);
    for (int id = 0; id < SHEET_COUNT; id++) {
        if (id != SHEET_TICKETS && id != SHEET_CHECKINS) {
            edit_copy_same(job, (enum sheet_id)id);
        }
    }
    for (int which = 0; which < 2; which++) {
        edit_copy_changed(&plan, job, which);
    }
    free(plan.tallies);
    free(plan.slots);
}
