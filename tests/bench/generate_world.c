/* The world behind the sheets: rooms, events, campaigns and the moments of sale. */
#include "generate.h"

#include <stdlib.h>
#include <string.h>

enum {
    STREAM_VENUE = 1,
    STREAM_EVENT_DAY = 2,
    STREAM_EVENT = 3,
    STREAM_SALE = 4,
    STREAM_CAMPAIGN = 5
};

static uint32_t count_clamp(uint64_t wanted, uint32_t low, uint32_t high) {
    if (wanted < low) {
        return low;
    }
    return wanted > high ? high : (uint32_t)wanted;
}

/* Keys of one sheet have one width, so that text order is number order. */
static uint64_t id_find_base(uint64_t count) {
    uint64_t base = 1000;
    while (count > base * 8) {
        base *= 10;
    }
    return base;
}

static void world_count_things(struct world *world, uint64_t tickets, uint64_t events) {
    world->ticket_count = tickets;
    world->event_count = count_clamp(events, 200, (uint32_t)EVENT_MASK);
    world->artist_count = count_clamp(world->event_count / 5, 90, 4000);
    world->venue_count = count_clamp(world->event_count / 20, 48, 2500);
    world->customer_count = count_clamp(tickets * 2 / 5, HOME_SLOTS * 4, UINT32_MAX - 1);
    world->epoch = day_from_parts(2025, 9, 1) * DAY_SECONDS;
    world->now = day_from_parts(2026, 11, 20) * DAY_SECONDS + 18 * 3600;
    world->base[SHEET_ARTISTS] = id_find_base(world->artist_count);
    world->base[SHEET_VENUES] = id_find_base(world->venue_count);
    world->base[SHEET_EVENTS] = id_find_base(world->event_count);
    world->base[SHEET_CUSTOMERS] = id_find_base(world->customer_count);
    world->base[SHEET_TICKETS] = id_find_base(tickets);
    world->base[SHEET_CHECKINS] = world->base[SHEET_TICKETS];
    world->base[SHEET_REFUNDS] = id_find_base(tickets / 10);
}

static void world_make_venues(struct world *world) {
    size_t slot = 0;
    for (size_t city = 0; city < name_city_count; city++) {
        for (uint32_t i = 0; i < name_cities[city].slots && slot < HOME_SLOTS; i++) {
            /* 29 has no factor in common with 48: neighbours in the sheet live far apart. */
            world->homes[slot++ * 29 % HOME_SLOTS] = (uint32_t)city;
        }
    }
    world->venues = memory_take_block(world->venue_count, sizeof *world->venues);
    for (uint32_t i = 0; i < world->venue_count; i++) {
        struct random random = random_start_stream(world->seed, STREAM_VENUE, i);
        /* 7 has no factor in common with 48: every home gets a venue before one gets a second. */
        world->venues[i].city = world->homes[(i * 7) % HOME_SLOTS];
        world->venues[i].base = (uint32_t)random_take_hill(&random, 30, 170);
    }
}

const struct city *world_find_city(const struct world *world, const struct event *event) {
    return &name_cities[world->venues[event->venue].city];
}

static int day_compare_order(const void *left, const void *right) {
    const struct event *a = left;
    const struct event *b = right;
    return (a->day > b->day) - (a->day < b->day);
}

/* Days are drawn first and put in order, so that event ids go up with the event dates. */
static void world_draw_days(struct world *world) {
    int64_t first = day_from_parts(2026, 1, 9);
    int64_t today = world->now / DAY_SECONDS;
    int64_t last = day_from_parts(2027, 4, 30);
    for (uint32_t i = 0; i < world->event_count; i++) {
        struct random random = random_start_stream(world->seed, STREAM_EVENT_DAY, i);
        bool past = i % 100 < 84;
        int64_t day = 0;
        for (int tries = 0; tries < 4; tries++) {
            day = past ? random_take_span(&random, first, today - 1)
                       : random_take_span(&random, today + 1, last);
            /* 1970-01-01 was a Thursday; Monday to Wednesday are quiet. */
            if ((day + 3) % 7 > 2 || random_hit_permille(&random, 250)) {
                break;
            }
        }
        world->events[i].day = day;
    }
    qsort(world->events, world->event_count, sizeof *world->events, day_compare_order);
}

static void event_pick_status(struct event *event, struct random *random, int64_t today) {
    uint32_t roll = random_take_below(random, 1000);
    bool past = event->day < today;
    if (roll < 22) {
        event->status = EVENT_CANCELLED;
    } else if (roll < 42) {
        event->status = EVENT_POSTPONED;
    } else if (roll < 60) {
        event->status = EVENT_RESCHEDULED;
    } else {
        event->status = past ? EVENT_COMPLETED : EVENT_SCHEDULED;
    }
    /* The sheet lags behind: of the last days' events some still stand as scheduled. */
    if (event->status == EVENT_COMPLETED && event->day >= today - 3 &&
        random_hit_permille(random, 600)) {
        event->status = EVENT_SCHEDULED;
    }
    event->happened = past && event->status != EVENT_CANCELLED && event->status != EVENT_POSTPONED;
}

static void event_pick_sale(struct event *event, struct random *random, int64_t now) {
    bool past = event->day * DAY_SECONDS < now;
    int64_t lead = random_take_span(random, 30, 80);
    event->sale_start = (event->day - lead) * DAY_SECONDS + 10 * 3600;
    event->sale_end = event->day * DAY_SECONDS + 20 * 3600 + 1800;
    if (!past) {
        int64_t latest = now - random_take_span(random, 25, 90) * DAY_SECONDS;
        event->sale_start = event->sale_start < latest ? event->sale_start : latest;
        event->sale_end = now - 60;
    }
    if (!event->happened && event->status != EVENT_SCHEDULED &&
        event->status != EVENT_RESCHEDULED) {
        event->sale_end = past ? event->sale_end - random_take_span(random, 4, 12) * DAY_SECONDS
                               : now - random_take_span(random, 12, 20) * DAY_SECONDS;
    }
}

static void event_pick_fill(struct event *event, struct random *random) {
    uint32_t roll = random_take_below(random, 1000);
    if (!event->happened) {
        event->fill = 290 + random_take_below(random, 340);
    } else if (roll < 130) {
        event->fill = 1000;
    } else if (roll < 180) {
        event->fill = 1060;
    } else {
        event->fill = (uint32_t)random_take_hill(random, 440, 980);
    }
    event->show = (uint32_t)random_take_hill(random, 820, 955);
}

static uint32_t price_draw_face(const char *currency, struct random *random) {
    if (strcmp(currency, "INR") == 0) {
        return 100 * (499 + 100 * random_take_below(random, 26));
    }
    if (strcmp(currency, "NAD") == 0) {
        return 100 * (150 + 25 * random_take_below(random, 18));
    }
    return 50 * (uint32_t)random_take_hill(random, 28, 168);
}

static void world_draw_events(struct world *world) {
    world->events = memory_take_block(world->event_count, sizeof *world->events);
    world_draw_days(world);
    for (uint32_t i = 0; i < world->event_count; i++) {
        struct event *event = &world->events[i];
        struct random random = random_start_stream(world->seed, STREAM_EVENT, i);
        event->artist = random_take_below(&random, world->artist_count);
        event->venue = random_take_below(&random, world->venue_count);
        event->price = price_draw_face(world_find_city(world, event)->currency, &random);
        event_pick_status(event, &random, world->now / DAY_SECONDS);
        event_pick_sale(event, &random, world->now);
        event_pick_fill(event, &random);
    }
}

/* About one ticket in eighteen does not stay sold; a house that fills up sells no more than that.
 */
static uint64_t event_plan_tickets(const struct event *event, uint64_t capacity) {
    uint64_t planned = capacity * event->fill / 945;
    if (event->fill <= 1000 && planned > capacity) {
        planned = capacity;
    }
    return planned;
}

/* Adds or takes single tickets, event by event, until the sheet has exactly the number asked for.
 */
static void world_level_plan(struct world *world, uint64_t planned) {
    for (uint32_t pass = 0; planned != world->ticket_count; pass++) {
        for (uint32_t i = 0; i + 1 < world->event_count; i++) {
            struct event *event = &world->events[i];
            uint32_t capacity = world->venues[event->venue].capacity;
            if (planned < world->ticket_count && (pass > 0 || event->planned < capacity)) {
                event->planned++;
                planned++;
            } else if (planned > world->ticket_count && event->planned > (pass > 0 ? 0 : 8)) {
                event->planned--;
                planned--;
            }
            if (planned == world->ticket_count) {
                return;
            }
        }
    }
}

/* Rooms are as large as the wanted number of tickets makes them: sell-through stays plausible for
 * any N. The last event is announced and not on sale yet. */
static void world_size_rooms(struct world *world) {
    uint64_t wanted = 0;
    uint64_t planned = 0;
    for (uint32_t i = 0; i + 1 < world->event_count; i++) {
        const struct event *event = &world->events[i];
        wanted += event_plan_tickets(event, (uint64_t)world->venues[event->venue].base * 1000);
    }
    for (uint32_t i = 0; i < world->venue_count; i++) {
        uint64_t scaled = world->venues[i].base * world->ticket_count * 1000 / wanted;
        world->venues[i].capacity = (uint32_t)(scaled < 6 ? 6 : scaled);
    }
    for (uint32_t i = 0; i + 1 < world->event_count; i++) {
        struct event *event = &world->events[i];
        event->planned = (uint32_t)event_plan_tickets(event, world->venues[event->venue].capacity);
        planned += event->planned;
    }
    world_level_plan(world, planned);
}

static void campaign_draw_figures(struct campaign *campaign, const struct event *event,
                                  struct random *random) {
    /* A campaign brings about a ninth of the house; its cost is drawn around what that is worth, so
     * that some win and some lose. */
    uint64_t worth = (uint64_t)event->price * (event->planned + 6) / 9;
    uint64_t spend = worth * (150 + random_take_below(random, 1900)) / 1000;
    uint32_t seats = (event->planned + 6) / 9;
    campaign->spend = spend / 100 * 100 + (random_hit_permille(random, 300) ? 50 : 0);
    campaign->impressions = 400 * (seats + 1) + random_take_below(random, 9000 * (seats + 1));
    campaign->clicks = campaign->impressions / 1000 * (6 + random_take_below(random, 30)) + seats;
    campaign->conversions = seats * (500 + random_take_below(random, 1100)) / 1000;
}

static void campaign_draw(struct campaign *campaign, const struct event *event, uint32_t number,
                          struct random *random) {
    static const enum channel channels[] = {
        CHANNEL_SOCIAL,     CHANNEL_SOCIAL,    CHANNEL_EMAIL,   CHANNEL_SEARCH, CHANNEL_SEARCH,
        CHANNEL_INFLUENCER, CHANNEL_AFFILIATE, CHANNEL_DISPLAY, CHANNEL_RADIO,  CHANNEL_PARTNER};
    int64_t first = event->sale_start / DAY_SECONDS;
    int64_t last = event->sale_end / DAY_SECONDS;
    campaign->event = number;
    campaign->channel = channels[random_take_below(random, 10)];
    campaign->start = random_take_span(random, first, first + (last - first) / 2);
    campaign->end = campaign->start + random_take_span(random, 10, 35);
    campaign->end = campaign->end < event->day ? campaign->end : event->day;
    campaign->open_ended = random_hit_permille(random, 60);
    campaign_draw_figures(campaign, event, random);
}

static void world_plan_campaigns(struct world *world) {
    size_t room = (size_t)world->event_count * 4;
    world->campaigns = memory_take_block(room, sizeof *world->campaigns);
    for (uint32_t i = 0; i < world->event_count; i++) {
        struct event *event = &world->events[i];
        struct random random = random_start_stream(world->seed, STREAM_CAMPAIGN, i);
        event->campaign_first = world->campaign_count;
        if (event->planned == 0 || !random_hit_permille(&random, 400)) {
            continue;
        }
        event->campaign_count = 1 + random_take_below(&random, 4);
        for (uint32_t turn = 0; turn < event->campaign_count; turn++) {
            struct campaign *campaign = &world->campaigns[world->campaign_count];
            campaign_draw(campaign, event, i, &random);
            /* A second flight on the same channel: the pair must be summed before any join. */
            if (turn > 0 && random_hit_permille(&random, 250)) {
                campaign->channel = campaign[-1].channel;
            }
            world->campaign_count++;
        }
    }
    world->base[SHEET_CAMPAIGNS] = id_find_base(world->campaign_count);
}

/* A rush when sales open, the door on the evening, and the days between, more towards the end. */
static int64_t sale_draw_moment(const struct event *event, struct random *random) {
    int64_t first = event->sale_start / DAY_SECONDS;
    int64_t last = event->sale_end / DAY_SECONDS;
    uint32_t roll = random_take_below(random, 1000);
    if (event->happened && roll < 80) {
        return event->day * DAY_SECONDS + random_take_span(random, 58000, 72600);
    }
    int64_t day;
    if (roll < 300) {
        day = random_take_span(random, first, first + (last - first) / 8);
    } else {
        day = random_take_span(random, first, last);
        int64_t later = random_take_span(random, first, last);
        day = roll < 600 && later > day ? later : day;
    }
    int64_t moment = day * DAY_SECONDS + random_take_hill(random, 23000, 86399);
    if (moment > event->sale_end) {
        moment = event->sale_end - random_take_span(random, 1, 7200);
    }
    if (moment < event->sale_start) {
        moment = event->sale_start + random_take_span(random, 1, 7200);
    }
    return moment;
}

static void world_draw_sales(struct world *world) {
    static const uint8_t sizes[] = {1, 1, 1, 2, 2, 2, 2, 3, 4, 4};
    uint64_t count = 0;
    world->sales = memory_take_block(world->ticket_count, sizeof *world->sales);
    for (uint32_t i = 0; i < world->event_count; i++) {
        const struct event *event = &world->events[i];
        struct random random = random_start_stream(world->seed, STREAM_SALE, i);
        uint32_t left = event->planned;
        while (left > 0) {
            uint32_t size = sizes[random_take_below(&random, sizeof sizes)];
            uint64_t moment = (uint64_t)(sale_draw_moment(event, &random) - world->epoch);
            size = size < left ? size : left;
            left -= size;
            while (size-- > 0) {
                world->sales[count++] = moment << EVENT_BITS | i;
            }
        }
    }
    world_sort_keys(world->sales, world->ticket_count);
}

static int key_compare_order(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

void world_sort_keys(uint64_t *keys, size_t count) {
    qsort(keys, count, sizeof *keys, key_compare_order);
}

void world_build(struct world *world, uint64_t seed, uint64_t tickets, uint64_t events) {
    *world = (struct world){.seed = seed};
    world_count_things(world, tickets, events);
    world_make_venues(world);
    world_draw_events(world);
    world_size_rooms(world);
    world_plan_campaigns(world);
    world_draw_sales(world);
}

void world_free(struct world *world) {
    free(world->venues);
    free(world->events);
    free(world->campaigns);
    free(world->sales);
    *world = (struct world){0};
}
