"""Matching runs and the people who decide what is doubtful: links, questions, answers, thresholds, undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pyarrow as pa
import pytest

from habitue import flow
from habitue.access.actor import Actor
from habitue.collect.journal import Position
from habitue.identity import threshold
from habitue.identity.explain import Link
from habitue.identity.matching.stages import Stage, Tell
from habitue.identity.threshold import Answered
from habitue.kernel import jobs
from habitue.kernel.clock import FixedClock
from habitue.kernel.context import Context
from habitue.profiles import matching
from habitue.profiles.matching import RunNotUndoable
from habitue.workspace import Workspace
from tests.conftest import NOW
from tests.sending import identify, names, send, state_of

EVA = Actor(actor_id="eva", name="Eva Stern", roles=frozenset({"admin"}))
KIM = Actor(actor_id="kim", name="Kim Roth", roles=frozenset({"admin"}))


@dataclass
class Part:
    """What one field adds."""

    column: str
    weight: float
    label: str = "surname"
    saying: str = "same %(field)s"


@dataclass
class Why:
    """The parts of a weight."""

    parts: list[Part]
    start: float = -2.0


@dataclass
class Found:
    """What the surname matcher found."""

    clusters: list[int]
    pairs: pa.Table
    weights: dict[tuple[int, int], list[Part]] = field(default_factory=dict)

    def explain(self, a: int, b: int) -> Why:
        """The parts of one pair."""
        return Why(self.weights.get((a, b), []))


def by_surname(
    table: pa.Table, *, known_different: Sequence[tuple[int, int]] = (), held_same: Sequence[tuple[int, int]] = (),
    tell: Tell | None = None,
) -> Found:  # fmt: skip
    """A tiny matcher: the same surname and city are one person, the same surname alone is doubtful."""
    if tell is not None:
        tell(Stage("columns", 0.1, 0.1))
    rows = table.to_pylist()
    clusters = list(range(len(rows)))
    pairs: list[dict[str, float]] = []
    weights = {}
    for b, two in enumerate(rows):
        for a, one in enumerate(rows[:b]):
            if one["last_name"] != two["last_name"] or (a, b) in {*known_different, *held_same}:
                continue
            is_sure = one["city"] == two["city"]
            pairs.append({"a": a, "b": b, "probability": 0.97 if is_sure else 0.6, "weight": 4.0 if is_sure else 0.4})
            weights[a, b] = [Part("last_name", 4.0), Part("city", 2.0 if is_sure else -1.6, "town")]
            if is_sure:
                clusters[b] = clusters[a]
    table = pa.Table.from_pylist(pairs) if pairs else pa.table({n: [] for n in ("a", "b", "probability", "weight")})
    return Found(clusters, table, weights)


@pytest.fixture
def shop(ws: Workspace) -> Workspace:
    """Two Bergs of Bonn, one of Ulm; two Holms, one of Bonn and one of Ulm."""
    for place, (first, last, city) in enumerate(
        [("Anna", "Berg", "Bonn"), ("A.", "Berg", "Bonn"), ("Anne", "Berg", "Ulm"), ("Max", "Holm", "Bonn"),
         ("M.", "Holm", "Ulm")]
    ):  # fmt: skip
        send(ws, identify(number=str(place), first_name=first, last_name=last, city=city), source=f"s{place}")
    return ws


def test_a_run_links_what_is_sure_asks_what_is_doubtful_and_is_taken_back_exactly(shop: Workspace) -> None:
    before = state_of(shop)
    run = shop.matching.run(matcher=by_surname)
    assert (run.state, run.records, run.linked, run.doubtful) == ("done", 5, 1, 2)
    assert len(names(shop)) == 4
    (anna,) = [row for row in shop.people.listing().rows if row.source_count == 2]
    (link,) = shop.people.identities(anna.profile_id).links
    assert (link.rule, link.score) == ("match", 0.97)
    assert [part["column"] for part in link.evidence["parts"]] == ["last_name", "city"]
    assert shop.matching.undo(run.run_id) == 1
    assert state_of(shop) == before
    assert not shop.review.queue()
    with pytest.raises(RunNotUndoable):
        shop.matching.undo(run.run_id)


def test_answers_outlive_the_next_run_and_what_was_decided_is_not_asked_again(shop: Workspace) -> None:
    first = shop.matching.run(matcher=by_surname)
    holm = next(pair for pair in shop.review.queue() if _names(shop, pair.profile_a) == "Max Holm")
    shop.review.answer(holm.a, holm.b, "same")
    berg = shop.review.next()
    assert berg is not None
    shop.review.answer(berg.a, berg.b, "different")
    shop.matching.undo(first.run_id)
    again = shop.matching.run(matcher=by_surname)
    assert again.doubtful == 0, "both questions were answered, by whatever identifiers the two are named"
    assert len(shop.people.search("Holm")) == 1
    left, right = shop.people.search("Anne")[0], shop.people.search("Bonn")
    assert left.profile_id not in {row.profile_id for row in right}


def test_two_reviewers_get_different_pairs_and_one_who_skips_leaves_it_to_the_other(shop: Workspace) -> None:
    shop.matching.run(matcher=by_surname)
    eva, kim = shop.as_actor(EVA), shop.as_actor(KIM)
    one, other = eva.review.next(), kim.review.next()
    assert one
    assert other
    assert (one.a, one.b) != (other.a, other.b)
    assert eva.review.next() == one, "what somebody has before them stays theirs"
    eva.review.skip(one.a, one.b)
    assert one.a not in {pair.a for pair in eva.review.queue()} or one.b not in {p.b for p in eva.review.queue()}
    assert (one.a, one.b) in {(pair.a, pair.b) for pair in kim.review.queue()}
    kim.review.later(one.a, one.b)
    assert (one.a, one.b) not in {(pair.a, pair.b) for pair in kim.review.queue()}


def test_reviewers_who_disagree_are_shown_and_the_last_answer_holds(shop: Workspace) -> None:
    shop.matching.run(matcher=by_surname)
    pair = next(pair for pair in shop.review.queue() if _names(shop, pair.profile_a) == "Max Holm")
    shop.as_actor(EVA).review.answer(pair.a, pair.b, "same")
    shop.review.ask_again(pair.a, pair.b)
    shop.as_actor(KIM).review.answer(pair.a, pair.b, "different")
    (conflict,) = shop.review.conflicts()
    assert (conflict.same, conflict.different, conflict.holds) == (("Eva Stern",), ("Kim Roth",), "different")
    assert len(shop.people.search("Holm")) == 2
    assert shop.as_actor(KIM).review.undo_last() == 1
    assert len(shop.people.search("Holm")) == 1


def test_a_reviewers_day_is_taken_back_exactly_and_asked_again(shop: Workspace) -> None:
    shop.matching.run(matcher=by_surname)
    before, waiting = state_of(shop), shop.review.waiting()
    eva = shop.as_actor(EVA)
    count = 0
    while (pair := eva.review.next()) is not None:
        eva.review.answer(pair.a, pair.b, "same" if pair.a % 2 else "different")
        count += 1
    assert count >= 2
    assert state_of(shop) != before
    assert eva.review.standing().today == count
    assert shop.identity.undo_day("eva", date(2026, 6, 15)) == count
    assert state_of(shop) == before
    assert shop.review.waiting() == waiting


def test_an_answer_about_two_people_settles_every_open_pair_of_theirs_until_it_is_taken_back(ws: Workspace) -> None:
    for place in range(3):
        send(ws, identify("u1", phone=f"030 90182{place}", city="Bonn"))
    for place in (8, 9):
        send(ws, identify("u9", phone=f"030 90182{place}", city="Ulm"))
        send(ws, identify("u1", phone=f"030 90182{place}"))
    assert len(ws.review.queue()) == 2
    assert ws.review.waiting() == 1, "two numbers are in doubt, and one pair of people"
    pair = ws.review.queue()[0]
    ws.review.answer(pair.a, pair.b, "different")
    assert ws.review.waiting() == 0
    ws.review.undo_last()
    assert len(ws.review.queue()) == 2


def test_what_a_run_settled_is_asked_again_once_the_run_is_taken_back(ws: Workspace) -> None:
    berg = {"last_name": "Berg", "city": "Bonn"}
    for place in range(3):
        send(ws, identify("u1", phone=f"030 90182{place}", **berg))
    send(ws, identify(number="9", phone="030 901829", **berg))
    send(ws, identify("u1", phone="030 901829"))
    before = ws.review.queue()
    assert [pair.kind for pair in before] == ["refusal"]
    run = ws.matching.run(matcher=by_surname)
    assert (run.linked, ws.people.count(), ws.review.queue()) == (1, 1, [])
    ws.matching.undo(run.run_id)
    assert ws.people.count() == 2
    assert ws.review.queue() == before


def test_what_was_said_to_be_different_stays_answered_when_a_run_is_taken_back(shop: Workspace) -> None:
    run = shop.matching.run(matcher=by_surname)
    pair = shop.review.queue()[0]
    shop.review.answer(pair.a, pair.b, "different")
    waiting = shop.review.waiting()
    shop.matching.undo(run.run_id)
    shop.matching.run(matcher=by_surname)
    assert shop.review.waiting() == waiting


def test_what_the_rules_refused_can_be_decided_otherwise(ws: Workspace) -> None:
    for place in range(3):
        send(ws, identify("u1", phone=f"030 90182{place}", city="Bonn"))
    send(ws, identify(number="9", phone="030 901829", city="Ulm"))
    send(ws, identify("u1", phone="030 901829"))
    (pair,) = ws.review.queue(kind="refusal")
    assert pair.reason == "too_many"
    ws.review.answer(pair.a, pair.b, "same")
    assert ws.people.count() == 1
    assert not ws.review.queue()


def test_the_limit_falls_when_doubtful_pairs_prove_right_and_rises_when_sure_ones_prove_wrong() -> None:
    assert threshold.upper([]) == 0.95
    right = [Answered(0.9, True)] * 12
    assert threshold.upper(right) < 0.95
    wrong = [Answered(0.96, False)] * 3
    assert threshold.upper(wrong) > 0.95
    (span,) = threshold.precision(right)
    assert (span.pairs, span.same, round(span.expected, 1)) == (12, 12, 10.8)


def _names(ws: Workspace, profile_id: str) -> str:
    return ws.people.get(profile_id).row.name


@pytest.mark.parametrize("when", ["while it compares", "between its links"])
def test_a_run_that_lost_its_job_stops_and_the_other_worker_brings_it_to_its_end(
    shop: Workspace, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(shop, *(identify(number=f"m{n}", first_name=f"{n}.", last_name="Moor", city="Kiel") for n in range(3)))
    monkeypatch.setattr(matching, "BODY_LINKS", 1)
    ws, later = shop.context, replace(shop.context, clock=FixedClock(NOW + timedelta(seconds=61)))
    job = matching.start(ws, is_claimed=True)
    taken: list[jobs.Job | None] = []

    def lose() -> None:
        taken.append(jobs.claim(later, [matching.JOB_KIND]))

    def slow(table: pa.Table, **pairs: Sequence[tuple[int, int]]) -> Found:
        if when == "while it compares":
            lose()
        return by_surname(table, **pairs)

    project = flow.catch_up

    def apply(_ws: Context, position: Position) -> None:
        project(ws, position)
        if when == "between its links":
            lose()

    with monkeypatch.context() as patched:
        patched.setattr(flow, "catch_up", apply)
        flow.run_matching(ws, job, matcher=slow)
    (other,) = taken
    assert other is not None
    (run,) = shop.matching.listing()
    assert (run.state, run.linked, run.doubtful) == ("running", 0, 0)
    links = sum(link.rule == "match" for row in shop.people.listing().rows for link in _links(shop, row.profile_id))
    assert links == (0 if when == "while it compares" else 1)
    assert jobs.get(ws, job.job_id).state == "running"

    flow.run_matching(later, other, matcher=by_surname)
    (run,) = shop.matching.listing()
    assert run.state == "done"
    assert jobs.get(ws, job.job_id).state == "done"
    assert sum("Moor" in name for name in names(shop)) == 1


def _links(ws: Workspace, profile_id: str) -> Sequence[Link]:
    return ws.people.identities(profile_id).links


def test_a_run_is_stopped_between_two_stages_and_what_it_joined_can_be_taken_back(shop: Workspace) -> None:
    before = state_of(shop)
    job = matching.start(shop.context, is_claimed=True)
    steps = list[int]()

    def stopped(table: pa.Table, *, tell: Tell | None = None, **pairs: Sequence[tuple[int, int]]) -> Found:
        assert tell is not None
        tell(Stage("columns", 0.1, 0.1))
        steps.append(jobs.get(shop.context, job.job_id).done)
        shop.matching.cancel(job.subject_id)
        tell(Stage("first pairs", 0.1, 0.1))
        raise AssertionError("nobody compares any further")

    flow.run_matching(shop.context, job, matcher=stopped)
    (run,) = shop.matching.listing()
    assert (run.state, steps, shop.matching.job(run.run_id)) == ("stopped", [2], None)
    assert jobs.get(shop.context, job.job_id).state == "cancelled"
    assert shop.matching.undo(run.run_id) == 0
    assert state_of(shop) == before


def test_a_run_that_waits_is_stopped_at_once(shop: Workspace) -> None:
    job = shop.matching.start()
    shop.matching.cancel(job.subject_id)
    (run,) = shop.matching.listing()
    assert run.state == "stopped"
    assert jobs.claim(shop.context, [matching.JOB_KIND]) is None
