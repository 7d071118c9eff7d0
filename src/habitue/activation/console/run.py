"""Runs a query for somebody: only on what is offered, masked by role, within limits; a file of it is always masked."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from habitue.access import policy
from habitue.access.masks import sees_contacts
from habitue.activation.console import file_child, traces
from habitue.activation.console.cells import values
from habitue.activation.console.errors import told
from habitue.activation.console.offers import Offers, offers
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
    """The first rows of a query. Raises PermissionMissing and QueryFailed.

    Whoever may see names and contact data sees them in as many rows as a page shows, and the ledger keeps it; in more
    rows they are hidden.
    """
    policy.require(ws.actor, "sql.run")
    is_masked = not sees_contacts(ws.actor) or limit > SHOWN_ROWS
    began = time.monotonic()
    offered = offers(ws)
    request = _request(ws, offered, query, limit + 1, is_masked, seconds)
    with _telling(offered, query, seconds):
        table = console.ask(request, is_stopped=is_stopped)
    rows = _rows(table.slice(0, limit))
    if not is_masked and rows and traces.are_personal(offered, named := _named(query, offered.tables)):
        traces.note(ws, "sql.answered", query, named, rows=len(rows), columns=table.num_columns)
    return Answer(tuple(table.column_names), rows, table.num_rows > limit, is_masked, time.monotonic() - began)


def download(
    ws: Context,
    query: str,
    *,
    seconds: int = 3 * console.SECONDS,
    is_stopped: Callable[[], bool] = lambda: False,
) -> QueryFile:
    """All rows of a query as CSV, at most MOST_ROWS; names and contact data are hidden from everybody.

    The file is made in the process of the query, within its time. A list of people leaves through an export, where
    the purpose decides who is on it. The ledger keeps who took how many rows of which tables.
    """
    policy.require(ws.actor, "sql.run")
    offered = offers(ws)
    request = _request(ws, offered, query, MOST_ROWS, True, seconds)
    with _telling(offered, query, seconds):
        answer = console.ask_bytes(request, file_child.MODULE, is_stopped=is_stopped)
    rows, columns = int.from_bytes(answer[1:9]), int.from_bytes(answer[9:17])
    traces.note(ws, "sql.downloaded", query, _named(query, offered.tables), rows=rows, columns=columns)
    return QueryFile(answer[17:], rows)


@contextmanager
def _telling(offered: Offers, query: str, seconds: int) -> Iterator[None]:
    """Tell people why there is no answer."""
    try:
        yield
    except console.Failed as failed:
        raise told(failed, query, offered.tables, seconds) from failed


def _request(ws: Context, offered: Offers, query: str, limit: int, is_masked: bool, seconds: int) -> console.Request:
    source = unbound.Unbound(ws.lake)
    tables = {
        name: unbound.sql(offered.tables[name].read(source, is_masked=is_masked))
        for name in _named(query, offered.tables)
    }
    zone = ws.config.workspace.timezone
    return console.Request(query, tables, source.preparation, source.paths, limit, seconds, zone=zone)


def _named(query: str, tables: Mapping[str, object]) -> set[str]:
    """The tables whose names occur in the query; the engine decides afterwards what they are there."""
    return {word.lower() for word in _WORD.findall(query)} & set(tables)


def _rows(table: pa.Table) -> list[tuple[Any, ...]]:
    # By place, not by name: a query may give two columns one name.
    columns = [values(column) for column in table.columns]
    return list(zip(*columns, strict=True)) if columns else []
