"""`habitue people`: find, read, separate, join and erase people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from habitue.cli.session import Session
from habitue.cli.verbs import Verbs, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.identity.explain import Explanation
    from habitue.profiles.reading import Person, PersonRow
    from habitue.profiles.timeline import Moment

SORTS = ("name", "last_seen", "first_seen", "city", "events")


@click.group(cls=Verbs)
def people() -> None:
    """Find and read people; join and separate them."""


@people.command("list")
@click.option("--kind", type=click.Choice(["person", "company"]), default="person", help="People or companies.")
@click.option(
    "--sort", type=click.Choice([*SORTS, *(f"-{name}" for name in SORTS)]), default="name", help="What comes first."
)
@click.option("--country", help="Only those of one country, two letters.")
@click.option("--offset", default=0, help="How many to pass over.")
@click.option("--limit", default=50, show_default=True, help="How many to show.")
@pass_session
def listing(session: Session, kind: str, sort: str, country: str | None, offset: int, limit: int) -> None:
    """People page by page; a minus before --sort turns the order round."""
    with session.open() as ws:
        page = ws.people.listing(kind=kind, sort=sort, country=country, offset=offset, limit=limit)
    session.give(page, lambda: _page(session, page.rows, page.total))


@people.command("search")
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", default=20, show_default=True, help="How many to show.")
@pass_session
def search(session: Session, query: Sequence[str], limit: int) -> None:
    """People by anything: parts of names, e-mail, phone, customer or order number, city, company."""
    with session.open() as ws:
        rows = ws.people.search(" ".join(query), limit=limit)
    session.give(rows, lambda: _page(session, rows, len(rows)))


@people.command("by-phone")
@click.argument("number")
@pass_session
def by_phone(session: Session, number: str) -> None:
    """Who calls? The people whom a phone number belongs to, by any spelling."""
    with session.open() as ws:
        rows = ws.people.by_phone(number)
    session.give(rows, lambda: _page(session, rows, len(rows)))


@people.command("show")
@click.argument("profile_id", metavar="ID")
@click.option("--moments", default=20, show_default=True, help="How much of the timeline to show.")
@pass_session
def show(session: Session, profile_id: str, moments: int) -> None:
    """One person: golden values with their origin, consents, identifiers and why, the latest events."""
    with session.open() as ws:
        person = ws.people.get(profile_id)
        known = ws.people.identities(profile_id)
        timeline = ws.people.timeline(profile_id, limit=moments)
    data = {"person": person, "identities": known, "timeline": timeline}
    session.give(data, lambda: _person(session, person, known, timeline))


@people.command("separate")
@click.argument("identifier_id", type=int, metavar="IDENTIFIER")
@click.option("--reason", default="", help="Why; it stands in the history.")
@pass_session
def separate(session: Session, identifier_id: int, reason: str) -> None:
    """Take an identifier out of a person; both sides are as they were before. Its number stands in `show`."""
    with session.open() as ws:
        ws.people.separate(identifier_id, reason=reason)
        ws.refresh()
    session.give({"identifier_id": identifier_id}, lambda: session.say(_("The identifier stands alone now.")))


@people.command("join")
@click.argument("profile_ids", metavar="ID ID...", nargs=-1, required=True)
@click.option("--reason", default="", help="Why; it stands in the history.")
@pass_session
def join(session: Session, profile_ids: Sequence[str], reason: str) -> None:
    """Decide that two profiles are one person; `separate` takes it back."""
    if len(profile_ids) < 2:
        raise click.UsageError("Name at least two profiles.")
    with session.open() as ws:
        ws.people.join(profile_ids, reason=reason)
        ws.refresh()
        row = ws.people.get(profile_ids[0]).row
    session.give(row, lambda: session.say(_("They are one person now: %(profile_id)s"), profile_id=row.profile_id))


@people.command("erase")
@click.argument("profile_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@pass_session
def erase(session: Session, profile_id: str, yes: bool) -> None:
    """Erase one person from every table, the replica and the kept exports. Nothing brings them back."""
    with session.open() as ws:
        row = ws.people.get(profile_id).row
        question = session.text(_("Erase %(name)s for good?"), name=row.name)
        if not yes and not click.confirm(question, err=True):
            session.say(_("Nothing was erased."))
            click.get_current_context().exit(1)
        erased = ws.people.erase(profile_id)
    session.give(erased, lambda: session.say(_("Erased: %(count)s events."), count=erased.events))


def _page(session: Session, rows: Sequence[PersonRow], total: int) -> None:
    headings = [_("Id"), _("Name"), _("E-mail"), _("Phone"), _("City"), _("Country"), _("Events"), _("Last seen")]
    lines = [
        (row.profile_id, row.name, row.email, row.phone, row.city, row.country, row.event_count, row.last_seen_at)
        for row in rows
    ]
    session.table(headings, lines)
    session.say(_("%(shown)s of %(total)s"), shown=len(rows), total=session.cell(total))


def _person(session: Session, person: Person, known: Explanation, timeline: Sequence[Moment]) -> None:
    session.facts([(_("Name"), person.row.name), (_("Id"), person.row.profile_id)])
    session.table(
        [_("Field"), _("Value"), _("Source"), _("Since"), _("Contradicted")],
        [(each.field, each.value, each.winner.source_id, each.winner.at, each.has_conflict)
         for each in person.golden.values()],
        title=session.text(_("Golden values")),
    )  # fmt: skip
    session.table(
        [_("Purpose"), _("Channel"), _("State"), _("When"), _("Source")],
        [(each.purpose, each.channel, each.state, each.at, each.source_id) for each in person.consents],
        title=session.text(_("Consents")),
    )
    session.table(
        [_("Number"), _("Kind"), _("Value")],
        [(str(each.identifier_id), each.namespace, each.value) for each in known.identifiers],
        title=session.text(_("Identifiers")),
    )
    session.table(
        [_("One"), _("Other"), _("Rule"), _("Source"), _("When")],
        [(each.a.value, each.b.value, each.rule, each.source_id, each.at) for each in known.links],
        title=session.text(_("Why they are one person")),
    )
    session.table(
        [_("When"), _("Event"), _("Amount"), _("Source")],
        [
            (each.at, each.name, each.amount and session.money(each.amount, each.currency or ""), each.source_id)
            for each in timeline
        ],
        title=session.text(_("Latest events")),
    )
