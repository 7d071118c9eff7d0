"""A public key may claim, not command; and what SDK messages become once they are projected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from habitue.collect.proof import sign
from habitue.workspace import Workspace
from tests.conftest import NOW
from tests.door.conftest import Caller
from tests.sending import identify, send, state_of

EIGHT = "2026-06-15T08:00:00Z"
ANNA, EVA = "anna@web.example", "eva@web.example"


def say(call: Caller, *messages: dict[str, Any], auth: str = "key", **shared: Any) -> None:
    answer = call("POST", "/v1/batch", {"batch": list(messages), **shared}, auth=auth)
    assert answer.data["rejected"] == []
    call.project()


def signed_in(user_id: str, *, proof: object = None, **traits: Any) -> dict[str, Any]:
    context = {} if proof is None else {"proof": proof}
    return {"type": "identify", "userId": user_id, "traits": traits, "context": context}


def people_of(ws: Workspace) -> dict[str, int]:
    """E-mail to the number of identifiers of its person."""
    rows = ws.people.listing().rows
    return {row.email or "": len(ws.people.identities(row.profile_id).identifiers) for row in rows}


def refusals(ws: Workspace) -> list[str]:
    found = [ws.people.identities(row.profile_id).refused for row in ws.people.listing().rows]
    return [str(each.reason) for refused in found for each in refused]


def consents(ws: Workspace) -> list[str]:
    return [each.state for row in ws.people.listing().rows for each in ws.people.get(row.profile_id).consents]


@pytest.fixture
def two_known(call: Caller) -> Caller:
    """Anna and Eva are known from the shop's own records."""
    send(call.ws, identify("u1", email=ANNA), identify("u2", email=EVA), source="shop")
    assert people_of(call.ws) == {ANNA: 2, EVA: 2}
    return call


def test_a_public_key_joins_a_visitor_to_the_id_and_the_email_that_it_states(call: Caller) -> None:
    say(call, {"type": "page", "anonymousId": "a1", "name": "Home"})
    say(call, {"type": "identify", "anonymousId": "a1", "userId": "u1", "traits": {"email": ANNA}})
    assert people_of(call.ws) == {ANNA: 3}


def test_a_public_key_does_not_merge_two_people_who_are_known_from_elsewhere(two_known: Caller) -> None:
    say(two_known, signed_in("u1", email=EVA))
    assert two_known.ws.people.count() == 2
    assert any("without proof" in reason for reason in refusals(two_known.ws))


def test_nor_over_a_visitor_or_an_alias_in_between(two_known: Caller) -> None:
    say(two_known, {"type": "page", "anonymousId": "a1", "userId": "u1"})
    say(two_known, {"type": "identify", "anonymousId": "a1", "traits": {"email": EVA}})
    say(two_known, {"type": "alias", "userId": "u1", "previousId": "u2"})
    say(two_known, {"type": "track", "event": "Seen", "userId": "u1", "properties": {"email": EVA}})
    assert two_known.ws.people.count() == 2


def test_what_only_the_same_key_has_claimed_may_be_joined_by_it(call: Caller) -> None:
    say(call, {"type": "identify", "anonymousId": "a1", "traits": {"email": ANNA}})
    say(call, signed_in("u1"))
    say(call, signed_in("u1", email=ANNA))
    assert people_of(call.ws) == {ANNA: 3}


def test_a_secret_key_merges(two_known: Caller) -> None:
    send(two_known.ws, identify(email=EVA, phone="030 901820"), source="news")
    secret = two_known.ws.sources.create_key("Website", kind="secret").text
    say(two_known, {"type": "identify", "userId": "u3", "traits": {"phone": "030 901820"}}, auth=secret)
    assert two_known.ws.people.count() == 3, "two user ids are two accounts"
    say(two_known, {"type": "alias", "userId": "u1", "previousId": "u2"}, auth=secret)
    assert two_known.ws.people.count() == 2
    send(two_known.ws, identify("u2", phone="030 555666"), source="shop")
    assert people_of(two_known.ws)[EVA] >= 6


def test_a_proof_for_all_that_is_stated_merges_and_a_proof_for_a_part_does_not(call: Caller) -> None:
    send(call.ws, identify("u1"), identify(email=EVA), source="shop")
    secret = bytes.fromhex(call.ws.sources.proof_secret("website"))
    for proof in (sign(secret, "u1"), [sign(secret, "u1"), sign(secret, ANNA)], "0" * 64, ""):
        say(call, signed_in("u1", email=EVA, proof=proof))
        assert call.ws.people.count() == 2
    say(call, signed_in("u1", email=EVA, proof=[sign(secret, "u1"), sign(secret, EVA).upper()]))
    assert call.ws.people.count() == 1


def test_consent_needs_proof_but_what_was_said_stays_in_the_history(call: Caller) -> None:
    secret = bytes.fromhex(call.ws.sources.proof_secret("website"))
    for name in ("Consent Given", "Consent Withdrawn"):
        message = {"type": "track", "event": name, "userId": "u1", "properties": {"purpose": "newsletter"}}
        say(call, message)
        (person,) = call.ws.people.listing().rows
        assert call.ws.people.timeline(person.profile_id)[0].name == name
        assert consents(call.ws) == []
    say(call, {**message, "context": {"proof": sign(secret, "u1")}})
    assert consents(call.ws) == ["withdrawn"]
    page = {"type": "page", "name": "Consent Given", "userId": "u1", "context": {"proof": sign(secret, "u1")}}
    say(call, page)
    assert consents(call.ws) == ["withdrawn"]


def test_a_replay_knows_what_was_only_claimed(two_known: Caller) -> None:
    ws = two_known.ws
    say(two_known, signed_in("u1", email=EVA), {"type": "track", "event": "Consent Given", "userId": "u1"})
    before = state_of(ws)
    bridge = identify("u1", phone="030 901820")
    send(ws, bridge, source="news", import_id="two")
    from habitue import flow
    from habitue.identity import commands, decide

    flow.catch_up(ws.context, decide.submit(ws.context, commands.UndoImport(import_id="two")))
    assert state_of(ws) == before
    assert consents(ws) == []


def test_a_record_of_a_message_replaces_no_other_record(call: Caller) -> None:
    first = {**identify("u1", email=ANNA), "context": {"record": "r1"}}
    send(call.ws, first, source="website", import_id="one")
    say(call, {"type": "identify", "userId": "u1", "context": {"record": "r1", "replaces": True}})
    external = [{"type": "record:website", "id": "r1"}, {"type": "company", "id": "c"}]
    say(call, {"type": "identify", "userId": "u9", "context": {"externalIds": external}})
    assert call.ws.people.count() == 2
    (anna,) = call.ws.people.search(ANNA)
    assert len(call.ws.people.timeline(anna.profile_id)) == 2


def test_traits_in_the_spelling_of_sdks_become_fields(call: Caller) -> None:
    traits = {
        "firstName": "Anna",
        "last_name": "Berg",
        "createdAt": "2024-05-06T07:08:09.000Z",
        "birthday": "1990-02-03",
        "title": "Head of Tea",
        "address": {"street": "Hauptstr. 5", "postalCode": "10115", "city": "Berlin", "state": "BE", "country": "DE"},
        "company": {"name": "Kontor GmbH", "employeeCount": 12},
        "favouriteTea": "Assam",
    }
    say(call, signed_in("u1", **traits))
    (row,) = call.ws.people.listing().rows
    told = {field: golden.value for field, golden in call.ws.people.get(row.profile_id).golden.items()}
    wanted = {
        "first_name": "Anna",
        "last_name": "Berg",
        "customer_since": "2024-05-06",
        "birth_date": "1990-02-03",
        "job_title": "Head of Tea",
        "postal_code": "10115",
        "city": "Berlin",
        "region": "BE",
        "country": "DE",
        "company_name": "Kontor GmbH",
        "favourite_tea": "Assam",
    }
    assert {field: told.get(field) for field in wanted} == wanted


def test_traits_of_identify_may_stand_in_the_context(call: Caller) -> None:
    message = {"type": "identify", "userId": "u1", "context": {"traits": {"email": ANNA, "firstName": "Eva"}}}
    say(call, {**message, "traits": {"firstName": "Anna"}})
    (row,) = call.ws.people.listing().rows
    assert (row.email, call.ws.people.get(row.profile_id).golden["first_name"].value) == (ANNA, "Anna")


def test_a_group_is_a_company_and_its_member_works_there(call: Caller) -> None:
    say(call, signed_in("u1", email=ANNA))
    say(call, {"type": "group", "userId": "u1", "groupId": "g1", "traits": {"name": "Kontor GmbH", "employees": 12}})
    (company,) = call.ws.people.listing(kind="company").rows
    assert company.company_name == "Kontor GmbH"
    (person,) = call.ws.people.listing().rows
    assert (person.email, person.company_name) == (ANNA, "Kontor GmbH")
    assert [each.profile_id for each in call.ws.people.contacts_of_company("Kontor GmbH")] == [person.profile_id]


def test_an_alias_joins_the_visitor(call: Caller) -> None:
    say(call, {"type": "page", "anonymousId": "a1"}, signed_in("u1", email=ANNA))
    assert call.ws.people.count() == 2
    say(call, {"type": "alias", "userId": "u1", "previousId": "a1"})
    assert people_of(call.ws) == {ANNA: 3}


def test_devices_find_their_person(call: Caller) -> None:
    device = {"id": "D1", "type": "ios", "advertisingId": "AD1", "adTrackingEnabled": False, "token": "T1"}
    say(call, {**signed_in("u1", email=ANNA), "context": {"device": device}})
    again = {"device": {"id": "D1", "type": "iOS"}}
    say(call, {"type": "screen", "name": "Start", "anonymousId": "a9", "context": again})
    (row,) = call.ws.people.listing().rows
    known = {each.namespace for each in call.ws.people.identities(row.profile_id).identifiers}
    assert known == {"user_id", "email", "ios.id", "ios.push_token", "anonymous_id"}


@pytest.mark.parametrize(
    ("said", "sent", "at"),
    [
        ({"originalTimestamp": EIGHT}, "2026-06-15T08:00:10Z", NOW - timedelta(seconds=10)),
        (
            {"originalTimestamp": EIGHT, "sentAt": "2026-06-15T08:00:03Z"},
            None,
            NOW - timedelta(seconds=3),
        ),
        ({"timestamp": "2026-06-01T08:00:00+02:00"}, "2026-06-15T08:00:10Z", NOW.replace(day=1, hour=6)),
        ({"timestamp": "2026-06-01T08:00:00"}, "", NOW.replace(day=1, hour=8)),
        ({"timestamp": "2026-06-01T08:00:00Z", "originalTimestamp": EIGHT}, EIGHT, NOW.replace(day=1, hour=8)),
        ({"originalTimestamp": "0001-01-01T00:00:00+14:00"}, "9999-12-31T23:59:59Z", NOW),
        ({}, "no time", NOW),
    ],
)
def test_times_are_corrected_by_the_sender_s_clock(
    quick: Caller, said: dict[str, str], sent: str | None, at: object
) -> None:
    say(quick, {"type": "track", "event": "Seen", "userId": "u1", **said}, sentAt=sent)
    (row,) = quick.ws.people.listing().rows
    assert quick.ws.people.timeline(row.profile_id)[0].at == at


@pytest.mark.parametrize(
    ("stated", "odd"), [("2031-01-01T00:00:00Z", "future"), ("1970-01-01T00:00:01Z", "before_1990")]
)
def test_odd_times_are_kept_and_flagged(call: Caller, stated: str, odd: str) -> None:
    from habitue.profiles.tables import events

    say(call, {"type": "track", "event": "Seen", "userId": "u1", "timestamp": stated})
    with call.ws.register.read() as conn:
        (row,) = conn.execute(events.select()).all()
    assert msgspec.json.decode(row.kept) == {"odd_time": odd, "proof": "claimed"}
    assert row.at.isoformat() == stated.replace("Z", "+00:00")


def test_consent_and_integrations_stay_with_the_event(call: Caller) -> None:
    from habitue.profiles.tables import events

    context = {"consent": {"categoryPreferences": {"Ads": False}}, "campaign": {"name": "spring"}}
    say(call, {"type": "track", "event": "Seen", "userId": "u1", "context": context, "integrations": {"All": False}})
    with call.ws.register.read() as conn:
        (row,) = conn.execute(events.select()).all()
    assert msgspec.json.decode(row.kept) == {**context, "integrations": {"All": False}, "proof": "claimed"}


def test_older_event_names_and_pages_have_their_present_names(call: Caller) -> None:
    say(
        call,
        {"type": "track", "event": "Completed Order", "userId": "u1", "properties": {"order_id": 7, "total": "12.50"}},
        {"type": "page", "name": "Order Completed", "category": "Help", "userId": "u1", "properties": {"url": "/x"}},
        {"type": "screen", "name": "Start", "userId": "u1"},
    )
    (row,) = call.ws.people.listing().rows
    told = {moment.name: moment for moment in call.ws.people.timeline(row.profile_id)}
    assert set(told) == {"Order Completed", "Page Viewed", "Screen Viewed"}
    assert told["Order Completed"].order_id == "7"
    assert told["Page Viewed"].facts == {"name": "Order Completed", "category": "Help", "url": "/x"}
    assert told["Screen Viewed"].facts == {"name": "Start"}
