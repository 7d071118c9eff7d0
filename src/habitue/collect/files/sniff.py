"""Finds out how a file is written: its kind, encoding, delimiter, headings, decimal sign and order of dates."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from habitue.collect.files.container import is_gzip, kind_of, open_bytes, workbook_kind
from habitue.collect.files.delimited import parse_text
from habitue.collect.files.dialect import find_dialect, sep_line
from habitue.collect.files.encoding import BLOCK, ByteSurvey, Surveyor, decide_encoding
from habitue.collect.files.errors import FileEmpty, FileOnlyHeadings, FileTooManyColumns
from habitue.collect.files.evidence import decide_signs
from habitue.collect.files.lines import LineSource
from habitue.collect.files.objects import sniff_objects, sniff_parquet
from habitue.collect.files.shape_of_table import find_headings, is_blank
from habitue.collect.files.shapes import MAX_COLUMNS, Format, Note
from habitue.collect.files.sheets import sheet_rows, unpacked
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from habitue.collect.files.shapes import Cell

__all__ = ["Format", "Note", "sheet_names", "sniff"]

_WHOLE = 256 << 20
_SAMPLES = 64
_HEAD = 256 << 10


def sniff(path: Path, *, filename: str, sheet: str | None = None) -> Format:
    """How the file is written.

    `filename` is what the person called it; it names the file in errors and never decides the kind alone.
    Raises a `FileUnreadable` for everything that is no table.
    """
    packed = is_gzip(path)
    kind = kind_of(path, name=filename, packed=packed)
    if kind == "parquet":
        return sniff_parquet(path, name=filename, packed=packed)
    if kind == "zip":
        return _sniff_workbook(path, filename, packed, sheet)
    return _sniff_text(path, filename, packed)


def sheet_names(path: Path, *, filename: str) -> tuple[str, ...]:
    """The names of the sheets that hold rows; empty for files without sheets."""
    packed = is_gzip(path)
    if kind_of(path, name=filename, packed=packed) != "zip":
        return ()
    return _sniff_workbook(path, filename, packed, None).sheets


def _sniff_workbook(path: Path, name: str, packed: bool, sheet: str | None) -> Format:
    with unpacked(path, name=name, packed=packed) as plain:
        kind = workbook_kind(plain, name=name)
        opened = sheet_rows(plain, name=name, sheet=sheet, limit=200)
        rows = list(opened.rows)
    width = max((len(row) for row in rows), default=0)
    _check_width(width, name)
    if not any(not is_blank(cell) for row in rows for cell in row):
        raise FileEmpty(name=name)
    found = find_headings(rows)
    if found.row is not None and not any(not is_blank(cell) for row in rows[found.first_data :] for cell in row):
        raise FileOnlyHeadings(name=name)
    signs = decide_signs(rows[found.first_data :], language=found.language, delimiter=None)
    return Format(
        kind=kind,
        header_row=found.row,
        heading_rows=found.rows,
        skip_rows=found.first_data if found.row is None else 0,
        decimal=signs.decimal,
        date_order=signs.date_order,
        heading_language=found.language,
        sheet=opened.sheet,
        sheets=opened.sheets,
        gzip=packed,
        notes=(*_heading_notes(found.rows, found.has_titles, found.row), *opened.notes, *signs.notes),
        name=name,
    )


def _heading_notes(count: int, titles: bool, row: int | None) -> tuple[Note, ...]:
    notes = []
    if row is None:
        notes.append(Note("no_headings", _("The file has no row of headings; the columns are numbered.")))
    if count == 2:
        notes.append(Note("two_heading_rows", _("Two rows of headings were joined to one.")))
    if titles and row is not None:
        notes.append(Note("titles_skipped", _("The %(count)s rows above the headings were left out."), {"count": row}))
    return tuple(notes)


def _survey(path: Path, name: str, packed: bool) -> ByteSurvey:
    surveyor = Surveyor()
    size = path.stat().st_size
    with open_bytes(path, name=name, packed=packed) as file:
        if packed or size <= _WHOLE:
            while block := file.read(BLOCK):
                surveyor.add(block)
        else:
            for index in range(_SAMPLES):
                file.seek((size - BLOCK) * index // (_SAMPLES - 1))
                surveyor.add(file.read(BLOCK), contiguous=index == 0)
    return surveyor.result()


def _sniff_text(path: Path, name: str, packed: bool) -> Format:
    found = _survey(path, name, packed)
    encoding, notes = decide_encoding(found, name=name)
    text, whole = _beginning(path, name, packed, encoding)
    if not text.strip():
        raise FileEmpty(name=name)
    if re.match(r"\s*[{\[]\s*[\"}{\]]", text):
        return sniff_objects(path, name=name, packed=packed, encoding=encoding, notes=notes)
    named = sep_line(text)
    delimiter, quote = find_dialect(_without_titles(text), prefer=named)
    rows = parse_text(text, delimiter=delimiter, quote=quote)
    if not whole:
        rows = rows[:-1]
    _check_width(max((len(row) for row in rows), default=0), name)
    headings = find_headings(rows, skip=1 if named else 0)
    body: list[Sequence[Cell]] = list(islice(rows, headings.first_data, None))
    if headings.row is not None and not any(cell.strip() for row in rows[headings.first_data :] for cell in row):
        raise FileOnlyHeadings(name=name)
    for block in (found.middle, found.tail):
        body.extend(parse_text(_decoded(block, encoding), delimiter=delimiter, quote=quote)[1:-1])
    signs = decide_signs(body, language=headings.language, delimiter=delimiter)
    return Format(
        kind="csv",
        encoding=encoding,
        delimiter=delimiter,
        quote=quote,
        header_row=headings.row,
        heading_rows=headings.rows,
        skip_rows=headings.first_data if headings.row is None else 0,
        decimal=signs.decimal,
        date_order=signs.date_order,
        heading_language=headings.language,
        gzip=packed,
        notes=(*_heading_notes(headings.rows, headings.has_titles, headings.row), *notes, *signs.notes),
        name=name,
    )


def _check_width(width: int, name: str) -> None:
    if width > MAX_COLUMNS:
        raise FileTooManyColumns(name=name, count=width, limit=MAX_COLUMNS)


def _beginning(path: Path, name: str, packed: bool, encoding: str) -> tuple[str, bool]:
    """The first lines of the file, endless and undecodable ones left out, and whether they are all."""
    lines: list[str] = []
    size = 0
    with open_bytes(path, name=name, packed=packed) as file:
        for line in LineSource(file, encoding=encoding):
            if size > _HEAD:
                return "".join(lines), False
            lines.append(line)
            size += len(line)
    return "".join(lines), True


def _decoded(block: bytes, encoding: str) -> str:
    """The text of a sample up to its last line end."""
    if encoding.startswith("utf-16"):
        encoding = "utf-16-be" if encoding == "utf-16-be" else "utf-16-le"
        block = block[: len(block) // 2 * 2]
    text = block[:_HEAD].decode(encoding, "replace").replace("\x00", "")
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end > 0 else text


def _without_titles(text: str) -> str:
    """The sample without its first lines when there are enough others, so that titles do not vote."""
    lines = text.splitlines(keepends=True)
    return text if len(lines) < 20 else text[: 64 << 10]
