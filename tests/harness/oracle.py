#!/usr/bin/env python3
"""A second opinion: the ticketing model's silver, audit and gold tables, computed from the CSVs.

Written from the model's rules in words, not from the C code or the SQL, and as plainly as it
goes: whole tables in memory, no increments, whole hundredths for money. What the program
publishes and what this prints have to be the same, cell by cell; the golden files are both.

    oracle.py INPUTS OUTPUT     reads INPUTS/<sheet>.csv, writes OUTPUT/<table>.csv

What all models have in common is in oracle_cells.py and oracle_tables.py.
"""

from oracle_cells import REPAIR, Column, make_words
from oracle_tables import Match, Model, Reference, Sheet, count_line, money, write_tables

# --- What the sheets look like ---------------------------------------------------------------

CHANNELS = (
    "web mobile_app box_office partner email social search display influencer affiliate phone"
    " radio other unknown"
).split()
CHANNEL_ALIASES = {
    "web": "online website",
    "mobile_app": "app mobile ios android",
    "social": "instagram facebook ig fb tiktok",
    "search": "google google_ads sem",
    "email": "newsletter",
}
EVENT_STATUS = "scheduled completed cancelled postponed rescheduled".split()
EVENT_STATUS_ALIASES = {
    "scheduled": "active onsale on_sale upcoming",
    "completed": "done finished past",
    "cancelled": "canceled",
}
TICKET_STATUS = "sold used refunded cancelled pending".split()
TICKET_STATUS_ALIASES = {
    "sold": "active valid confirmed paid purchased booked issued",
    "used": "checked_in scanned attended",
    "refunded": "refund returned",
    "cancelled": "canceled void voided",
    "pending": "reserved hold unpaid",
}
REASONS = (
    "event_cancelled event_postponed customer_request duplicate payment_issue other"
).split()

REQUIRED = dict(required=True)
COUNT = dict(kind="integer", minimum=0, bad=REPAIR)
CHANNEL = dict(kind="enum", words=make_words(CHANNELS, CHANNEL_ALIASES), unknown="other")
CURRENCY = dict(kind="currency", words=make_words((), {
    "INR": "₹ rs rs.", "USD": "$", "EUR": "€", "GBP": "£",
}))

# parents before children; the columns in the order of silver
SHEETS = [
    Sheet("artists", [
        Column("artist_id", **REQUIRED),
        Column("name", **REQUIRED),
        Column("genre", case="lower"),
        Column("country", case="upper"),
        Column("created_at", "datetime", bad=REPAIR),
    ]),
    Sheet("venues", [
        Column("venue_id", **REQUIRED),
        Column("name", **REQUIRED),
        Column("city"),
        Column("state"),
        Column("country", case="upper"),
        Column("capacity", "integer", minimum=1, bad=REPAIR),
    ]),
    Sheet("events", [
        Column("event_id", **REQUIRED),
        Column("artist_id", **REQUIRED),
        Column("venue_id", **REQUIRED),
        Column("event_date", "date", **REQUIRED),
        Column("status", "enum", words=make_words(EVENT_STATUS, EVENT_STATUS_ALIASES), **REQUIRED),
        Column("ticket_price", "money", minimum=0, bad=REPAIR),
        Column("currency", **CURRENCY, **REQUIRED),
    ], [Reference("artists", "artist_id"), Reference("venues", "venue_id")]),
    Sheet("customers", [
        Column("customer_id", **REQUIRED),
        Column("name"),
        Column("email", "email", bad=REPAIR),
        Column("city"),
        Column("state"),
        Column("country", case="upper"),
        Column("created_at", "datetime", bad=REPAIR),
    ]),
    Sheet("tickets", [
        Column("ticket_id", **REQUIRED),
        Column("event_id", **REQUIRED),
        Column("customer_id"),
        Column("purchase_datetime", "datetime", **REQUIRED),
        Column("channel", default="unknown", **CHANNEL),
        Column("price_paid", "money", minimum=0, **REQUIRED),
        Column("currency", **CURRENCY),
        Column("status", "enum", words=make_words(TICKET_STATUS, TICKET_STATUS_ALIASES),
               **REQUIRED),
    ], [Reference("events", "event_id", match=Match("currency", "currency_mismatch", inherits=True)),
        Reference("customers", "customer_id")]),
    Sheet("checkins", [
        Column("checkin_id", **REQUIRED),
        Column("event_id", **REQUIRED),
        Column("ticket_id", **REQUIRED),
        Column("scanned_at", "datetime", **REQUIRED),
        Column("gate", case="upper"),
    ], [Reference("tickets", "ticket_id", "event_id")]),
    Sheet("refunds", [
        Column("refund_id", **REQUIRED),
        Column("ticket_id", **REQUIRED),
        Column("event_id", **REQUIRED),
        Column("reason", "enum", words=make_words(REASONS, {}), unknown="other"),
        Column("refund_amount", "money", minimum=1, **REQUIRED),
        Column("refunded_at", "datetime", **REQUIRED),
    ], [Reference("tickets", "ticket_id", "event_id")]),
    Sheet("campaigns", [
        Column("campaign_id", **REQUIRED),
        Column("event_id", **REQUIRED),
        Column("channel", **CHANNEL, **REQUIRED),
        Column("spend", "money", minimum=0, **REQUIRED),
        Column("impressions", **COUNT),
        Column("clicks", **COUNT),
        Column("conversions", **COUNT),
        Column("start_date", "date", bad=REPAIR),
        Column("end_date", "date", bad=REPAIR, not_before="start_date"),
    ], [Reference("events", "event_id")]),
]

# --- Gold ------------------------------------------------------------------------------------


class Ticket:
    def __init__(self, values, refunds):
        self.values = values
        self.status, self.price = values["status"], values["price_paid"]
        refunds = sorted(refunds, key=lambda r: (r["refunded_at"], r["refund_id"].encode()))
        self.refund_total = sum(refund["refund_amount"] for refund in refunds)
        self.has_refund = bool(refunds)
        is_refunded = (self.status == "refunded"
                       or (self.status in ("sold", "used") and self.price > 0
                           and self.refund_total >= self.price)
                       or (self.status == "cancelled" and self.has_refund))
        self.is_counted = self.status in ("sold", "used") and not is_refunded
        self.is_paid = self.is_counted or is_refunded
        # each refund with the part of it that the price still covers
        self.counted_refunds, left = [], self.price if self.is_paid else 0
        for refund in refunds:
            part = min(refund["refund_amount"], left)
            left -= part
            self.counted_refunds.append((refund["refunded_at"][:10], part))
        self.counted_refund = sum(part for _, part in self.counted_refunds)


def make_tickets(silver):
    refunds = {}
    for row in silver["refunds"]:
        refunds.setdefault(row["ticket_id"], []).append(row)
    return [Ticket(row, refunds.get(row["ticket_id"], [])) for row in silver["tickets"]]


def event_sales(silver, tickets):
    venues = {row["venue_id"]: row for row in silver["venues"]}
    of_event, scans_of_event = {}, {}
    for ticket in tickets:
        of_event.setdefault(ticket.values["event_id"], []).append(ticket)
    for row in silver["checkins"]:
        scans_of_event.setdefault(row["event_id"], set()).add(row["ticket_id"])
    result = []
    for event in silver["events"]:
        mine = of_event.get(event["event_id"], [])
        scanned = scans_of_event.get(event["event_id"], set())
        counted = [ticket for ticket in mine if ticket.is_counted]
        sold = len(counted)
        attendance = sum(ticket.values["ticket_id"] in scanned for ticket in counted)
        capacity = venues[event["venue_id"]]["capacity"]
        gross = sum(ticket.price for ticket in mine if ticket.is_paid)
        refunds = sum(ticket.counted_refund for ticket in mine)
        is_unknown = (sold == 0 or event["status"] in ("cancelled", "postponed")
                      or (event["status"] != "completed" and not scanned))
        result.append({
            "event_id": event["event_id"], "event_date": event["event_date"],
            "artist_id": event["artist_id"], "venue_id": event["venue_id"],
            "venue_capacity": capacity, "currency": event["currency"],
            "tickets_sold": sold, "attendance": attendance,
            "no_show_rate": None if is_unknown else float((sold - attendance) / sold),
            "gross_revenue": money(gross), "refunds_amount": money(refunds),
            "net_revenue": money(gross - refunds),
            "sell_through": None if capacity is None else float(sold / capacity),
        })
    return result


def daily_metrics(tickets):
    days = {}

    def day(date_text, currency):
        return days.setdefault((date_text, currency), {"sold": 0, "gross": 0, "refunds": 0})

    for ticket in tickets:
        if not ticket.is_paid:
            continue
        currency = ticket.values["currency"]
        bought = day(ticket.values["purchase_datetime"][:10], currency)
        bought["sold"] += ticket.is_counted
        bought["gross"] += ticket.price
        for refund_day, part in ticket.counted_refunds:
            if part:
                day(refund_day, currency)["refunds"] += part
    return [{
        "date": key[0], "currency": key[1], "tickets_sold": sums["sold"],
        "gross_revenue": money(sums["gross"]), "refunds_amount": money(sums["refunds"]),
        "net_revenue": money(sums["gross"] - sums["refunds"]),
    } for key, sums in days.items()]


def sum_or_none(values):
    values = [value for value in values if value is not None]
    return sum(values) if values else None


def half_up(numerator, denominator):
    """Of numbers that are not negative, rounded half away from zero."""
    return (2 * numerator + denominator) // (2 * denominator)


def runs_on(campaign, day):
    first, last = campaign["start_date"], campaign["end_date"]
    return (first is None or first <= day) and (last is None or day <= last)


def campaign_roi(silver, tickets):
    currencies = {row["event_id"]: row["currency"] for row in silver["events"]}
    pairs, sales = {}, {}
    for row in silver["campaigns"]:
        pairs.setdefault((row["event_id"], row["channel"]), []).append(row)
    for ticket in tickets:
        if ticket.is_counted:
            pair = (ticket.values["event_id"], ticket.values["channel"])
            sales.setdefault(pair, []).append(ticket)
    result = []
    for pair, campaigns in pairs.items():
        converted = [ticket for ticket in sales.get(pair, [])
                     if any(runs_on(campaign, ticket.values["purchase_datetime"][:10])
                            for campaign in campaigns)]
        spend = sum(campaign["spend"] for campaign in campaigns)
        revenue = sum(ticket.price - ticket.counted_refund for ticket in converted)
        count = len(converted)
        result.append({
            "event_id": pair[0], "channel": pair[1], "currency": currencies[pair[0]],
            "spend": money(spend),
            "impressions": sum_or_none(campaign["impressions"] for campaign in campaigns),
            "clicks": sum_or_none(campaign["clicks"] for campaign in campaigns),
            "conversions": sum_or_none(campaign["conversions"] for campaign in campaigns),
            "conv_tickets": count, "conv_revenue": money(revenue),
            "cpa": money(half_up(spend, count)) if count else None,
            "roi": float((revenue - spend) / spend) if spend else None,
        })
    return result


def check_sales(events, tickets):
    with_refund = [ticket for ticket in tickets if ticket.has_refund]
    with_capacity = [event for event in events if event["venue_capacity"] is not None]
    return [
        count_line("gold_event_sales", "refund_exceeds_price", "warning", len(with_refund),
                   sum(ticket.refund_total > ticket.price for ticket in with_refund)),
        count_line("gold_event_sales", "oversold", "warning", len(with_capacity),
                   sum(event["tickets_sold"] > event["venue_capacity"] for event in with_capacity)),
    ]


def make_gold(silver):
    tickets = make_tickets(silver)
    events = event_sales(silver, tickets)
    return {
        "gold_event_sales": events,
        "gold_daily_metrics": daily_metrics(tickets),
        "gold_campaign_roi": campaign_roi(silver, tickets),
    }, check_sales(events, tickets)


GOLD = {
    "gold_event_sales": (
        "event_id event_date artist_id venue_id venue_capacity currency tickets_sold attendance"
        " no_show_rate gross_revenue refunds_amount net_revenue sell_through", "event_id"),
    "gold_daily_metrics": (
        "date currency tickets_sold gross_revenue refunds_amount net_revenue", "date currency"),
    "gold_campaign_roi": (
        "event_id channel currency spend impressions clicks conversions conv_tickets conv_revenue"
        " cpa roi", "event_id channel"),
}
DATE_FORMS = (
    "YYYY-MM-DD", "YYYY/MM/DD", "DD-MM-YYYY", "DD/MM/YYYY", "D Mon YYYY", "Month D, YYYY",
)

if __name__ == "__main__":
    write_tables(Model(SHEETS, DATE_FORMS, GOLD, make_gold))
