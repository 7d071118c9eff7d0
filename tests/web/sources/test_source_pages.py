"""The pages of sources: who may see them, keys, what arrives, and the quarantine."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.sources.conftest import Send

from habitue import flow
from habitue.access.policy import ROLES, allowed
from habitue.web.sources.pages import ROUTES
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

HOSTILE = "<script>alert(1)</script>"
TEA = {"type": "track", "event": "Tea Poured", "userId": "u1"}
BAD = {"type": "identify", "userId": "u2", "traits": {"email": "eva@@web.example", "first_name": HOSTILE}}


def page(client: Client, path: str = "/sources/website/") -> str:
    response = client.get(path)
    assert response.status_code == 200, response.content
    return response.content.decode()


def strict(ws: Workspace) -> None:
    ws.sources.change_rules("website", broken_values="quarantine", unplanned_events="quarantine")


def held_id(ws: Workspace) -> str:
    return ws.sources.quarantine("website")[0].held_id


@pytest.mark.parametrize("role", [*sorted(ROLES.keys() - {"system"}), "stranger"])
def test_every_page_is_for_those_who_may(
    ws: Workspace, key: str, send: Send, owner: Client, colleague: Callable[..., Client], role: str
) -> None:
    from django.test import Client

    strict(ws)
    send(key, BAD)
    clients = {"owner": lambda: owner, "stranger": lambda: Client(HTTP_HOST="localhost:8321")}
    client = clients.get(role, lambda: colleague(role))()

    class Actor:
        name, roles = "A", frozenset({role})

    ids = {"source_id": "website", "key_id": ws.sources.keys("website")[0].key_id, "held_id": held_id(ws)}
    for entry in ROUTES:
        path = re.sub(r"<str:(\w+)>", lambda found: ids[found[1]], f"/sources/{entry.path}")
        seen = client.get(path).status_code
        if role == "stranger":
            assert seen == 302, path
        elif not allowed(Actor(), entry.permission):
            assert seen == 403, path
            assert client.post(path).status_code == 403, path
        else:
            assert seen in (200, 405), path
    assert [each.held_id for each in ws.sources.quarantine("website")] == [ids["held_id"]], "reading changes nothing"


def test_a_source_is_made_with_a_key_and_lines_to_copy(owner: Client, ws: Workspace, send: Send) -> None:
    assert "No source yet" in page(owner, "/sources/")
    told = {"name": "Shop", "kind": "write", "origins": "https://shop.example/\n", "rate": "600"}
    answer = owner.post("/sources/new/", told)
    assert answer.headers["Location"] == "/sources/shop/"
    (made,) = ws.sources.keys("shop")
    assert (made.allowed_origins, made.rate_per_minute) == (["https://shop.example"], 600)
    shown = page(owner, "/sources/shop/")
    for name in ("Browser", "Node", "Python", "curl", "Proof by your server"):
        assert f"<summary>{name}</summary>" in shown
    assert shown.count(str(made.public_key)) >= 5
    assert "http://localhost:8321" in shown
    assert ws.sources.proof_secret("shop") in shown
    assert send(str(made.public_key), TEA, origin="https://shop.example") == 200
    assert send(str(made.public_key), TEA, origin="https://evil.example") == 401
    assert "A website that may not use the key." in page(owner, "/sources/shop/")


def test_what_is_no_website_is_told(owner: Client) -> None:
    answer = owner.post("/sources/new/", {"name": "S", "kind": "write", "origins": "shop.example", "rate": "600"})
    assert "is no address of a website" in answer.content.decode()


def test_a_secret_key_is_shown_once(owner: Client, ws: Workspace, key: str, send: Send) -> None:
    answer = owner.post("/sources/website/keys/new/", {"kind": "secret", "origins": "", "rate": "600"})
    (text,) = set(re.findall(r"sk_[0-9a-f]{64}", answer.content.decode()))
    shown = page(owner)
    assert text not in shown
    assert f"<code>sk_…{text[-4:]}</code>" in shown
    assert send(text, TEA) == 200


def test_a_key_is_changed_paused_rotated_and_deleted(owner: Client, ws: Workspace, key: str, send: Send) -> None:
    (made,) = ws.sources.keys("website")
    where = f"/sources/website/keys/{made.key_id}/"
    owner.post(where, {"origins": "https://a.example", "rate": "7"})
    assert ws.sources.keys("website")[0].rate_per_minute == 7
    owner.post(where, {"origins": "", "rate": "700"})
    for status in (401, 200):
        owner.post(f"{where}pause/")
        assert send(key, TEA) == status
    owner.post(f"{where}rotate/")
    newest = str(ws.sources.keys("website")[1].public_key)
    assert (send(key, TEA), send(newest, TEA)) == (200, 200), "both are valid for a week"
    assert newest in page(owner)
    assert "cannot be undone" in page(owner, f"{where}delete/") or "for good" in page(owner, f"{where}delete/")
    owner.post(f"{where}delete/")
    assert (send(key, TEA), send(newest, TEA)) == (401, 200)
    assert owner.get("/sources/website/keys/nothing/").status_code == 404


def test_what_arrives_is_shown_with_what_became_of_it(owner: Client, ws: Workspace, key: str, send: Send) -> None:
    strict(ws)
    good = {"type": "identify", "userId": "u1", "traits": {"email": "anna@web.example"}}
    send(key, good, TEA, BAD, {"type": "page"}, {"type": "dance", "userId": "u1"})
    shown = page(owner, "/sources/website/now/")
    assert "Details of a person" in shown
    assert "waits in quarantine" in shown
    assert "No such event is planned for this source." in shown
    assert "A message without a user id and without an anonymous id." in shown
    assert HOSTILE not in shown
    everything = page(owner)
    assert "In quarantine" in everything
    assert "A message that is not in the shape that SDKs send." in everything
    rows = page(owner, "/sources/")
    assert "Website" in rows
    assert "<svg" in rows
    assert "5 messages in the last 30 minutes" in page(owner, "/sources/rows/")


def test_a_reader_without_people_sees_no_values(
    ws: Workspace, key: str, send: Send, owner_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from habitue.access.actor import Actor
    from habitue.web.sources import live

    monkeypatch.setitem(ROLES, "auditor", ROLES["auditor"] | {"sources.read"})  # type: ignore[arg-type]  # a dict
    strict(ws)
    send(key, BAD, {"type": "page", "userId": "u1-secret"})
    seen = live.lines(ws.as_actor(Actor("a", "Ben", frozenset({"auditor"}))), "website")
    assert len(seen) == 2
    assert not any("eva@@" in str(line) or "u1-secret" in str(line) for line in seen)


def test_a_test_event_goes_through_the_door(owner: Client, ws: Workspace, key: str) -> None:
    owner.post("/sources/website/test/")
    flow.catch_up(ws.context)
    shown = page(owner, "/sources/website/now/")
    assert "Test Sent" in shown
    assert "about nobody" in shown
    assert ws.people.count() == 0, "a test makes no person"
    assert ws.sources.outcomes()["website"]["accepted"].messages == 1
    owner.post(f"/sources/website/keys/{ws.sources.keys('website')[0].key_id}/pause/")
    answer = owner.post("/sources/website/test/", follow=True)
    assert "needs a public key" in answer.content.decode()


def test_what_waits_is_put_right_planned_and_put_aside(owner: Client, ws: Workspace, key: str, send: Send) -> None:
    strict(ws)
    send(key, BAD)
    shown = page(owner, "/sources/website/quarantine/")
    assert "eva@@web.example" in shown
    assert HOSTILE not in shown
    where = f"/sources/website/quarantine/{held_id(ws)}/"
    answer = owner.post(where, {"value_email": "still wrong"}, follow=True)
    assert "goes on waiting" in answer.content.decode()
    answer = owner.post(where, {"value_email": "eva@web.example"}, follow=True)
    assert "1 message was replayed." in answer.content.decode()
    assert [row.email for row in ws.people.listing().rows] == ["eva@web.example"]
    assert owner.post(where, {"value_email": "eva@web.example"}).status_code >= 400, "it does not wait any more"
    send(key, TEA, {**TEA, "userId": "u9"})
    owner.post(f"/sources/website/quarantine/{held_id(ws)}/plan/")
    assert ws.sources.rules("website").planned == ("Tea Poured",)
    assert ws.sources.quarantine("website") == []
    send(key, BAD)
    owner.post(f"/sources/website/quarantine/{held_id(ws)}/discard/")
    assert ws.sources.quarantine("website") == []
    assert "Replayed 3" in page(owner, "/sources/website/quarantine/?state=released")


def test_after_the_rules_are_changed_everything_is_replayed(owner: Client, ws: Workspace, key: str, send: Send) -> None:
    strict(ws)
    send(key, BAD, TEA)
    rules: dict[str, Any] = {"broken_values": "keep", "unplanned_events": "keep", "planned": ""}
    owner.post("/sources/website/rules/", rules)
    for _ in range(2):
        owner.post("/sources/website/quarantine/replay/")
    assert ws.people.count() == 2
    assert ws.sources.quarantine("website") == []
    assert len(ws.sources.arrived("website")) == 2
    assert "could not be saved" in owner.post("/sources/website/rules/", {}, follow=True).content.decode()


def test_the_page_tells_what_is_claimed_and_what_is_proven(owner: Client, ws: Workspace, key: str, send: Send) -> None:
    from habitue.collect.proof import sign

    send(key, {"type": "identify", "userId": "u1"})
    assert "claimed" in page(owner, "/sources/website/now/")
    proof = sign(bytes.fromhex(ws.sources.proof_secret("website")), "u2")
    send(key, {"type": "identify", "userId": "u2", "context": {"proof": proof}})
    assert "proven" in page(owner, "/sources/website/now/")


def test_an_unknown_source_is_not_found(owner: Client, key: str) -> None:
    assert owner.get("/sources/nowhere/").status_code == 404
    assert owner.get("/sources/nowhere/now/").status_code == 404


def test_messages_of_the_door_count_on_top_of_what_a_file_brought(
    ws: Workspace, key: str, send: Send, owner: Client, tmp_path: Path
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,name\na@web.example,Anna Berg\nb@web.example,Boris Roth\n", encoding="utf-8")
    filed = ws.imports.run(path, source_name="Website").events
    send(key, TEA, {**TEA, "userId": "u7"}, {**TEA, "userId": "u8"})
    ws.refresh()
    facts = page(owner, "/sources/website/now/")
    assert f"<dt>Accepted</dt><dd>{filed + 3}</dd>" in facts


def test_the_part_that_is_renewed_renews_what_was_refused_and_noted_too(owner: Client, key: str, send: Send) -> None:
    assert "Nothing was refused." in page(owner)
    order = {"type": "track", "userId": "u1", "event": "Order Completed", "properties": {"total": "twelve"}}
    send(key, order, {"type": "page"})
    renewed = page(owner, "/sources/website/now/")
    assert '<div class="grid halves" id="wrong" hx-swap-oob="true">' in renewed
    assert "Nothing was refused." not in renewed
    assert "Everything that was taken follows the rules." not in renewed
    assert "This is no amount of money such as 12.50." in renewed.partition('id="wrong"')[2]
    whole = page(owner)
    assert whole.count('id="wrong"') == 1
    assert "hx-swap-oob" not in whole


def test_a_source_with_a_secret_key_alone_shows_the_lines_without_it(owner: Client, ws: Workspace) -> None:
    answer = owner.post("/sources/new/", {"name": "Till", "kind": "secret", "origins": "", "rate": "600"})
    (text,) = set(re.findall(r"sk_[0-9a-f]{64}", answer.content.decode()))
    shown = page(owner, "/sources/till/")
    assert text not in shown
    assert "Authorization: Bearer sk_…" in shown
    assert "put your secret key in place of sk_…" in shown
    assert "Copy the lines below." in shown
    assert "test event." not in shown.partition("Copy the lines below")[2][:40]
    assert "made " in shown
    owner.post(f"/sources/till/keys/{ws.sources.keys('till')[0].key_id}/pause/")
    assert "Copy the lines below" not in page(owner, "/sources/till/")


@pytest.mark.parametrize(("name", "label"), [("total", "Total"), ("products.1.price", "Products, no. 2: Price")])
def test_a_value_inside_a_list_is_called_by_its_place(name: str, label: str) -> None:
    from habitue.web.sources import live

    assert live.field_label(name) == label
