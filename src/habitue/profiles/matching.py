"""Writes: a matching run over all people. Sure pairs become links, doubtful ones questions; it can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.audit import ledger
from habitue.collect.journal import Position
from habitue.identity import commands, decide, graph, listings, refusals, review, threshold
from habitue.identity.matching.online import saved
from habitue.identity.matching.outcome import Matched
from habitue.identity.matching.run import match_table
from habitue.identity.matching.stages import ORDER
from habitue.identity.proposals import Explained, Matcher, Outcome, proposals
from habitue.identity.tables import identifiers, runs, separations
from habitue.kernel import jobs, state
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError, NotFound
from habitue.kernel.register import among, chunks
from habitue.kernel.text import gettext_noop as _
from habitue.profiles import refused
from habitue.profiles.matching_rows import MatchingRows, matching_rows
from habitue.profiles.tables import people

JOB_KIND = "matching"
WEIGHED = "weighed_seq"
BODY_LINKS = 500
STEPS = len(ORDER) + 3
"""Records read, each stage of the comparison, links made, questions asked."""
STATES: Mapping[str, str] = {
    "running": _("running"),
    "done": _("done"),
    "failed": _("failed"),
    "stopped": _("stopped"),
    "undone": _("taken back"),
}
UNDOABLE = ("done", "failed", "stopped")


class RunNotUndoable(HabitueError):
    """The run is still going on."""

    code = "matching_run_not_undoable"
    message = _("This matching run is still going on and cannot be taken back yet.")
    next_step = _("Wait until it has ended, or stop it.")


class RunUndone(RunNotUndoable):
    """The run was taken back already."""

    code = "matching_run_undone"
    message = _("This matching run was taken back already. Nothing changed.")
    next_step = _("Look at the list of runs.")


@dataclass(frozen=True, slots=True)
class Run:
    """One matching run: how many people were compared, linked, and asked about."""

    run_id: str
    job_id: str | None
    state: str
    created_at: datetime
    created_by: str
    records: int
    linked: int
    doubtful: int
    lower: float
    upper: float
    report: Mapping[str, Any]
    kind: str = "bulk"


_OF_RUN = [runs.c[name] for name in Run.__dataclass_fields__]


def start(ws: Context, *, is_claimed: bool = False) -> jobs.Job:
    """Queue a matching run; its id is the job's subject."""
    policy.require(ws.actor, "people.edit")
    run_id = ws.ids.new()
    job = jobs.enqueue(ws, kind=JOB_KIND, subject_id=run_id, args={}, is_claimed=is_claimed)
    with ws.register.write() as conn:
        limit = threshold.upper(review.answers(conn))
        values = {"lower": threshold.REVIEW_FROM, "upper": limit, "report": {}}
        who = {"created_at": ws.clock.now(), "created_by": ws.actor.actor_id}
        conn.execute(sa.insert(runs).values(run_id=run_id, job_id=job.job_id, state="running", **who, **values))
        ledger.record(conn, ws, verb="matching.started", subject_kind="matching", subject_id=run_id, details={})
    return job


def run(ws: Context, job: jobs.Job, *, apply: Callable[[Position], object], matcher: Matcher = match_table) -> None:
    """Carry a matching run out: compare everybody, link what is sure, ask about what is doubtful.

    Raises JobLost, and writes nothing more, when another worker has taken the job over.
    """
    found, claimed_at = get(ws, job.subject_id), job.started_at
    tell = partial(jobs.progress, ws, job.job_id, total=STEPS, claimed_at=claimed_at)
    with ws.register.read() as conn:
        rows = matching_rows(conn)
        different = _kept_apart(conn, rows)
        weighed = int(conn.scalar(sa.select(sa.func.max(people.c.changed_seq))) or 0)
    tell(done=1)
    same = rows.known_same
    with jobs.kept(ws, job.job_id, claimed_at=claimed_at):
        outcome = matcher(
            rows.table,
            known_different=different,
            held_same=same,
            tell=lambda stage: tell(done=2 + ORDER.index(stage.name)),
        )
        links, doubts = proposals(
            outcome,
            upper=found.upper,
            lower=found.lower,
            held_same=same,
            known_different=different,
            asked_only=rows.claimed,
        )
    ids = rows.identifier_ids
    told = [
        commands.Matched(found.run_id, ids[each.a], ids[each.b], each.score, each.evidence, by=ws.actor.actor_id)
        for each in links
    ]
    for part in chunks(told, BODY_LINKS):
        tell(done=STEPS - 2)
        apply(decide.submit(ws, *part))
    tell(done=STEPS - 1)
    learnt = _learnt(outcome)
    apart = _refused(ws, rows, outcome)
    with ws.register.write() as conn:
        jobs.require_ours(conn, job.job_id, claimed_at)
        pairs = [(ids[each.a], ids[each.b], each) for each in doubts]
        asked = review.propose(conn, found.run_id, pairs, event_counts(conn, pairs))
        made = listings.linked_by(conn, found.run_id, [(each.a, each.b) for each in told])
        refusals.weigh(conn, apart, event_counts(conn, [(pair.a, pair.b, found) for pair, found in apart]))
        review.settle(conn)
        values = {
            "records": len(set(rows.profile_ids)),
            "linked": made,
            "doubtful": asked,
            "report": _report(outcome),
        }
        conn.execute(sa.update(runs).where(runs.c.run_id == found.run_id).values(state="done", model=learnt, **values))
        if learnt is not None:
            state.store(conn, {WEIGHED: weighed})


def fail(ws: Context, run_id: str, *, state: str = "failed") -> None:
    """Note that a run came to no end, or was stopped; what it linked until then stays and can be taken back."""
    with ws.register.write() as conn:
        conn.execute(sa.update(runs).where(runs.c.run_id == run_id).values(state=state))


def job_of(ws: Context, run_id: str) -> jobs.Job | None:
    """The job of a run while it waits or runs."""
    policy.require(ws.actor, "people.read")
    job_id = get(ws, run_id).job_id
    job = jobs.get(ws, job_id) if job_id else None
    return job if job is not None and job.state in jobs.OPEN_STATES else None


def cancel(ws: Context, run_id: str) -> None:
    """Ask a run to stop; what it linked until then stays and can be taken back."""
    policy.require(ws.actor, "people.edit")
    job = job_of(ws, run_id)
    if job is None:
        return
    if jobs.cancel(ws, job.job_id):
        fail(ws, run_id, state="stopped")
    with ws.register.write() as conn:
        ledger.record(conn, ws, verb="matching.stopped", subject_kind="matching", subject_id=run_id, details={})


def undo(ws: Context, run_id: str, *, apply: Callable[[Position], object]) -> int:
    """Take a run back, as if it had never been; what people decided about its questions stays."""
    policy.require(ws.actor, "people.edit")
    found = get(ws, run_id)
    if found.state not in UNDOABLE:
        raise RunUndone if found.state == "undone" else RunNotUndoable
    with ws.register.read() as conn:
        seqs = listings.of_run(conn, run_id)
    if seqs:
        details = {"links": len(seqs)}
        apply(decide.undo(ws, seqs=seqs, verb="matching.undone", subject_id=run_id, details=details))
    with ws.register.write() as conn:
        review.withdraw(conn, run_id)
        review.settle(conn)
        refusals.forget(conn)
        conn.execute(sa.update(runs).where(runs.c.run_id == run_id).values(state="undone"))
    return len(seqs)


def listing(ws: Context, *, limit: int = 20) -> Sequence[Run]:
    """Matching runs, newest first."""
    policy.require(ws.actor, "people.read")
    with ws.register.read() as conn:
        rows = conn.execute(sa.select(*_OF_RUN).order_by(runs.c.created_at.desc(), runs.c.run_id.desc()).limit(limit))
        return [Run(**row._mapping) for row in rows]


def get(ws: Context, run_id: str) -> Run:
    """One run; NotFound when there is none of that id."""
    with ws.register.read() as conn:
        row = conn.execute(sa.select(*_OF_RUN).where(runs.c.run_id == run_id)).first()
    if row is None:
        raise NotFound(what=_("matching run"), key=run_id)
    return Run(**row._mapping)


def _refused(ws: Context, rows: MatchingRows, outcome: Outcome) -> list[refused.Weighed]:
    """What the run thinks of everybody whom a rule kept apart."""
    with ws.register.write() as conn:
        refusals.note(conn)
    with ws.register.read() as conn:
        pairs, concerned = refused.to_weigh(conn)
    place = {record_id: row for row, record_id in enumerate(rows.record_ids)} if pairs else {}

    def explain(a: int, b: int) -> Explained | None:
        return outcome.explain(place[a], place[b]) if a in place and b in place else None

    return refused.weighed(pairs, concerned, explain)


def _kept_apart(conn: Connection, rows: MatchingRows) -> list[tuple[int, int]]:
    """The pairs of rows that somebody decided are different people: one pair for each two of them."""
    place = {identifier_id: row for row, identifier_id in enumerate(rows.identifier_ids)}
    first = rows.first_row()
    pairs = conn.execute(sa.select(separations.c.a, separations.c.b)).all()
    met = {identifier_id for pair in pairs for identifier_id in pair}
    stands_for = {key: place.get(key, first.get(owner)) for key, owner in graph.owners(conn, met).items()}
    found = set()
    for a, b in pairs:
        one, other = stands_for.get(a), stands_for.get(b)
        if one is not None and other is not None and rows.profile_ids[one] != rows.profile_ids[other]:
            found.add((min(one, other), max(one, other)))
    return sorted(found)


def event_counts(conn: Connection, pairs: Iterable[tuple[int, int, object]]) -> dict[int, int]:
    """How many events hang on the people of some identifiers."""
    met = {identifier_id for a, b, _ in pairs for identifier_id in (a, b)}
    query = sa.select(identifiers.c.identifier_id, people.c.event_count)
    query = query.join(people, people.c.profile_id == identifiers.c.profile_id)
    found: dict[int, int] = {}
    for part in chunks(sorted(met), 10_000):
        found.update(
            (row[0], row[1]) for row in conn.execute(query.where(among(conn, identifiers.c.identifier_id, part)))
        )
    return found


def _learnt(outcome: object) -> Mapping[str, Any] | None:
    """What weighs new records from now on; None where the run learnt nothing."""
    return saved(outcome) if isinstance(outcome, Matched) and outcome.model is not None else None


def _report(outcome: object) -> dict[str, Any]:
    """What the matcher tells about itself, as plain data."""
    told = getattr(outcome, "report", None)
    return asdict(told) if is_dataclass(told) and not isinstance(told, type) else {}
