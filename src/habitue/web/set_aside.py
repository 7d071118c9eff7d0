"""Rows that were set aside: those with a fault, and records in which nobody is named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, override
from sqlalchemy.engine import Connection

from habitue.collect.imports import Import
from habitue.kernel.context import Context
from habitue.quality import quarantine
from habitue.quality.set_aside import REASON_HEADING

NO_CUSTOMER = "no_customer"
MOST_IN_A_WORKBOOK = 20_000
"""More rows than this are sent as text: a workbook of them would fill the memory."""
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows of one import: `to_mend` have a fault, `without_customer` are records that name nobody."""

    to_mend: int
    without_customer: int


def told_apart(conn: Connection, item: Import) -> SetAside:
    """The rows of an import that were set aside; none for one that was taken back."""
    if not item.rows_set_aside or item.state == "undone":
        return SetAside(0, 0)
    found = quarantine.count_by_code(conn, import_id=item.import_id, state="open")
    anonymous = found.get(NO_CUSTOMER, 0)
    return SetAside(max(item.rows_set_aside - anonymous, 0), anonymous)


def lines(ws: Context, import_id: str, language: str) -> Iterator[Sequence[str]]:
    """The rows that were set aside, as in the workbook: their headings, their own cells, the reason last.

    The reason is told in `language`, for the rows are read when that of the request is forgotten.
    """
    offset = 0
    while True:
        with ws.register.read() as conn:
            rows = quarantine.listing(conn, import_id=import_id, state="open", offset=offset, limit=PAGE)
        if rows and not offset:
            yield [*rows[0].columns, _in(language, REASON_HEADING)]
        for row in rows:
            blank = [""] * (len(row.columns) - len(row.cells))
            why = _in(language, row.message)
            yield [*row.cells, *blank, why % row.params if row.params else why]
        offset += PAGE
        if len(rows) < PAGE:
            return


def _in(language: str, text: str) -> str:
    with override(language):
        return gettext(text)
