"""What the rules kept apart, as questions: each with the probability that the two are one all the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.identity import review, rules
from habitue.identity.proposals import Proposal
from habitue.identity.tables import reviews, violations
from habitue.kernel import state
from habitue.kernel.register import among, bulk, chunks, insert_ignoring

SYNCED = "reviews_seq"
# How often the rules are wrong to refuse, as far as anybody knows before a model has weighed the pair.
DOUBT: Mapping[str, float] = {"too_many": 0.5, "two_accounts": 0.5, "claimed_only": 0.5, "little_proof": 0.4}
RARELY_WRONG = 0.1
_NOT_WEIGHED = "{}"
# Weighed, and nothing could be compared: what the rule alone says stands.
NOTHING_SAID = '{"parts":[]}'


def note(conn: Connection) -> None:
    """Put what the rules refused since the last time into the queue; what was decided is left alone."""
    known = state.read(conn, SYNCED)
    query = sa.select(violations).where(violations.c.seq > known, violations.c.reason.in_(rules.TO_DECIDE))
    rows = conn.execute(query.order_by(violations.c.seq)).all()
    if not rows:
        return
    decided = review.decided(conn)
    pairs = {(min(row.kept, row.left_out), max(row.kept, row.left_out)): row for row in rows}
    fresh = [
        {
            "a": pair[0], "b": pair[1], "kind": "refusal", "run_id": None, "reason": row.reason,
            "evidence": _NOT_WEIGHED, "score": doubt(row.reason), "weight": 0.0, "state": "open",
            "value": review.worth(doubt(row.reason), 1), **review.FREE,
        }
        for pair, row in pairs.items()
        if pair not in decided
    ]  # fmt: skip
    bulk(conn, insert_ignoring(conn, reviews), fresh)
    state.store(conn, {SYNCED: rows[-1].seq})


def note_again(conn: Connection, identifier_ids: Collection[int]) -> None:
    """Let `note` look again at what a replay refused: the events that it replays are older than the last time."""
    known = state.read(conn, SYNCED)
    oldest = known + 1
    for part in chunks(sorted(identifier_ids), 10_000):
        query = sa.select(sa.func.min(violations.c.seq)).where(among(conn, violations.c.kept, part))
        oldest = min(oldest, conn.scalar(query.where(violations.c.reason.in_(rules.TO_DECIDE))) or oldest)
    if oldest <= known:
        state.store(conn, {SYNCED: oldest - 1})


def are_new(conn: Connection) -> bool:
    """Whether the rules refused anything since `note`."""
    newer = sa.select(violations.c.seq).where(violations.c.seq > state.read(conn, SYNCED))
    return conn.execute(newer.where(violations.c.reason.in_(rules.TO_DECIDE)).limit(1)).first() is not None


def doubt(reason: str) -> float:
    """How likely two are one whom a rule kept apart, before a model has weighed them."""
    return DOUBT.get(reason, RARELY_WRONG)


def waiting(conn: Connection, *, limit: int, is_weighed: bool | None = None) -> list[review.Pair]:
    """Open questions about refusals; with `is_weighed` only those that a model has weighed, or has not."""
    query = sa.select(reviews).where(reviews.c.kind == "refusal", reviews.c.state == "open")
    if is_weighed is not None:
        is_new = reviews.c.evidence == _NOT_WEIGHED
        query = query.where(~is_new if is_weighed else is_new)
    return review.pairs_of(conn, conn.execute(query.order_by(reviews.c.a, reviews.c.b).limit(limit)).all())


def weigh(conn: Connection, told: Iterable[tuple[review.Pair, Proposal | None]], events: Mapping[int, int]) -> None:
    """Store what a model thinks of some refusals; None where the two say nothing that could be compared."""
    rows = []
    for pair, found in told:
        score = doubt(pair.reason) if found is None else found.score
        rows.append(
            {
                "x": pair.a, "y": pair.b, "s": score, "w": found.weight if found else 0.0,
                "e": found.evidence if found else NOTHING_SAID,
                "v": review.worth(score, events.get(pair.a, 0) + events.get(pair.b, 0)),
            }
        )  # fmt: skip
    if not rows:
        return
    is_pair = sa.and_(reviews.c.a == sa.bindparam("x"), reviews.c.b == sa.bindparam("y"))
    change = sa.update(reviews).where(is_pair, reviews.c.kind == "refusal", reviews.c.state == "open")
    values = {"score": "s", "weight": "w", "evidence": "e", "value": "v"}
    conn.execute(change.values({column: sa.bindparam(key) for column, key in values.items()}), rows)


def forget(conn: Connection) -> None:
    """Let no model have weighed what is open: the one that had was taken back."""
    is_open = sa.and_(reviews.c.kind == "refusal", reviews.c.state == "open")
    for reason in rules.TO_DECIDE:
        plain = {
            "score": doubt(reason),
            "weight": 0.0,
            "evidence": _NOT_WEIGHED,
            "value": review.worth(doubt(reason), 1),
        }
        conn.execute(sa.update(reviews).where(is_open, reviews.c.reason == reason).values(**plain))
