"""Who may be reached for a purpose: consent, objection, address."""

from __future__ import annotations

from typing import Any

import ibis
import pytest

from habitue.kernel.errors import NotFound
from habitue.privacy import basis
from habitue.workspace import Workspace
from tests.sending import identify, send


def consent(
    email: str, *, given: bool = True, at: str, purpose: str = "newsletter", channel: str = "email"
) -> dict[str, Any]:
    event = "Consent Given" if given else "Consent Withdrawn"
    properties = {"purpose": purpose, "channel": channel}
    return {
        "type": "track",
        "event": event,
        "properties": properties,
        "context": {"traits": {"email": email}},
        "timestamp": at,
    }


@pytest.fixture
def shop(ws: Workspace) -> Workspace:
    people = ("agreed", "withdrew", "returned", "never", "objected")
    send(ws, *(identify(email=f"{name}@web.example", name=f"{name.title()} Berg", street="Weg") for name in people))
    send(ws, identify(number="9", name="Without Mail", street="Weg"))
    send(
        ws,
        consent("agreed@web.example", at="2026-01-01T00:00:00Z"),
        consent("withdrew@web.example", at="2026-01-01T00:00:00Z"),
        consent("withdrew@web.example", given=False, at="2026-02-01T00:00:00Z"),
        consent("returned@web.example", given=False, at="2026-01-01T00:00:00Z"),
        consent("returned@web.example", at="2026-02-01T00:00:00Z"),
        consent("objected@web.example", given=False, at="2026-02-01T00:00:00Z", purpose="post", channel="post"),
    )
    ws.refresh()
    return ws


def reached(ws: Workspace, purpose: str) -> set[str]:
    people = ws.context.lake.table("people")
    allowed = basis.reachable(ws.context, people, purpose)
    found = people.semi_join(allowed, "profile_id").select("name")
    return {row["name"].split()[0] for row in ws.lake.con.to_pyarrow(found).to_pylist()}


def test_a_newsletter_goes_only_to_those_whose_last_word_was_yes(shop: Workspace) -> None:
    assert reached(shop, "newsletter") == {"Agreed", "Returned"}


def test_everybody_left_out_is_counted_with_a_reason(shop: Workspace) -> None:
    told = {item.code: item.people for item in basis.left_out(shop.context, shop.lake.table("people"), "newsletter")}
    assert told == {"withdrawn": 1, "no_consent": 3}


def test_letters_go_to_everybody_who_did_not_object(shop: Workspace) -> None:
    assert reached(shop, "post") == {"Agreed", "Withdrew", "Returned", "Never", "Without"}


def test_a_purpose_that_nobody_registered_reaches_nobody(shop: Workspace) -> None:
    with pytest.raises(NotFound):
        basis.reachable(shop.context, ibis.memtable({"profile_id": ["x"]}), "spying")
