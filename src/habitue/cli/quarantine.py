"""`habitue sources rules`, `traffic` and `quarantine …`: what may come in, what came, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from habitue.cli.session import Session
from habitue.cli.verbs import Verb, Verbs, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.workspace import Workspace

MEASURES = ("keep", "quarantine", "drop")
STATES = ("open", "noted", "released", "dropped", "discarded")


@click.command("rules", cls=Verb)
@click.argument("source")
@click.option("--broken-values", type=click.Choice(MEASURES), help="Values that cannot be read.")
@click.option("--unplanned-events", type=click.Choice(MEASURES), help="Events that nobody planned.")
@click.option("--plan", "planned", multiple=True, metavar="EVENT", help="Plan an event of your own. Repeatable.")
@click.option("--unplan", "unplanned", multiple=True, metavar="EVENT", help="Take a planned event back. Repeatable.")
@pass_session
def rules(
    session: Session,
    source: str,
    broken_values: str | None,
    unplanned_events: str | None,
    planned: tuple[str, ...],
    unplanned: tuple[str, ...],
) -> None:
    """What becomes of messages of SOURCE (its id) that break the dictionary; with options, change it."""
    with session.open() as ws:
        ws.sources.get(source)
        told = ws.sources.rules(source)
        if broken_values or unplanned_events or planned or unplanned:
            names = [name for name in (*told.planned, *planned) if name not in unplanned]
            told = ws.sources.change_rules(
                source, broken_values=broken_values, unplanned_events=unplanned_events, planned=names
            )
    session.give(
        told,
        lambda: session.facts(
            [
                (_("Values that cannot be read"), told.broken_values),
                (_("Events that nobody planned"), told.unplanned_events),
                (_("Planned events of your own"), ", ".join(told.planned)),
            ]
        ),
    )


@click.command("traffic", cls=Verb)
@pass_session
def traffic(session: Session) -> None:
    """What the event door answered so far, by source and outcome, and what waits in quarantine by reason."""
    with session.open() as ws:
        rows = list(_outcomes(ws))
    session.give(
        [{"source_id": source, "outcome": outcome, "messages": count} for source, outcome, count in rows],
        lambda: session.table([_("Source"), _("Outcome"), _("Messages")], rows),
    )


@click.group("quarantine", cls=Verbs)
def quarantine() -> None:
    """Messages that break the rules of their source."""


@quarantine.command("list", cls=Verb)
@click.argument("source", required=False)
@click.option("--state", default="open", show_default=True, type=click.Choice(STATES), help="Which messages.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="How many, newest first.")
@pass_session
def listing(session: Session, source: str | None = None, state: str = "open", limit: int = 50) -> None:
    """The messages of SOURCE (its id), or of all sources, with their reasons."""
    with session.open() as ws:
        ids = (
            [each.source_id for each in ws.sources.listing()] if source is None else [ws.sources.get(source).source_id]
        )
        found = [each for source_id in ids for each in ws.sources.quarantine(source_id, states=[state], limit=limit)]
    session.give(
        found,
        lambda: session.table(
            [_("Id"), _("Source"), _("Message"), _("Received"), _("Why")],
            [(each.held_id, each.source_id, each.name, each.received_at, _why(session, each)) for each in found],
        ),
    )


@quarantine.command("correct", cls=Verb)
@click.argument("held_id")
@click.argument("values", nargs=-1, required=True, metavar="FIELD=VALUE...")
@pass_session
def correct(session: Session, held_id: str, values: tuple[str, ...]) -> None:
    """Put values of the message HELD_ID right (an empty one is left out); replay brings it in."""
    with session.open() as ws:
        ws.sources.correct(held_id, dict(_pair(value) for value in values))
    session.give({"corrected": held_id}, lambda: session.say(_("Put right; replay brings it in.")))


@quarantine.command("discard", cls=Verb)
@click.argument("held_id")
@pass_session
def discard(session: Session, held_id: str) -> None:
    """Put the message HELD_ID aside for good; its reason stays."""
    with session.open() as ws:
        ws.sources.discard(held_id)
    session.give({"discarded": held_id}, lambda: session.say(_("The message is put aside for good; its reason stays.")))


@quarantine.command("replay", cls=Verb)
@click.argument("source")
@click.argument("held_ids", nargs=-1)
@pass_session
def replay(session: Session, source: str, held_ids: tuple[str, ...]) -> None:
    """Bring in what waits of SOURCE (its id), or only HELD_IDS, once; what still breaks the rules goes on waiting."""
    with session.open() as ws:
        ws.sources.get(source)
        tried = ws.sources.replay(source, held_ids or None)
        left = len(ws.sources.quarantine(source, limit=1_000_000))
    session.give(
        {"tried": tried, "waiting": left},
        lambda: session.say(_("%(tried)s tried, %(left)s go on waiting."), tried=tried, left=left),
    )


@quarantine.command("frames", cls=Verb)
@click.option("--retry", is_flag=True, help="Try to apply them once more.")
@pass_session
def frames(session: Session, retry: bool) -> None:
    """What came through the door, could not be applied at all and was set aside whole."""
    with session.open() as ws:
        tried = ws.sources.retry_unreadable() if retry else 0
        found = list(ws.sources.unreadable())
    if retry:
        session.say(_("%(tried)s tried, %(left)s go on waiting."), tried=tried, left=len(found))
    session.give(
        found,
        lambda: session.table(
            [_("Id"), _("Received"), _("Set aside"), _("Why"), _("Bytes")],
            [(each.frame_id, each.received_at, each.at, each.error, each.size) for each in found],
        ),
    )


def _outcomes(ws: Workspace) -> Iterable[tuple[str, str, int]]:
    for source_id, told in ws.sources.outcomes().items():
        for outcome, each in told.items():
            yield source_id or "–", outcome, each.messages
    for source_id, counts in ws.sources.quarantine_counts().items():
        for (state, code), count in counts.items():
            yield source_id, f"{state}: {code}", count


def _why(session: Session, each: Any) -> str:
    return " ".join(f"{problem['field']}: {_reason(session, problem)}" for problem in each.problems)


def _reason(session: Session, problem: Mapping[str, Any]) -> str:
    return session.text(str(problem["message"]), **problem["params"])


def _pair(value: str) -> tuple[str, str | None]:
    field, sign, text = value.partition("=")
    if not sign:
        raise click.BadParameter(value)
    return field, text or None
