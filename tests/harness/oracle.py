#!/usr/bin/env python3
"""A second opinion: the ticketing model's silver, audit and gold tables, computed from the CSVs.

Written from the model's rules in words, not from the C code or the SQL, and as plainly as it
goes: whole tables in memory, no increments, whole hundredths for money. What the program
publishes and what this prints have to be the same, cell by cell; the golden files are both.

    oracle.py INPUTS OUTPUT     reads INPUTS/<sheet>.csv, writes OUTPUT/<table>.csv

A NULL is an empty field, an empty text is "". Numbers that are not whole stand with as many
digits as it takes to read the same double back.
"""

import csv
import io
import json
import os
import re
import sys
from datetime import date, datetime, timedelta
from fractions import Fraction

# --- What the sheets look like ---------------------------------------------------------------

REJECT, REPAIR = "reject", "repair"

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
CURRENCY_ALIASES = {"₹": "INR", "rs": "INR", "rs.": "INR", "$": "USD", "€": "EUR", "£": "GBP"}


def enum_words(values, aliases):
    words = {value: value for value in values}
    for value, others in aliases.items():
        words.update({other: value for other in others.split()})
    return words


class Column:
    def __init__(self, name, kind="string", required=False, bad=REJECT, **more):
        self.name, self.kind, self.required, self.bad = name, kind, required, bad
        self.minimum = more.get("minimum")  # smallest good value
        self.words = more.get("words")
        self.unknown = more.get("unknown")  # stands in for a word that is not known
        self.default = more.get("default")  # stands in for a missing cell
        self.case = more.get("case")
        self.not_before = more.get("not_before")


class Reference:
    def __init__(self, parent, *columns, match=None):
        self.parent, self.columns, self.match = parent, columns, match


class Sheet:
    def __init__(self, name, columns, references=()):
        self.name, self.columns, self.references = name, columns, references
        self.key = columns[0].name


REQUIRED = dict(required=True)
COUNT = dict(kind="integer", minimum=0, bad=REPAIR)
channel_words = enum_words(CHANNELS, CHANNEL_ALIASES)

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
        Column("status", "enum", words=enum_words(EVENT_STATUS, EVENT_STATUS_ALIASES), **REQUIRED),
        Column("ticket_price", "money", minimum=0, bad=REPAIR),
        Column("currency", "currency", **REQUIRED),
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
        Column("channel", "enum", words=channel_words, unknown="other", default="unknown"),
        Column("price_paid", "money", minimum=0, **REQUIRED),
        Column("currency", "currency"),
        Column("status", "enum", words=enum_words(TICKET_STATUS, TICKET_STATUS_ALIASES),
               **REQUIRED),
    ], [Reference("events", "event_id", match="currency"), Reference("customers", "customer_id")]),
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
        Column("reason", "enum", words=enum_words(REASONS, {}), unknown="other"),
        Column("refund_amount", "money", minimum=1, **REQUIRED),
        Column("refunded_at", "datetime", **REQUIRED),
    ], [Reference("tickets", "ticket_id", "event_id")]),
    Sheet("campaigns", [
        Column("campaign_id", **REQUIRED),
        Column("event_id", **REQUIRED),
        Column("channel", "enum", words=channel_words, unknown="other", **REQUIRED),
        Column("spend", "money", minimum=0, **REQUIRED),
        Column("impressions", **COUNT),
        Column("clicks", **COUNT),
        Column("conversions", **COUNT),
        Column("start_date", "date", bad=REPAIR),
        Column("end_date", "date", bad=REPAIR, not_before="start_date"),
    ], [Reference("events", "event_id")]),
]

# --- Reading a sheet -------------------------------------------------------------------------


class Table:
    """A sheet as it was read: its header and its rows, cut or filled to one width."""

    def __init__(self, path):
        with open(path, "rb") as file:
            text = file.read().decode("utf-8-sig")
        first_line = re.split(r"[\r\n]", text, maxsplit=1)[0]
        bare = re.sub(r'"[^"]*"', "", first_line)
        delimiter = max(",;\t", key=lambda sign: (bare.count(sign), sign == ","))
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        self.header = lines[0]
        self.width = max(len(line) for line in lines)
        self.rows = [line + [""] * (self.width - len(line)) for line in lines[1:]]


def fold_header(text):
    return re.sub(r"[^a-z0-9\x80-\U0010ffff]+", "_", ascii_lower(trim(text))).strip("_")


def find_columns(sheet, table):
    """For each column of the model the place where it stands in the sheet."""
    places = {}
    for place, text in enumerate(table.header):
        places.setdefault(fold_header(text), place)
    return {column.name: places.get(column.name) for column in sheet.columns}


def letters(place):
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


# --- Cells -----------------------------------------------------------------------------------

MISSING = {"", "n/a", "#n/a", "null", "none", "-", "--"}
FORMULA_ERRORS = {
    "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#ERROR!", "LOADING...",
}
# White_Space of Unicode, with the zero width space and the byte order mark
WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009" \
        "\u200a\u2028\u2029\u202f\u205f\u3000\u200b\ufeff"
BLANK = "[ \xa0\u2009\u202f]"


class Unreadable(Exception):
    pass


def trim(text):
    return text.strip(WHITE)


def ascii_lower(text):
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in text)


def ascii_upper(text):
    return "".join(c.upper() if "a" <= c <= "z" else c for c in text)


def ungroup(whole):
    """Digits without their separators: 1,234,567 and 1 234 567 and 12,34,567."""
    if re.fullmatch(r"[0-9]+", whole):
        return whole
    for separator in (",", BLANK):
        western = rf"[0-9]{{1,3}}({separator}[0-9]{{3}})+"
        indian = rf"[0-9]{{1,2}}({separator}[0-9]{{2}})*{separator}[0-9]{{3}}"
        if re.fullmatch(western, whole) or re.fullmatch(indian, whole):
            return re.sub(r"[^0-9]", "", whole)
    raise Unreadable


def parse_integer(text):
    found = re.fullmatch(r"([-+\u2212]?)(.*?)(\.0*)?", text, re.DOTALL)
    number = int(ungroup(found[2]))
    number = -number if found[1] in ("-", "\u2212") else number
    if not -(2**63) <= number < 2**63:
        raise Unreadable
    return number


CURRENCY_MARK = r"(?:[$€£₹¥₩]|(?i:[a-z]{3})|(?i:rs\.?))"
# ISO 4217
CURRENCY_CODES = set(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP"
    " BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP"
    " GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR"
    " KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK"
    " MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR"
    " SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS"
    " UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL".split()
)


def parse_money(text):
    """Hundredths. A sign or code on one side, one minus or one pair of brackets."""
    rest, is_negative, signs, currencies = trim(text), False, 0, 0
    while True:
        before = rest
        if rest.startswith("(") and rest.endswith(")"):
            rest, is_negative, signs = trim(rest[1:-1]), True, signs + 1
        elif rest[:1] in ("-", "+", "\u2212") and rest:
            is_negative, rest, signs = rest[0] != "+", trim(rest[1:]), signs + 1
        else:
            front = re.match(CURRENCY_MARK, rest)
            back = re.search(CURRENCY_MARK + r"\Z", rest)
            if front and is_currency(front[0]):
                rest, currencies = trim(rest[front.end():]), currencies + 1
            elif back and is_currency(back[0]):
                rest, currencies = trim(rest[:back.start()]), currencies + 1
        if rest == before:
            break
    found = re.fullmatch(r"([^.]*)(?:\.([0-9]*))?", rest)
    if not found or signs > 1 or currencies > 1:
        raise Unreadable
    whole, fraction = found[1], found[2] or ""
    if not whole and not fraction:
        raise Unreadable
    whole = ungroup(whole) if whole else "0"
    if len(whole.lstrip("0")) > 9:
        raise Unreadable
    hundredths = int(whole + fraction.ljust(2, "0")[:2])
    hundredths += fraction[2:3] >= "5"  # half away from zero
    return -hundredths if is_negative else hundredths


def is_currency(mark):
    if re.fullmatch(r"[A-Za-z]{3}", mark):
        return ascii_upper(mark) in CURRENCY_CODES
    return True


MONTHS = ("january february march april may june july august september october november"
          " december").split()
DATE_FORMS = [
    r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)",
    r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})",
    r"(?P<d>\d{1,2})-(?P<m>\d{1,2})-(?P<y>\d{4})",
    r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
    rf"(?P<d>\d{{1,2}}){BLANK}+(?P<name>[A-Za-z]+){BLANK}+(?P<y>\d{{4}})",
    rf"(?P<name>[A-Za-z]+){BLANK}+(?P<d>\d{{1,2}}),{BLANK}*(?P<y>\d{{4}})",
]
TIME = (rf"(?:(?:{BLANK}+|[Tt])(?P<H>\d{{1,2}}):(?P<M>\d\d)(?::(?P<S>\d\d)(?:\.(?P<f>\d+))?)?"
        rf"(?:{BLANK}*(?P<zone>[Zz]|[-+]\d\d:?\d\d))?)?")


def month_of(name):
    name = ascii_lower(name)
    for number, month in enumerate(MONTHS, 1):
        if name in (month, month[:3]):
            return number
    raise Unreadable


def round_to_second(moment, fraction):
    return moment + timedelta(seconds=1) if Fraction(fraction) >= Fraction(1, 2) else moment


def parse_moment(text):
    """A datetime in UTC, rounded to the second."""
    if re.fullmatch(r"(0|[1-9]\d*)(\.\d+)?", text, re.ASCII):
        seconds = Fraction(text) * 86400
        whole = seconds.numerator // seconds.denominator
        if whole > 100000 * 86400:
            raise Unreadable
        moment = datetime(1899, 12, 30) + timedelta(seconds=whole)
        return check_years(round_to_second(moment, seconds - whole))
    for form in DATE_FORMS:
        found = re.fullmatch(form + TIME, text, re.ASCII)
        if found:
            return check_years(make_moment(found.groupdict()))
    raise Unreadable


def make_moment(part):
    month = month_of(part["name"]) if part.get("name") else int(part["m"])
    try:
        moment = datetime(int(part["y"]), month, int(part["d"]), int(part["H"] or 0),
                          int(part["M"] or 0), int(part["S"] or 0))
        check_years(moment)
        zone = part["zone"]
        if zone and zone not in "Zz":
            hours, minutes = int(zone[1:3]), int(zone[-2:])
            if minutes > 59 or hours * 60 + minutes > 14 * 60:
                raise Unreadable
            offset = timedelta(hours=hours, minutes=minutes)
            moment += offset if zone[0] == "-" else -offset
        return round_to_second(moment, "0." + (part["f"] or "0"))
    except (ValueError, OverflowError):
        raise Unreadable from None


def check_years(moment):
    if not 1900 <= moment.year <= 2100:
        raise Unreadable
    return moment


def parse_email(text):
    text = ascii_lower(text)
    nowhere = WHITE + r"\x00-\x1f\x7f@,;:<>()\[\]\"\\"
    label = rf"[^{nowhere}/_.]"
    if not re.fullmatch(rf"[^{nowhere}]+@({label}+\.)+{label}{{2,}}", text):
        raise Unreadable
    return text


def parse_currency(text):
    found = CURRENCY_ALIASES.get(ascii_lower(text))
    if found:
        return found
    if not re.fullmatch(r"[A-Za-z]{3}", text):
        raise Unreadable
    return ascii_upper(text)


def parse_enum(column, text):
    word = re.sub(r"[ -]", "_", ascii_lower(text))
    if word not in column.words:
        raise Unreadable
    return column.words[word]


def parse(column, text):
    if column.kind == "integer":
        return parse_integer(text)
    if column.kind == "money":
        return parse_money(text)
    if column.kind == "datetime":
        return parse_moment(text).strftime("%Y-%m-%d %H:%M:%S")
    if column.kind == "date":
        return parse_moment(text).strftime("%Y-%m-%d")
    if column.kind == "email":
        return parse_email(text)
    if column.kind == "enum":
        return parse_enum(column, text)
    if column.kind == "currency":
        return parse_currency(text)
    if column.case == "lower":
        return ascii_lower(text)
    return ascii_upper(text) if column.case == "upper" else text


# --- Silver ----------------------------------------------------------------------------------

STEP_FORMULA, STEP_PARSE, STEP_RANGE, STEP_DUPLICATE, STEP_REFERENCE = range(3, 8)


class Row:
    def __init__(self, number, cells, places):
        self.number, self.cells, self.places = number, cells, places
        self.values, self.warnings, self.faults = {}, [], []

    def raw(self, column_name):
        place = self.places[column_name]
        return "" if place is None else self.cells[place]

    def add_fault(self, step, rule, column_name):
        self.faults.append((step, self.places[column_name], rule, column_name))

    def reject(self):
        """The fault that is recorded: the earliest step, then the leftmost cell."""
        return min(self.faults, key=lambda fault: fault[:2]) if self.faults else None


def clean_cell(row, column):
    text = trim(row.raw(column.name))
    if ascii_lower(text) in MISSING:
        if column.default is None and column.required:
            row.add_fault(STEP_RANGE, "required", column.name)
        return column.default
    if ascii_upper(text) in FORMULA_ERRORS:
        row.add_fault(STEP_FORMULA, "formula_error", column.name)
        return None
    try:
        value = parse(column, text)
    except Unreadable:
        return bad_cell(row, column, STEP_PARSE, "parse")
    if column.minimum is not None and value < column.minimum:
        return bad_cell(row, column, STEP_RANGE, "range")
    return value


def bad_cell(row, column, step, rule):
    if column.unknown is not None:
        row.warnings.append((column.name, "unknown_value"))
        return column.unknown
    if column.bad == REPAIR:
        row.warnings.append((column.name, rule))
    else:
        row.add_fault(step, rule, column.name)
    return None


def clean_row(sheet, row):
    for column in sheet.columns:
        row.values[column.name] = clean_cell(row, column)
    for column in sheet.columns:
        if not column.not_before:
            continue
        first, last = row.values[column.not_before], row.values[column.name]
        if first is not None and last is not None and last < first:
            row.values[column.name] = bad_cell(row, column, STEP_RANGE, "range")


def drop_duplicates(sheet, rows):
    last = {row.values[sheet.key]: row for row in rows if not row.faults}
    for row in rows:
        if row.faults:
            continue
        winner = last[row.values[sheet.key]]
        if row is not winner:
            is_same = row.cells == winner.cells
            row.add_fault(STEP_DUPLICATE, "duplicate_row" if is_same else "duplicate_key",
                          sheet.key)


def check_references(sheet, rows, silver):
    for reference in sheet.references:
        parents = {tuple(row.values[name] for name in reference.columns): row
                   for row in silver[reference.parent]}
        for row in rows:
            if not row.faults or row.reject()[0] == STEP_REFERENCE:
                check_reference(reference, row, parents)


def check_reference(reference, row, parents):
    wanted = tuple(row.values[name] for name in reference.columns)
    if None in wanted:
        return
    parent = parents.get(wanted)
    if parent is None:
        # of a reference of several columns, the first one names what is missing
        row.add_fault(STEP_REFERENCE, "foreign_key", reference.columns[0])
    elif reference.match:
        name = reference.match
        if row.values[name] is None:
            row.values[name] = parent.values[name]
        elif row.values[name] != parent.values[name]:
            row.add_fault(STEP_REFERENCE, "currency_mismatch", name)


class Cleaned:
    """What became of a sheet."""

    def __init__(self, sheet, table, silver):
        self.sheet, self.table = sheet, table
        places = find_columns(sheet, table)
        self.names = name_columns(self)
        rows = [Row(number, cells, places) for number, cells in enumerate(table.rows, 2)
                if any(trim(cell) for cell in cells)]
        self.checked_count = len(rows)
        for row in rows:
            clean_row(sheet, row)
        drop_duplicates(sheet, rows)
        check_references(sheet, rows, silver)
        self.kept = [row for row in rows if not row.faults]
        self.rejected = [row for row in rows if row.faults]


# --- Gold ------------------------------------------------------------------------------------


class Ticket:
    def __init__(self, row, refunds):
        self.values = row.values
        self.status, self.price = row.values["status"], row.values["price_paid"]
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
        refunds.setdefault(row.values["ticket_id"], []).append(row.values)
    return [Ticket(row, refunds.get(row.values["ticket_id"], [])) for row in silver["tickets"]]


def money(hundredths):
    return hundredths / 100


def event_sales(silver, tickets):
    venues = {row.values["venue_id"]: row.values for row in silver["venues"]}
    of_event, scans_of_event = {}, {}
    for ticket in tickets:
        of_event.setdefault(ticket.values["event_id"], []).append(ticket)
    for row in silver["checkins"]:
        scans_of_event.setdefault(row.values["event_id"], set()).add(row.values["ticket_id"])
    result = []
    for row in silver["events"]:
        event = row.values
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
    currencies = {row.values["event_id"]: row.values["currency"] for row in silver["events"]}
    pairs, sales = {}, {}
    for row in silver["campaigns"]:
        pairs.setdefault((row.values["event_id"], row.values["channel"]), []).append(row.values)
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


# --- Audit -----------------------------------------------------------------------------------

REJECT_RULES = ("formula_error", "parse", "required", "range", "duplicate_key", "duplicate_row",
                "foreign_key")
WARNING_RULES = ("parse", "range", "unknown_value")


def record_key(cleaned, row):
    text = trim(row.raw(cleaned.sheet.key))
    return None if ascii_lower(text) in MISSING else text


def fault_of(cleaned, row, column_name):
    place = row.places[column_name]
    return {
        "row_number": row.number, "cell": f"{letters(place)}{row.number}",
        "record_key": record_key(cleaned, row),
        "column_name": column_name, "value": row.cells[place],
    }


def rejected_rows(cleaned_sheets):
    result = []
    for cleaned in cleaned_sheets:
        name = cleaned.sheet.name
        for row in cleaned.rejected:
            _, _, rule, column_name = row.reject()
            result.append({
                "source_table": f"bronze_{name}", "target_table": f"silver_{name}", "rule": rule,
                **fault_of(cleaned, row, column_name), "row_json": row_json(cleaned, row),
            })
    return result


# written as escapes, so that people see that they are there
INVISIBLE = "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"


def name_columns(cleaned):
    """The bronze name of every column: the model's, else what its header says, else where it
    stands; a repeated one is numbered. Headers of their own choose first."""
    header, width = cleaned.table.header, cleaned.table.width
    places = find_columns(cleaned.sheet, cleaned.table)
    names = {place: name for name, place in places.items() if place is not None}
    taken = RESERVED | set(places)

    def take(place, name):
        number, base = 2, name
        while name in taken:
            name, number = f"{base}_{number}", number + 1
        taken.add(name)
        names[place] = name

    folded = [fold_header(text) for text in header]
    for place in range(len(header)):
        if folded[place] and place not in names and folded[place] not in folded[:place]:
            starts_with_digit = folded[place][0].isdigit()
            take(place, "c_" + folded[place] if starts_with_digit else folded[place])
    for place in range(width):
        if place not in names:
            is_repeated = place < len(header) and folded[place]
            take(place, names[folded.index(folded[place])] if is_repeated
                 else "column_" + letters(place).lower())
    return [names[place] for place in range(width)]


# columns that bronze has for itself, or that SQL would take for something else
RESERVED = {"snapshot_id", "loaded_at", "rowid", "oid"}


def row_json(cleaned, row):
    """The row as it was typed, by bronze column."""
    cells = dict(zip(cleaned.names, row.cells))
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    return re.sub(INVISIBLE, lambda found: f"\\u{ord(found[0]):04x}", text)


def warnings(cleaned_sheets):
    result = []
    for cleaned in cleaned_sheets:
        for row in cleaned.kept:
            for column_name, rule in row.warnings:
                result.append({"source_table": f"bronze_{cleaned.sheet.name}", "rule": rule,
                               **fault_of(cleaned, row, column_name)})
    return result


def count_rules(cleaned_sheets, events, tickets):
    result = []

    def add(table, rule, severity, checked, failed):
        result.append({"table_name": table, "rule": rule, "severity": severity,
                       "checked": checked, "failed": failed})

    for cleaned in cleaned_sheets:
        table = f"silver_{cleaned.sheet.name}"
        rules = REJECT_RULES + (("currency_mismatch",) if cleaned.sheet.name == "tickets" else ())
        for rule in rules:
            failed = sum(row.reject()[2] == rule for row in cleaned.rejected)
            add(table, rule, "error", cleaned.checked_count, failed)
        for rule in WARNING_RULES:
            failed = sum(found == rule for row in cleaned.kept for _, found in row.warnings)
            add(table, rule, "warning", cleaned.checked_count, failed)
    with_refund = [ticket for ticket in tickets if ticket.has_refund]
    add("gold_event_sales", "refund_exceeds_price", "warning", len(with_refund),
        sum(ticket.refund_total > ticket.price for ticket in with_refund))
    with_capacity = [event for event in events if event["venue_capacity"] is not None]
    add("gold_event_sales", "oversold", "warning", len(with_capacity),
        sum(event["tickets_sold"] > event["venue_capacity"] for event in with_capacity))
    return result


# --- Output ----------------------------------------------------------------------------------


def show(value):
    if value is None:
        return ""
    if isinstance(value, float):
        for digits in (15, 16, 17):
            text = f"{value:.{digits}g}"
            if float(text) == value:
                return text
    text = str(value)
    if text == "" or re.search(r'[",\r\n]', text):
        return '"' + text.replace('"', '""') + '"'
    return text


def sort_key(row, names):
    key = []
    for name in names:
        value = row[name]
        key.append((0, "") if value is None
                   else (1, value) if isinstance(value, (int, float)) else (2, value.encode()))
    return key


def write_table(folder, name, columns, order, rows):
    rows = sorted(rows, key=lambda row: sort_key(row, order))
    with open(os.path.join(folder, name + ".csv"), "w", encoding="utf-8", newline="") as file:
        file.write(",".join(columns) + "\n")
        for row in rows:
            file.write(",".join(show(row[column]) for column in columns) + "\n")


def silver_values(sheet, row):
    kinds = {column.name: column.kind for column in sheet.columns}
    return {name: money(value) if kinds[name] == "money" and value is not None else value
            for name, value in row.values.items()}


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
AUDIT = {
    "audit_rejected_rows": (
        "source_table target_table row_number cell record_key rule column_name value row_json",
        "source_table row_number"),
    "audit_warnings": (
        "source_table row_number cell record_key rule column_name value",
        "source_table row_number column_name"),
    "audit_dq_results": ("table_name rule severity checked failed", "table_name rule severity"),
}


def compute(inputs):
    silver, cleaned_sheets, tables = {}, [], {}
    for sheet in SHEETS:
        path = os.path.join(inputs, sheet.name + ".csv")
        cleaned = Cleaned(sheet, Table(path), silver)
        silver[sheet.name] = cleaned.kept
        cleaned_sheets.append(cleaned)
        tables[f"silver_{sheet.name}"] = (
            [column.name for column in sheet.columns], [sheet.key],
            [silver_values(sheet, row) for row in cleaned.kept])
    tickets = make_tickets(silver)
    events = event_sales(silver, tickets)
    rows_of = {
        "gold_event_sales": events, "gold_daily_metrics": daily_metrics(tickets),
        "gold_campaign_roi": campaign_roi(silver, tickets),
        "audit_rejected_rows": rejected_rows(cleaned_sheets),
        "audit_warnings": warnings(cleaned_sheets),
        "audit_dq_results": count_rules(cleaned_sheets, events, tickets),
    }
    for name, (columns, order) in {**GOLD, **AUDIT}.items():
        tables[name] = (columns.split(), order.split(), rows_of[name])
    return tables


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: oracle.py INPUTS OUTPUT")
    os.makedirs(sys.argv[2], exist_ok=True)
    for name, (columns, order, rows) in compute(sys.argv[1]).items():
        write_table(sys.argv[2], name, columns, order, rows)


if __name__ == "__main__":
    main()
