"""`habitue sources`: where the data comes from."""

from __future__ import annotations

import click

from habitue.cli.keys import key, keys
from habitue.cli.quarantine import quarantine, rules, traffic
from habitue.cli.session import Session
from habitue.cli.verbs import Verbs, pass_session
from habitue.kernel.text import gettext_noop as _


@click.group(cls=Verbs)
def sources() -> None:
    """Where the data comes from."""


@sources.command("list")
@pass_session
def listing(session: Session) -> None:
    """Every source with its events and people."""
    with session.open() as ws:
        found, figures = ws.sources.listing(), ws.sources.figures()
    session.give(
        [{"source": source, "figures": figures.get(source.source_id)} for source in found],
        lambda: session.table(
            [_("Source"), _("Id"), _("Events"), _("People"), _("Last event")],
            [
                (source.name, source.source_id, of.events, of.people, of.last_at)
                if (of := figures.get(source.source_id))
                else (source.name, source.source_id, 0, 0, None)
                for source in found
            ],
        ),
    )


for command in (key, keys, rules, traffic, quarantine):
    sources.add_command(command)
