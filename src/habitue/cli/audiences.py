"""`habitue audience`: people who fulfil a rule."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from habitue.cli.session import Session
from habitue.cli.verbs import Verbs, pass_session
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.audiences.audience import Audience
    from habitue.audiences.rule import Rule
    from habitue.workspace import Workspace

SORTS = ("money", "name", "city", "last_order", "last_seen")


@click.group(cls=Verbs)
def audience() -> None:
    """People who fulfil a rule."""


@audience.command("list")
@click.option("--archived", is_flag=True, help="Those that were put away.")
@pass_session
def listing(session: Session, archived: bool) -> None:
    """Saved audiences, the last changed first."""
    with session.open() as ws:
        found = ws.audiences.listing(archived=archived)
    rows = [(each.name, each.audience_id, each.purpose, each.changed_at) for each in found]
    session.give(found, lambda: session.table([_("Audience"), _("Id"), _("Purpose"), _("Changed")], rows))


@audience.command("create")
@click.argument("name")
@click.option("--rule", "rule_text", metavar="JSON|FILE|-", help="The rule as JSON, or where it is.")
@click.option("--text", metavar="RULE", help="The rule as text, such as 'country is \"DE\"'.")
@click.option("--description", default="", help="Who these people are, in a sentence.")
@click.option("--purpose", help="What it is meant for, such as newsletter.")
@pass_session
def create(
    session: Session, name: str, rule_text: str | None, text: str | None, description: str, purpose: str | None
) -> None:
    """Keep a rule under a name."""
    with session.open() as ws:
        rule = _rule(ws, None, rule_text, text)
        made = ws.audiences.create(name, rule, description=description, purpose=purpose)
        counted = ws.audiences.count(rule)
    session.give(
        {"audience": made, "count": counted},
        lambda: session.say(_("“%(name)s” holds %(people)s people."), name=made.name,
                            people=session.cell(counted.people)),
    )  # fmt: skip


@audience.command("count")
@click.argument("wanted", metavar="[AUDIENCE]", required=False)
@click.option("--rule", "rule_text", metavar="JSON|FILE|-", help="A rule that is not saved.")
@click.option("--text", metavar="RULE", help="The same as text.")
@pass_session
def count(session: Session, wanted: str | None, rule_text: str | None, text: str | None) -> None:
    """How many people an audience or a rule holds now."""
    with session.open() as ws:
        counted = ws.audiences.count(_rule(ws, wanted, rule_text, text))
    session.give(
        counted,
        lambda: session.say(_("%(people)s of %(of)s people"), people=session.cell(counted.people),
                            of=session.cell(counted.of)),
    )  # fmt: skip


@audience.command("members")
@click.argument("wanted", metavar="[AUDIENCE]", required=False)
@click.option("--rule", "rule_text", metavar="JSON|FILE|-", help="A rule that is not saved.")
@click.option("--text", metavar="RULE", help="The same as text.")
@click.option("--sort", type=click.Choice(SORTS), default="money", show_default=True, help="What comes first.")
@click.option("--offset", default=0, help="How many to pass over.")
@click.option("--limit", default=50, show_default=True, help="How many to show.")
@pass_session
def members(
    session: Session, wanted: str | None, rule_text: str | None, text: str | None, sort: str, offset: int, limit: int
) -> None:
    """The people whom an audience or a rule holds now."""
    with session.open() as ws:
        found = ws.audiences.members(_rule(ws, wanted, rule_text, text), sort=sort, offset=offset, limit=limit)
    headings = [_("Id"), _("Name"), _("E-mail"), _("City"), _("Country"), _("Orders"), _("Last order"), _("Money")]
    rows = [
        (each.profile_id, each.name, each.email, each.city, each.country, each.orders, each.last_order_at,
         session.money(each.money))
        for each in found
    ]  # fmt: skip
    session.give(found, lambda: session.table(headings, rows))


@audience.command("archive")
@click.argument("wanted", metavar="AUDIENCE")
@pass_session
def archive(session: Session, wanted: str) -> None:
    """Put an audience away; `restore` brings it back."""
    with session.open() as ws:
        chosen = find(ws, wanted)
        ws.audiences.archive(chosen.audience_id)
    session.give({"audience_id": chosen.audience_id}, lambda: session.say(_("“%(name)s” is put away."),
                                                                         name=chosen.name))  # fmt: skip


@audience.command("restore")
@click.argument("audience_id", metavar="ID")
@pass_session
def restore(session: Session, audience_id: str) -> None:
    """Bring an archived audience back."""
    with session.open() as ws:
        ws.audiences.restore(audience_id)
        chosen = ws.audiences.get(audience_id)
    session.give(chosen, lambda: session.say(_("“%(name)s” is back."), name=chosen.name))


def find(ws: Workspace, wanted: str) -> Audience:
    """The audience of this id or name (capitals do not matter); NotFound when there is none."""
    for each in ws.audiences.listing():
        if wanted == each.audience_id or wanted.casefold() == each.name.casefold():
            return each
    raise NotFound(what=_("audience"), key=wanted)


def rule_from(text: str) -> Rule:
    """A rule from JSON, from a file of it, or from standard input (`-`)."""
    from habitue.audiences.rule import decode

    if text.lstrip().startswith("{"):
        return decode(text)
    if text == "-":
        return decode(sys.stdin.read())
    path = Path(text)
    if not path.is_file():
        raise click.BadParameter(f"there is no file {text}, and it is not JSON either", param_hint="--rule")
    return decode(path.read_bytes())


@audience.command("text")
@click.argument("wanted", metavar="AUDIENCE")
@pass_session
def as_text(session: Session, wanted: str) -> None:
    """The rule of an audience as text."""
    from habitue.audiences.text_writing import written

    with session.open() as ws:
        text = written(find(ws, wanted).rule, audience_names=ws.audiences.names())
    session.give({"text": text}, lambda: session.say(_("%(text)s"), text=text))


def _rule(ws: Workspace, wanted: str | None, rule_text: str | None, text: str | None = None) -> Rule:
    if [wanted, rule_text, text].count(None) != 2:
        raise click.UsageError("Name an audience, a rule (--rule) or its text (--text).")
    if text is not None:
        from habitue.audiences.text import read

        ids = {name: audience_id for audience_id, name in ws.audiences.names().items()}
        return read(text, audience_ids=ids)
    return find(ws, wanted).rule if wanted is not None else rule_from(rule_text or "")
