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
from habitue.kernel.text import shortened

if TYPE_CHECKING:
    from habitue.audiences.audience import Audience
    from habitue.audiences.rule import Rule
    from habitue.workspace import Workspace

LONGEST_PATH = 4_096
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
    if len(text) > LONGEST_PATH or not path.is_file():
        shown = shortened(text)
        raise click.BadParameter(f"there is no file {shown}, and it is not JSON either", param_hint="--rule")
    return decode(path.read_bytes())


@audience.command("text")
@click.argument("wanted", metavar="AUDIENCE")
@pass_session
def as_text(session: Session, wanted: str) -> None:
    """The rule of an audience as text."""
    from habitue.audiences.text_writing import written

    with session.open() as ws:
        text = written(find(ws, wanted).rule, audience_names=ws.audiences.names())
    session.give({"text": text}, lambda: click.echo(text))


@audience.command("list-new")
@click.argument("name")
@click.option("--from", "source", metavar="FILE|-", help="A text or CSV file of e-mail addresses or numbers.")
@click.option("--freeze", "frozen", metavar="AUDIENCE", help="The people of this audience, as they are now.")
@pass_session
def list_new(session: Session, name: str, source: str | None, frozen: str | None) -> None:
    """Make a fixed list of people, whom no rule changes."""
    if source is not None and frozen is not None:
        raise click.UsageError("A list comes from a file (--from) or from an audience (--freeze).")
    with session.open() as ws:
        if frozen is not None:
            made = ws.audiences.freeze(find(ws, frozen).audience_id, name)
            unknown: tuple[str, ...] = ()
        else:
            found = ws.audiences.find_in_text(_text_of(source)) if source is not None else None
            made = ws.audiences.create_list(name, people=found.profile_ids if found else ())
            unknown = found.unknown if found else ()
        counted = ws.audiences.count(made.rule)
    _tell_unknown(session, unknown)
    session.give(
        {"audience": made, "count": counted, "unknown": unknown},
        lambda: session.say(_("“%(name)s” holds %(people)s people."), name=made.name,
                            people=session.cell(counted.people)),
    )  # fmt: skip


@audience.command("list-change")
@click.argument("wanted", metavar="LIST")
@click.option("--add", "added", metavar="FILE|-", help="A text or CSV file of those to put on it.")
@click.option("--remove", "removed", metavar="FILE|-", help="A text or CSV file of those to take off.")
@pass_session
def list_change(session: Session, wanted: str, added: str | None, removed: str | None) -> None:
    """Put people on a fixed list, or take them off."""
    with session.open() as ws:
        chosen = find(ws, wanted)
        coming, going = (
            ws.audiences.find_in_text(_text_of(file)) if file is not None else None for file in (added, removed)
        )
        told = {
            "added": ws.audiences.put_on(chosen.audience_id, coming.profile_ids) if coming else 0,
            "removed": ws.audiences.take_off(chosen.audience_id, going.profile_ids) if going else 0,
        }
    _tell_unknown(session, (*(coming.unknown if coming else ()), *(going.unknown if going else ())))
    session.give(
        told,
        lambda: session.say(_("%(added)s people were put on it, %(removed)s taken off."),
                            added=session.cell(told["added"]), removed=session.cell(told["removed"])),
    )  # fmt: skip


def _tell_unknown(session: Session, texts: tuple[str, ...]) -> None:
    if texts:
        session.say(_("Not known: %(texts)s"), texts=", ".join(texts[:20]) + (" …" if len(texts) > 20 else ""))


def _text_of(file: str | None) -> str:
    if file == "-":
        return sys.stdin.read()
    path = Path(file or "")
    if not path.is_file():
        raise click.BadParameter(f"there is no file {file}")
    return path.read_text(encoding="utf-8-sig", errors="replace")


def _rule(ws: Workspace, wanted: str | None, rule_text: str | None, text: str | None = None) -> Rule:
    if [wanted, rule_text, text].count(None) != 2:
        raise click.UsageError("Name an audience, a rule (--rule) or its text (--text).")
    if text is not None:
        from habitue.audiences.text import read

        ids = {name: audience_id for audience_id, name in ws.audiences.names().items()}
        return read(text, audience_ids=ids)
    return find(ws, wanted).rule if wanted is not None else rule_from(rule_text or "")
