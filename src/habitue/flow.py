"""The main flow on one page: what becomes of everything that arrives, and what is computed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby

from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.activation import exports_erase
from habitue.audit import ledger
from habitue.collect import imports, projection, repeats
from habitue.collect.envelope import Event
from habitue.collect.journal import Position
from habitue.identity import commands, decide, explain, graph, known, replay
from habitue.insights import catalogue
from habitue.insights import store as insights
from habitue.kernel import jobs, state
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.privacy import consents
from habitue.profiles import activity, erasure, inheritance, people, reading, replica, timeline, values
from habitue.quality import importing, quarantine
from habitue.quality.admission import admit


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took away: events, quarantined rows, and export files that held the person."""

    events: int
    quarantined: int
    exports: int


def project(ws: Context, conn: Connection, events: Sequence[Event]) -> None:
    """Apply a group of events to the register, inside the transaction that also stores the journal's offset."""
    if not events:
        return
    changed: set[str] = set()
    gone: set[str] = set()
    for is_command, run in groupby(events, key=commands.is_command):
        if is_command:
            known.note_change(conn, ws)
        for resolved in _commands(ws, conn, run) if is_command else _facts(ws, conn, run):
            changed = (changed - resolved.gone) | resolved.changed
            gone = (gone | resolved.gone) - resolved.touched
    seq = events[-1].seq
    people.refresh(conn, changed=changed, gone=gone, seq=seq, country=ws.config.workspace.country)
    if changed or gone:
        state.store(conn, {"people_seq": seq})
    state.store(conn, {"facts_seq": seq})


def settle(conn: Connection, is_last: bool) -> None:
    """End a group: count what people did, put off while more waits."""
    seq = state.read(conn, "last_seq")
    if activity.fold(conn, upto=seq, is_due=is_last):
        state.store(conn, {"facts_seq": seq})


def catch_up(ws: Context, target: Position | None = None) -> int:
    """Project what waits in the journal; with `target`, return only when everything before it is projected."""

    def apply(conn: Connection, events: Sequence[Event]) -> None:
        project(ws, conn, events)

    if target is None:
        return projection.apply_pending(ws, apply, settle)
    projection.wait_applied(ws, target, apply, settle)
    return 0


def refresh(ws: Context) -> None:
    """Renew what is computed: the replica for analysis, then the insights on it."""
    replica.refresh(ws)
    for name in catalogue.insights():
        insights.stored(ws, name)


def run_import(ws: Context, job: jobs.Job, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Carry a queued import out to its end, and close its job as done, cancelled or failed."""
    outcome, problem = "done", None
    try:
        importing.run(
            ws, job, apply=partial(catch_up, ws), records_of_import=timeline.records_of_import, progress=progress
        )
    except jobs.JobCancelled:
        outcome = "cancelled"
    except HabitueError as error:
        outcome, problem = "failed", error
    people_of_import(ws, job.subject_id)
    refresh(ws)
    jobs.finish(ws, job.job_id, state=outcome, error=problem)


def people_of_import(ws: Context, import_id: str) -> None:
    """Count the people whom an import brought or changed."""
    with ws.register.write() as conn:
        new, updated = reading.people_of_import(conn, import_id)
        imports.update(conn, import_id, {"people_new": new, "people_updated": updated})


def undo_import(ws: Context, import_id: str) -> None:
    """Take an import back, as if it had never happened."""
    importing.require_undoable(ws, import_id)
    catch_up(ws, decide.submit(ws, commands.UndoImport(import_id=import_id)))
    for heir_id in importing.note_undone(ws, import_id):
        people_of_import(ws, heir_id)
    refresh(ws)


def erase_person(ws: Context, profile_id: str) -> Erased:
    """Erase one person from register, replica, quarantine and kept exports; the ledger keeps that it happened."""
    policy.require(ws.actor, "people.erase")
    person = reading.person(ws, profile_id)
    with ws.register.read() as conn:
        needles = [known.value for known in explain.explain(conn, person.row.profile_id).identifiers]
    kept = exports_erase.erase(ws, person.row.profile_id)
    with ws.register.write() as conn:
        rows = quarantine.erase_matching(conn, needles)
        details = {"events": person.row.event_count, "quarantined": rows, "exports": kept}
        ledger.record(
            conn, ws, verb="person.erased", subject_kind="person", subject_id=person.row.profile_id, details=details
        )
    catch_up(ws, decide.submit(ws, commands.ErasePerson(identifier_ids=person.identifier_ids)))
    projection.forget_projected(ws)
    refresh(ws)
    ws.lake.sweep(grace=0)
    return Erased(events=person.row.event_count, quarantined=rows, exports=kept)


def rebuild(ws: Context, conn: Connection, around: replay.Closure) -> None:
    """Make profiles anew from their events; with everybody around, the whole register."""
    known.note_change(conn, ws)
    resolved = _replay(ws, conn, around)
    seq = state.read(conn, "facts_seq")
    country = ws.config.workspace.country
    people.refresh(conn, changed=resolved.changed, gone=resolved.gone, seq=seq, country=country)


def _facts(ws: Context, conn: Connection, run: Iterable[Event]) -> Iterator[graph.Resolved]:
    settings = ws.config.workspace
    today = day_in(ws.clock.now(), settings.timezone)
    events = [admit(event, country=settings.country, today=today) for event in run]
    resolved = known.resolve(conn, ws, events)
    told = values.fold(conn, resolved.homes)
    consents.fold(conn, resolved.homes)
    timeline.append(conn, resolved.homes)
    different = {resolved.owners[identifier_id] for identifier_id in told.different}
    confirmed = {resolved.owners[identifier_id] for identifier_id in told.confirmed}
    decided = people.with_several_sources(conn, confirmed - different)
    yield replace(resolved, changed=resolved.changed | different | decided)


def _commands(ws: Context, conn: Connection, run: Iterable[Event]) -> Iterator[graph.Resolved]:
    for event in run:
        match commands.decode(event):
            case commands.UndoImport(import_id=import_id):
                around = replay.closure(conn, timeline.met_by_import(conn, import_id))
                taken = inheritance.hand_over(
                    conn, import_id, repeats.heirs(conn, import_id), secret=ws.secret("records")
                )
                repeats.note_inherited(conn, taken)
                timeline.delete_import(conn, import_id)
                yield _replay(ws, conn, around)
            case commands.ErasePerson(identifier_ids=identifier_ids):
                around = replay.closure(conn, identifier_ids)
                erasure.erase(conn, identifier_ids)
                yield _replay(ws, conn, around)
            case decision:
                timeline.append(conn, [(event, commands.home(decision))])
                yield commands.apply(conn, ws, decision, event)


def _replay(ws: Context, conn: Connection, around: replay.Closure) -> graph.Resolved:
    """Everything around as its remaining events say, in journal order, as if the others had never come."""
    activity.fold(conn, upto=timeline.newest(conn))
    events = timeline.stored(conn, around.identifier_ids)
    values.forget(conn, around.identifier_ids)
    consents.forget(conn, around.identifier_ids)
    resolved = replay.replay(conn, ws, around, events)
    values.fold(conn, resolved.homes)
    consents.fold(conn, resolved.homes)
    timeline.rehome(conn, resolved.homes)
    activity.recount(conn, around.identifier_ids | {identifier_id for _, identifier_id in resolved.homes})
    return resolved
