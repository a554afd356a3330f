/* The eight sheets as clean CSV: no cell holds a delimiter, a quote or a line break, so that the
 * edit mode can work on lines. */
#include "generate.h"

#include <stdlib.h>

enum { STREAM_ARTIST_ROW = 21, STREAM_CUSTOMER_ROW = 22, STREAM_GATE = 23, STREAM_CURRENCY = 24 };

/* A key of a check-in or refund: when, which ticket, its first or second. */
#define TICKET_SHIFT 33
#define TICKET_MASK UINT64_C(0xFFFFFFFF)

const char *const sheet_names[SHEET_COUNT] = {"artists", "venues",   "events",  "customers",
                                              "tickets", "checkins", "refunds", "campaigns"};

const char *const sheet_headers[SHEET_COUNT] = {
    "artist_id,name,genre,country,created_at",
    "venue_id,name,city,state,country,capacity",
    "event_id,artist_id,venue_id,event_date,status,ticket_price,currency",
    "customer_id,name,email,city,state,country,created_at",
    "ticket_id,event_id,customer_id,purchase_datetime,channel,price_paid,currency,status",
    "checkin_id,event_id,ticket_id,scanned_at,gate",
    "refund_id,ticket_id,event_id,reason,refund_amount,refunded_at",
    "campaign_id,event_id,channel,spend,impressions,clicks,conversions,start_date,end_date"};

const char *const sheet_prefixes[SHEET_COUNT] = {"A-", "V-", "E-", "C-", "T-", "CH-", "R-", "CMP-"};

static const char *const event_statuses[] = {"scheduled", "completed", "cancelled", "postponed",
                                             "rescheduled"};
static const char *const ticket_statuses[] = {"sold", "used", "refunded", "cancelled", "pending"};
static const char *const channels[] = {
    "web",     "mobile_app", "box_office", "partner", "email", "social", "search",
    "display", "influencer", "affiliate",  "phone",   "radio", "other"};
static const char *const reasons[] = {"event_cancelled", "event_postponed", "customer_request",
                                      "duplicate",       "payment_issue",   "other"};

static void row_put_key(struct text *text, const struct world *world, enum sheet_id id,
                        uint64_t index) {
    text_put_id(text, sheet_prefixes[id], world->base[id] + index + 1);
}

static void row_put_cell(struct text *text, const char *string) {
    text_put_char(text, ',');
    text_put_string(text, string);
}

static void row_put_reference(struct text *text, const struct world *world, enum sheet_id id,
                              uint64_t index) {
    text_put_char(text, ',');
    row_put_key(text, world, id, index);
}

static void rows_put_artists(struct text *text, const struct world *world) {
    int64_t first = day_from_parts(2021, 3, 1);
    for (uint32_t i = 0; i < world->artist_count; i++) {
        struct random random = random_start_stream(world->seed, STREAM_ARTIST_ROW, i);
        const struct city *city =
            &name_cities[world->homes[random_take_below(&random, HOME_SLOTS)]];
        int64_t step = 1600 * (int64_t)i / world->artist_count;
        int64_t clock = random_take_span(&random, 30000, 70000);
        row_put_key(text, world, SHEET_ARTISTS, i);
        text_put_char(text, ',');
        name_put_artist(text, city->country, world->seed, i);
        row_put_cell(text, name_genres[random_take_below(&random, (uint32_t)name_genre_count)]);
        row_put_cell(text, city->country);
        text_put_char(text, ',');
        text_put_moment(text, (first + step) * DAY_SECONDS + clock);
        text_put_char(text, '\n');
    }
}

static void rows_put_venues(struct text *text, const struct world *world) {
    for (uint32_t i = 0; i < world->venue_count; i++) {
        const struct venue *venue = &world->venues[i];
        const struct city *city = &name_cities[venue->city];
        row_put_key(text, world, SHEET_VENUES, i);
        text_put_char(text, ',');
        name_put_venue(text, city, i);
        row_put_cell(text, city->name);
        row_put_cell(text, city->state);
        row_put_cell(text, city->country);
        text_put_char(text, ',');
        text_put_number(text, venue->capacity);
        text_put_char(text, '\n');
    }
}

static void rows_put_events(struct text *text, const struct world *world) {
    for (uint32_t i = 0; i < world->event_count; i++) {
        const struct event *event = &world->events[i];
        row_put_key(text, world, SHEET_EVENTS, i);
        row_put_reference(text, world, SHEET_ARTISTS, event->artist);
        row_put_reference(text, world, SHEET_VENUES, event->venue);
        text_put_char(text, ',');
        text_put_date(text, event->day);
        row_put_cell(text, event_statuses[event->status]);
        text_put_char(text, ',');
        text_put_money(text, event->price);
        row_put_cell(text, world_find_city(world, event)->currency);
        text_put_char(text, '\n');
    }
}

/* The older three tenths joined before the first sale; the others as the sales went on, in the
 * order that ticket_pick_customer counts on. */
static int64_t customer_find_joined(const struct world *world, uint32_t index,
                                    struct random *random) {
    int64_t place = (int64_t)index * 1000 / world->customer_count;
    if (place < 300) {
        int64_t first = day_from_parts(2022, 6, 1) * DAY_SECONDS;
        int64_t part = (int64_t)index * 10 / 3;
        int64_t span = world->epoch - first - 90000;
        return first + span * part / world->customer_count + random_take_below(random, 86400);
    }
    int64_t span = world->now - world->epoch;
    int64_t joined = world->epoch + span * (place - 300) / 700;
    return joined - random_take_span(random, 60, 3 * DAY_SECONDS);
}

static void rows_put_customers(struct text *text, const struct world *world) {
    for (uint32_t i = 0; i < world->customer_count; i++) {
        struct random random = random_start_stream(world->seed, STREAM_CUSTOMER_ROW, i);
        const struct city *city = &name_cities[world->homes[i % HOME_SLOTS]];
        row_put_key(text, world, SHEET_CUSTOMERS, i);
        text_put_char(text, ',');
        name_put_person(text, city->country, world->seed, i);
        text_put_char(text, ',');
        name_put_email(text, city->country, world->seed, i);
        row_put_cell(text, city->name);
        row_put_cell(text, city->state);
        row_put_cell(text, city->country);
        text_put_char(text, ',');
        text_put_moment(text, customer_find_joined(world, i, &random));
        text_put_char(text, '\n');
    }
}

static void rows_put_tickets(struct text *text, const struct world *world) {
    struct ticket ticket;
    for (uint64_t i = 0; i < world->ticket_count; i++) {
        ticket_describe(world, i, &ticket);
        row_put_key(text, world, SHEET_TICKETS, i);
        row_put_reference(text, world, SHEET_EVENTS, ticket.event);
        if (ticket.customer == NO_CUSTOMER) {
            text_put_char(text, ',');
        } else {
            row_put_reference(text, world, SHEET_CUSTOMERS, ticket.customer);
        }
        text_put_char(text, ',');
        text_put_moment(text, ticket.bought);
        row_put_cell(text, channels[ticket.channel]);
        text_put_char(text, ',');
        text_put_money(text, ticket.price);
        row_put_cell(text, world_find_city(world, &world->events[ticket.event])->currency);
        row_put_cell(text, ticket_statuses[ticket.status]);
        text_put_char(text, '\n');
    }
}

static uint64_t key_pack_moment(const struct world *world, int64_t at, uint64_t ticket,
                                uint32_t turn) {
    return (uint64_t)(at - world->epoch) << TICKET_SHIFT | ticket << 1 | turn;
}

/* What happened to the tickets, in the order in which it happened. */
static uint64_t *rows_collect_moments(const struct world *world, enum sheet_id id, size_t *count) {
    struct ticket ticket;
    uint64_t *keys = memory_take_block(world->ticket_count * 2, sizeof *keys);
    *count = 0;
    for (uint64_t i = 0; i < world->ticket_count; i++) {
        ticket_describe(world, i, &ticket);
        uint32_t found = id == SHEET_CHECKINS ? ticket.scan_count : ticket.refund_count;
        for (uint32_t turn = 0; turn < found; turn++) {
            int64_t at = id == SHEET_CHECKINS ? ticket.scanned[turn] : ticket.refunds[turn].at;
            keys[(*count)++] = key_pack_moment(world, at, i, turn);
        }
    }
    world_sort_keys(keys, *count);
    return keys;
}

static void rows_put_checkins(struct text *text, const struct world *world) {
    size_t count;
    uint64_t *keys = rows_collect_moments(world, SHEET_CHECKINS, &count);
    for (size_t i = 0; i < count; i++) {
        uint64_t ticket = keys[i] >> 1 & TICKET_MASK;
        struct random random = random_start_stream(world->seed, STREAM_GATE, keys[i]);
        row_put_key(text, world, SHEET_CHECKINS, i);
        row_put_reference(text, world, SHEET_EVENTS, world->sales[ticket] & EVENT_MASK);
        row_put_reference(text, world, SHEET_TICKETS, ticket);
        text_put_char(text, ',');
        text_put_moment(text, world->epoch + (int64_t)(keys[i] >> TICKET_SHIFT));
        text_put_char(text, ',');
        text_put_char(text, (char)('A' + random_take_below(&random, 4)));
        text_put_char(text, '\n');
    }
    free(keys);
}

static void rows_put_refunds(struct text *text, const struct world *world) {
    size_t count;
    uint64_t *keys = rows_collect_moments(world, SHEET_REFUNDS, &count);
    for (size_t i = 0; i < count; i++) {
        struct ticket ticket;
        uint64_t index = keys[i] >> 1 & TICKET_MASK;
        ticket_describe(world, index, &ticket);
        const struct refund *refund = &ticket.refunds[keys[i] & 1];
        row_put_key(text, world, SHEET_REFUNDS, i);
        row_put_reference(text, world, SHEET_TICKETS, index);
        row_put_reference(text, world, SHEET_EVENTS, ticket.event);
        row_put_cell(text, reasons[refund->reason]);
        text_put_char(text, ',');
        text_put_money(text, refund->amount);
        text_put_char(text, ',');
        text_put_moment(text, refund->at);
        text_put_char(text, '\n');
    }
    free(keys);
}

/* Radio knows no impressions: the figures stay empty, which is not the same as zero. */
static void campaign_put_figures(struct text *text, const struct campaign *campaign) {
    if (campaign->channel == CHANNEL_RADIO) {
        text_put_string(text, ",,,");
        return;
    }
    text_put_char(text, ',');
    text_put_number(text, campaign->impressions);
    text_put_char(text, ',');
    text_put_number(text, campaign->clicks);
    text_put_char(text, ',');
    text_put_number(text, campaign->conversions);
}

static void rows_put_campaigns(struct text *text, const struct world *world) {
    for (uint32_t i = 0; i < world->campaign_count; i++) {
        const struct campaign *campaign = &world->campaigns[i];
        row_put_key(text, world, SHEET_CAMPAIGNS, i);
        row_put_reference(text, world, SHEET_EVENTS, campaign->event);
        row_put_cell(text, channels[campaign->channel]);
        text_put_char(text, ',');
        text_put_money(text, campaign->spend);
        campaign_put_figures(text, campaign);
        text_put_char(text, ',');
        text_put_date(text, campaign->start);
        text_put_char(text, ',');
        if (!campaign->open_ended) {
            text_put_date(text, campaign->end);
        }
        text_put_char(text, '\n');
    }
}

void rows_put_sheet(struct text *text, const struct world *world, enum sheet_id id) {
    static void (*const writers[SHEET_COUNT])(struct text *, const struct world *) = {
        rows_put_artists, rows_put_venues,   rows_put_events,  rows_put_customers,
        rows_put_tickets, rows_put_checkins, rows_put_refunds, rows_put_campaigns};
    text_put_string(text, sheet_headers[id]);
    text_put_char(text, '\n');
    writers[id](text, world);
}
