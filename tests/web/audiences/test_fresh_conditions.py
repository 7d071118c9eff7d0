"""What is added with the mouse can be saved as it stands, or says at its place what is missing."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from habitue.audiences.rule import Group, Sequence, Window, decode
from habitue.web.audiences.draft import NODE_KINDS
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

NEEDS_A_CHOICE = {"trait", "in_audience", "place", "related", "group"}
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


class Form(HTMLParser):
    """The fields of a page as a browser would send them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "input" and ":" in told.get("name", ""):
            self.fields.setdefault(told["name"], []).append(told.get("value", ""))
        if tag == "select":
            self._select, self._options = told["name"], []
        if tag == "option" and self._select:
            self._options.append((told["value"], "selected" in told))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._options:
            chosen = next((value for value, is_chosen in self._options if is_chosen), self._options[0][0])
            self.fields.setdefault(self._select, []).append(chosen)
            self._select = ""


def added(anna: Client, kind: str) -> str:
    return anna.post("/audiences/build/", {"r:kind": "group", "r:match": "all", "do": f"add:r:{kind}"}).content.decode()


def test_a_sequence_added_with_the_mouse_is_saved_as_it_stands(anna: Client, shop: Workspace) -> None:
    form = Form(added(anna, "sequence"))
    assert form.fields["r.0:window_kind"] == ["ever"]
    saved = anna.post("/audiences/new/", {**form.fields, "do": "save", "name": "Looked, then bought"})
    assert saved.status_code == 302
    (audience,) = shop.audiences.listing()
    assert isinstance(audience.rule, Group)
    (sequence,) = audience.rule.rules
    assert isinstance(sequence, Sequence)
    assert sequence.window == Window()


@pytest.mark.parametrize("kind", NODE_KINDS)
def test_what_is_added_is_whole_or_says_what_is_missing_at_its_place(anna: Client, shop: Workspace, kind: str) -> None:
    page = added(anna, kind)
    # A sequence begins with something that nobody did in this shop, which is said and keeps nobody from saving.
    assert ('class="lacking"' in page) == (kind in {*NEEDS_A_CHOICE, "sequence"})
    assert 'class="unfinished"' not in page
    saved = anna.post("/audiences/new/", {**Form(page).fields, "do": "save", "name": "As it was offered"})
    assert saved.status_code == (422 if kind in NEEDS_A_CHOICE else 302), saved.content.decode()
    if saved.status_code == 422:
        assert 'class="unfinished"' in saved.content.decode()


@pytest.mark.parametrize("kind", NODE_KINDS)
def test_the_drawn_form_means_the_rule_that_is_shown_beside_it(anna: Client, shop: Workspace, kind: str) -> None:
    page = added(anna, kind)
    again = anna.post("/audiences/build/", Form(page).fields, **FRAGMENT).content.decode()
    assert decode(rule_in(again)) == decode(rule_in(page))


def rule_in(page: str) -> str:
    return unescape(page.partition("<code>")[2].partition("</code>")[0])
