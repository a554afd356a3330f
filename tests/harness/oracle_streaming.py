#!/usr/bin/env python3
"""A second opinion on the streaming model, as oracle.py is one on ticketing, and called like it.

    oracle_streaming.py INPUTS OUTPUT     reads INPUTS/<sheet>.csv, writes OUTPUT/<table>.csv
"""

from datetime import date, timedelta

from oracle_cells import MONTHS, REPAIR, Column, make_words
from oracle_tables import Match, Model, Reference, Sheet, money, write_tables

# --- What the sheets look like ---------------------------------------------------------------

CONTENT_TYPES = make_words("movie series documentary short other".split(), {
    "movie": "film", "series": "tv tv_series show",
})
DEVICE_TYPES = make_words("Mobile SmartTV Tablet Web Unknown".split(), {"SmartTV": "smart_tv"})
SYSTEMS = make_words(
    "Android iOS WebOS Tizen Chrome Windows macOS Unknown".split(), {"macOS": "mac_os"})

REQUIRED = dict(required=True)
REPAIRED = dict(bad=REPAIR)
COUNT = dict(kind="integer", minimum=0, bad=REPAIR)
BY_PREFIX = dict(kind="enum", has_prefixes=True, unknown="Unknown", default="Unknown")
NOT_FOR_MOVIES = dict(null_when=("content_type", "movie"))
USER = Reference("users", "user_legacy_id")

SHEETS = [
    Sheet("locations", [
        Column("country_id", "integer", **REQUIRED),
        Column("country_code", case="upper"),
        Column("country_name"),
        Column("region_id", "integer", **REQUIRED),
        Column("region_code", case="upper"),
        Column("region_name"),
    ], key=("country_id", "region_id")),
    Sheet("users", [
        Column("user_id", "integer", **REPAIRED),
        Column("user_legacy_id", "integer", **REQUIRED),
        Column("name", **REQUIRED),
        Column("email", "email", **REPAIRED),
        Column("age", "integer", minimum=13, maximum=120, **REPAIRED),
        Column("country_id", "integer"),
        Column("region_id", "integer", **REPAIRED),
        Column("region_code", case="upper"),
        Column("region_name"),
        Column("signup_date", "date", **REPAIRED),
        Column("acquisition_source"),
    ], [Reference("locations", "country_id")], key=("user_legacy_id",), unique_keys=[("user_id",)]),
    Sheet("watchlist", [
        Column("content_id", "integer", **REQUIRED),
        Column("title", **REQUIRED),
        Column("content_type", "enum", words=CONTENT_TYPES, unknown="other"),
        Column("genre", first_of=",", case="title", **REPAIRED),
        Column("release_year", "integer", minimum=1880, maximum=2100, **REPAIRED),
        Column("seasons", **COUNT, **NOT_FOR_MOVIES),
        Column("episodes", **COUNT, **NOT_FOR_MOVIES),
        Column("content_duration_minutes", **COUNT),
    ]),
    Sheet("devices", [
        Column("device_id", "integer", **REQUIRED),
        Column("user_legacy_id", "integer", **REQUIRED),
        Column("device_type", words=DEVICE_TYPES, **BY_PREFIX),
        Column("operating_system", words=SYSTEMS, **BY_PREFIX),
        Column("last_used", "datetime", **REPAIRED),
    ], [USER]),
    Sheet("subscriptions", [
        Column("sub_id", "integer", **REQUIRED),
        Column("user_legacy_id", "integer", **REQUIRED),
        Column("plan_type", case="title"),
        Column("start_date", "date", **REQUIRED),
        Column("end_date", "date", not_before="start_date"),
        Column("last_event_type", words=make_words((), {"SIGNUP": "subscribe"}), case="upper"),
        Column("last_event_timestamp", "datetime", **REPAIRED),
    ], [USER]),
    Sheet("payments", [
        Column("payment_id", "integer", **REQUIRED),
        Column("user_legacy_id", "integer"),
        Column("sub_id", "integer", **REQUIRED),
        Column("amount", "money", minimum=0, **REQUIRED),
        Column("payment_date", "datetime", **REPAIRED),
        Column("method"),
    ], [Reference("subscriptions", "sub_id",
                  match=Match("user_legacy_id", "user_mismatch", inherits=True))]),
    Sheet("viewing_activity", [
        Column("session_id", "integer", **REQUIRED),
        Column("user_legacy_id", "integer", **REQUIRED),
        Column("content_id", "integer", **REQUIRED),
        Column("device_id", "integer"),
        Column("session_start_ts", "datetime", **REQUIRED),
        Column("duration_watched_sec", "integer", minimum=0, maximum=86400),
        Column("completion_percentage", "number", minimum=0, maximum=100_00, **REPAIRED),
        Column("rating", "integer", minimum=1, maximum=5, **REPAIRED),
    ], [USER, Reference("watchlist", "content_id"), Reference("devices", "device_id")]),
]

# --- Gold ------------------------------------------------------------------------------------


def date_key(moment):
    return int(moment[:10].replace("-", ""))


def dim_date(keys):
    """Every day of every year in which a fact is."""
    result = []
    for year in {key // 10000 for key in keys}:
        day = date(year, 1, 1)
        while day.year == year:
            result.append({
                "date_key": date_key(day.isoformat()), "full_date": day.isoformat(), "year": year,
                "quarter": (day.month - 1) // 3 + 1, "month": day.month, "day": day.day,
                "day_of_week": day.isoweekday(), "month_name": MONTHS[day.month - 1].title(),
                "is_weekend": int(day.isoweekday() > 5),
            })
            day += timedelta(days=1)
    return result


def newest_day(silver):
    moments = [row["session_start_ts"] for row in silver["viewing_activity"]]
    moments += [row["payment_date"] for row in silver["payments"]]
    moments += [row["last_event_timestamp"] for row in silver["subscriptions"]]
    return max((moment[:10] for moment in moments if moment), default=None)


def runs_on(subscription, day):
    """The day on which it ends is one of its days."""
    end = subscription["end_date"]
    return day is not None and subscription["start_date"] <= day and (end is None or day <= end)


def dim_user(silver):
    names, regions, subscriptions_of = {}, {}, {}
    for row in silver["locations"]:
        names.setdefault(row["country_id"], set()).add(row["country_name"])
        regions[row["country_id"], row["region_id"]] = row["region_name"]
    for row in silver["subscriptions"]:
        subscriptions_of.setdefault(row["user_legacy_id"], []).append(row)
    today = newest_day(silver)
    result = []
    for user in silver["users"]:
        country_names = names.get(user["country_id"], set()) - {None}
        region_name = user["region_name"]
        if region_name is None:
            region_name = regions.get((user["country_id"], user["region_id"]))
        mine = sorted(subscriptions_of.get(user["user_legacy_id"], []),
                      key=lambda row: (row["start_date"], row["sub_id"]))
        result.append({
            "user_key": user["user_legacy_id"], "name": user["name"], "email": user["email"],
            "country_name": min(country_names, key=str.encode, default=None),
            "region_name": region_name,
            "first_subscription_date": mine[0]["start_date"] if mine else None,
            "current_plan_type": mine[-1]["plan_type"] if mine else None,
            "is_active": int(bool(mine) and runs_on(mine[-1], today)),
        })
    return result


def dim_content(silver):
    return [{
        "content_key": str(row["content_id"]), "title": row["title"],
        "content_type_name": row["content_type"], "genre_name": row["genre"],
        "release_year": row["release_year"],
    } for row in silver["watchlist"]]


def mrr_change(event, amount, amount_before, amount_last):
    if event in ("SIGNUP", "RESUME"):
        return amount
    if event in ("UPGRADE", "DOWNGRADE"):
        return amount - amount_before
    if event in ("CANCEL", "PAUSE"):
        return -amount_last
    return 0


def subscription_events(silver):
    payments_of, result = {}, []
    for row in silver["payments"]:
        payments_of.setdefault(row["sub_id"], []).append(row)
    for subscription in silver["subscriptions"]:
        # one without a date was paid as the first day of the subscription began
        payments = sorted(
            (row["payment_date"] or subscription["start_date"] + " 00:00:00", row["payment_id"],
             row["amount"]) for row in payments_of.get(subscription["sub_id"], []))
        amount_before, event = 0, subscription["last_event_type"]
        for paid_at, payment_id, amount in payments:
            change = mrr_change(event, amount, amount_before, payments[-1][2])
            result.append({
                "payment_id": payment_id, "sub_id": subscription["sub_id"],
                "date_key": date_key(paid_at), "user_key": subscription["user_legacy_id"],
                "event_type_name": event, "mrr_change": money(change),
            })
            amount_before = amount
    return result


def viewing_activity(silver):
    return [{
        "session_id": row["session_id"], "date_key": date_key(row["session_start_ts"]),
        "user_key": row["user_legacy_id"], "content_key": str(row["content_id"]),
        "device_id": row["device_id"], "duration_watched_sec": row["duration_watched_sec"],
        "user_rating": row["rating"],
    } for row in silver["viewing_activity"]]


def make_gold(silver):
    events, sessions = subscription_events(silver), viewing_activity(silver)
    return {
        "gold_dim_date": dim_date([fact["date_key"] for fact in events + sessions]),
        "gold_dim_user": dim_user(silver),
        "gold_dim_content": dim_content(silver),
        "gold_fact_subscription_events": events,
        "gold_fact_viewing_activity": sessions,
    }, []


GOLD = {
    "gold_dim_date": (
        "date_key full_date year quarter month day day_of_week month_name is_weekend", "date_key"),
    "gold_dim_user": (
        "user_key name email country_name region_name first_subscription_date current_plan_type"
        " is_active", "user_key"),
    "gold_dim_content": (
        "content_key title content_type_name genre_name release_year", "content_key"),
    "gold_fact_subscription_events": (
        "payment_id sub_id date_key user_key event_type_name mrr_change", "sub_id payment_id"),
    "gold_fact_viewing_activity": (
        "session_id date_key user_key content_key device_id duration_watched_sec user_rating",
        "session_id"),
}

if __name__ == "__main__":
    write_tables(Model(SHEETS, ("YYYY-MM-DD", "MM/DD/YYYY"), GOLD, make_gold))
