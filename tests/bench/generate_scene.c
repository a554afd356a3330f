/* Slips that take more than one cell: rows entered twice, orphans, an event that is lost with all
 * its tickets, refunds that do not add up, rows with several faults. */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))

static const char lost_orphan[] = "reject foreign_key";
static const char lost_twin[] = "reject duplicate_key";
static const char lost_copy[] = "reject duplicate_row";

/* Rows entered twice; the row that loses says something older. */
struct twin {
    enum sheet_id sheet;
    unsigned char column;
    unsigned char count;
    const char *older;
};

static const struct twin twins[] = {
    {SHEET_ARTISTS, 2, 1, "pop"},       {SHEET_VENUES, 5, 1, "40"},
    {SHEET_EVENTS, 3, 1, "2026-12-24"}, {SHEET_CUSTOMERS, 2, 9, "old.address@example.com"},
    {SHEET_CUSTOMERS, 3, 5, "Delhi"},   {SHEET_TICKETS, 7, 10, "pending"},
    {SHEET_TICKETS, 0, 2, " {}"},       {SHEET_TICKETS, 8, 2, "typed in again by Ravi"},
    {SHEET_CHECKINS, 4, 8, "X"},        {SHEET_CHECKINS, 2, 2, "T-99999999"},
    {SHEET_REFUNDS, 4, 1, "5.00"},      {SHEET_CAMPAIGNS, 3, 1, "100.00"},
};

static const struct twin copies[] = {{SHEET_ARTISTS, 0, 1, NULL},   {SHEET_EVENTS, 0, 1, NULL},
                                     {SHEET_CUSTOMERS, 0, 8, NULL}, {SHEET_TICKETS, 0, 8, NULL},
                                     {SHEET_CHECKINS, 0, 6, NULL},  {SHEET_REFUNDS, 0, 1, NULL},
                                     {SHEET_CAMPAIGNS, 0, 1, NULL}};

/* One cell of one row, for slips of a single kind. */
struct change {
    enum sheet_id sheet;
    unsigned char column;
    const char *from;
    const char *to;
    const char *outcome;
};

static const struct change orphans[] = {
    {SHEET_TICKETS, 1, NULL, "E-9999", lost_orphan},
    {SHEET_TICKETS, 1, NULL, "E-1O42", lost_orphan},
    {SHEET_TICKETS, 1, NULL, "Velvet Parade 3 May", lost_orphan},
    {SHEET_TICKETS, 2, NULL, "C-99999", lost_orphan},
    {SHEET_TICKETS, 2, NULL, "C-1l01", lost_orphan},
    {SHEET_TICKETS, 2, NULL, "priya", lost_orphan},
    {SHEET_CHECKINS, 2, NULL, "T-99999999", lost_orphan},
    {SHEET_CHECKINS, 2, NULL, "T-1O17", lost_orphan},
    {SHEET_CHECKINS, 2, NULL, "t-1234", lost_orphan},
    {SHEET_CHECKINS, 1, NULL, "E-9999", lost_orphan},
    {SHEET_REFUNDS, 1, NULL, "T-99999999", lost_orphan},
    {SHEET_CAMPAIGNS, 1, NULL, "E-9999", lost_orphan},
    {SHEET_TICKETS, 6, "INR", "USD", "reject currency_mismatch"},
    {SHEET_TICKETS, 6, "GBP", "€", "reject currency_mismatch"},
    {SHEET_TICKETS, 6, "EUR", "gbp", "reject currency_mismatch"},
    {SHEET_TICKETS, 6, "USD", "Rs.", "reject currency_mismatch"},
};

/* Events (and a room) that will not survive, each with a few tickets that go down with them. */
static const struct change lost_events[] = {
    {SHEET_EVENTS, 4, NULL, "", "reject required"},
    {SHEET_EVENTS, 4, NULL, "tbd", "reject parse"},
    {SHEET_EVENTS, 3, NULL, "31/06/2026", "reject parse"},
    {SHEET_EVENTS, 1, NULL, "#REF!", "reject formula_error"},
    {SHEET_EVENTS, 6, NULL, "Rupees", "reject parse"},
    {SHEET_EVENTS, 1, NULL, "A-9999", lost_orphan},
    {SHEET_EVENTS, 2, NULL, "V-9999", lost_orphan},
};

/* A scene needs its row: with too few rows there is no sample. */
static size_t scene_pick_row(struct dirt *dirt, enum sheet_id id, size_t column,
                             const char *value) {
    size_t place = dirt_pick_row(dirt, id, column, value);
    if (place == SIZE_MAX) {
        generate_fail("too few rows for dirt", sheet_names[id]);
    }
    return place;
}

static struct row *scene_copy_row(struct dirt *dirt, enum sheet_id id, size_t source,
                                  int64_t step) {
    struct sheet *sheet = &dirt->sheets[id];
    struct row *copy = row_copy(sheet->rows[source]);
    int64_t place = (int64_t)source + step;
    copy->touched = true;
    return sheet_insert_row(sheet, place > 0 ? (size_t)place : 0, copy);
}

/* A row that does not say the older thing already: the two must differ. */
static size_t scene_pick_other(struct dirt *dirt, const struct twin *twin) {
    for (;;) {
        size_t place = scene_pick_row(dirt, twin->sheet, 0, NULL);
        if (strcmp(dirt->sheets[twin->sheet].rows[place]->cells[twin->column], twin->older) != 0) {
            return place;
        }
    }
}

static void scene_add_twins(struct dirt *dirt) {
    for (size_t i = 0; i < COUNT_OF(twins); i++) {
        const struct twin *twin = &twins[i];
        for (int turn = 0; turn < twin->count; turn++) {
            size_t place = scene_pick_other(dirt, twin);
            int64_t back = random_take_span(&dirt->random, 0, turn % 2 == 0 ? 2 : 40);
            struct row *older = scene_copy_row(dirt, twin->sheet, place, -back);
            row_fill_cell(older, twin->column, twin->older);
            dirt_note_slip(dirt, twin->sheet, older, twin->column, lost_twin, "older entry");
        }
    }
    for (size_t i = 0; i < COUNT_OF(copies); i++) {
        for (int turn = 0; turn < copies[i].count; turn++) {
            size_t place = scene_pick_row(dirt, copies[i].sheet, 0, NULL);
            struct row *first = dirt->sheets[copies[i].sheet].rows[place];
            scene_copy_row(dirt, copies[i].sheet, place, turn % 2 == 0 ? 1 : 25);
            dirt_note_slip(dirt, copies[i].sheet, first, 0, lost_copy, "pasted twice");
        }
    }
}

/* Three rows of one ticket: an older entry, and the last one pasted twice. */
static void scene_add_triple(struct dirt *dirt) {
    size_t place = scene_pick_row(dirt, SHEET_TICKETS, 0, NULL);
    struct row *first = dirt->sheets[SHEET_TICKETS].rows[place];
    scene_copy_row(dirt, SHEET_TICKETS, place, 3);
    struct row *older = scene_copy_row(dirt, SHEET_TICKETS, place, 0);
    row_set_cell(older, 7, "pending");
    dirt_note_slip(dirt, SHEET_TICKETS, older, 7, lost_twin, "oldest of three");
    dirt_note_slip(dirt, SHEET_TICKETS, first, 0, lost_copy, "second of three");
}

/* The later entry is unreadable and never competes: the earlier one stays. */
static void scene_add_spoilt_twin(struct dirt *dirt) {
    size_t place = scene_pick_row(dirt, SHEET_TICKETS, 0, NULL);
    struct row *later = scene_copy_row(dirt, SHEET_TICKETS, place, 6);
    row_set_cell(later, 7, "lost");
    dirt_note_slip(dirt, SHEET_TICKETS, later, 7, "reject parse", "later entry is unreadable");
}

/* The later entry wins its key and is then an orphan: both are lost, the earlier does not come
 * back. */
static void scene_add_shadows(struct dirt *dirt) {
    static const struct change shadows[] = {{SHEET_TICKETS, 2, NULL, "C-99999", lost_orphan},
                                            {SHEET_TICKETS, 1, NULL, "E-9999", lost_orphan},
                                            {SHEET_CHECKINS, 1, NULL, "E-9999", lost_orphan}};
    for (size_t i = 0; i < COUNT_OF(shadows); i++) {
        const struct change *shadow = &shadows[i];
        size_t place = scene_pick_row(dirt, shadow->sheet, shadow->column, NULL);
        struct row *first = dirt->sheets[shadow->sheet].rows[place];
        struct row *later = scene_copy_row(dirt, shadow->sheet, place, 12);
        row_set_cell(later, shadow->column, shadow->to);
        dirt_note_slip(dirt, shadow->sheet, first, 0, lost_twin, "shadowed by an orphan");
        dirt_note_slip(dirt, shadow->sheet, later, shadow->column, lost_orphan, "orphan shadow");
    }
}

static void scene_make_orphans(struct dirt *dirt) {
    for (size_t i = 0; i < COUNT_OF(orphans); i++) {
        const struct change *orphan = &orphans[i];
        size_t place = dirt_pick_row(dirt, orphan->sheet, orphan->column, orphan->from);
        if (place != SIZE_MAX) {
            struct row *row = dirt->sheets[orphan->sheet].rows[place];
            row_set_cell(row, orphan->column, orphan->to);
            dirt_note_slip(dirt, orphan->sheet, row, orphan->column, orphan->outcome, "orphan");
        }
    }
}

/* The ticket exists, but at another event: the wrong tab was open at the door. */
static void scene_move_events(struct dirt *dirt, enum sheet_id id, size_t column, int count) {
    for (int turn = 0; turn < count; turn++) {
        size_t place = scene_pick_row(dirt, id, 0, NULL);
        struct row *row = dirt->sheets[id].rows[place];
        const struct sheet *events = &dirt->sheets[SHEET_EVENTS];
        size_t other = random_take_below(&dirt->random, (uint32_t)events->count);
        if (strcmp(events->rows[other]->cells[0], row->cells[column]) == 0) {
            other = (other + 1) % events->count;
        }
        row_set_cell(row, column, events->rows[other]->cells[0]);
        dirt_note_slip(dirt, id, row, column, lost_orphan, "ticket of another event");
    }
}

static void scene_sell_tickets(struct dirt *dirt, const char *event_id, int count) {
    char id[32];
    for (int turn = 0; turn < count; turn++) {
        size_t place = scene_pick_row(dirt, SHEET_TICKETS, 7, "sold");
        dirt->sheets[SHEET_TICKETS].rows[place]->touched = false;
        struct row *ticket = scene_copy_row(dirt, SHEET_TICKETS, place, 1);
        dirt_take_id(dirt, SHEET_TICKETS, id, sizeof id);
        row_set_cell(ticket, 0, id);
        row_set_cell(ticket, 1, event_id);
        dirt_note_slip(dirt, SHEET_TICKETS, ticket, 1, lost_orphan, "its event is lost");
        if (turn == 0) {
            place = scene_pick_row(dirt, SHEET_CHECKINS, 0, NULL);
            dirt->sheets[SHEET_CHECKINS].rows[place]->touched = false;
            struct row *checkin = scene_copy_row(dirt, SHEET_CHECKINS, place, 1);
            row_set_cell(checkin, 2, id);
            row_set_cell(checkin, 1, event_id);
            dirt_take_id(dirt, SHEET_CHECKINS, id, sizeof id);
            row_set_cell(checkin, 0, id);
            dirt_note_slip(dirt, SHEET_CHECKINS, checkin, 2, lost_orphan, "its ticket is lost");
        }
    }
}

static void scene_add_event(struct dirt *dirt, const struct change *change) {
    char id[32];
    size_t place = scene_pick_row(dirt, SHEET_EVENTS, 0, NULL);
    dirt->sheets[SHEET_EVENTS].rows[place]->touched = false;
    struct row *event = scene_copy_row(dirt, SHEET_EVENTS, place, 1);
    dirt_take_id(dirt, SHEET_EVENTS, id, sizeof id);
    row_set_cell(event, 0, id);
    row_set_cell(event, change->column, change->to);
    dirt_note_slip(dirt, SHEET_EVENTS, event, change->column, change->outcome, "lost event");
    scene_sell_tickets(dirt, id, 2);
}

static struct row *scene_add_thing(struct dirt *dirt, enum sheet_id id, size_t column,
                                   const char *value, const char *outcome) {
    char key[32];
    size_t place = scene_pick_row(dirt, id, 0, NULL);
    dirt->sheets[id].rows[place]->touched = false;
    struct row *row = scene_copy_row(dirt, id, place, 2);
    dirt_take_id(dirt, id, key, sizeof key);
    row_set_cell(row, 0, key);
    row_set_cell(row, column, value);
    dirt_note_slip(dirt, id, row, column, outcome, "added row");
    return row;
}

/* New rooms and names that nobody plays yet, so that their faults cost no sales; and one room whose
 * loss takes an event along. */
static void scene_add_extras(struct dirt *dirt) {
    scene_add_thing(dirt, SHEET_VENUES, 5, "-40", "warn range");
    scene_add_thing(dirt, SHEET_VENUES, 5, "about 80", "warn parse");
    scene_add_thing(dirt, SHEET_VENUES, 5, "72.5", "warn parse");
    scene_add_thing(dirt, SHEET_VENUES, 5, "1,200", "ok");
    scene_add_thing(dirt, SHEET_VENUES, 5, "2 400.0", "ok");
    scene_add_thing(dirt, SHEET_ARTISTS, 1, "", "reject required");
    scene_add_thing(dirt, SHEET_ARTISTS, 2, "Loading...", "reject formula_error");
    for (size_t i = 0; i < COUNT_OF(lost_events); i++) {
        scene_add_event(dirt, &lost_events[i]);
    }
    struct row *room = scene_add_thing(dirt, SHEET_VENUES, 1, "--", "reject required");
    struct change change = {SHEET_EVENTS, 2, NULL, room->cells[0], lost_orphan};
    scene_add_event(dirt, &change);
    struct row *dashes = scene_add_thing(dirt, SHEET_CUSTOMERS, 0, "--", "reject required");
    for (size_t column = 1; column < dashes->count; column++) {
        row_set_cell(dashes, column, "--");
    }
}

/* A ticket of this status with a price and without refunds. */
static struct row *scene_pick_ticket(struct dirt *dirt, size_t column, const char *value) {
    for (int tries = 0; tries < 200; tries++) {
        size_t place = scene_pick_row(dirt, SHEET_TICKETS, column, value);
        struct row *row = dirt->sheets[SHEET_TICKETS].rows[place];
        bool free_seat = strcmp(row->cells[5], "0.00") == 0;
        bool guest = value != NULL && strcmp(value, "0.00") == 0;
        if (free_seat == guest &&
            dirt_find_key(dirt, SHEET_REFUNDS, 1, row->cells[0]) == SIZE_MAX) {
            return row;
        }
        row->touched = false;
    }
    generate_fail("too few tickets for dirt; none left with", value);
}

/* A refund of so many percent of the price (more where it says so), at the end of the day of the
 * sale or, without a time, this morning. */
static void scene_add_refund(struct dirt *dirt, const struct row *ticket, unsigned percent,
                             const char *time, const char *note) {
    char id[32];
    char amount[32];
    char at[40];
    unsigned long long cents = strtoull(ticket->cells[5], NULL, 10) * percent;
    struct sheet *refunds = &dirt->sheets[SHEET_REFUNDS];
    size_t place = random_take_below(&dirt->random, (uint32_t)refunds->count);
    struct row *row = scene_copy_row(dirt, SHEET_REFUNDS, place, 0);
    cents = cents > 0 ? cents : 500;
    snprintf(amount, sizeof amount, "%llu.%02llu", cents / 100, cents % 100);
    if (time == NULL) {
        snprintf(at, sizeof at, "2026-11-20 09:00:00");
    } else {
        snprintf(at, sizeof at, "%.10s %s", ticket->cells[3], time);
    }
    dirt_take_id(dirt, SHEET_REFUNDS, id, sizeof id);
    row_set_cell(row, 0, id);
    row_set_cell(row, 1, ticket->cells[0]);
    row_set_cell(row, 2, ticket->cells[1]);
    row_set_cell(row, 3, "customer_request");
    row_set_cell(row, 4, amount);
    row_set_cell(row, 5, at);
    dirt_note_slip(dirt, SHEET_REFUNDS, row, 4, "ok", note);
}

static void scene_add_refunds(struct dirt *dirt) {
    struct row *ticket = scene_pick_ticket(dirt, 7, "sold");
    scene_add_refund(dirt, ticket, 60, "23:59:30", "more than paid, in three parts (1)");
    scene_add_refund(dirt, ticket, 60, "23:59:30", "more than paid, same moment (2)");
    scene_add_refund(dirt, ticket, 25, NULL, "more than paid, later (3)");
    ticket = scene_pick_ticket(dirt, 7, "used");
    scene_add_refund(dirt, ticket, 50, "23:59:30", "two halves of one moment (1)");
    scene_add_refund(dirt, ticket, 50, "23:59:30", "two halves of one moment (2)");
    ticket = scene_pick_ticket(dirt, 7, "refunded");
    scene_add_refund(dirt, ticket, 130, NULL, "refunded more than paid");
    ticket = scene_pick_ticket(dirt, 7, "cancelled");
    scene_add_refund(dirt, ticket, 40, NULL, "cancelled, part paid back");
    for (int turn = 0; turn < 2; turn++) {
        ticket = scene_pick_ticket(dirt, 7, "pending");
        scene_add_refund(dirt, ticket, 100, NULL, "pending, counts nowhere");
    }
    ticket = scene_pick_ticket(dirt, 5, "0.00");
    scene_add_refund(dirt, ticket, 100, NULL, "guest list, nothing paid");
}

/* Money with a sign and a minus, and the Indian grouping, in the currency of the row. */
static void scene_write_money(struct dirt *dirt) {
    static const char *const spoilt[][3] = {
        {"INR", "-₹{}", "reject range"}, {"EUR", "(€{})", "reject range"},
        {"USD", "-${}", "reject range"}, {"GBP", "(£{})", "reject range"},
        {"INR", "₹1,00,000.00", "ok"},   {"INR", "1,25,000.00", "ok"}};
    for (size_t i = 0; i < COUNT_OF(spoilt); i++) {
        struct row *row = scene_pick_ticket(dirt, 6, spoilt[i][0]);
        row_fill_cell(row, 5, spoilt[i][1]);
        dirt_note_slip(dirt, SHEET_TICKETS, row, 5, spoilt[i][2], "money");
    }
    struct sheet *campaigns = &dirt->sheets[SHEET_CAMPAIGNS];
    for (size_t i = 0; i < campaigns->count; i++) {
        struct row *row = campaigns->rows[i];
        size_t event = dirt_find_key(dirt, SHEET_EVENTS, 0, row->cells[1]);
        if (row->touched || event == SIZE_MAX ||
            strcmp(dirt->sheets[SHEET_EVENTS].rows[event]->cells[6], "INR") != 0) {
            continue;
        }
        row->touched = true;
        row_set_cell(row, 3, "₹1,00,000.00");
        dirt_note_slip(dirt, SHEET_CAMPAIGNS, row, 3, "ok", "money");
        return;
    }
}

/* Days that only the offset decides, and campaigns that end before they start. */
static void scene_write_dates(struct dirt *dirt) {
    static const struct change offsets[] = {{SHEET_EVENTS, 3, " 19:30:00", NULL, "14"},
                                            {SHEET_EVENTS, 3, " 03:15:00", NULL, "15"},
                                            {SHEET_EVENTS, 3, " 20:00:00", NULL, "13"},
                                            {SHEET_CAMPAIGNS, 7, " 18:30:00", NULL, "14"},
                                            {SHEET_CAMPAIGNS, 8, " 07:30:00", NULL, "15"}};
    char iso[40];
    char out[80];
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        const struct change *change = &offsets[i];
        size_t place = scene_pick_row(dirt, change->sheet, change->column, NULL);
        struct row *row = dirt->sheets[change->sheet].rows[place];
        snprintf(iso, sizeof iso, "%s%s", row->cells[change->column], change->from);
        form_write_moment(out, sizeof out, iso, (uint32_t)strtoul(change->outcome, NULL, 10));
        row_set_cell(row, change->column, out);
        dirt_note_slip(dirt, change->sheet, row, change->column, "ok", "date with time and offset");
    }
    for (int turn = 0; turn < 3; turn++) {
        size_t place = scene_pick_row(dirt, SHEET_CAMPAIGNS, 8, NULL);
        struct row *row = dirt->sheets[SHEET_CAMPAIGNS].rows[place];
        if (strcmp(row->cells[7], row->cells[8]) != 0) {
            char *start = row->cells[7];
            row->cells[7] = row->cells[8];
            row->cells[8] = start;
            dirt_note_slip(dirt, SHEET_CAMPAIGNS, row, 8, "warn range", "ends before it starts");
        }
    }
}

/* Several faults in a row: the earliest step wins, then the leftmost cell. */
static void scene_add_faults(struct dirt *dirt) {
    static const struct {
        enum sheet_id sheet;
        unsigned char column;
        unsigned char other;
        const char *to;
        const char *other_to;
        const char *outcome;
    } faults[] = {
        {SHEET_TICKETS, 5, 3, "#REF!", "31/02/2026", "reject formula_error"},
        {SHEET_TICKETS, 7, 5, "lost", "", "reject parse"},
        {SHEET_TICKETS, 3, 5, "yesterday", "free", "reject parse"},
        {SHEET_TICKETS, 5, 7, "-{}", "n/a", "reject range"},
        {SHEET_TICKETS, 2, 6, "C-99999", "XYZ", "reject foreign_key"},
        {SHEET_CHECKINS, 3, 1, "30/02/2026", "n/a", "reject parse"},
        {SHEET_CHECKINS, 4, 3, "#REF!", "soon", "reject formula_error"},
    };
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        size_t place = scene_pick_row(dirt, faults[i].sheet, faults[i].column, NULL);
        struct row *row = dirt->sheets[faults[i].sheet].rows[place];
        row_fill_cell(row, faults[i].column, faults[i].to);
        row_set_cell(row, faults[i].other, faults[i].other_to);
        dirt_note_slip(dirt, faults[i].sheet, row, faults[i].column, faults[i].outcome,
                       "several faults");
    }
}

/* Rows cut off before a cell that is needed. */
static void scene_cut_rows(struct dirt *dirt) {
    for (int turn = 0; turn < 2; turn++) {
        size_t place = scene_pick_row(dirt, SHEET_CHECKINS, 0, NULL);
        struct row *row = dirt->sheets[SHEET_CHECKINS].rows[place];
        while (row->count > 3) {
            free(row->cells[--row->count]);
        }
        dirt_note_slip(dirt, SHEET_CHECKINS, row, 3, "reject required", "cut short");
    }
}

void scene_add_all(struct dirt *dirt) {
    scene_add_refunds(dirt);
    scene_write_money(dirt);
    scene_write_dates(dirt);
    scene_add_faults(dirt);
    scene_make_orphans(dirt);
    scene_move_events(dirt, SHEET_CHECKINS, 1, 5);
    scene_move_events(dirt, SHEET_REFUNDS, 2, 1);
    scene_add_extras(dirt);
    scene_add_twins(dirt);
    scene_add_triple(dirt);
    scene_add_spoilt_twin(dirt);
    scene_add_shadows(dirt);
    scene_cut_rows(dirt);
}
