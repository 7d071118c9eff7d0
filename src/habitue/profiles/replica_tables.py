"""The replica's tables: their columns, and the views that join facts with the profiles of today."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from habitue.kernel import lake
from habitue.kernel.lake import HasTables

TEXT_TRAITS = (
    "first_name",
    "last_name",
    "gender",
    "street",
    "postal_code",
    "region",
    "language",
    "job_title",
    "website",
    "source_channel",
    "marital_status",
    "education",
)
DATE_TRAITS = ("birth_date", "customer_since")
FACTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("identifier_id", pa.int64()),
        ("source_id", pa.string()),
        ("type", pa.string()),
        ("name", pa.string()),
        ("at", lake.instant()),
        ("amount", lake.money()),
        ("currency", pa.string()),
        ("order_id", pa.string()),
        ("properties", pa.string()),
        ("context", pa.string()),
    ]
)
# What the message said around the event; only the tables for analysts ask for it.
ENVELOPE = pa.schema(
    [
        ("message_id", pa.string()),
        ("received_at", lake.instant()),
        ("user_id", pa.string()),
        ("anonymous_id", pa.string()),
        ("about_id", pa.string()),
    ]
)
STORED = pa.schema([*FACTS, *ENVELOPE])
PEOPLE = pa.schema(
    [
        ("profile_id", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("email", pa.string()),
        ("phone", pa.string()),
        ("city", pa.string()),
        ("country", pa.string()),
        ("company_name", pa.string()),
        *((name, pa.string()) for name in TEXT_TRAITS),
        *((name, pa.date32()) for name in DATE_TRAITS),
        ("income", lake.money()),
        ("first_seen_at", lake.instant()),
        ("last_seen_at", lake.instant()),
        ("traits", pa.string()),
    ]
)
CIRCUMSTANCES = {
    **{f"campaign_{part}": f"campaign.{part}" for part in ("name", "source", "medium", "term", "content")},
    **{f"page_{part}": f"page.{part}" for part in ("path", "referrer", "search", "title", "url")},
    "referrer_url": "referrer.url",
    "app_name": "app.name",
    "app_version": "app.version",
    "library_name": "library.name",
    "library_version": "library.version",
    "os_name": "os.name",
    "os_version": "os.version",
    "device_type": "device.type",
    "device_model": "device.model",
    "locale": "locale",
    "timezone": "timezone",
    "user_agent": "user_agent",
    "ip": "ip",
}
IDENTIFIERS = pa.schema([("identifier_id", pa.int64()), ("profile_id", pa.string())])
SUPERSEDED = pa.schema([("seq", pa.int64())])
STATEMENTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("identifier_id", pa.int64()),
        ("purpose", pa.string()),
        ("channel", pa.string()),
        ("state", pa.string()),
        ("at", lake.instant()),
    ]
)
lake.declare("facts", STORED)
lake.declare("people", PEOPLE)
lake.declare("identifiers", IDENTIFIERS)
lake.declare("superseded", SUPERSEDED)
lake.declare("statements", STATEMENTS)


def events_of_profiles(source: HasTables) -> ir.Table:
    """Every event with the profile that it belongs to today, without what a newer record replaced."""
    return messages_of_profiles(source).drop(*ENVELOPE.names)


def messages_of_profiles(source: HasTables) -> ir.Table:
    """The same with what the message said around the event."""
    facts = source.table("facts")
    current = facts.anti_join(source.table("superseded"), "seq")
    return current.inner_join(source.table("identifiers"), "identifier_id").drop("identifier_id")


def consents_of_profiles(source: HasTables) -> ir.Table:
    """What holds now per profile, purpose and channel; at the same instant a withdrawal wins."""
    told = source.table("statements").inner_join(source.table("identifiers"), "identifier_id")
    order = [ibis.desc("at"), ibis.desc("state"), ibis.desc("seq")]
    ranked = told.mutate(place=ibis.row_number().over(group_by=["profile_id", "purpose", "channel"], order_by=order))
    return ranked.filter(ranked.place == 0).select("profile_id", "purpose", "channel", "state", "at")


def circumstances(source: HasTables) -> ir.Table:
    """Where and with what each event happened: one column for each part of the message's context that is kept."""
    events = events_of_profiles(source)
    told = events.context.cast("json")
    columns = {name: _text_at(told, path) for name, path in CIRCUMSTANCES.items()}
    return events.select("seq", "profile_id", "source_id", "type", "name", "at", **columns)


def _text_at(told: ir.JSONValue, path: str) -> ir.StringValue:
    for key in path.split("."):
        told = told[key]
    return told.str


lake.declare_view("events", events_of_profiles)
lake.declare_view("circumstances", circumstances)
lake.declare_view("consents", consents_of_profiles)
