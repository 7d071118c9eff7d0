"""Examine a workspace: open it without changing it, and take every look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from habitue.access.actor import SYSTEM
from habitue.kernel import config as settings
from habitue.kernel import keys
from habitue.kernel.clock import Clock, SystemClock
from habitue.kernel.context import Context
from habitue.kernel.errors import SettingInvalid
from habitue.kernel.ids import Uuid7
from habitue.kernel.lake import Lake
from habitue.kernel.register import Register
from habitue.kernel.text import gettext_noop as _
from habitue.work.doctor import journal, machine, register, replica
from habitue.work.doctor.finding import Finding, Ground, Look

LOOKS: Mapping[str, Look] = {
    "folder": machine.folder,
    "key": machine.key,
    "disk": machine.disk,
    "database": register.database,
    "register": register.integrity,
    "tables": register.tables,
    "ledger": register.chain,
    "clock": machine.clock,
    "journal": journal.frames,
    "position": journal.position,
    "set_aside": journal.set_aside,
    "lake": replica.files,
}


def examine(folder: Path, environ: Mapping[str, str], clock: Clock | None = None) -> Sequence[Finding]:
    """Every finding, in the order of LOOKS; raises WorkspaceMissing or SettingInvalid for unreadable settings."""
    ground = Ground(_opened(folder, environ, clock or SystemClock()), environ)
    try:
        return [_look(name, look, ground) for name, look in LOOKS.items()]
    finally:
        ground.ws.lake.close()
        ground.ws.register.close()


def _look(name: str, look: Look, ground: Ground) -> Finding:
    try:
        return look(ground)
    except (SQLAlchemyError, OSError) as error:
        step = _("See whether the database runs and the files are there, then look again.")
        message = _("This could not be looked at: %(subject)s (%(error)s).")
        return Finding(name, "problem", message, step, {"subject": name, "error": type(error).__name__})


def _opened(folder: Path, environ: Mapping[str, str], clock: Clock) -> Context:
    path = folder.resolve()
    config = settings.load(path, environ)
    register_ = Register(config.register.url or f"sqlite:///{path / 'register.db'}")
    ids = Uuid7(clock)
    return Context(
        folder=path,
        config=config,
        register=register_,
        lake=Lake(register_, path / config.lake.path, ids),
        clock=clock,
        ids=ids,
        actor=SYSTEM,
        master_key=_key(path, environ),
    )


def _key(path: Path, environ: Mapping[str, str]) -> bytes:
    try:
        return keys.load(path, environ)
    except SettingInvalid:
        return b""
