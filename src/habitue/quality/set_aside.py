"""The rows that were set aside, as a workbook to be corrected and imported again."""

from __future__ import annotations

import io
from collections.abc import Callable

import xlsxwriter

from habitue.access import policy
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.quality import quarantine

PAGE = 2_000
REASON_HEADING = _("Why it was set aside")


def workbook(ws: Context, import_id: str, translate: Callable[[str], str]) -> bytes:
    """The rows of an import that were set aside: their own columns first, the reason last; every cell is text."""
    policy.require(ws.actor, "imports.read")
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(translate(_("Set aside"))[:31])
    bold = book.add_format({"bold": True})
    row_no = 0
    offset = 0
    while True:
        with ws.register.read() as conn:
            rows = quarantine.listing(conn, import_id=import_id, state="open", offset=offset, limit=PAGE)
        for row in rows:
            if row_no == 0:
                sheet.write_row(0, 0, [*row.columns, translate(REASON_HEADING)], bold)
            row_no += 1
            for column, cell in enumerate(row.cells):
                sheet.write_string(row_no, column, cell)
            sheet.write_string(row_no, len(row.columns), translate(row.message) % row.params)
        offset += PAGE
        if len(rows) < PAGE:
            break
    book.close()
    return buffer.getvalue()
