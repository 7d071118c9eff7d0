from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from tests.small_shop import PEOPLE, customers
from tests.web.audiences.test_builder_pages import words

from habitue.activation import export
from habitue.audiences.rule import EVERYBODY
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


def _reach(client: Client, audience_id: str) -> str:
    return words(client.get(f"/audiences/{audience_id}/reach/").content.decode())


def test_an_audience_for_a_newsletter_says_how_many_can_lawfully_be_reached(anna: Client, shop: Workspace) -> None:
    made = shop.audiences.create("All", EVERYBODY, purpose="newsletter")
    assert f"/audiences/{made.audience_id}/reach/" in anna.get(f"/audiences/{made.audience_id}/").content.decode()
    told = _reach(anna, made.audience_id)
    by_state = {state: sum(each.consent == state for each in customers()) for state in ("given", "withdrawn", "")}
    assert f"{by_state['given']} people of {PEOPLE} can lawfully be reached." in told
    assert f"never agreed {by_state['']}" in told
    assert f"took their consent back or objected {by_state['withdrawn']}" in told
    preview = export.preview(shop.context, purpose="newsletter", audience_id=made.audience_id)
    assert preview.included == by_state["given"]
    assert preview.total == PEOPLE


@pytest.mark.parametrize("purpose", [None, "service"])
def test_where_nobody_is_to_be_written_to_nothing_is_counted(
    anna: Client, shop: Workspace, purpose: str | None
) -> None:
    made = shop.audiences.create("All", EVERYBODY, purpose=purpose)
    assert _reach(anna, made.audience_id) == ""


@pytest.mark.parametrize(("role", "status"), [("analyst", 200), ("agent", 403), (None, 302)])
def test_who_reads_audiences_sees_the_count(
    seen_by: Callable[..., Client], shop: Workspace, role: str | None, status: int
) -> None:
    made = shop.audiences.create("All", EVERYBODY, purpose="newsletter")
    client = seen_by(*([role] if role else []))
    assert client.get(f"/audiences/{made.audience_id}/reach/").status_code == status
