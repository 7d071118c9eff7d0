"""What a model thinks of people whom a rule kept apart: all records of the one beside all records of the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy.engine import Connection

from habitue.identity import refusals
from habitue.identity.proposals import Explained, Proposal, between, probability_of
from habitue.identity.review import Pair
from habitue.profiles.matching_rows import MatchingRows, matching_rows

MOST_PAIRS = 20_000
RECORDS_EACH = 6
Weighed = tuple[Pair, Proposal | None]
Explain = Callable[[int, int], Explained | None]
"""Why two records are one, or not, by their ids; None where one of them is not known."""


def to_weigh(
    conn: Connection, *, limit: int = MOST_PAIRS, is_weighed: bool | None = None
) -> tuple[list[Pair], MatchingRows]:
    """(open questions about refusals, the records of the people in them)."""
    pairs = refusals.waiting(conn, limit=limit, is_weighed=is_weighed)
    concerned = {profile_id for pair in pairs for profile_id in (pair.profile_a, pair.profile_b) if profile_id}
    return pairs, matching_rows(conn, concerned)


def weighed(pairs: Iterable[Pair], rows: MatchingRows, explain: Explain) -> list[Weighed]:
    """What the records of both sides say together; None where one side says too little to be compared."""
    records: dict[str, list[int]] = {}
    for profile_id, record_id in zip(rows.profile_ids, rows.record_ids, strict=True):
        records.setdefault(profile_id, []).append(record_id)
    return [(pair, _weighed(pair, records.get(pair.profile_a, ()), records.get(pair.profile_b, ()), explain))
            for pair in pairs]  # fmt: skip


def _weighed(pair: Pair, left: Sequence[int], right: Sequence[int], explain: Explain) -> Proposal | None:
    found = (explain(a, b) for a in left[:RECORDS_EACH] for b in right[:RECORDS_EACH])
    reasons = [why for why in found if why is not None]
    if not reasons:
        return None
    mean, evidence = between(reasons)
    return Proposal(pair.a, pair.b, probability_of(mean), mean, evidence)
