from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from tests.web.audiences.test_builder_pages import words

from habitue.audiences.text import read
from habitue.insights import card_store
from habitue.insights.card import Card
from habitue.workspace import Workspace

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def person_id(shop: Workspace) -> str:
    """Somebody of whom it was learnt that they hardly come back."""
    (person,) = shop.people.search("person5@shop.example")
    table = pa.table(
        {
            "profile_id": [person.profile_id],
            "p_buys": [0.12],
            "is_at_risk": [True],
            "money_in_danger": pa.array([None], pa.decimal128(18, 2)),
            "silence_days": [94],
            "rhythm_days": [31.0],
            "reason": ["overdue"],
        }
    )
    ws = shop.context
    ws.lake.write("insight_churn", table, seq=ws.lake.sequence("facts"))
    with ws.register.write() as conn:
        card_store.keep(conn, Card("churn", True, 90, ()), at=ws.clock.now(), facts_seq=ws.lake.sequence("facts"))
    return person.profile_id


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "insight churn.p_buys >= 0.5",
            "no Chance to buy in the next 90 days: 12.0% asked: at least 50% "
            "Orders about every 31 days, silent for 94 days.",
        ),
        ("insight churn.is_at_risk is true", "yes Overdue and unlikely to come back by themselves: yes asked: yes"),
        ("insight churn.money_in_danger >= 20", "no asked: at least €20"),
        ("insight churn.silence_days is not 94", "no Days of silence: 94 asked: not 94"),
        ("insight churn.p_buys is known", "yes Chance to buy in the next 90 days: 12.0% asked: known"),
    ],
)
def test_why_tells_the_figure_what_was_asked_and_the_reason(
    seen_by: Callable[..., Client], shop: Workspace, person_id: str, text: str, told: str
) -> None:
    made = shop.audiences.create("Leaving", read(text))
    page = words(seen_by("owner").get(f"/audiences/{made.audience_id}/why/{person_id}/").content.decode())
    assert told in page


def test_a_group_is_asked_for_by_its_name_and_a_reason_is_told_only_where_there_is_one(
    seen_by: Callable[..., Client], shop: Workspace
) -> None:
    made = shop.audiences.create("Lost", read('insight rfm.rfm_group in ("lost", "at_risk")'))
    person = next(row for row in shop.people.listing(limit=60).rows if row.email == "person5@shop.example")
    (answer,) = shop.audiences.why(made.audience_id, person.profile_id).answers
    assert answer.because is None
    page = words(seen_by("owner").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/").content.decode())
    assert "asked: “ Lost ” or “ At risk ”" in page
    german = seen_by("marketer", language="de").get(f"/audiences/{made.audience_id}/why/{person.profile_id}/")
    assert "gefragt:" in words(german.content.decode())
