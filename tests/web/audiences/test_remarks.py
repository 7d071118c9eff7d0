from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.sending import identify, send

from habitue.audiences.rule import Trait
from habitue.audiences.text import read
from habitue.web.audiences import choices
from habitue.web.audiences.unheard import unheard_value
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

NAMES = {"DE": ["Germany", "Deutschland"], "AT": ["Austria", "Österreich"]}


@pytest.mark.parametrize(
    ("value", "near"),
    [
        ("Germny", "DE (Germany)"),
        ("Deutschland", "DE (Germany)"),
        ("oesterreich", "AT (Austria)"),
        ("Nowhere", None),
    ],
)
def test_a_value_that_nobody_has_is_told_with_the_one_that_was_meant(value: str, near: str | None) -> None:
    found = unheard_value("Country", [value], ["DE", "AT"], NAMES)
    assert found is not None
    assert found.params.get("near") == near
    assert f"Nobody has “{value}” in the field “Country”." in str(found)


@pytest.mark.parametrize("values", [["DE"], ["de", " AT "], [""], []])
def test_values_that_somebody_has_are_not_warned_of_however_they_are_written(values: list[str]) -> None:
    assert unheard_value("Country", values, ["DE", "AT"], NAMES) is None
    assert unheard_value("Country", ["Germny"], [], NAMES) is None, "without data there is nothing to warn of"


def _built(client: Client, text: str) -> str:
    return client.post("/audiences/build/", {"do": "text", "rule_text": text}).content.decode()


def test_the_builder_warns_near_the_condition(seen_by: Callable[..., Client]) -> None:
    owner = seen_by("owner")
    page = _built(owner, 'country is "Germny"')
    warning = "Nobody has “Germny” in the field “Country”. Did you mean DE (Germany)?"
    assert warning in page.partition('id="r_0-problem"')[2].partition("</div>")[0]
    assert "Did you mean Leipzig?" in _built(owner, 'city in ("Wien", "Leipzg")')
    assert "Nobody has “Hambrg”" in _built(owner, 'near city "Hambrg"')
    assert "Nobody has “France”" in _built(owner, 'near country "FR"')
    assert "Nobody has" not in _built(owner, 'country is "de" and city contains "Leipzg" and not city is "wien"')
    german = _built(seen_by("marketer", language="de"), 'country is "Germny"')
    assert "Meinten Sie DE (Deutschland)?" in german


def test_the_warning_comes_and_goes_while_the_value_is_typed(anna: Client) -> None:
    form = {"r:kind": "group", "r.0:kind": "trait", "r.0:field": "city", "r.0:op": "is"}

    def typed(value: str) -> str:
        shown = anna.post("/audiences/build/?part=said", {**form, "r.0:value": value}, HTTP_HX_REQUEST="true")
        return shown.content.decode().partition('id="r_0-problem"')[2].partition("</div>")[0]

    assert "Nobody has “Leipzg”" in typed("Leipzg")
    assert "Nobody has" not in typed("Leipzig")


def test_the_list_and_the_page_of_an_audience_warn_too(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create("Slip", read('country is "Germny" and did "Order Completd"'))
    assert f'id="remarks-{made.audience_id}"' in anna.get("/audiences/").content.decode()
    now = anna.get(f"/audiences/{made.audience_id}/people-now/").content.decode()
    page = anna.get(f"/audiences/{made.audience_id}/").content.decode()
    for shown in (now.partition('hx-swap-oob="true"')[2], page):
        assert "Nobody has “Germny” in the field “Country”." in shown
        assert "Nobody here has done “Order Completd” so far." in shown
    good = shop.audiences.create("Good", Trait("country", "is", "AT"))
    assert "Nobody has" not in anna.get(f"/audiences/{good.audience_id}/people-now/").content.decode()


def test_a_field_with_many_values_or_with_contact_data_is_not_looked_through(
    anna: Client, shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nobody has" not in _built(anna, 'email is "person1@shop.exmple" and last_name is "Nme1"')
    monkeypatch.setattr(choices, "FEW_VALUES", 2)
    assert "Nobody has" not in _built(anna, 'city is "Leipzg"')


def test_values_are_read_once_while_the_data_stays_and_anew_when_it_grows(
    anna: Client, shop: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    read_anew = choices.suggestions

    def counting(ws: object, field: str, *rest: object, **more: object) -> object:
        asked.append(field)
        return read_anew(ws, field, *rest, **more)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(choices, "suggestions", counting)
    for _time in range(3):
        assert "Nobody has “Graz”" in _built(anna, 'city is "Graz"')
    assert asked == ["city"]
    send(shop, identify("new", email="new@shop.example", city="Graz"))
    shop.refresh()
    assert "Nobody has" not in _built(anna, 'city is "Graz"')
    assert asked == ["city", "city"]
