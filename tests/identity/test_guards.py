"""Guards of the graph: what would join strangers is left out, kept with its reason, and can be decided otherwise."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import msgspec
import pytest

from habitue.identity import rulebook
from habitue.identity.rulebook import Namespace, Pattern, RulesInvalid
from habitue.workspace import Workspace
from tests.sending import identify, names, order, send, state_of


def seen(anonymous_id: str, *, user_id: str | None = None, at: str | None = None) -> dict[str, object]:
    """A page view in a browser, signed in or not."""
    message: dict[str, object] = {"type": "page", "anonymousId": anonymous_id, "properties": {"path": "/"}}
    if user_id:
        message["userId"] = user_id
    if at:
        message["timestamp"] = at
    return message


def test_a_fourth_phone_number_is_left_out_and_the_rest_of_the_event_stays(ws: Workspace) -> None:
    for place in range(4):
        send(ws, identify("u1", phone=f"030 90182{place}", city=f"Ort {place}"))
    (person,) = ws.people.search("Ort 3")
    known = ws.people.identities(person.profile_id)
    assert Counter(item.namespace for item in known.identifiers) == {"user_id": 1, "phone": 3}
    assert [item.left_out.value for item in known.refused] == ["+4930901823"]


def test_a_window_counts_only_what_came_lately(ws: Workspace) -> None:
    begin = datetime(2026, 1, 1)
    for day in range(0, 70, 10):
        at = (begin + timedelta(days=day)).isoformat() + "Z"
        send(ws, seen(f"browser-{day}", user_id="u1", at=at))
    (row,) = [row for row in ws.people.listing().rows if row.name == "u1"]
    assert len(ws.people.identities(row.profile_id).identifiers) == 8, "never more than five within thirty days"
    for extra in range(5):
        send(ws, seen(f"late-{extra}", user_id="u1", at="2026-03-03T10:00:00Z"))
    known = ws.people.identities(row.profile_id)
    assert sum(item.value.startswith("late") for item in known.identifiers) == 2


def test_a_browser_that_changes_hands_joins_nobody_and_goes_with_the_new_one(ws: Workspace) -> None:
    send(ws, seen("b1", user_id="u1"), seen("b1", user_id="u2"), seen("b1"))
    assert sorted((row.name, row.event_count) for row in ws.people.listing().rows) == [("u1", 1), ("u2", 2)]
    send(ws, seen("b1", user_id="u1"), seen("b1"))
    assert sorted((row.name, row.event_count) for row in ws.people.listing().rows) == [("u1", 3), ("u2", 2)]


def test_a_browser_of_everybody_joins_nobody_and_belongs_to_nobody(ws: Workspace) -> None:
    send(ws, *(seen("kiosk", user_id=f"u{number}") for number in range(15)), seen("kiosk"))
    sizes = Counter(row.name.startswith("u") and row.event_count for row in ws.people.listing(limit=100).rows)
    assert sizes[1] == 15, "each of the fifteen has one page view"
    (kiosk,) = [row for row in ws.people.listing(limit=100).rows if not row.name.startswith("u")]
    assert kiosk.event_count == 1


def test_a_value_that_is_shared_by_many_is_learnt_links_nobody_and_can_be_allowed_again(ws: Workspace) -> None:
    shared = [identify(f"u{number}", email="front@desk.example", city=f"Ort-{number:02}") for number in range(14)]
    send(ws, *shared[:7])
    send(ws, *shared[7:])
    assert ws.people.count() == 14
    for row in ws.people.listing(limit=100).rows:
        assert [item.namespace for item in ws.people.identities(row.profile_id).identifiers] == ["user_id"]
    (value,) = ws.identity.shared_values()
    assert (value.value, value.people) == ("front@desk.example", 11)
    before = state_of(ws)
    ws.identity.judge(value.identifier_id, "allowed")
    assert ws.people.count() == 14
    assert not ws.identity.shared_values()
    (first,) = ws.people.search("Ort-00")
    assert {item.namespace for item in ws.people.identities(first.profile_id).identifiers} == {"user_id", "email"}
    ws.identity.take_back([ws.identity.decisions()[0].seq])
    assert state_of(ws) == before


def test_a_value_that_somebody_blocks_lets_the_people_apart_whom_it_had_joined(ws: Workspace) -> None:
    send(
        ws,
        identify(number="1", email="office@firm.example"),
        identify(email="office@firm.example", phone="030 7712345"),
    )
    (row,) = ws.people.listing().rows
    known = ws.people.identities(row.profile_id).identifiers
    email = next(item for item in known if item.namespace == "email")
    ws.identity.judge(email.identifier_id, "blocked")
    assert ws.people.count() == 2
    (shared,) = ws.identity.shared_values()
    assert shared.is_decided


def test_junk_in_a_thousand_events_makes_no_giant(ws: Workspace) -> None:
    def email(n: int) -> str:
        return "a@b.example" if n % 20 == 0 else f"p{n % 250}@x.example"

    send(ws, *(identify(f"u{n % 250}", phone=f"030 {100000 + n % 250}", email=email(n)) for n in range(1000)))
    sizes = Counter(len(ws.people.identities(row.profile_id).identifiers) for row in ws.people.listing(limit=400).rows)
    assert max(sizes) <= 4
    assert ws.people.count() == 250


def test_a_person_and_a_company_never_become_one(ws: Workspace) -> None:
    book = msgspec.structs.replace(
        rulebook.DEFAULT, namespaces={**rulebook.DEFAULT.namespaces, "vat_id": Namespace(kind="company", priority=1)}
    )
    ws.identity.change_rules(book)
    message = identify("u1", email="eva@web.example")
    message["context"]["externalIds"] = [{"type": "vat_id", "id": "DE123456789"}]
    send(ws, message)
    (row,) = ws.people.search("eva")
    assert [item.left_out.namespace for item in ws.people.identities(row.profile_id).refused] == ["vat_id"]


def test_other_rules_tell_first_what_they_would_do_and_keep_the_ids(ws: Workspace) -> None:
    send(ws, identify(number="1", email="team@firm.example"), identify(number="2", name="Eva", phone="030 7712345"))
    send(ws, identify(email="team@firm.example", phone="030 7654321", city="Bonn"), source="crm")
    send(ws, order("A1", "5.00", phone="030 7654321"))
    before, ids = state_of(ws), [row.profile_id for row in ws.people.listing().rows]
    book = msgspec.structs.replace(rulebook.DEFAULT, patterns=(Pattern("email", r"team@.*"),))
    told = ws.identity.preview_rules(book)
    assert (told.people, told.split, told.joined) == (2, 1, 0)
    ws.identity.change_rules(book)
    assert ws.people.count() == 3
    assert set(ids) <= {row.profile_id for row in ws.people.listing().rows}
    assert told.splits[0] in ids
    assert ws.identity.preview_rules(rulebook.DEFAULT).joined == 2
    ws.identity.change_rules(rulebook.DEFAULT)
    assert state_of(ws) == before


@pytest.mark.parametrize(
    "text",
    ['{"patterns": [{"namespace": "email", "expression": "("}]}', '{"fan_out": 1}', '{"nonsense": 1}',
     '{"namespaces": {"email": {"limit": 0}}}', "no json"],
)  # fmt: skip
def test_rules_that_cannot_be_used_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(RulesInvalid):
        rulebook.decode(text)


def test_a_former_id_leads_to_the_person_of_today(ws: Workspace) -> None:
    send(ws, identify("u1", name="Anna Berg"), identify(phone="030 901820", city="Köln"))
    (younger,) = ws.people.search("Köln")
    send(ws, identify("u1", phone="030 901820"))
    assert names(ws) == ["Anna Berg"]
    assert ws.people.get(younger.profile_id).row.name == "Anna Berg"


def test_a_record_that_only_tells_the_surname_opens_the_door_to_nobody_of_the_house(ws: Workspace) -> None:
    send(ws, identify(number="1", email="berg@mail.example", first_name="Anna", last_name="Berg"))
    send(ws, identify(number="2", email="berg@mail.example", last_name="Berg"))
    send(ws, identify(number="3", email="berg@mail.example", first_name="A.", last_name="Berg"))
    assert names(ws) == ["Anna Berg"], "a surname or an initial fits Anna"
    send(ws, identify(number="4", email="berg@mail.example", first_name="Carmen", last_name="Berg"))
    send(ws, identify(number="5", email="berg@mail.example", first_name="Axel", last_name="Berg"))
    assert names(ws) == ["Anna Berg", "Axel Berg", "Carmen Berg"]
