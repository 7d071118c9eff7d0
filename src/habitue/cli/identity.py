"""`habitue identity` and `habitue review`: rules, matching runs, shared values, pairs to decide, and their undo."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
import msgspec

from habitue.cli.session import Session
from habitue.cli.verbs import Verbs, pass_session
from habitue.kernel.text import gettext_noop as _
from habitue.kernel.text import ngettext_noop

if TYPE_CHECKING:
    from habitue.identity.review import Pair

_LINKS = ngettext_noop("Taken back: %(count)s link.", "Taken back: %(count)s links.")
_DECISIONS = ngettext_noop("Taken back: %(count)s decision.", "Taken back: %(count)s decisions.")


@click.group(cls=Verbs)
def identity() -> None:
    """Who is who: compare everybody, look after shared values and rules, take decisions back."""


@identity.command("compare")
@pass_session
def compare(session: Session) -> None:
    """Compare everybody with everybody: join what is sure, ask about what is doubtful."""
    with session.open() as ws:
        run = ws.matching.run()
    session.give(
        run,
        lambda: session.say(
            _("%(records)s people compared: %(linked)s joined, %(doubtful)s to decide. Take it back: %(command)s"),
            records=session.cell(run.records),
            linked=session.cell(run.linked),
            doubtful=session.cell(run.doubtful),
            command=f"habitue identity undo-run {run.run_id}",
        ),
    )


@identity.command("runs")
@pass_session
def runs(session: Session) -> None:
    """Matching runs, newest first."""
    with session.open() as ws:
        found = ws.matching.listing()
    rows = [(run.run_id, run.created_at, run.state, run.records, run.linked, run.doubtful) for run in found]
    headings = [_("Id"), _("When"), _("State"), _("People"), _("Joined"), _("Doubtful")]
    session.give(found, lambda: session.table(headings, rows))


@identity.command("undo-run")
@click.argument("run_id", metavar="ID")
@pass_session
def undo_run(session: Session, run_id: str) -> None:
    """Take a matching run back, as if it had never been."""
    with session.open() as ws:
        count = ws.matching.undo(run_id)
    session.give({"links": count}, lambda: session.count(_LINKS, count))


@identity.command("undo-day")
@click.argument("reviewer")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@pass_session
def undo_day(session: Session, reviewer: str, day: datetime) -> None:
    """Take back what one person (by id) decided on one day."""
    with session.open() as ws:
        count = ws.identity.undo_day(reviewer, day.date())
    session.give({"decisions": count}, lambda: session.count(_DECISIONS, count))


@identity.command("shared")
@pass_session
def shared(session: Session) -> None:
    """Values that link nobody, since too many people have them or somebody said so."""
    with session.open() as ws:
        found = ws.identity.shared_values()
    rows = [(str(each.identifier_id), each.namespace, each.value, each.people) for each in found]
    headings = [_("Number"), _("Kind"), _("Value"), _("People")]
    session.give(found, lambda: session.table(headings, rows))


@identity.command("judge")
@click.argument("identifier_id", type=int, metavar="IDENTIFIER")
@click.argument("state", type=click.Choice(["blocked", "allowed"]))
@pass_session
def judge(session: Session, identifier_id: int, state: Literal["blocked", "allowed"]) -> None:
    """Say that a value links nobody (blocked), or that it does whatever it looks like (allowed)."""
    with session.open() as ws:
        ws.identity.judge(identifier_id, state)
    told = {"identifier_id": identifier_id, "state": state}
    session.give(told, lambda: session.say(_("Done: everybody concerned is as if that had always been known.")))


@identity.command("rules")
@click.option("--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Other rules, JSON.")
@click.option("--apply", "is_applied", is_flag=True, help="Let them hold; without it, only tell what they would do.")
@pass_session
def rules(session: Session, path: Path | None, is_applied: bool) -> None:
    """The rules that hold, as JSON; with --file what others would do."""
    from habitue.identity import rulebook

    with session.open() as ws:
        if path is None:
            book = ws.identity.rules()
            click.echo(msgspec.json.format(msgspec.json.encode(book), indent=2).decode())
            return
        wanted = rulebook.decode(path.read_bytes())
        told = ws.identity.preview_rules(wanted)
        if is_applied:
            ws.identity.change_rules(wanted)
    session.give(
        told,
        lambda: session.say(
            _("Of %(people)s people, this splits %(split)s and joins %(joined)s."),
            people=session.cell(told.people),
            split=session.cell(told.split),
            joined=session.cell(told.joined),
        ),
    )


@click.group(cls=Verbs)
def review() -> None:
    """Pairs of people to decide: the same person, or different people?"""


@review.command("list")
@click.option("--limit", default=20, show_default=True, help="How many to show.")
@pass_session
def queue(session: Session, limit: int) -> None:
    """The pairs that wait, the most valuable first."""
    with session.open() as ws:
        found = ws.review.queue(limit=limit)
        ids = [profile_id for pair in found for profile_id in (pair.profile_a, pair.profile_b)]
        names = {row.profile_id: row.name for row in ws.people.rows_of(ids)}
    rows = [_row(pair, names) for pair in found]
    headings = [_("One"), _("Other"), _("Likely"), _("Why"), _("Names")]
    session.give(found, lambda: session.table(headings, rows))


@review.command("answer")
@click.argument("a", type=int)
@click.argument("b", type=int)
@click.argument("word", type=click.Choice(["same", "different"]))
@pass_session
def answer(session: Session, a: int, b: int, word: Literal["same", "different"]) -> None:
    """Decide a pair by its two numbers; tells how the automatic limit moved."""
    with session.open() as ws:
        told = ws.review.answer(a, b, word)
    session.give(
        told,
        lambda: session.say(
            _("Kept. The automatic limit: %(before)s, now %(after)s."),
            before=session.percent(told.before),
            after=session.percent(told.after),
        ),
    )


@review.command("undo")
@pass_session
def undo(session: Session) -> None:
    """Take your last answer back."""
    with session.open() as ws:
        count = ws.review.undo_last()
    session.give({"answers": count}, lambda: session.count(_DECISIONS, count))


@review.command("standing")
@pass_session
def standing(session: Session) -> None:
    """How many wait, how right the matches were so far, and where people disagree."""
    with session.open() as ws:
        told, conflicts = ws.review.standing(), ws.review.conflicts()
    rows = [
        (f"{span.since:.1f}-{span.until:.1f}", span.pairs, span.same, f"{span.expected:.1f}") for span in told.precision
    ]

    def show() -> None:
        session.facts([(_("Waiting"), session.cell(told.waiting)), (_("Limit"), f"{told.limit:.2f}")])
        session.table([_("Likely"), _("Answered"), _("Same"), _("Expected")], rows)
        session.table(
            [_("One"), _("Other"), _("Holds")], [(str(each.a), str(each.b), each.holds) for each in conflicts]
        )

    session.give({"standing": told, "conflicts": conflicts}, show)


def _row(pair: Pair, names: dict[str, str]) -> tuple[object, ...]:
    called = f"{names.get(pair.profile_a, '')} / {names.get(pair.profile_b, '')}"
    return str(pair.a), str(pair.b), f"{pair.score:.2f}", pair.reason or pair.kind, called
