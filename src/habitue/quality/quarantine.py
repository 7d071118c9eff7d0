"""What could not be taken in, kept with its reason so that it can be put right: nothing is dropped silently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

import phonenumbers
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.register import Instant, metadata

State = Literal["open", "noted", "fixed", "dropped"]

quarantined = sa.Table(
    "quality_quarantined",
    metadata,
    sa.Column("quarantine_id", sa.Text, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False, index=True),
    sa.Column("import_id", sa.Text),
    sa.Column("line", sa.BigInteger),
    sa.Column("columns", sa.JSON, nullable=False),
    sa.Column("cells", sa.JSON, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("params", sa.JSON, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    # The cells in small letters and their digits, line by line: erasure finds a person in every spelling by it.
    sa.Column("searched", sa.Text, nullable=False),
    sa.Index(None, "import_id", "state", "line"),
)

_NON_DIGITS = re.compile(r"\D+")
_LONG_ENOUGH = 8


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One row that was refused, or (`noted`) one value that was left out of a row that was taken.

    `columns` are the headings and `cells` the texts of the row as it came; `line` is its line in the file;
    `message` is a msgid with `params`. State `open` waits for somebody, `fixed` and `dropped` are decided.
    """

    quarantine_id: str
    source_id: str
    import_id: str | None
    line: int | None
    columns: tuple[str, ...]
    cells: tuple[str, ...]
    code: str
    message: str
    params: Mapping[str, str]
    at: datetime
    state: str = "open"


_FIELDS = tuple(each.name for each in fields(Quarantined))
_SHOWN = tuple(quarantined.c[name] for name in _FIELDS)


def add(conn: Connection, rows: Iterable[Quarantined]) -> None:
    """Keep rows, all in one statement."""
    values = [
        {
            **{name: getattr(row, name) for name in _FIELDS},
            "columns": list(row.columns),
            "cells": list(row.cells),
            "params": dict(row.params),
            "searched": searched(row.cells),
        }
        for row in rows
    ]
    if values:
        conn.execute(quarantined.insert(), values)


def listing(
    conn: Connection, *, import_id: str, offset: int = 0, limit: int = 50, state: str | None = None
) -> list[Quarantined]:
    """Rows of an import in the order of the file; with `state` only those."""
    found = (
        sa.select(*_SHOWN)
        .where(*_of(import_id, state))
        .order_by(quarantined.c.line, quarantined.c.quarantine_id)
        .offset(offset)
        .limit(limit)
    )
    return [_row(row._mapping) for row in conn.execute(found)]


def count_by_code(conn: Connection, *, import_id: str, state: str | None = None) -> dict[str, int]:
    """How many rows of an import there are for each reason, the most frequent first."""
    number = sa.func.count()
    found = (
        sa.select(quarantined.c.code, number)
        .where(*_of(import_id, state))
        .group_by(quarantined.c.code)
        .order_by(number.desc(), quarantined.c.code)
    )
    return {row[0]: row[1] for row in conn.execute(found)}


def decide(conn: Connection, quarantine_id: str, *, state: State) -> bool:
    """Note what became of a row; False when there is none of that id."""
    changed = conn.execute(quarantined.update().where(quarantined.c.quarantine_id == quarantine_id).values(state=state))
    return changed.rowcount > 0


def forget(conn: Connection, *, import_id: str) -> int:
    """Delete every row of an import; how many they were."""
    return conn.execute(quarantined.delete().where(quarantined.c.import_id == import_id)).rowcount


def erase_matching(conn: Connection, needles: Sequence[str]) -> int:
    """Delete the rows that hold an identifier of an erased person in any spelling; how many they were.

    E-mail addresses are found within a cell, telephone numbers by their national digits, other identifiers of
    eight characters and more within a cell, shorter ones only as a whole cell.
    """
    return erase_where(conn, quarantined, needles)


def erase_where(conn: Connection, table: sa.Table, needles: Sequence[str]) -> int:
    """Delete the rows of a table whose column `searched` holds one of the needles in any spelling."""
    conditions = [table.c.searched.contains(text, autoescape=True) for needle in needles for text in _spellings(needle)]
    erased = 0
    for start in range(0, len(conditions), 50):
        erased += conn.execute(table.delete().where(sa.or_(*conditions[start : start + 50]))).rowcount
    return erased


def _of(import_id: str, state: str | None) -> list[sa.ColumnElement[bool]]:
    conditions = [quarantined.c.import_id == import_id]
    return conditions if state is None else [*conditions, quarantined.c.state == state]


def _row(values: sa.RowMapping) -> Quarantined:
    return Quarantined(**{**values, "columns": tuple(values["columns"]), "cells": tuple(values["cells"])})


def searched(cells: Iterable[str]) -> str:
    """The texts of a row in small letters and their digits, line by line: erasure finds a person by it."""
    lines = [" ".join(cell.casefold().split()) for cell in cells]
    digits = [number for line in lines if len(number := _NON_DIGITS.sub("", line)) >= 6]
    return "\n".join(["", *lines, *digits, ""])


def _spellings(needle: str) -> list[str]:
    """What to look for in `searched` for one identifier; nothing for an empty one."""
    text = " ".join(needle.casefold().split())
    if not text:
        return []
    if "@" in text:
        local, _at, domain = text.rpartition("@")
        return [text, f"{local}@{_readable(domain)}"] if "xn--" in domain else [text]
    if text.startswith("+") and text[1:].isdigit():
        return _numbers(text)
    return [text if len(text) >= _LONG_ENOUGH else f"\n{text}\n"]


def _readable(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def _numbers(number: str) -> list[str]:
    try:
        national = str(phonenumbers.parse(number, None).national_number)
    except phonenumbers.NumberParseException:
        return [number[1:]]
    if len(national) >= _LONG_ENOUGH:
        return [national]
    return [f"\n{spelling}\n" for spelling in (national, f"0{national}", number[1:], f"00{number[1:]}")]
