"""A held message is stored as text, and texts of older versions are still read."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from habitue.collect.envelope import Event
from habitue.quality import held

AT = datetime(2026, 6, 15, tzinfo=UTC)


def event() -> Event:
    return Event(
        seq=1, source_id="web", import_id=None, message_id="m1", type="track", name="Seen", at=AT, received_at=AT,
        identifiers=[("user_id", "u1")], person_traits={}, record=None, is_checked=False,
        raw=b'{"price":1.50}', beside=b'{"page":{"path":"/tea"}}',
    )  # fmt: skip


def test_a_held_event_comes_back_as_it_was() -> None:
    assert held.load(held.dump(event())) == event()


def test_what_older_texts_had_inside_the_event_stays_beside_it() -> None:
    told, raw, _beside = msgspec.json.decode(held.dump(event()))
    del told["beside"]
    former = msgspec.json.encode([{**told, "kept": {"page": {"path": "/tea"}}}, raw]).decode()
    assert held.load(former) == event()
