"""The page of help on rules: told in the reader's language, with the names of the workspace, open to the builder."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.sending import identify, send

from habitue.audiences import guide
from habitue.audiences.guide import Names, chapters
from habitue.audiences.rule import EventCount, InAudience, decode
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client

PATH = "/audiences/help/"
TRIED = re.compile(r'<li><code>([^<]*)</code>(?:(?!</li>).)*<a href="(/audiences/new/[^"]*)">', re.DOTALL)


def tried(page: str) -> dict[str, str]:
    """The addresses of the builder by the text of the example."""
    return {unescape(text): unescape(url) for text, url in TRIED.findall(page)}


def test_every_example_opens_the_builder_with_its_rule(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create("Buyers", EventCount("Order Completed"))
    shop.audiences.create_list("Guests")
    send(shop, identify("u1", house_tea="Earl Grey"))
    shop.refresh()
    found = tried(anna.get(PATH).content.decode())
    assert len(found) == sum(len(form.examples) for chapter in chapters() for form in chapter.forms)
    url = found['in audience "Buyers"']
    assert decode(parse_qs(urlsplit(url).query)["rule"][0]) == InAudience(made.audience_id)
    page = anna.get(url).content.decode()
    assert "belong to the audience “<b>Buyers</b>”" in page
    assert 'house_tea is not "Earl Grey"' in found


def test_what_a_workspace_does_not_have_is_shown_without_a_way_to_the_builder(anna: Client, shop: Workspace) -> None:
    assert guide.names_of(shop.context) == Names()
    page = anna.get(PATH).content.decode()
    assert "in audience &quot;Regulars&quot;" in page
    assert 'in audience "Regulars"' not in tried(page)
    assert 'did "Order Completed"' in tried(page)


def test_who_may_not_build_audiences_reads_without_links_to_the_builder(seen_by: Callable[..., Client]) -> None:
    page = seen_by("privacy_officer").get(PATH).content.decode()
    assert "<code>nobody</code>" in page
    assert tried(page) == {}


def test_the_sentences_are_those_of_the_reader(seen_by: Callable[..., Client]) -> None:
    german = seen_by("owner", language="de").get(PATH).content.decode()
    assert "Personen in <b>Deutschland</b>" in german
    assert "Ein Tag in <code>last 2 days</code> hat 24 Stunden" in german


def test_the_list_and_the_builder_lead_to_the_help(anna: Client) -> None:
    for path in ("/audiences/", "/audiences/new/"):
        assert f'href="{PATH}"' in anna.get(path).content.decode()
