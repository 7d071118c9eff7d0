"""Every new record is weighed against the known ones soon after it came, with the model of the last matching run.

What is sure becomes a link under the same rules as in a run, what is doubtful a question. The links and questions of
one day are a run of their own, which can be taken back like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.journal import Position
from habitue.identity import commands, decide, graph, listings, refusals, review, threshold
from habitue.identity.matching.online import Found, Index, explained, score_one
from habitue.identity.proposals import Proposal, evidence_of
from habitue.identity.tables import identifiers, runs, separations
from habitue.kernel import state
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.register import among
from habitue.profiles import refused
from habitue.profiles.matching import WEIGHED, event_counts
from habitue.profiles.matching_rows import MatchingRows, identifier_of, known_records, matching_rows
from habitue.profiles.tables import people
from habitue.profiles.values import FORGOTTEN

PEOPLE_A_TURN = 100
REFUSALS_A_TURN = 50
WAITING = 20_000
Apply = Callable[[Position], object]


@dataclass(slots=True)
class Weigher:
    """What a process keeps between turns: the known records under the model of a run, and whom to look at next."""

    run_id: str = ""
    index: Index | None = None
    waiting: list[str] = field(default_factory=list)
    upto: int = 0
    forgotten: int = 0

    def prepare(self, conn: Connection, run_id: str) -> Index:
        """The known records, without those that were erased or taken back since the last turn."""
        forgotten = state.read(conn, FORGOTTEN)
        if self.index is None or self.run_id != run_id or self.index.is_worn:
            self.index, self.run_id = _index(conn, run_id), run_id
        elif forgotten != self.forgotten:
            self.index.keep(known_records(conn))
        self.forgotten = forgotten
        return self.index

    def clear(self) -> None:
        """Forget everything."""
        self.run_id, self.index, self.waiting = "", None, []


def weigh(ws: Context, weigher: Weigher, *, apply: Apply) -> bool:
    """Weigh some of the records that are new; returns whether there were any.

    Without a model of an earlier run nothing happens; what came before that run it has compared itself.
    """
    with ws.register.read() as conn:
        run_id = _trained(conn)
        since = state.read(conn, WEIGHED)
        if run_id is None:
            weigher.clear()
            return False
        if not weigher.waiting:
            weigher.waiting, weigher.upto = _changed(conn, since)
        part, weigher.waiting = weigher.waiting[:PEOPLE_A_TURN], weigher.waiting[PEOPLE_A_TURN:]
        apart, concerned = ([], None) if part else refused.to_weigh(conn, limit=REFUSALS_A_TURN, is_weighed=False)
        if not part and not apart and weigher.index is None:
            return False
        index = weigher.prepare(conn, run_id)
        rows = concerned or matching_rows(conn, part)
    if not part:
        return _weigh_refused(ws, index, apart, rows)
    _weigh(ws, index, rows, since, apply)
    if not weigher.waiting:
        with ws.register.write() as conn:
            state.store(conn, {WEIGHED: max(weigher.upto, state.read(conn, WEIGHED))})
    return True


def _weigh_refused(ws: Context, index: Index, pairs: Sequence[review.Pair], rows: MatchingRows) -> bool:
    """Give people whom a rule kept apart the probability that they are one; returns whether there were any."""
    if not pairs:
        return False
    records = dict(zip(rows.record_ids, rows.table.to_pylist(), strict=True))
    for record_id, record in records.items():
        index.put(record_id, record)
    told = refused.weighed(pairs, rows, lambda a, b: explained(index, records[a], b))
    with ws.register.write() as conn:
        refusals.weigh(conn, told, event_counts(conn, [(pair.a, pair.b, found) for pair, found in told]))
    return True


def _trained(conn: Connection) -> str | None:
    """The newest run that learnt something and stands."""
    is_model = sa.and_(runs.c.kind == "bulk", runs.c.state == "done", runs.c.model.isnot(sa.null()))
    newest = sa.select(runs.c.run_id).where(is_model).order_by(runs.c.created_at.desc(), runs.c.run_id.desc())
    return conn.scalar(newest.limit(1))


def _index(conn: Connection, run_id: str) -> Index:
    model = conn.execute(sa.select(runs.c.model).where(runs.c.run_id == run_id)).scalar_one()
    rows = matching_rows(conn)
    return Index.of_table(model or {}, rows.table, rows.record_ids)


def _changed(conn: Connection, since: int) -> tuple[list[str], int]:
    """(people who changed after `since`, the sequence number up to which that is everybody)."""
    newer = sa.select(people.c.changed_seq).where(people.c.changed_seq > since).order_by(people.c.changed_seq)
    upto = conn.scalar(newer.offset(WAITING).limit(1)) or conn.scalar(sa.select(sa.func.max(people.c.changed_seq)))
    chosen = sa.select(people.c.profile_id).where(people.c.changed_seq > since, people.c.changed_seq <= (upto or 0))
    return list(conn.scalars(chosen.order_by(people.c.changed_seq, people.c.person_no))), int(upto or since)


def _weigh(ws: Context, index: Index, rows: MatchingRows, since: int, apply: Apply) -> None:
    for silent in rows.silent:
        index.drop(silent)
    told = rows.table.to_pylist()
    for known_id, record in zip(rows.record_ids, told, strict=True):
        index.put(known_id, record)
    fresh = [row for row, newest in enumerate(rows.newest) if newest > since]
    if not fresh:
        return
    records = {row: told[row] for row in fresh}
    found = {
        row: score_one(index, record, at_least=threshold.REVIEW_FROM, but=rows.record_ids[row])
        for row, record in records.items()
    }
    with ws.register.read() as conn:
        limit = threshold.upper(review.answers(conn))
        known = _Known.of(conn, rows, found.values())
        pairs = _best(rows, found, known)
    for record in known.lost:
        index.drop(record)
    asked_only = rows.claimed
    linked: set[int] = set()
    links: list[Proposal] = []
    doubts: list[Proposal] = []
    for row, each in pairs:
        is_sure = each.probability >= limit and row not in asked_only and row not in linked
        linked |= {row} if is_sure else set()
        evidence = evidence_of(each.explanation)
        ends = rows.identifier_ids[row], identifier_of(each.record_id)
        (links if is_sure else doubts).append(Proposal(*ends, each.probability, each.weight, evidence))
    if links or doubts:
        _carry_out(
            ws, links, doubts, limit=limit, people_count=len({rows.profile_ids[row] for row in fresh}), apply=apply
        )


@dataclass(frozen=True, slots=True)
class _Known:
    """Whose the records are that were found, which people are kept apart, and records that are gone."""

    owners: Mapping[int, str]
    apart: frozenset[tuple[str, str]]
    lost: Sequence[int]

    @classmethod
    def of(cls, conn: Connection, rows: MatchingRows, found: Iterable[Sequence[Found]]) -> _Known:
        met = {each.record_id for list_ in found for each in list_}
        owners = graph.owners(conn, {identifier_of(record) for record in met})
        concerned = {*owners.values(), *rows.profile_ids}
        members = sa.select(identifiers.c.identifier_id, identifiers.c.profile_id).where(
            among(conn, identifiers.c.profile_id, concerned)
        )
        of = {row[0]: row[1] for row in conn.execute(members)}
        pairs = sa.select(separations.c.a, separations.c.b).where(among(conn, separations.c.a, of))
        apart = {(of[a], of[b]) for a, b in conn.execute(pairs) if a in of and b in of}
        lost = [record for record in met if identifier_of(record) not in owners]
        return cls(owners, frozenset(apart | {(b, a) for a, b in apart}), lost)


def _best(rows: MatchingRows, found: Mapping[int, Sequence[Found]], known: _Known) -> list[tuple[int, Found]]:
    """The likeliest pair between each two people who are neither one nor kept apart, the likeliest first."""
    best: dict[tuple[str, str], tuple[int, Found]] = {}
    for row, list_ in found.items():
        mine = rows.profile_ids[row]
        for each in list_:
            owner = known.owners.get(identifier_of(each.record_id))
            if owner is None or owner == mine or (mine, owner) in known.apart:
                continue
            both = (min(mine, owner), max(mine, owner))
            if both not in best or best[both][1].probability < each.probability:
                best[both] = (row, each)
    return sorted(best.values(), key=lambda pair: (-pair[1].probability, pair[0], pair[1].record_id))


def _carry_out(
    ws: Context, links: Sequence[Proposal], doubts: Sequence[Proposal], *, limit: float, people_count: int, apply: Apply
) -> None:
    """Link what is sure, ask about what is doubtful, as part of the run of today."""
    with ws.register.write() as conn:
        run_id = _run_of_today(conn, ws, limit)
    if links:
        told = [commands.Matched(run_id, each.a, each.b, each.score, each.evidence) for each in links]
        apply(decide.submit(ws, *told))
    pairs = [(each.a, each.b, each) for each in doubts]
    with ws.register.write() as conn:
        asked = review.add(conn, run_id, pairs, event_counts(conn, pairs))
        made = listings.linked_by(conn, run_id, [(each.a, each.b) for each in links])
        more = {"records": people_count, "linked": made, "doubtful": asked}
        change = sa.update(runs).where(runs.c.run_id == run_id)
        conn.execute(change.values({name: runs.c[name] + count for name, count in more.items()}))


def _run_of_today(conn: Connection, ws: Context, limit: float) -> str:
    now, zone = ws.clock.now(), ws.config.workspace.timezone
    is_online = sa.and_(runs.c.kind == "online", runs.c.state == "done")
    newest = sa.select(runs.c.run_id, runs.c.created_at).where(is_online).order_by(runs.c.created_at.desc())
    last = conn.execute(newest.limit(1)).first()
    if last is not None and day_in(last.created_at, zone) == day_in(now, zone):
        return str(last.run_id)
    run_id = ws.ids.new()
    values = {"lower": threshold.REVIEW_FROM, "upper": limit, "report": {}, "kind": "online", "state": "done"}
    conn.execute(sa.insert(runs).values(run_id=run_id, created_at=now, created_by=ws.actor.actor_id, **values))
    return run_id
