"""Whatever is sent: an answer, and what was accepted is projected, on both databases."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.door.conftest import Caller

texts = st.text(max_size=12) | st.sampled_from(
    ["", "u1", "anna@web.example", "\0", "\ud800", "💚", "2026-06-15T10:00:00Z", "9999-12-31T23:59:59-12:00", "1e999"]
)
numbers = st.integers() | st.floats() | st.sampled_from([2**63, -(2**63), 10**30, 1e308, -0.0])
plain = st.none() | st.booleans() | numbers | texts
values = st.recursive(plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
NAMES = ("type", "userId", "anonymousId", "groupId", "previousId", "event", "name", "category", "traits", "properties")
MORE = ("context", "integrations", "timestamp", "originalTimestamp", "sentAt", "messageId")
TRAITS = ("email", "phone", "address", "company", "firstName", "createdAt", "birthday", "children", "income", "country")
PROPERTIES = ("total", "amount", "currency", "order_id", "products")
CONTEXT = ("externalIds", "device", "traits", "record", "replaces", "country", "proof", "consent", "campaign")
INNER = (*TRAITS, *PROPERTIES, *CONTEXT)
objects = st.dictionaries(st.sampled_from(INNER) | texts, values, max_size=5)
good = st.fixed_dictionaries(
    {"type": st.sampled_from(["identify", "track", "page", "screen", "group", "alias"]), "userId": st.just("u1")},
    optional={
        "event": st.sampled_from(["Order Completed", "Consent Given", "Viewed Product"]) | texts,
        "groupId": st.just("g1") | numbers,
        "previousId": st.just("a1"),
        "traits": objects,
        "properties": objects,
        "context": objects,
        "timestamp": texts,
        "sentAt": texts,
    },
)
messages = good | st.dictionaries(st.sampled_from(NAMES + MORE), values, max_size=6) | values


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(messages, max_size=6), shared=st.dictionaries(st.sampled_from(NAMES + MORE), values, max_size=2))
def test_every_batch_is_answered_and_what_was_accepted_is_projected(
    call: Caller, batch: list[Any], shared: dict[str, Any]
) -> None:
    body = json.dumps({**shared, "batch": batch}).encode()
    answer = call("POST", "/v1/batch", body)
    assert answer.status in (200, 400)
    if answer.status == 200:
        assert answer.data["accepted"] + len(answer.data["rejected"]) == len(batch)
    assert call.project() >= answer.data.get("accepted", 0)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60), name=st.sampled_from(["batch", "track", "t", "identify", "import"]))
def test_bytes_of_any_kind_are_answered(quick: Caller, body: bytes, name: str) -> None:
    assert quick("POST", f"/v1/{name}", body).status == 400


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=good, kind=st.sampled_from(["identify", "track", "page", "screen", "group", "alias"]))
def test_every_single_message_is_answered(call: Caller, message: dict[str, Any], kind: str) -> None:
    answer = call("POST", f"/v1/{kind}", json.dumps(message).encode())
    assert answer.status in (200, 400)
    assert call.project() >= answer.data.get("accepted", 0)
