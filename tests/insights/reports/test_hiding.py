"""Readers who may not see people are told nothing about a handful of them, in no row and in no sentence."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from tests.insights.test_learning import filled

from habitue.access import policy
from habitue.access.actor import Actor
from habitue.insights import listing, report
from habitue.insights.reports.hiding import HIDDEN, without_small
from habitue.insights.reports.shape import Column, Outcome, Say, Section, Value
from habitue.kernel.context import Context
from habitue.workspace import Workspace

KINDS = {"a": "Adults", "b": "Babies"}
COLUMNS = (Column("place", "Place"), Column("kind", "Kind", "choice", KINDS), Column("people", "People", "people"))
ROWS = (
    {"place": "Ulm", "kind": "a", "people": 40},
    {"place": "Bonn", "kind": "b", "people": 3},
    {"place": "Köln", "kind": "a", "people": 12},
)


def made(says: Say) -> Outcome:
    """A report with one small row."""
    return Outcome(says, (Section("places", "Places", says, COLUMNS, ROWS),))


@pytest.mark.parametrize(
    "values",
    [{"place": Value("Bonn", "text")}, {"kind": Value("Babies", "choice")}, {"people": Value(3, "people")}],
)
def test_a_sentence_about_a_hidden_row_is_hidden_too(values: dict[str, Value]) -> None:
    found = without_small(made(Say("…", values)))
    assert found.says == HIDDEN
    assert found.sections[0].says == HIDDEN
    assert [row["place"] for row in found.sections[0].rows] == ["Ulm", "Köln"]


@pytest.mark.parametrize(
    "values",
    [{"place": Value("Ulm", "text"), "people": Value(40, "people")}, {"kind": Value("Adults", "choice")}, {}],
)
def test_other_sentences_stay(values: dict[str, Value]) -> None:
    says = Say("…", values)
    assert without_small(made(says)).says == says


def reader(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Somebody who sees insights and no people."""
    monkeypatch.setitem(policy.ROLES, "counter", frozenset({"insights.read", "audiences.read"}))  # type: ignore[arg-type]  # the roles are a dict
    return ws.context.as_actor(Actor(actor_id="c", name="C", roles=frozenset({"counter"})))


def test_insights_name_nobody_to_those_who_may_not_see_people(
    sqlite_ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = filled(sqlite_ws, tmp_path)
    ws.refresh()
    ws.insights.learn(["lifetime", "churn"])
    counter = reader(ws, monkeypatch)
    assert listing.listing(ws.context, "lifetime").people
    assert listing.listing(counter, "lifetime").people == ()
    assert listing.listing(counter, "lifetime").total == listing.listing(ws.context, "lifetime").total
    assert report.people_at_risk(counter) == ()


def test_groups_of_a_handful_stand_as_nought(small_report: Callable[[], report.RfmReport]) -> None:
    whole = small_report()
    hidden = report.without_small(whole)
    assert hidden.hides_small
    pairs = list(zip(whole.groups, hidden.groups, strict=True))
    assert any(0 < old.people < 10 for old, _new in pairs)
    for old, new in pairs:
        assert new.people == (0 if old.people < 10 else old.people)
        assert new.money == (Decimal(0) if old.people < 10 else old.money)


@pytest.fixture
def small_report(sqlite_ws: Workspace, tmp_path: Path) -> Callable[[], report.RfmReport]:
    """The report of a shop of sixty."""

    def made() -> report.RfmReport:
        return report.report(filled(sqlite_ws, tmp_path, customers=60).context)

    return made
