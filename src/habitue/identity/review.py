"""The queue of pairs for people to decide: what comes next, who has it, and what was said so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log1p
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity import graph, replaced, threshold
from habitue.identity.proposals import Proposal
from habitue.identity.tables import decisions, identifiers, reviews, runs, separations, violations
from habitue.kernel.register import bulk, insert_ignoring, upsert
from habitue.kernel.text import gettext_noop as _

CLAIM = timedelta(minutes=10)
LATER = timedelta(days=1)
STATES = {"open": _("to decide"), "decided": _("decided"), "settled": _("settled")}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two identifiers that may be of one person: `kind` is match or refusal, `value` what an answer is worth."""

    a: int
    b: int
    kind: str
    run_id: str | None
    reason: str
    score: float
    weight: float
    evidence: Mapping[str, Any]
    value: float
    state: str
    profile_a: str
    profile_b: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A pair about which people disagree: who said same and who said different; the last answer holds."""

    a: int
    b: int
    same: tuple[str, ...]
    different: tuple[str, ...]
    holds: str


def worth(score: float, events: int) -> float:
    """What an answer is worth: the more doubtful the pair and the more hangs on it, the more."""
    return 4 * score * (1 - score) * (1 + log1p(events))


def propose(
    conn: Connection, run_id: str, found: Iterable[tuple[int, int, Proposal]], events: Mapping[int, int]
) -> int:
    """Put the doubtful pairs of a run into the queue, instead of those of former runs; returns how many there are."""
    rows = _rows(conn, run_id, found, events)
    replaced.put_aside(conn, run_id, {(row["a"], row["b"]) for row in rows})
    bulk(conn, upsert(conn, reviews), rows)
    return len(rows)


def add(conn: Connection, run_id: str, found: Iterable[tuple[int, int, Proposal]], events: Mapping[int, int]) -> int:
    """Put doubtful pairs of new records into the queue, beside what waits; returns how many are new."""
    rows = _rows(conn, run_id, found, events)
    before = waiting(conn)
    bulk(conn, insert_ignoring(conn, reviews), rows)
    return waiting(conn) - before


def _rows(
    conn: Connection, run_id: str, found: Iterable[tuple[int, int, Proposal]], events: Mapping[int, int]
) -> list[dict[str, Any]]:
    said = decided(conn)
    return [
        {
            "a": min(a, b), "b": max(a, b), "kind": "match", "run_id": run_id, "reason": "", "score": each.score,
            "weight": each.weight, "evidence": each.evidence, "state": "open",
            "value": worth(each.score, events.get(a, 0) + events.get(b, 0)), **FREE,
        }
        for a, b, each in found
        if (min(a, b), max(a, b)) not in said
    ]  # fmt: skip


def withdraw(conn: Connection, run_id: str) -> None:
    """Ask no more about what a run found doubtful, and again about what it took the place of."""
    undecided = reviews.c.state.in_(("open", "settled"))
    conn.execute(sa.delete(reviews).where(reviews.c.run_id == run_id, undecided))
    replaced.bring_back(conn, run_id)


FREE = {"later_until": None, "claimed_by": None, "claimed_until": None, "skipped_by": ""}


def waiting(conn: Connection) -> int:
    """How many pairs of people wait, whatever the number of their identifiers that are in doubt."""
    one, other = identifiers.alias(), identifiers.alias()
    left, right = one.c.profile_id, other.c.profile_id
    pairs = (
        sa.select(sa.case((left < right, left), else_=right), sa.case((left < right, right), else_=left))
        .select_from(reviews)
        .join(one, one.c.identifier_id == reviews.c.a)
        .join(other, other.c.identifier_id == reviews.c.b)
        .where(reviews.c.state == "open", left != right)
        .distinct()
    )
    return int(conn.scalar(sa.select(sa.func.count()).select_from(pairs.subquery())) or 0)


def get(conn: Connection, a: int, b: int) -> Pair | None:
    """One pair of the queue, whatever its state."""
    is_pair = (reviews.c.a == min(a, b), reviews.c.b == max(a, b))
    row = conn.execute(sa.select(reviews).where(*is_pair)).first()
    return pairs_of(conn, [row])[0] if row is not None else None


def upcoming(conn: Connection, *, by: str, now: datetime, limit: int = 20, kind: str = "") -> list[Pair]:
    """The pairs that somebody may decide next, the most valuable first: neither another's, nor put off, nor skipped."""
    free = sa.or_(reviews.c.claimed_by.is_(None), reviews.c.claimed_by == by, reviews.c.claimed_until < now)
    due = sa.or_(reviews.c.later_until.is_(None), reviews.c.later_until <= now)
    unseen = sa.not_(reviews.c.skipped_by.contains(f"|{by}|", autoescape=True))
    query = sa.select(reviews).where(reviews.c.state == "open", free, due, unseen)
    query = query.where(reviews.c.kind == kind) if kind else query
    order = (sa.case((reviews.c.claimed_by == by, 0), else_=1), reviews.c.value.desc(), reviews.c.a, reviews.c.b)
    found = pairs_of(conn, conn.execute(query.order_by(*order).limit(limit * 3)).all())
    return [pair for pair in found if pair.profile_a and pair.profile_b and pair.profile_a != pair.profile_b][:limit]


def settle(conn: Connection) -> int:
    """Close open pairs that are one person by now, or of which one is nobody any more; returns how many.

    A refusal that never came to pass, since what asked for it was taken back, is forgotten, and so is what a run asked
    that was taken back. Pairs that were one person and are two again are asked about again, unless somebody said that
    the two are different.
    """
    told = sa.or_(
        sa.and_(violations.c.kept == reviews.c.a, violations.c.left_out == reviews.c.b),
        sa.and_(violations.c.kept == reviews.c.b, violations.c.left_out == reviews.c.a),
    )
    is_undecided = reviews.c.state.in_(("open", "settled"))
    is_refusal = sa.and_(reviews.c.kind == "refusal", is_undecided)
    conn.execute(sa.delete(reviews).where(is_refusal, ~sa.select(violations.c.seq).where(told).exists()))
    gone = sa.select(runs.c.run_id).where(runs.c.state == "undone")
    conn.execute(sa.delete(reviews).where(is_undecided, reviews.c.run_id.in_(gone)))
    one = [(a, b) for a, b, _owners in _owned(conn, "open", are_two=False)]
    different = _said_different(conn)
    for a, b, owners in _owned(conn, "settled", are_two=True):
        if owners not in different:
            close(conn, a, b, "open")
    for a, b in one:
        close(conn, a, b, "settled")
    return len(one)


def _owned(conn: Connection, word: str, *, are_two: bool) -> list[tuple[int, int, frozenset[str]]]:
    """Pairs of a state with whose they are: those of two people, or all others, counted by the register."""
    one, other = identifiers.alias(), identifiers.alias()
    left, right = one.c.profile_id, other.c.profile_id
    of_both = reviews.outerjoin(one, one.c.identifier_id == reviews.c.a)
    of_both = of_both.outerjoin(other, other.c.identifier_id == reviews.c.b)
    query = sa.select(reviews.c.a, reviews.c.b, left, right).select_from(of_both).where(reviews.c.state == word)
    query = query.where(left != right if are_two else sa.or_(left.is_(None), right.is_(None), left == right))
    return [(a, b, frozenset((x or "", y or ""))) for a, b, x, y in conn.execute(query)]


def _said_different(conn: Connection) -> set[frozenset[str]]:
    """The people, two by two, whom somebody keeps apart."""
    one, other = identifiers.alias(), identifiers.alias()
    query = sa.select(one.c.profile_id, other.c.profile_id).select_from(
        separations.join(one, one.c.identifier_id == separations.c.a).join(
            other, other.c.identifier_id == separations.c.b
        )
    )
    return {frozenset((x, y)) for x, y in conn.execute(query)}


def claim(conn: Connection, pair: Pair, *, by: str, now: datetime) -> bool:
    """Keep a pair for one reviewer for ten minutes; False when another was faster."""
    is_free = sa.or_(reviews.c.claimed_by.is_(None), reviews.c.claimed_by == by, reviews.c.claimed_until < now)
    change = sa.update(reviews).where(reviews.c.a == pair.a, reviews.c.b == pair.b, is_free)
    return conn.execute(change.values(claimed_by=by, claimed_until=now + CLAIM)).rowcount > 0


def put_off(conn: Connection, pair: Pair, *, by: str, now: datetime, for_everybody: bool) -> None:
    """Later: nobody sees the pair until tomorrow. Skip: the others see it, this reviewer does not."""
    change = sa.update(reviews).where(reviews.c.a == pair.a, reviews.c.b == pair.b)
    values: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
    if for_everybody:
        values["later_until"] = now + LATER
    else:
        values["skipped_by"] = reviews.c.skipped_by + f"|{by}|"
    conn.execute(change.values(**values))


def close(conn: Connection, a: int, b: int, word: str) -> None:
    """Set the state of a pair."""
    change = sa.update(reviews).where(reviews.c.a == min(a, b), reviews.c.b == max(a, b))
    conn.execute(change.values(state=word, claimed_by=None, claimed_until=None))


def unanswer(conn: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Count pairs whose answer was taken back as settled, for `settle` to ask again, unless another answer stands."""
    said = (decisions.c.a == reviews.c.a, decisions.c.b == reviews.c.b, decisions.c.verb.in_(("same", "different")))
    is_left = sa.and_(reviews.c.state == "decided", ~sa.select(decisions.c.seq).where(*said).exists())
    for a, b in pairs:
        change = sa.update(reviews).where(reviews.c.a == a, reviews.c.b == b, is_left)
        conn.execute(change.values(state="settled"))


def settle_between(conn: Connection, a: int, b: int) -> None:
    """Ask no more about the people of two identifiers by other identifiers of theirs."""
    _change_between(conn, a, b, "open", "settled")


def reopen(conn: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    """Ask once more about pairs that were decided, and what was settled with them."""
    for a, b in pairs:
        _change_between(conn, a, b, "settled", "open")
        close(conn, a, b, "open")


def _change_between(conn: Connection, a: int, b: int, before: str, after: str) -> None:
    owners = sa.select(identifiers.c.profile_id).where(identifiers.c.identifier_id.in_((a, b)))
    theirs = sa.select(identifiers.c.identifier_id).where(identifiers.c.profile_id.in_(owners))
    change = sa.update(reviews).where(reviews.c.state == before, reviews.c.a.in_(theirs), reviews.c.b.in_(theirs))
    conn.execute(change.values(state=after, claimed_by=None, claimed_until=None))


def answers(conn: Connection) -> list[threshold.Answered]:
    """Every answer that stands about a pair that the model had scored."""
    query = sa.select(decisions).where(decisions.c.verb.in_(("same", "different")), decisions.c.score.isnot(None))
    newest = {(row.a, row.b): row for row in conn.execute(query.order_by(decisions.c.seq))}
    return [threshold.Answered(row.score, row.verb == "same") for row in newest.values()]


def conflicts(conn: Connection) -> list[Conflict]:
    """The pairs about which different people said different things, the latest first."""
    query = sa.select(decisions).where(decisions.c.verb.in_(("same", "different"))).order_by(decisions.c.seq)
    told: dict[tuple[int, int], list[Any]] = {}
    for row in conn.execute(query):
        told.setdefault((row.a, row.b), []).append(row)
    found = []
    for (a, b), rows in told.items():
        sides = {
            verb: tuple(dict.fromkeys(row.by_name or row.by for row in rows if row.verb == verb))
            for verb in ("same", "different")
        }
        if sides["same"] and sides["different"] and len({row.by for row in rows}) > 1:
            found.append((rows[-1].seq, Conflict(a, b, sides["same"], sides["different"], rows[-1].verb)))
    return [conflict for _seq, conflict in sorted(found, key=lambda each: -each[0])]


def decided(conn: Connection) -> set[tuple[int, int]]:
    """The pairs about which somebody said same or different."""
    apart = {(row.a, row.b) for row in conn.execute(sa.select(separations.c.a, separations.c.b))}
    query = sa.select(decisions.c.a, decisions.c.b).where(decisions.c.verb.in_(("same", "different")))
    return apart | {(row.a, row.b) for row in conn.execute(query)}


def pairs_of(conn: Connection, rows: Sequence[Any]) -> list[Pair]:
    """Rows of the queue, with whose their identifiers are by now."""
    owners = graph.owners(conn, {identifier_id for row in rows for identifier_id in (row.a, row.b)})
    return [
        Pair(
            a=row.a, b=row.b, kind=row.kind, run_id=row.run_id, reason=row.reason, score=row.score, weight=row.weight,
            evidence=msgspec.json.decode(row.evidence), value=row.value, state=row.state,
            profile_a=owners.get(row.a, ""), profile_b=owners.get(row.b, ""),
        )
        for row in rows
    ]  # fmt: skip
