"""`habitue sources key …`: keys with which websites, apps and servers send events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from habitue.cli.session import Session
from habitue.cli.verbs import Verb, Verbs, pass_session
from habitue.door import snippets
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.access.api_keys import ApiKey
    from habitue.access.key_changes import Issued
    from habitue.workspace import Workspace

RATE_PER_MINUTE = 1_000_000


@click.group("key", cls=Verbs)
def key() -> None:
    """Keys with which websites, apps and servers send events."""


@key.command("create", cls=Verb)
@click.argument("source")
@click.option("--secret", "is_secret", is_flag=True, help="A secret key for servers, shown this once.")
@click.option("--origin", "origins", multiple=True, metavar="URL", help="Only this site may use the key. Repeatable.")
@click.option("--rate", default=RATE_PER_MINUTE, show_default=True, type=click.IntRange(1), help="Messages a minute.")
@pass_session
def create(session: Session, source: str, is_secret: bool, origins: tuple[str, ...], rate: int) -> None:
    """Make a key for SOURCE, a name; a source that does not exist yet is made."""
    with session.open() as ws:
        issued = ws.sources.create_key(
            source, kind="secret" if is_secret else "write", allowed_origins=origins, rate_per_minute=rate
        )
        _give(session, ws, issued)


@key.command("rotate", cls=Verb)
@click.argument("key_id")
@click.option("--days", default=7, show_default=True, type=click.IntRange(0), help="How long the former key is valid.")
@pass_session
def rotate(session: Session, key_id: str, days: int) -> None:
    """Replace the key KEY_ID by a new one; the former one stays valid for some days."""
    with session.open() as ws:
        _give(session, ws, ws.sources.rotate_key(key_id, overlap=timedelta(days=days)))


@key.command("change", cls=Verb)
@click.argument("key_id")
@click.option("--origin", "origins", multiple=True, metavar="URL", help="Only these sites may use it. Repeatable.")
@click.option("--every-origin", is_flag=True, help="Every site may use it.")
@click.option("--rate", type=click.IntRange(1), help="Messages a minute.")
@pass_session
def change(session: Session, key_id: str, origins: tuple[str, ...], every_origin: bool, rate: int | None) -> None:
    """Change where the key KEY_ID may be used, and how fast."""
    with session.open() as ws:
        allowed = origins if origins or every_origin else None
        changed = ws.sources.change_key(key_id, allowed_origins=allowed, rate_per_minute=rate)
    session.give(_shown(ws, changed), lambda: session.say(_("The key is changed.")))


@key.command("pause", cls=Verb)
@click.argument("key_id")
@pass_session
def pause(session: Session, key_id: str) -> None:
    """Refuse messages with the key KEY_ID until it is resumed."""
    with session.open() as ws:
        changed = ws.sources.pause_key(key_id)
    session.give(_shown(ws, changed), lambda: session.say(_("The key is paused.")))


@key.command("resume", cls=Verb)
@click.argument("key_id")
@pass_session
def resume(session: Session, key_id: str) -> None:
    """Take messages with the paused key KEY_ID again."""
    with session.open() as ws:
        changed = ws.sources.resume_key(key_id)
    session.give(_shown(ws, changed), lambda: session.say(_("The key takes messages again.")))


@key.command("revoke", cls=Verb)
@click.argument("key_id")
@pass_session
def revoke(session: Session, key_id: str) -> None:
    """Refuse messages with the key KEY_ID for good."""
    with session.open() as ws:
        changed = ws.sources.revoke_key(key_id)
    session.give(_shown(ws, changed), lambda: session.say(_("The key is revoked.")))


@click.command("keys", cls=Verb)
@click.argument("source", required=False)
@pass_session
def keys(session: Session, source: str | None) -> None:
    """The keys of SOURCE (its id), or of all sources, with lines to copy for public ones."""
    with session.open() as ws:
        ids = (
            [each.source_id for each in ws.sources.listing()] if source is None else [ws.sources.get(source).source_id]
        )
        found = [each for source_id in ids for each in ws.sources.keys(source_id)]
        secrets = {source_id: ws.sources.proof_secret(source_id) for source_id in {each.source_id for each in found}}
        shown = [{**_shown(ws, each), "proof_secret": secrets[each.source_id]} for each in found]
        session.give(shown, lambda: _list(session, ws, found, secrets))


def _give(session: Session, ws: Workspace, issued: Issued) -> None:
    address = snippets.address_of(ws.config.serve.bind)
    lines = snippets.snippets(issued.text, address, is_secret=issued.key.is_secret)

    def show() -> None:
        session.facts([(_("Key"), issued.text), (_("Id"), issued.key.key_id), (_("Source"), issued.key.source_id)])
        if issued.key.is_secret:
            session.say(_("Keep this key now: it is shown this once. Whoever has it may change people."))
        for name, text in lines.items():
            session.out.print(f"\n# {name}\n{text}")
        session.say(
            _("These lines send to %(address)s, from serve.bind in the settings. A server elsewhere: put its address."),
            address=address,
        )

    session.give({"key": issued.text, **_shown(ws, issued.key), "snippets": lines}, show)


def _list(session: Session, ws: Workspace, found: list[ApiKey], secrets: Mapping[str, str]) -> None:
    now = ws.clock.now()
    session.table(
        [_("Source"), _("Id"), _("Key"), _("State"), _("Messages a minute"), _("Valid until")],
        [
            (
                each.source_id,
                each.key_id,
                each.shown,
                session.text(_STATES[each.state(now)]),
                each.rate_per_minute,
                each.expires_at,
            )
            for each in found
        ],
    )
    for source_id, secret in secrets.items():
        session.say(_("Secret for proofs of %(source)s: %(secret)s"), source=source_id, secret=secret)
    newest = next((each for each in reversed(found) if each.public_key and each.state(now) == "active"), None)
    if newest is not None and newest.public_key:
        address = snippets.address_of(ws.config.serve.bind)
        for name, text in snippets.snippets(newest.public_key, address, is_secret=False).items():
            session.out.print(f"\n# {name}\n{text}")


def _shown(ws: Workspace, each: ApiKey) -> dict[str, object]:
    return {
        "key_id": each.key_id,
        "source_id": each.source_id,
        "kind": each.kind,
        "public_key": each.public_key,
        "last_characters": each.last_characters,
        "state": each.state(ws.clock.now()),
        "allowed_origins": each.allowed_origins,
        "rate_per_minute": each.rate_per_minute,
        "expires_at": each.expires_at,
    }


_STATES = {"active": _("active"), "paused": _("paused"), "expired": _("expired"), "revoked": _("revoked")}
