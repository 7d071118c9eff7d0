"""The main flow on one page: what becomes of everything that arrives, and what is computed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import groupby

from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.activation import exports_erase
from habitue.activation.console import saved, snapshot
from habitue.audiences import alike, corrections, fixed_list, part, realtime, retelling, stays, taken
from habitue.audiences import settle as settling
from habitue.audit import ledger
from habitue.collect import imports, projection, repeats, traffic
from habitue.collect.envelope import INTERNAL_SOURCE, Event
from habitue.collect.journal import Position
from habitue.identity import (
    commands,
    decide,
    explain,
    graph,
    known,
    nodes,
    preview,
    replay,
    review,
    reviewing,
    rulebook,
    safer,
    undone,
)
from habitue.identity.matching.run import match_table
from habitue.identity.proposals import Matcher
from habitue.identity.rulebook import Rulebook
from habitue.insights import catalogue
from habitue.insights import store as insights
from habitue.kernel import jobs, state
from habitue.kernel.clock import EPOCH
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.privacy import consents
from habitue.profiles import (
    activity,
    erasure,
    inheritance,
    matching,
    people,
    reading,
    relations,
    replaying,
    replica,
    timeline,
    values,
    weighing,
)
from habitue.profiles.warehouse import shapes
from habitue.quality import held, importing, quarantine, releases, screening, unreadable


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
    met: set[int] = set()
    for kind, run in groupby(events, key=_kind):
        for resolved in _STEPS[kind](ws, conn, run):
            met = set() if kind == "command" else met | resolved.met
            changed = (changed - resolved.gone) | resolved.changed
            gone = (gone | resolved.gone) - resolved.touched
    seq = events[-1].seq
    people.refresh(conn, changed=changed, gone=gone, seq=seq, country=ws.config.workspace.country, met=met)
    if changed or gone:
        state.store(conn, {"people_seq": seq})
    state.store(conn, {"facts_seq": seq})


def end_group(conn: Connection, is_last: bool) -> None:
    """End a group: count what people did, put off while more waits."""
    seq = state.read(conn, "last_seq")
    if activity.fold(conn, upto=seq, is_due=is_last):
        state.store(conn, {"facts_seq": seq})


def catch_up(ws: Context, target: Position | None = None, *, seconds: float = float("inf")) -> int:
    """Project what waits in the journal, for about `seconds`; returns the number of events.

    With `target`, return only when everything before it is projected.
    """

    def apply(conn: Connection, events: Sequence[Event]) -> None:
        project(ws, conn, events)

    aside = unreadable.Aside(ws)
    if target is None:
        return projection.apply_pending(ws, apply, end_group, aside=aside, seconds=seconds)
    projection.wait_applied(ws, target, apply, end_group, aside=aside)
    return 0


def refresh(ws: Context) -> None:
    """Renew what is computed: the replica for analysis, then the insights on it that need no learning, and the part."""
    _renew_replica(ws)
    _renew_insights(ws)
    part.renew(ws)


def _end_of_job(ws: Context) -> None:
    """Renew the replica and the part; insights on them wait for the worker's next turn or for whoever asks first."""
    _renew_replica(ws)
    part.renew(ws)


def _renew_replica(ws: Context) -> None:
    if replica.refresh(ws) or not ws.lake.has("relations"):
        relations.renew(ws)
        reviewing.keep_up(ws)


def _renew_insights(ws: Context) -> None:
    for name, insight in catalogue.insights().items():
        if insight.learn is None:
            insights.stored(ws, name)


def look_into_columns(ws: Context) -> None:
    """Look up which columns the tables for analysts have, so that nobody waits for it who asks them."""
    shapes.renew(ws)


def learn(
    ws: Context, names: Sequence[str] = (), *, progress: Callable[[int, int], None] | None = None
) -> Sequence[str]:
    """Learn insights anew from all facts: the named ones, else all that are due; returns which."""
    replica.refresh(ws)
    wanted = list(names) or insights.due(ws)
    insights.learn_all(ws, wanted, progress)
    if wanted and not names:
        alike.renew(ws)
    return wanted


def find_alike(ws: Context, audience_id: str, *, wanted: int) -> alike.Alike:
    """Find the people who are most like those of an audience, from all facts."""
    replica.refresh(ws)
    return alike.find(ws, audience_id, wanted=wanted)


def run_alike(ws: Context, job: jobs.Job) -> None:
    """Carry a queued search for people like those of an audience out to its end."""
    find_alike(ws, job.subject_id, wanted=int(job.args["wanted"]))
    jobs.finish(ws, job.job_id, state="done", claimed_at=job.started_at)


def run_learning(ws: Context, job: jobs.Job) -> None:
    """Carry a queued learning of insights out to its end, with its progress."""
    started = job.started_at

    def progress(done: int, total: int) -> None:
        jobs.progress(ws, job.job_id, done=done, total=total, claimed_at=started)

    try:
        learn(ws, job.args.get("names", ()), progress=progress)
    except jobs.JobCancelled:
        jobs.finish(ws, job.job_id, state="cancelled", claimed_at=started)
    else:
        jobs.finish(ws, job.job_id, state="done", claimed_at=started)


def follow(ws: Context, follower: realtime.Follower) -> bool:
    """Bring memberships up to what was projected and to the clock, and their history to what was undone.

    Returns whether there was anything to do.
    """
    settling.settle_time(ws)
    step = realtime.follow(ws, follower)
    return step.people > 0 or step.is_more or retelling.correct(ws, follower)


def carry_out(ws: Context, decision: Position) -> None:
    """Project a decision about identity, and ask what it opens, no more what it settles."""
    catch_up(ws, decision)
    with ws.register.write() as conn:
        review.settle(conn)


def settle(ws: Context) -> None:
    """Ask audiences of everybody: newly published ones, and those that look at what has changed for all at once."""
    has_new_products = settling.has_new_products(ws)
    if settling.is_waiting(ws) or has_new_products:
        replica.refresh(ws)
        settling.settle(ws)
    if has_new_products:
        settling.settle_products(ws)
    settling.settle_relations(ws)
    settling.settle_fields(ws)
    settling.settle_insights(ws)


def run_import(ws: Context, job: jobs.Job, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Carry a queued import out to its end, and close its job as done, cancelled or failed."""
    outcome, problem = "done", None
    catch_up(ws, projection.journal(ws).tail())
    try:
        importing.run(
            ws, job, apply=_one_group_behind(ws), records_of_import=timeline.records_of_import, progress=progress
        )
    except jobs.JobCancelled:
        outcome = "cancelled"
    except jobs.JobLost:
        return
    except HabitueError as error:
        outcome, problem = "failed", error
    catch_up(ws, projection.journal(ws).tail())
    people_of_import(ws, job.subject_id)
    _end_of_job(ws)
    jobs.finish(ws, job.job_id, state=outcome, error=problem, claimed_at=job.started_at)


def _one_group_behind(ws: Context) -> Callable[[], None]:
    """Projects what a file brought; where another process does that, it is let one group ahead, and no further."""
    before: list[Position] = []

    def apply() -> None:
        if before:
            catch_up(ws, before.pop())
        catch_up(ws)
        before.append(projection.journal(ws).tail())

    return apply


def people_of_import(ws: Context, import_id: str) -> None:
    """Count the people whom an import brought or changed."""
    with ws.register.write() as conn:
        new, updated = reading.people_of_import(conn, import_id)
        imports.update(conn, import_id, {"people_new": new, "people_updated": updated})


def run_matching(ws: Context, job: jobs.Job, *, matcher: Matcher = match_table) -> None:
    """Carry a queued matching run out to its end, and close its job as done, cancelled or failed."""
    outcome, problem = "done", None
    try:
        matching.run(ws, job, apply=partial(catch_up, ws), matcher=matcher)
    except jobs.JobCancelled:
        outcome = "cancelled"
    except jobs.JobLost:
        return
    except HabitueError as error:
        outcome, problem = "failed", error
    if outcome != "done":
        matching.fail(ws, job.subject_id, state="stopped" if outcome == "cancelled" else "failed")
    _end_of_job(ws)
    jobs.finish(ws, job.job_id, state=outcome, error=problem, claimed_at=job.started_at)


def weigh(ws: Context, weigher: weighing.Weigher) -> bool:
    """Weigh some of the new records against the known ones; returns whether there were any."""
    return weighing.weigh(ws, weigher, apply=partial(catch_up, ws))


def undo_matching(ws: Context, run_id: str) -> int:
    """Take a matching run back, as if it had never been; returns how many links it had made."""
    count = matching.undo(ws, run_id, apply=partial(catch_up, ws))
    _end_of_job(ws)
    return count


def undo_import(ws: Context, import_id: str) -> None:
    """Take an import back, as if it had never happened."""
    importing.require_undoable(ws, import_id)
    catch_up(ws, decide.submit(ws, commands.UndoImport(import_id=import_id)))
    with ws.register.write() as conn:
        review.settle(conn)
        unreadable.forget(conn, import_id=import_id)
    for heir_id in importing.note_undone(ws, import_id):
        people_of_import(ws, heir_id)
    _end_of_job(ws)


def replay_quarantine(ws: Context, source_id: str, held_ids: Sequence[str] | None = None) -> int:
    """Replay what waits of a source, or some of its messages, once; returns how many were ordered."""
    count, position = releases.order(ws, source_id, held_ids)
    if position is not None:
        catch_up(ws, position)
    return count


def replay_unreadable(ws: Context) -> int:
    """Try to apply what was set aside of the journal once more; returns how many frames were tried."""
    count, position = unreadable.again(ws)
    if position is not None:
        catch_up(ws, position)
    return count


def erase_person(ws: Context, profile_id: str) -> Erased:
    """Erase one person from register, replica, quarantine and kept exports; the ledger keeps that it happened."""
    policy.require(ws.actor, "people.erase")
    person = reading.person(ws, profile_id)
    with ws.register.read() as conn:
        needles = [known.value for known in explain.explain(conn, person.row.profile_id).identifiers]
    kept = exports_erase.erase(ws, person.row.profile_id)
    with ws.register.write() as conn:
        rows = quarantine.erase_matching(conn, needles) + held.erase_matching(conn, needles)
        rows += unreadable.erase_matching(conn, needles)
        traffic.erase_matching(conn, needles)
        saved.erase_matching(conn, needles)
        taken.erase(conn, [person.row.profile_id])
        stays.erase_person(conn, person.identifier_ids, person.row.profile_id)
        details = {"events": person.row.event_count, "quarantined": rows, "exports": kept}
        ledger.record(
            conn, ws, verb="person.erased", subject_kind="person", subject_id=person.row.profile_id, details=details
        )
    catch_up(ws, decide.submit(ws, commands.ErasePerson(identifier_ids=person.identifier_ids)))
    projection.forget_projected(ws)
    ws.register.forget_deleted()
    snapshot.erase(ws)
    retelling.sweep(ws)
    part.forget(ws)
    _renew_replica(ws)
    _renew_insights(ws)
    insights.forget(ws, [person.row.profile_id])
    # Another process may have copied it before the replica was renewed.
    part.forget(ws)
    ws.lake.sweep(grace=0)
    snapshot.erase(ws)
    return Erased(events=person.row.event_count, quarantined=rows, exports=kept)


def preview_rules(ws: Context, book: Rulebook) -> preview.Preview:
    """What other rules of identity would do: whom they would split and join. Changes nothing."""
    policy.require(ws.actor, "settings.read")
    rulebook.check(book)
    with ws.register.read() as conn:
        ids, profiles = graph.everybody(conn)
        told = ((event, profiles.get(home, "")) for event, home in timeline.everything(conn))
        return preview.preview(told, timeline.own(conn), ids, book)


def rebuild(ws: Context, conn: Connection, around: replay.Closure) -> None:
    """Make profiles anew from their events; with everybody around, the whole register."""
    known.note_change(conn, ws)
    resolved = replaying.replay(ws, conn, around)
    seq = state.read(conn, "facts_seq")
    country = ws.config.workspace.country
    people.refresh(conn, changed=resolved.changed, gone=resolved.gone, seq=seq, country=country)


def _kind(event: Event) -> str:
    if event.source_id != INTERNAL_SOURCE:
        return "fact"
    if releases.is_order(event):
        return "release"
    return "command" if commands.is_command(event) else "fact"


def _arrived(ws: Context, conn: Connection, run: Iterable[Event]) -> Iterator[nodes.Resolved]:
    return _facts(ws, conn, screening.screen(ws, conn, run))


def _released(ws: Context, conn: Connection, run: Iterable[Event]) -> Iterator[nodes.Resolved]:
    return _facts(ws, conn, screening.released(ws, conn, run))


def _facts(ws: Context, conn: Connection, events: Sequence[Event]) -> Iterator[nodes.Resolved]:
    resolved = known.resolve(conn, ws, events)
    told = values.fold(conn, resolved.homes)
    consents.fold(conn, safer.homes(resolved))
    timeline.append(conn, resolved.homes)
    owners = known.owners(conn, resolved, told.different | told.confirmed)
    different = {owners[identifier_id] for identifier_id in told.different}
    confirmed = {owners[identifier_id] for identifier_id in told.confirmed}
    decided = people.with_several_sources(conn, confirmed - different)
    yield replace(resolved, changed=resolved.changed | different | decided)


def _commands(ws: Context, conn: Connection, run: Iterable[Event]) -> Iterator[nodes.Resolved]:
    known.note_change(conn, ws)
    given = [(commands.decode(event), event) for event in run]
    state.store(conn, {"decisions_seq": given[-1][1].seq})
    for is_match, told in groupby(given, key=commands.is_match):
        if is_match:
            yield from _decided(ws, conn, [(each, event) for each, event in told if isinstance(each, commands.Matched)])
            continue
        for command, event in told:
            match command:
                case commands.UndoImport(import_id=import_id):
                    around = replay.closure(conn, timeline.met_by_import(conn, import_id))
                    inherited = inheritance.hand_over(
                        conn, import_id, repeats.heirs(conn, import_id), secret=ws.secret("records")
                    )
                    repeats.note_inherited(conn, inherited)
                    since = timeline.received_first(conn, timeline.is_of_import(import_id))
                    timeline.delete_import(conn, import_id)
                    yield _retold(conn, around, _without(ws, conn, around), since)
                case commands.ErasePerson(identifier_ids=identifier_ids):
                    around = replay.closure(conn, identifier_ids)
                    timeline.delete(conn, undone.forget_about(conn, identifier_ids))
                    erasure.erase(conn, identifier_ids)
                    yield replaying.replay(ws, conn, around)
                case commands.Undo(seqs=seqs):
                    around = replay.closure(conn, undone.met_by(conn, seqs))
                    since = timeline.received_first(conn, timeline.is_among(conn, seqs))
                    timeline.delete(conn, undone.forget(conn, seqs))
                    yield _retold(conn, around, replaying.replay(ws, conn, around), since)
                case decision:
                    yield from _decided(ws, conn, [(decision, event)])


def _decided(ws: Context, conn: Connection, told: Sequence[commands.Told]) -> Iterator[nodes.Resolved]:
    """Keep decisions with their events, and carry them out; what holds from the beginning is replayed."""
    timeline.append(conn, [(event, commands.met(decision)[0]) for decision, event in told])
    commands.note(conn, told)
    first = told[0][0]
    if commands.is_retroactive(conn, first):
        around = undone.around(conn, first)
        yield _retold(conn, around, replaying.replay(ws, conn, around), EPOCH)
    else:
        yield from commands.apply(conn, ws, told)


def _retold(
    conn: Connection, around: replay.Closure, resolved: nodes.Resolved, since: datetime | None
) -> nodes.Resolved:
    """Note that audiences have to tell the history of these people anew."""
    if since is not None:
        corrections.note(conn, around.profile_ids | resolved.changed, since)
    return resolved


_STEPS = {"fact": _arrived, "release": _released, "command": _commands}


def _without(ws: Context, conn: Connection, around: replay.Closure) -> nodes.Resolved:
    """Everything around without what was deleted, and without lists on which people stood because of that alone."""
    resolved = replaying.replay(ws, conn, around)
    owners = graph.owners(conn, {identifier_id for _, identifier_id in resolved.homes})
    listed = fixed_list.left_behind(resolved.homes, owners)
    if not listed:
        return resolved
    timeline.delete(conn, listed)
    return replaying.replay(ws, conn, around)
