"""Folder, key, disk and clock."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from habitue.audit.ledger import entries
from habitue.kernel import keys
from habitue.kernel.text import gettext_noop as _
from habitue.work.doctor.finding import Finding, Ground

_MIB = 2**20
_OLDEST = datetime(2025, 1, 1, tzinfo=UTC)
_TOLERANCE = timedelta(seconds=5)


def folder(ground: Ground) -> Finding:
    """Whether the folder can be written by us and read by nobody else."""
    path, name = ground.ws.folder, "folder"
    told = {"folder": str(path)}
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        step = _("Run as the user who owns the folder, or give that user write permission.")
        return Finding(name, "problem", _("The folder %(folder)s cannot be written."), step, told)
    if is_open(path):
        step = _("Close it: chmod 700 %(folder)s")
        return Finding(name, "warning", _("Others on this machine can look into %(folder)s."), step, told)
    return Finding(name, "ok", _("Only its owner can look into the folder."))


def key(ground: Ground) -> Finding:
    """Whether the master key is there and for its owner alone."""
    name, path = "key", ground.ws.folder / keys.FILE_NAME
    if ground.environ.get("HABITUE_KEY"):
        return Finding(name, "ok", _("The master key comes from HABITUE_KEY."))
    if not ground.ws.master_key:
        step = _("Put habitue.key back from where you keep it, or set HABITUE_KEY.")
        return Finding(name, "problem", _("The master key is missing or not 64 hexadecimal digits."), step)
    if is_open(path):
        step = _("Close it: chmod 600 %(path)s")
        return Finding(name, "problem", _("Others on this machine can read habitue.key."), step, {"path": str(path)})
    return Finding(name, "ok", _("Only its owner can read habitue.key."))


def disk(ground: Ground) -> Finding:
    """Whether there is place for what comes next."""
    state = os.statvfs(ground.ws.folder)
    free, wanted = state.f_bavail * state.f_frsize // _MIB, ground.ws.config.door.free_mb
    told = {"free": free, "wanted": wanted}
    step = _("Make room, or move the folder to a larger disk.")
    if free < wanted:
        message = _("Only %(free)s MB of the disk are free; below %(wanted)s MB no messages are taken.")
        return Finding("disk", "problem", message, step, told)
    if free < 4 * wanted:
        return Finding("disk", "warning", _("Only %(free)s MB of the disk are free."), step, told)
    return Finding("disk", "ok", _("%(free)s MB of the disk are free."), "", told)


def clock(ground: Ground) -> Finding:
    """Whether the machine's clock fits what was written before, and the database's clock."""
    now, name = ground.ws.clock.now(), "clock"
    step = _("Set the clock of this machine; a time service keeps it right.")
    with ground.ws.register.read() as conn:
        written = conn.scalar(sa.select(sa.func.max(entries.c.at)))
        theirs = None if ground.ws.register.is_sqlite else conn.scalar(sa.text("SELECT clock_timestamp()"))
    if now < _OLDEST or (written is not None and written > now + _TOLERANCE):
        message = _("The clock shows %(now)s, which is before what was written last.")
        return Finding(name, "problem", message, step, {"now": f"{now:%Y-%m-%d %H:%M}"})
    if theirs is not None and abs(theirs - datetime.now(UTC)) > _TOLERANCE:
        return Finding(name, "warning", _("The clocks of this machine and of the database differ."), step)
    return Finding(name, "ok", _("The clock fits what was written before."))


def is_open(path: Path) -> bool:
    """Whether others than the owner may do anything with a path."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)
