"""`habitue sources rules`, `traffic` and `quarantine`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from habitue.workspace import open_workspace
from tests.sending import send

if TYPE_CHECKING:
    from tests.cli.conftest import Call


def test_what_waits_is_listed_put_right_and_replayed(call: Call, shop: Path) -> None:
    call("sources", "key", "create", "Website")
    rules = call("sources", "rules", "website", "--broken-values", "quarantine", "--unplanned-events", "quarantine")
    assert "quarantine" in rules.out
    bad = {"type": "identify", "userId": "u1", "traits": {"email": "eva@@web.example"}}
    with open_workspace(shop, environ={}) as ws:
        send(ws, bad, {"type": "track", "event": "Tea Poured", "userId": "u2"}, source="website")
    told = call("sources", "quarantine", "list")
    assert "Tea Poured" in told.out
    assert "No such event is planned" in told.out
    waiting = {each["code"]: each["held_id"] for each in call("sources", "quarantine", "list", "--json").data}
    assert set(waiting) == {"email_unreadable", "event_unplanned"}
    assert call("sources", "quarantine", "replay", "website", "--json").data == {"tried": 2, "waiting": 2}
    call("sources", "quarantine", "correct", waiting["email_unreadable"], "email=eva@web.example")
    one = call("sources", "quarantine", "replay", "website", waiting["email_unreadable"], "--json")
    assert one.data == {"tried": 1, "waiting": 1}
    planned = call("sources", "rules", "website", "--plan", "Tea Poured", "--json").data
    assert planned["planned"] == ["Tea Poured"]
    assert "1 tried, 0 go on waiting." in call("sources", "quarantine", "replay", "website").out
    assert call("people", "search", "eva@web", "--json").data[0]["email"] == "eva@web.example"
    assert call("sources", "quarantine", "discard", waiting["event_unplanned"], "--json").error["code"] == "not_waiting"


def test_a_value_without_a_field_is_refused(call: Call, shop: Path) -> None:
    assert call("sources", "quarantine", "correct", "x", "email").code != 0
