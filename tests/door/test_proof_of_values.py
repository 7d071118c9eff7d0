"""What a public key claims wins over nothing that a trusted source said; with a proof or a secret key it does."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.collect.proof import sign
from habitue.profiles.golden import Value, golden
from habitue.workspace import Workspace
from tests.door.conftest import Caller
from tests.door.test_trust import ANNA, consents, say, signed_in
from tests.sending import identify, send, state_of


def value_of(ws: Workspace, field: str) -> object:
    (row,) = ws.people.listing().rows
    found = ws.people.get(row.profile_id).golden.get(field)
    return None if found is None else found.value


@pytest.fixture
def known(call: Caller) -> Caller:
    """Anna lives in Bonn, says the shop; what the website says comes later."""
    send(call.ws, identify("u1", at="2026-06-01T10:00:00Z", email=ANNA, city="Bonn", first_name="Anna"), source="shop")
    return call


def test_a_claim_overwrites_no_value_of_a_trusted_source(known: Caller) -> None:
    say(known, signed_in("u1", city="Köln", first_name="Eva", favourite_tea="Assam"))
    assert (value_of(known.ws, "city"), value_of(known.ws, "first_name")) == ("Bonn", "Anna")
    assert value_of(known.ws, "favourite_tea") == "Assam", "what nobody else says may be claimed"
    (row,) = known.ws.people.listing().rows
    conflict = known.ws.people.get(row.profile_id).golden["city"]
    assert [(each.value, each.proof) for each in conflict.others] == [("Köln", "claimed")], "the claim is shown"


def test_a_claim_takes_no_value_of_a_trusted_source_back(known: Caller) -> None:
    say(known, signed_in("u1", city=None))
    assert value_of(known.ws, "city") == "Bonn"


def test_a_secret_key_overwrites(known: Caller) -> None:
    secret = known.ws.sources.create_key("Website", kind="secret").text
    say(known, signed_in("u1", city="Köln"), auth=secret)
    assert value_of(known.ws, "city") == "Köln"


def test_a_message_with_a_proof_overwrites(known: Caller) -> None:
    proof = sign(bytes.fromhex(known.ws.sources.proof_secret("website")), "u1")
    say(known, signed_in("u1", proof=proof, city="Köln"))
    assert value_of(known.ws, "city") == "Köln"


def test_within_one_source_too_a_later_claim_does_not_overwrite_what_was_proven(call: Caller) -> None:
    secret = call.ws.sources.create_key("Website", kind="secret").text
    say(call, signed_in("u1", city="Bonn"), auth=secret)
    say(call, signed_in("u1", city="Köln"))
    assert value_of(call.ws, "city") == "Bonn"
    say(call, {**signed_in("u2", city="Ulm"), "timestamp": "2026-06-14T10:00:00Z"})
    say(call, {**signed_in("u2", city="Hamm"), "timestamp": "2026-06-13T10:00:00Z"}, auth=secret)
    cities = {row.city for row in call.ws.people.listing().rows}
    assert cities == {"Bonn", "Hamm"}, "an older proof wins over a later claim"


def test_a_claim_stands_until_somebody_is_trusted(call: Caller) -> None:
    say(call, signed_in("u1", city="Köln"))
    assert value_of(call.ws, "city") == "Köln"
    send(call.ws, identify("u1", at="2020-01-01T10:00:00Z", city="Bonn"), source="shop")
    assert value_of(call.ws, "city") == "Bonn"


def test_a_claim_neither_gives_nor_withdraws_a_consent_of_a_trusted_source(known: Caller) -> None:
    given: dict[str, Any] = {"type": "track", "event": "Consent Withdrawn", "userId": "u1"}
    send(known.ws, {**given, "properties": {"purpose": "newsletter"}}, source="shop")
    for name in ("Consent Given", "Consent Withdrawn"):
        say(known, {**given, "event": name, "properties": {"purpose": "newsletter"}})
        assert consents(known.ws) == ["withdrawn"], "a withdrawal is not lifted by a claim"


def test_undoing_an_import_knows_how_well_each_value_is_proven(known: Caller) -> None:
    from habitue import flow
    from habitue.identity import commands, decide

    say(known, signed_in("u1", city="Köln", phone="030 901820"))
    before = state_of(known.ws)
    send(known.ws, identify("u1", city="Ulm"), source="news", import_id="two")
    flow.catch_up(known.ws.context, decide.submit(known.ws.context, commands.UndoImport(import_id="two")))
    assert state_of(known.ws) == before
    assert value_of(known.ws, "city") == "Bonn"


def test_proof_is_asked_before_the_rule_of_the_field() -> None:
    def told(value: object, proof: Any, at: int) -> Value:
        return Value("city", value, f"s{at}", at, at, 1, proof)

    rules = ("newest", "most_frequent", "longest", "trusted")
    for rule in rules:
        claims = [told("Köln am Rhein", "claimed", 0), told("Köln am Rhein", "claimed", 9)]
        found = golden([*claims, told("Bonn", "proven", 5)], rule)
        assert found is not None
        assert found.value == "Bonn"
        assert golden([*claims, told(None, "confirmed", 5)], rule) is None
    same = golden([told("Ulm", "proven", 5), told("Bonn", "confirmed", 5)], "newest")
    assert same is not None
    assert same.value == "Bonn"
