"""The register: its version, its integrity, its tables and the ledger."""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa

from habitue.audit import ledger
from habitue.kernel import migrate
from habitue.kernel.text import gettext_noop as _
from habitue.work.doctor.finding import Finding, Ground

OLDEST_POSTGRES = 14
OLDEST_SQLITE = (3, 35)  # RETURNING


def database(ground: Ground) -> Finding:
    """Whether the database is new enough."""
    if ground.ws.register.is_sqlite:
        told = {"name": "SQLite", "version": sqlite3.sqlite_version, "oldest": ".".join(map(str, OLDEST_SQLITE))}
        is_new = sqlite3.sqlite_version_info[:2] >= OLDEST_SQLITE
    else:
        with ground.ws.register.read() as conn:
            number = int(str(conn.scalar(sa.text("SHOW server_version_num"))))
        version = f"{number // 10_000}.{number % 10_000}"
        told = {"name": "PostgreSQL", "version": version, "oldest": str(OLDEST_POSTGRES)}
        is_new = number // 10_000 >= OLDEST_POSTGRES
    if is_new:
        return Finding("database", "ok", _("The register is on %(name)s %(version)s."), "", told)
    message = _("The register is on %(name)s %(version)s, which is too old.")
    return Finding("database", "problem", message, _("Move to %(name)s %(oldest)s or newer."), told)


def integrity(ground: Ground) -> Finding:
    """Whether the database finds its own pages and indexes whole."""
    name = "register"
    with ground.ws.register.read() as conn:
        if ground.ws.register.is_sqlite:
            said = [str(each) for each in conn.exec_driver_sql("PRAGMA integrity_check(3)").scalars()]
            bad = [] if said == ["ok"] else said
        else:
            query = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid ORDER BY 1 LIMIT 3"
            bad = [str(each) for each in conn.exec_driver_sql(query).scalars()]
    if not bad:
        return Finding(name, "ok", _("The register is whole."))
    step = _("Stop the server, keep a copy of the folder, and restore the register from a backup.")
    message = _("The register is damaged: %(problem)s.")
    return Finding(name, "problem", message, step, {"problem": "; ".join(" ".join(each.split()) for each in bad)})


def tables(ground: Ground) -> Finding:
    """Whether the tables are those of this program."""
    known, newest = migrate.version(ground.ws.register), migrate.newest()
    told = {"known": known or "–", "newest": newest or "–"}
    if known == newest:
        return Finding("tables", "ok", _("The tables are those of this program (%(known)s)."), "", told)
    if known in migrate.steps():
        step = _("Every other command brings them up to date; make a backup before.")
        message = _("The tables are older (%(known)s) than this program (%(newest)s).")
        return Finding("tables", "warning", message, step, told)
    message = _("The tables (%(known)s) are newer than this program (%(newest)s).")
    return Finding("tables", "problem", message, _("Use the newer program again, or restore a backup."), told)


def chain(ground: Ground) -> Finding:
    """Whether every entry of the ledger fits the one before."""
    with ground.ws.register.read() as conn:
        broken, count = ledger.first_broken(conn), ledger.count(conn)
    if broken is None:
        return Finding("ledger", "ok", _("The ledger is whole: %(count)s entries."), "", {"count": count})
    step = _("Somebody changed the past: compare with a backup from before, and find out who had access.")
    message = _("The ledger was changed at entry %(entry)s or is missing there.")
    return Finding("ledger", "problem", message, step, {"entry": broken})
