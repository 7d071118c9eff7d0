"""Writes: somebody answers whether two are the same person, and takes an answer back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from habitue.access import policy
from habitue.audit import ledger
from habitue.collect.journal import Position
from habitue.identity import commands, decide, listings, refusals, review, threshold
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context

Apply = Callable[[Position], object]


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer did to the automatic limit: the probability above which matches are made without asking."""

    word: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the review stands."""

    waiting: int
    today: int
    answered: int
    same: int
    expected: float
    limit: float
    precision: Sequence[threshold.Precision]


def answer(ws: Context, pair: review.Pair, word: Literal["same", "different"], *, apply: Apply) -> Answered:
    """Decide a pair: the answer is evidence that outlives every matching run, import and rebuild."""
    policy.require(ws.actor, "people.edit")
    score = pair.score if pair.kind == "match" else None
    who = {"by": ws.actor.actor_id, "by_name": ws.actor.name}
    decision: commands.Decision
    if word == "same":
        decision = commands.Join(pair.a, pair.b, score=score, **who)
    else:
        decision = commands.Separate(((pair.a, pair.b),), score=score, **who)
    with ws.register.write() as conn:
        before = threshold.upper(review.answers(conn))
        ledger.record(conn, ws, verb=f"pair.{word}", subject_kind="pair", subject_id=f"{pair.a}/{pair.b}", details={})
    apply(decide.submit(ws, decision))
    with ws.register.write() as conn:
        review.close(conn, pair.a, pair.b, "decided")
        review.settle_between(conn, pair.a, pair.b)
        after = threshold.upper(review.answers(conn))
    return Answered(word, before, after)


def keep_up(ws: Context) -> None:
    """Put what the rules refused meanwhile into the queue, so that its number is the same wherever it is told."""
    with ws.register.read() as conn:
        is_behind = refusals.are_new(conn)
    if is_behind:
        with ws.register.write() as conn:
            refusals.note(conn)


def take_back(ws: Context, told: Sequence[listings.Decision], *, apply: Apply) -> int:
    """Take answers back, as if they had never been given, and ask again."""
    if not told:
        return 0
    details = {"decisions": len(told)}
    seqs = [each.seq for each in told]
    apply(decide.undo(ws, seqs=seqs, verb="pair.undone", subject_id=f"{told[0].a}/{told[0].b}", details=details))
    with ws.register.write() as conn:
        review.settle(conn)
    return len(told)


def standing(ws: Context) -> Standing:
    """How far the queue is, how precise the matches were so far, and what the answers have set."""
    zone = ws.config.workspace.timezone
    today = day_in(ws.clock.now(), zone)
    with ws.register.read() as conn:
        told = review.answers(conn)
        mine = [each for each in listings.newest(conn, limit=1_000) if each.verb in ("same", "different")]
        waiting = review.waiting(conn)
    return Standing(
        waiting=waiting,
        today=sum(day_in(each.at, zone) == today for each in mine),
        answered=len(told),
        same=sum(each.is_same for each in told),
        expected=sum(each.score for each in told),
        limit=threshold.upper(told),
        precision=threshold.precision(told),
    )
