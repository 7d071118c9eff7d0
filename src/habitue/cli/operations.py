"""`habitue doctor` and `habitue metrics`: see how a workspace is."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version as installed
from typing import TYPE_CHECKING

import click

from habitue.cli.session import Session, environment
from habitue.cli.verbs import Verb, pass_session
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from habitue.work.doctor.finding import Finding

LIBRARIES = ("duckdb", "ibis-framework", "pyarrow", "sqlalchemy", "django")
_MARKS = {"ok": "✓", "warning": "!", "problem": "✗"}


@click.command("doctor", cls=Verb)
@pass_session
def doctor(session: Session) -> None:
    """Look whether the workspace is well and say what to do; changes nothing, ends with 1 when something is wrong."""
    from habitue.work.doctor.examine import examine

    findings = examine(session.folder, environment())
    is_well = all(finding.state != "problem" for finding in findings)
    report = {
        "is_well": is_well,
        "checks": [_as_data(session, finding) for finding in findings],
        "versions": _versions(),
    }
    session.give(report, lambda: _show(session, findings, is_well=is_well))
    if not is_well:
        click.get_current_context().exit(1)


@click.command("metrics", cls=Verb)
@click.option("--key", "is_key", is_flag=True, help="Print the key with which other machines read /metrics.")
@pass_session
def metrics(session: Session, is_key: bool) -> None:
    """Print the figures of all processes that /metrics tells, in the format of Prometheus."""
    from habitue.door import operations
    from habitue.door.world import world_of

    with session.open() as ws:
        told = ws.secret(operations.METRICS_SECRET).hex() if is_key else operations.figures(world_of(ws.context))
    session.give({"key" if is_key else "metrics": told}, lambda: click.echo(told.rstrip()))


def _show(session: Session, findings: Sequence[Finding], *, is_well: bool) -> None:
    for finding in findings:
        session.out.print(f"{_MARKS[finding.state]} {session.text(finding.message, **finding.params)}", markup=False)
        if finding.state != "ok":
            session.out.print(f"  → {session.text(finding.next_step, **finding.params)}", markup=False)
    session.out.print(", ".join(f"{name} {number}" for name, number in _versions().items()), markup=False)
    session.say(_("All is well.") if is_well else _("Something is wrong; see above."))


def _as_data(session: Session, finding: Finding) -> dict[str, object]:
    step = session.text(finding.next_step, **finding.params) if finding.next_step else ""
    message = session.text(finding.message, **finding.params)
    return {
        "name": finding.name,
        "state": finding.state,
        "message": message,
        "next_step": step,
        "params": finding.params,
    }


def _versions() -> dict[str, str]:
    own = {"habitue": installed("habitue"), "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    return {
        **own,
        **{name: installed(name) for name in LIBRARIES},
        "system": f"{os.uname().sysname} {os.uname().release}",
    }
