"""What a message says around the event: kept beside it, readable as columns, and lawful."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from habitue import flow
from habitue.collect.preference import objection
from habitue.profiles.tables import events
from tests.door.conftest import Caller
from tests.door.test_trust import ANNA, say, signed_in

CONTEXT: dict[str, Any] = {
    "app": {"name": "Shop", "version": "2"},
    "campaign": {"name": "spring", "source": "news", "medium": "email", "term": "tea", "content": "top"},
    "device": {"id": "D1", "type": "ios", "model": "iPhone 9", "manufacturer": "Apple"},
    "ip": "192.0.2.7",
    "library": {"name": "analytics.js", "version": "next-1"},
    "locale": "de-DE",
    "os": {"name": "iOS", "version": "17"},
    "page": {
        "path": "/tee",
        "referrer": "https://s.example/",
        "search": "?a=1",
        "title": "Tee",
        "url": "https://x/tee",
    },
    "referrer": {"url": "https://s.example/"},
    "screen": {"width": 390, "height": 844},
    "timezone": "Europe/Berlin",
    "userAgent": "Mozilla/5.0",
}


def seen(**more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Seen", "userId": "u1", **more}


def kept(call: Caller) -> list[dict[str, Any]]:
    with call.ws.register.read() as conn:
        rows = conn.execute(events.select().order_by(events.c.seq)).all()
    return [msgspec.json.decode(row.kept) for row in rows]


def test_the_circumstances_of_an_event_are_columns(call: Caller) -> None:
    say(call, seen(context={**CONTEXT, "direct": True}), seen(context=CONTEXT), seen())
    flow.refresh(call.ws.context)
    rows = call.ws.context.lake.con.to_pyarrow(call.ws.context.lake.table("circumstances").order_by("seq")).to_pylist()
    wanted = {
        "campaign_name": "spring",
        "campaign_content": "top",
        "page_url": "https://x/tee",
        "page_referrer": "https://s.example/",
        "referrer_url": "https://s.example/",
        "app_version": "2",
        "library_name": "analytics.js",
        "os_name": "iOS",
        "device_type": "ios",
        "device_model": "iPhone 9",
        "locale": "de-DE",
        "timezone": "Europe/Berlin",
        "user_agent": "Mozilla/5.0",
        "ip": "192.0.2.7",
    }
    assert {name: rows[0][name] for name in wanted} == wanted
    assert rows[1]["ip"] is None, "an address is kept only where the message came from the person's own device"
    assert {rows[2][name] for name in wanted} == {None}
    assert kept(call)[0]["screen"] == CONTEXT["screen"]


def test_an_inactive_event_leaves_last_seen_alone(call: Caller) -> None:
    say(call, seen(timestamp="2026-05-01T10:00:00Z"))
    say(call, seen(timestamp="2026-06-01T10:00:00Z", context={"active": False}))
    (row,) = call.ws.people.listing().rows
    assert row.last_seen_at == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert row.event_count == 2
    say(call, seen(timestamp="2026-06-02T10:00:00Z", context={"active": True}))
    (row,) = call.ws.people.listing().rows
    assert row.last_seen_at == datetime(2026, 6, 2, 10, tzinfo=UTC)


def test_all_times_of_a_message_are_kept(call: Caller) -> None:
    told = {
        "timestamp": "2026-06-15T07:59:00Z",
        "originalTimestamp": "2026-06-15T08:00:00Z",
        "sentAt": "2026-06-15T08:00:10Z",
    }
    say(call, seen(**told))
    (found,) = kept(call)
    assert {found[name] for name in ("timestamp", "original_timestamp", "sent_at")} == set(told.values())


@pytest.mark.parametrize(
    ("consent", "wanted"),
    [({"categoryPreferences": {}}, "consent"), ({"categoryPreferences": {"Ads": True}}, None), (None, None)],
)
def test_a_preference_stays_with_its_event(call: Caller, consent: object, wanted: str | None) -> None:
    say(call, seen(context={} if consent is None else {"consent": consent}))
    assert objection(kept(call)[0], destination="Meta", categories=("Ads",)) == wanted


def test_null_removes_a_trait_and_an_empty_text_stays(call: Caller) -> None:
    say(call, signed_in("u1", email=ANNA, city="Bonn", favourite_tea="Assam", job_title="Baker", birthday="1990-02-03"))
    say(call, signed_in("u1", city=None, favourite_tea="", job_title="", birthday=""))
    (row,) = call.ws.people.listing().rows
    golden = {name: each.value for name, each in call.ws.people.get(row.profile_id).golden.items()}
    assert "city" not in golden
    assert (golden["favourite_tea"], golden["job_title"]) == ("", "")
    assert (golden["email"], golden["birth_date"]) == (ANNA, "1990-02-03")
    flow.refresh(call.ws.context)
    assert call.ws.context.lake.con.to_pyarrow(call.ws.context.lake.table("people")).to_pylist()[0]["job_title"] is None


def test_both_spellings_of_reserved_traits_are_one(call: Caller) -> None:
    camel = {"firstName": "Anna", "lastName": "Berg", "address": {"postalCode": "10115", "city": "Berlin"}}
    snake = {"first_name": "Anna", "last_name": "Berg", "address": {"postal_code": "10115", "city": "Berlin"}}
    say(call, signed_in("u1", **camel), signed_in("u2", **snake))
    one, other = (call.ws.people.get(row.profile_id).golden for row in call.ws.people.listing().rows)
    assert {name: each.value for name, each in one.items()} == {name: each.value for name, each in other.items()}
