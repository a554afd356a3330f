/* One ticket: who bought it, where, for how much, and what became of it. Everything follows from
 * the seed and the ticket's number, so that the sheets of tickets, check-ins and refunds can each
 * be written in a pass of their own and still agree. */
#include "generate.h"

enum { STREAM_ORDER = 11, STREAM_TICKET = 12 };

/* One of the event's campaigns that run on the day of the sale. */
static const struct campaign *campaign_pick_running(const struct world *world,
                                                    const struct ticket *ticket,
                                                    struct random *random) {
    const struct event *event = &world->events[ticket->event];
    const struct campaign *running[4];
    uint32_t count = 0;
    int64_t day = ticket->bought / DAY_SECONDS;
    for (uint32_t i = 0; i < event->campaign_count; i++) {
        const struct campaign *campaign = &world->campaigns[event->campaign_first + i];
        if (day >= campaign->start && (campaign->open_ended || day <= campaign->end)) {
            running[count++] = campaign;
        }
    }
    return count > 0 ? running[random_take_below(random, count)] : NULL;
}

/* People of one order share moment and event, and with them buyer, channel and price. */
static void ticket_pick_channel(const struct world *world, struct ticket *ticket,
                                struct random *random) {
    static const enum channel usual[] = {
        CHANNEL_WEB,        CHANNEL_WEB,        CHANNEL_WEB,        CHANNEL_WEB,
        CHANNEL_WEB,        CHANNEL_WEB,        CHANNEL_WEB,        CHANNEL_WEB,
        CHANNEL_MOBILE_APP, CHANNEL_MOBILE_APP, CHANNEL_MOBILE_APP, CHANNEL_MOBILE_APP,
        CHANNEL_MOBILE_APP, CHANNEL_MOBILE_APP, CHANNEL_PARTNER,    CHANNEL_PARTNER,
        CHANNEL_EMAIL,      CHANNEL_SOCIAL,     CHANNEL_SOCIAL,     CHANNEL_SEARCH,
        CHANNEL_SEARCH,     CHANNEL_AFFILIATE,  CHANNEL_PHONE,      CHANNEL_BOX_OFFICE,
        CHANNEL_BOX_OFFICE, CHANNEL_DISPLAY,    CHANNEL_INFLUENCER, CHANNEL_OTHER};
    const struct event *event = &world->events[ticket->event];
    uint32_t choice = random_take_below(random, sizeof usual / sizeof usual[0]);
    const struct campaign *running = campaign_pick_running(world, ticket, random);
    ticket->channel = usual[choice];
    if (ticket->bought / DAY_SECONDS == event->day && random_hit_permille(random, 650)) {
        ticket->channel = CHANNEL_BOX_OFFICE;
    } else if (running != NULL && random_hit_permille(random, 600)) {
        ticket->channel = running->channel;
    }
}

/* Customer c lives in home slot c % HOME_SLOTS and joins in the order of c; buyers come from the
 * town of the venue first, else from its country, and have joined before they buy. */
static void ticket_pick_customer(const struct world *world, struct ticket *ticket,
                                 struct random *random) {
    const struct event *event = &world->events[ticket->event];
    const struct city *city = world_find_city(world, event);
    bool near = random_hit_permille(random, 800);
    uint32_t slots[HOME_SLOTS];
    uint32_t found = 0;
    if (ticket->channel == CHANNEL_BOX_OFFICE && random_hit_permille(random, 600)) {
        ticket->customer = NO_CUSTOMER;
        return;
    }
    for (uint32_t slot = 0; slot < HOME_SLOTS; slot++) {
        const struct city *home = &name_cities[world->homes[slot]];
        bool fits =
            near ? home == city
                 : home->country[0] == city->country[0] && home->country[1] == city->country[1];
        if (fits) {
            slots[found++] = slot;
        }
    }
    uint64_t passed = (uint64_t)(ticket->bought - world->epoch) * 700;
    uint64_t share = 300 + passed / (uint64_t)(world->now - world->epoch);
    uint64_t joined = (uint64_t)world->customer_count * share / 1000 / HOME_SLOTS;
    uint32_t group = random_take_below(random, (uint32_t)(joined > 0 ? joined : 1));
    ticket->customer = group * HOME_SLOTS + slots[random_take_below(random, found)];
}

static void ticket_pick_price(const struct world *world, struct ticket *ticket,
                              struct random *random) {
    const struct event *event = &world->events[ticket->event];
    uint64_t face = event->price;
    uint64_t permille = 1000;
    uint32_t roll = random_take_below(random, 1000);
    if (roll < 12) {
        permille = 0; /* guest list */
    } else if (roll < 90) {
        permille = 1600;
    } else if (roll < 200) {
        permille = 900;
    } else if (ticket->bought < event->sale_start + 9 * DAY_SECONDS) {
        permille = 850;
    }
    ticket->price = (uint32_t)((face * permille / 1000 + 25) / 50 * 50);
    if (ticket->price > 0 && ticket->channel == CHANNEL_PARTNER) {
        ticket->price += 135; /* the partner's fee */
    }
}

static void ticket_add_refund(const struct world *world, struct ticket *ticket, int64_t at,
                              uint32_t amount, enum refund_reason reason) {
    if (amount == 0 || ticket->refund_count == 2) {
        return;
    }
    struct refund *refund = &ticket->refunds[ticket->refund_count++];
    refund->at = at < world->now ? at : world->now;
    refund->amount = amount;
    refund->reason = reason;
}

/* A buyer's own refund, between the sale and the evening. */
static int64_t refund_draw_moment(const struct world *world, const struct ticket *ticket,
                                  struct random *random) {
    int64_t last = world->events[ticket->event].day * DAY_SECONDS + 12 * 3600;
    last = last < world->now ? last : world->now;
    if (last <= ticket->bought + 1200) {
        return ticket->bought + 1200;
    }
    return random_take_span(random, ticket->bought + 1200, last);
}

static enum refund_reason refund_draw_reason(struct random *random) {
    uint32_t roll = random_take_below(random, 100);
    if (roll < 68) {
        return REASON_CUSTOMER_REQUEST;
    }
    if (roll < 80) {
        return REASON_DUPLICATE;
    }
    return roll < 93 ? REASON_PAYMENT_ISSUE : REASON_OTHER;
}

/* Cancelled events are paid back in one batch on a morning (many refunds of one moment), the
 * stragglers later. */
static void ticket_pick_cancelled(const struct world *world, struct ticket *ticket,
                                  struct random *random) {
    const struct event *event = &world->events[ticket->event];
    uint32_t roll = random_take_below(random, 1000);
    int64_t at = (event->sale_end / DAY_SECONDS + 2) * DAY_SECONDS + 9 * 3600;
    if (!random_hit_permille(random, 600)) {
        at += random_take_span(random, 3600, 8 * DAY_SECONDS);
    }
    ticket->status = roll < 905 ? TICKET_REFUNDED : TICKET_CANCELLED;
    if (roll < 860 || (roll >= 905 && roll < 950)) {
        ticket_add_refund(world, ticket, at, ticket->price, REASON_EVENT_CANCELLED);
    } else if (roll >= 970) {
        ticket->status = TICKET_SOLD; /* not dealt with yet */
    }
}

static void ticket_pick_postponed(const struct world *world, struct ticket *ticket,
                                  struct random *random) {
    const struct event *event = &world->events[ticket->event];
    uint32_t roll = random_take_below(random, 1000);
    ticket->status = TICKET_SOLD;
    if (roll < 220) {
        int64_t at = event->sale_end + random_take_span(random, 7200, 11 * DAY_SECONDS);
        ticket->status = TICKET_REFUNDED;
        ticket_add_refund(world, ticket, at, ticket->price, REASON_EVENT_POSTPONED);
    } else if (roll < 235) {
        ticket->status = TICKET_PENDING;
    }
}

static void ticket_pick_visit(const struct world *world, struct ticket *ticket,
                              struct random *random) {
    const struct event *event = &world->events[ticket->event];
    ticket->status = TICKET_SOLD;
    if (!event->happened) {
        return;
    }
    if (!random_hit_permille(random, event->show)) {
        ticket->status = random_hit_permille(random, 50) ? TICKET_USED : TICKET_SOLD;
        return;
    }
    int64_t door = event->day * DAY_SECONDS + 63900;
    int64_t scanned = door + random_take_hill(random, 0, 12600);
    if (scanned <= ticket->bought + 60) {
        scanned = ticket->bought + 60 + random_take_span(random, 0, 1800);
    }
    ticket->scanned[ticket->scan_count++] = scanned;
    if (random_hit_permille(random, 12)) {
        /* Out for a smoke and in again: two rows, one visitor. */
        ticket->scanned[ticket->scan_count++] = scanned + random_take_span(random, 600, 5400);
    }
    ticket->status = random_hit_permille(random, 880) ? TICKET_USED : TICKET_SOLD;
}

static void ticket_pick_partial(const struct world *world, struct ticket *ticket,
                                struct random *random, bool whole) {
    int64_t at = refund_draw_moment(world, ticket, random);
    enum refund_reason reason = refund_draw_reason(random);
    if (whole) {
        /* Two halves, often of one moment: together the whole price, whatever the status says. */
        uint32_t half = ticket->price / 2;
        int64_t later = random_hit_permille(random, 500) ? at : at + 86400;
        ticket_add_refund(world, ticket, at, half, reason);
        ticket_add_refund(world, ticket, later, ticket->price - half, reason);
        ticket->status = TICKET_SOLD;
        return;
    }
    uint32_t part = ticket->price / 100 * (20 + random_take_below(random, 45)) / 50 * 50;
    ticket_pick_visit(world, ticket, random);
    ticket_add_refund(world, ticket, at, part, reason);
}

/* The whole price, less a fee now and then, and in rare cases more than was paid (goodwill). */
static void ticket_give_back(const struct world *world, struct ticket *ticket,
                             struct random *random, enum ticket_status status) {
    int64_t at = refund_draw_moment(world, ticket, random);
    enum refund_reason reason = refund_draw_reason(random);
    uint32_t roll = random_take_below(random, 1000);
    uint32_t amount = ticket->price;
    if (roll < 15 && amount > 0) {
        amount += 500;
    } else if (roll < 250) {
        amount -= ticket->price / 1000 * 50;
    }
    ticket->status = status;
    ticket_add_refund(world, ticket, at, amount, reason);
}

static void ticket_pick_usual(const struct world *world, struct ticket *ticket,
                              struct random *random) {
    bool happened = world->events[ticket->event].happened;
    uint32_t pending = happened ? 410 : 590;
    uint32_t roll = random_take_below(random, 10000);
    if (roll < 185) {
        ticket_give_back(world, ticket, random, TICKET_REFUNDED);
    } else if (roll < 200) {
        ticket->status = TICKET_REFUNDED; /* and no row in refunds */
    } else if (roll < 290) {
        ticket->status = TICKET_CANCELLED;
    } else if (roll < 320) {
        ticket_give_back(world, ticket, random, TICKET_CANCELLED);
    } else if (roll < pending) {
        ticket->status = TICKET_PENDING;
    } else if (roll < pending + 65) {
        ticket_pick_partial(world, ticket, random, roll < pending + 15);
    } else {
        ticket_pick_visit(world, ticket, random);
    }
}

void ticket_describe(const struct world *world, uint64_t index, struct ticket *ticket) {
    uint64_t key = world->sales[index];
    struct random order = random_start_stream(world->seed, STREAM_ORDER, key);
    struct random random = random_start_stream(world->seed, STREAM_TICKET, index);
    ticket->event = (uint32_t)(key & EVENT_MASK);
    ticket->bought = world->epoch + (int64_t)(key >> EVENT_BITS);
    ticket->scan_count = 0;
    ticket->refund_count = 0;
    ticket_pick_channel(world, ticket, &order);
    ticket_pick_customer(world, ticket, &order);
    ticket_pick_price(world, ticket, &order);
    switch (world->events[ticket->event].status) {
    case EVENT_CANCELLED:
        ticket_pick_cancelled(world, ticket, &random);
        break;
    case EVENT_POSTPONED:
        ticket_pick_postponed(world, ticket, &random);
        break;
    case EVENT_SCHEDULED:
    case EVENT_COMPLETED:
    case EVENT_RESCHEDULED:
        ticket_pick_usual(world, ticket, &random);
        break;
    }
}
