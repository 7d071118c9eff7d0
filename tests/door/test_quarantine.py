"""What breaks the rules of a source waits with its reason and is replayed exactly once: nothing is lost or doubled."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue import flow
from habitue.access.actor import Actor
from habitue.access.policy import PermissionMissing
from habitue.collect import projection, traffic
from habitue.collect.envelope import Event
from habitue.collect.journal import Position
from habitue.profiles.tables import events
from habitue.quality import held, policies, releases
from habitue.workspace import Workspace, open_workspace
from tests.door.conftest import Caller
from tests.door.mutations import mutated
from tests.door.test_trust import ANNA, say, signed_in
from tests.sending import state_of

STRICT = {"broken_values": "quarantine", "unplanned_events": "quarantine"}


def strict(call: Caller, **rules: Any) -> None:
    call.ws.sources.change_rules("website", **{**STRICT, **rules})


def stored(ws: Workspace) -> Counter[str]:
    """How often each message is among the events; the two halves of a group message count as one."""
    with ws.register.read() as conn:
        ids = conn.scalars(sa.select(events.c.message_id).where(events.c.source_id == "website"))
        return Counter(each for each in ids if not each.endswith("/member"))


def waiting(ws: Workspace, *states: str) -> dict[str, str]:
    found = ws.sources.quarantine("website", states=states or ("open",), limit=10_000)
    return {each.message_id: each.code for each in found}


def send_all(call: Caller, messages: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Send in batches of 50; returns the code by message of what was refused."""
    refused: dict[str, str] = {}
    for start in range(0, len(messages), 50):
        part = messages[start : start + 50]
        for each in call.batch(*part).data["rejected"]:
            assert each["reason"]
            refused[f"{start + each['index']}"] = each["code"]
    call.project()
    return refused


def check_nothing_is_lost(call: Caller, count: int, seed: int) -> None:
    made = mutated(seed, count)
    refused = send_all(call, [message for _, message in made])
    aside = {**waiting(call.ws), **waiting(call.ws, "dropped")}
    for what, names in (("made", [name for name, _ in made]), ("refused", refused.values()), ("aside", aside.values())):
        sys.stdout.write(f"{what}: {dict(Counter(names))}\n")
    assert all(aside.values()), "everything in quarantine has its reason"
    assert len(stored(call.ws)) + len(aside) + len(refused) == count
    assert set(stored(call.ws)).isdisjoint(aside)


@pytest.mark.parametrize("measure", policies.MEASURES)
def test_accepted_and_quarantined_and_refused_are_what_was_sent(call: Caller, measure: str) -> None:
    strict(call, broken_values=measure, unplanned_events=measure)
    check_nothing_is_lost(call, 300, seed=7)
    counted = {state for state, _ in call.ws.sources.quarantine_counts().get("website", {})}
    assert counted == {{"keep": "noted", "quarantine": "open", "drop": "dropped"}[measure]}


def test_a_quarantine_that_forgets_a_message_is_found(quick: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    strict(quick)
    real = held.add
    monkeypatch.setattr(held, "add", lambda conn, rows: real(conn, rows[1:]))
    with pytest.raises(AssertionError):
        check_nothing_is_lost(quick, 300, seed=7)


def check_replayed_once(call: Caller) -> None:
    messages = [message for _, message in mutated(11, 200)]
    refused = send_all(call, messages)
    before = waiting(call.ws)
    assert len(before) > 40
    for rules in ({"broken_values": "keep"}, {"unplanned_events": "keep"}):
        call.ws.sources.change_rules("website", **rules)
        assert call.ws.sources.replay("website") > 0
    assert waiting(call.ws) == {}
    assert set(waiting(call.ws, "released")) == set(before)
    state = state_of(call.ws)
    call.ws.sources.replay("website")
    for message_id in before:
        assert stored(call.ws)[message_id] == 1
    assert len(stored(call.ws)) + len(refused) == len(messages)
    assert state_of(call.ws) == state


def test_after_the_rule_is_changed_everything_is_replayed_once(call: Caller) -> None:
    strict(call)
    check_replayed_once(call)


def test_a_replay_that_does_not_look_whether_a_message_waits_is_found(
    quick: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict(quick)
    monkeypatch.setattr(held, "settle", lambda conn, rows: None)
    with pytest.raises(AssertionError):
        check_replayed_once(quick)


def test_a_replay_that_is_ordered_twice_happens_once(call: Caller) -> None:
    strict(call)
    say(call, {"type": "track", "event": "Tea Poured", "userId": "u1", "messageId": "tea"})
    call.ws.sources.change_rules("website", planned=["Tea Poured"])
    first, _ = releases.order(call.ws.context, "website")
    second, position = releases.order(call.ws.context, "website")
    assert (first, second) == (1, 1), "both were ordered before either was carried out"
    flow.catch_up(call.ws.context, position)
    assert stored(call.ws) == {"tea": 1}
    assert call.ws.sources.replay("website") == 0


def _die(folder: Path) -> None:
    ws = open_workspace(folder, environ={})

    def project(conn: Connection, group: Sequence[Event]) -> None:
        flow.project(ws.context, conn, group)
        os._exit(9)

    projection.apply_pending(ws.context, project)


def test_a_replay_that_is_killed_in_the_middle_is_carried_out_once(quick: Caller) -> None:
    strict(quick)
    say(quick, *({"type": "track", "event": "Tea Poured", "userId": "u1", "messageId": f"m{i}"} for i in range(9)))
    quick.ws.sources.change_rules("website", planned=["Tea Poured"])
    releases.order(quick.ws.context, "website")
    worker = multiprocessing.get_context("spawn").Process(target=_die, args=(quick.ws.folder,))
    worker.start()
    worker.join()
    assert worker.exitcode == 9
    assert (len(stored(quick.ws)), len(waiting(quick.ws))) == (0, 9)
    quick.ws.sources.replay("website")
    assert stored(quick.ws) == {f"m{i}": 1 for i in range(9)}


def test_a_value_is_corrected_and_only_then_taken(call: Caller) -> None:
    strict(call)
    order = {"order_id": "o1", "total": "twelve", "currency": "EUR", "email": "anna@@web"}
    say(call, {"type": "track", "event": "Order Completed", "userId": "u1", "properties": order, "messageId": "o1"})
    (found,) = call.ws.sources.quarantine("website")
    assert {problem["field"] for problem in found.problems} == {"email", "total"}
    assert call.ws.sources.replay("website") == 1
    assert waiting(call.ws).keys() == {"o1"}, "what still breaks the rules goes on waiting"
    call.ws.sources.correct(found.held_id, {"email": ANNA, "total": "12.00"})
    call.ws.sources.replay("website", [found.held_id])
    (row,) = call.ws.people.listing().rows
    (moment,) = call.ws.people.timeline(row.profile_id)
    assert (row.email, str(moment.amount), moment.at) == (ANNA, "12", found.at)
    with pytest.raises(releases.NotWaiting):
        call.ws.sources.correct(found.held_id, {"email": None})


def test_a_discarded_message_keeps_its_reason_and_nothing_else(call: Caller) -> None:
    strict(call)
    say(call, signed_in("u1", email="anna@@web.example"))
    (found,) = call.ws.sources.quarantine("website")
    call.ws.sources.discard(found.held_id)
    (gone,) = call.ws.sources.quarantine("website", states=["discarded"])
    assert (gone.code, list(gone.cells)) == (found.code, [])
    assert call.ws.sources.replay("website") == 0
    with pytest.raises(releases.NotWaiting):
        call.ws.sources.discard(found.held_id)


def test_a_group_waits_with_its_member_and_counts_once(call: Caller) -> None:
    strict(call)
    group = {"type": "group", "groupId": "g1", "userId": "u1", "traits": {"name": "Kontor GmbH", "email": "a@@b"}}
    say(call, group)
    assert call.ws.people.count() == 0
    (found,) = call.ws.sources.quarantine("website")
    call.ws.sources.correct(found.held_id, {"email": None})
    assert call.ws.sources.replay("website", [found.held_id]) == 2
    assert [row.company_name for row in call.ws.people.listing().rows] == ["Kontor GmbH"]
    assert call.ws.people.count(kind="company") == 1


def test_a_person_is_erased_from_the_quarantine_too(call: Caller) -> None:
    strict(call)
    say(call, signed_in("u1-anna-berg", email=ANNA))
    broken = {"type": "track", "event": "Tea Poured", "userId": "u1-anna-berg", "context": {"traits": {"email": ANNA}}}
    say(call, broken, signed_in("u2", email="eva@@web.example"))
    call.batch({"type": "page", "messageId": f"{ANNA}/1"}, {"type": ANNA, "userId": "u2"})
    call.door.tally.flush()
    (row,) = call.ws.people.listing().rows
    assert call.ws.people.erase(row.profile_id).quarantined == 1
    with call.ws.register.read() as conn:
        rows = [str(each).lower() for each in conn.execute(sa.select(held.held))]
        refusals = [str(each).lower() for each in conn.execute(sa.select(traffic.refusals))]
    assert (len(rows), len(refusals)) == (1, 1)
    assert not any("anna" in each for each in (*rows, *refusals))


def test_who_may_only_read_changes_nothing(quick: Caller) -> None:
    strict(quick)
    say(quick, signed_in("u1", email="anna@@web.example"))
    analyst = quick.ws.as_actor(Actor("a", "Ben", frozenset({"analyst"})))
    (found,) = analyst.sources.quarantine("website")
    for change in (
        lambda: analyst.sources.replay("website"),
        lambda: analyst.sources.correct(found.held_id, {}),
        lambda: analyst.sources.discard(found.held_id),
        lambda: analyst.sources.change_rules("website", broken_values="drop"),
        lambda: analyst.sources.create("New"),
    ):
        with pytest.raises(PermissionMissing):
            change()
    agent = quick.ws.as_actor(Actor("b", "Eva", frozenset({"agent"})))
    with pytest.raises(PermissionMissing):
        agent.sources.quarantine("website")
    with pytest.raises(policies.PolicyInvalid):
        quick.ws.sources.change_rules("website", broken_values="burn")


def test_the_door_counts_what_it_answers_by_reason(call: Caller) -> None:
    good = {"type": "page", "userId": "u1"}
    call.batch(good, good, {"type": "page"}, {"type": "dance", "userId": "u1"})
    call("POST", "/v1/batch", {"batch": [good] * 2_501})
    call("POST", "/v1/batch", b"no JSON")
    call("POST", "/v1/batch", {"batch": [good], "writeKey": "wk_0"}, auth=None)
    (key,) = call.ws.sources.keys("website")
    call.ws.sources.pause_key(key.key_id)
    call.door.pressure.keys.load()
    call("POST", "/v1/t", {"event": "Seen", "userId": "u1", "writeKey": call.key}, auth=None)
    call.door.tally.flush()
    told = {
        source: {code: each.messages for code, each in of.items()} for source, of in call.ws.sources.outcomes().items()
    }
    assert told == {
        "website": {
            "accepted": 2,
            "identity_missing": 1,
            "invalid": 1,
            "too_many_messages": 2_501,
            "json_invalid": 1,
            "key_unknown": 1,
        },
        "": {"key_unknown": 1},
    }
    refusals = call.ws.sources.refusals("website")
    assert {each.code for each in refusals} == set(told["website"]) - {"accepted"}
    assert all(each.reason for each in refusals)
    minutes = call.ws.sources.by_minute(["website"], since=call.ws.clock.now() - timedelta(hours=1))
    assert sum(minutes["website"].values()) == sum(told["website"].values())


def test_only_the_last_refusals_are_kept(quick: Caller) -> None:
    for _ in range(3):
        for _ in range(90):
            quick.batch({"type": "page"})
        quick.door.tally.flush()
    assert len(quick.ws.sources.refusals("website", limit=1_000)) == traffic.REFUSALS_KEPT
    assert quick.ws.sources.outcomes()["website"]["identity_missing"].messages == 270
    assert quick.door.commit.tail == Position()


def test_counts_that_cannot_be_written_are_written_later(quick: Caller) -> None:
    with quick.ws.register.write() as conn:
        conn.execute(sa.text("ALTER TABLE collect_traffic RENAME TO away"))
    quick.batch({"type": "page", "userId": "u1"}, {"type": "page"})
    quick.door.tally.flush()
    assert quick.ws.sources.outcomes() == {}
    with quick.ws.register.write() as conn:
        conn.execute(sa.text("ALTER TABLE away RENAME TO collect_traffic"))
    quick.door.tally.flush()
    assert {code: each.messages for code, each in quick.ws.sources.outcomes()["website"].items()} == {
        "accepted": 1,
        "identity_missing": 1,
    }
    assert len(quick.ws.sources.refusals("website")) == 1
