"""Runs a query for somebody: only on what is offered, masked by role, within limits; a file of it is always masked."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from habitue.access import policy
from habitue.access.masks import sees_contacts
from habitue.activation.console.errors import told
from habitue.activation.console.offers import Offers, offers
from habitue.activation.safe_cells import csv_text
from habitue.audit import ledger
from habitue.kernel import console, unbound
from habitue.kernel.context import Context

SHOWN_ROWS = 1_000
MOST_ROWS = 1_000_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a query: `is_cut` when there are more, `is_masked` when names and contact data were hidden."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    is_cut: bool
    is_masked: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class QueryFile:
    """A result as a file for spreadsheets."""

    content: bytes
    rows: int


def run(
    ws: Context,
    query: str,
    *,
    limit: int = SHOWN_ROWS,
    seconds: int = console.SECONDS,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Answer:
    """The first rows of a query. Raises PermissionMissing and QueryFailed."""
    policy.require(ws.actor, "sql.run")
    is_masked = not sees_contacts(ws.actor)
    began = time.monotonic()
    table = _asked(ws, query, limit + 1, is_masked, seconds, is_stopped)
    rows = _rows(table.slice(0, limit))
    return Answer(tuple(table.column_names), rows, table.num_rows > limit, is_masked, time.monotonic() - began)


def download(ws: Context, query: str, *, seconds: int = 3 * console.SECONDS) -> QueryFile:
    """All rows of a query as CSV, at most MOST_ROWS; names and contact data are hidden from everybody.

    A list of people leaves through an export, where the purpose decides who is on it. The ledger keeps who took how
    many rows of which tables.
    """
    policy.require(ws.actor, "sql.run")
    table = _asked(ws, query, MOST_ROWS, True, seconds, lambda: False)
    zone = ZoneInfo(ws.config.workspace.timezone)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([csv_text(name) for name in table.column_names])
    writer.writerows([csv_text(_written(value, zone)) for value in row] for row in _rows(table))
    with ws.register.write() as conn:
        digest = hashlib.sha256(query.encode()).hexdigest()
        details = {"rows": table.num_rows, "columns": len(table.column_names), "query_sha256": digest}
        details["tables"] = sorted(_named(query, offers(ws).tables))
        ledger.record(conn, ws, verb="sql.downloaded", subject_kind="query", subject_id=digest[:16], details=details)
    return QueryFile(("\ufeff" + text.getvalue()).encode(), table.num_rows)


def _asked(
    ws: Context, query: str, limit: int, is_masked: bool, seconds: int, is_stopped: Callable[[], bool]
) -> pa.Table:
    offered = offers(ws)
    request = _request(ws, offered, query, limit, is_masked, seconds)
    try:
        return console.ask(request, is_stopped=is_stopped)
    except console.Failed as failed:
        raise told(failed, query, offered.tables, seconds) from failed


def _request(ws: Context, offered: Offers, query: str, limit: int, is_masked: bool, seconds: int) -> console.Request:
    source = unbound.Unbound(ws.lake)
    tables = {
        name: unbound.sql(offered.tables[name].read(source, is_masked=is_masked))
        for name in _named(query, offered.tables)
    }
    return console.Request(query, tables, source.preparation, source.paths, limit, seconds)


def _named(query: str, tables: Mapping[str, object]) -> set[str]:
    """The tables whose names occur in the query; the engine decides afterwards what they are there."""
    return {word.lower() for word in _WORD.findall(query)} & set(tables)


def _rows(table: pa.Table) -> list[tuple[Any, ...]]:
    # By place, not by name: a query may give two columns one name.
    columns = [column.to_pylist() for column in table.columns]
    return list(zip(*columns, strict=True)) if columns else []


def _written(value: object, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (value.astimezone(zone) if value.tzinfo else value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).lower() if isinstance(value, bool) else str(value)
