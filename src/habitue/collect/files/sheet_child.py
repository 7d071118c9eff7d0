"""Reads one sheet of a workbook in a process of its own, with bounded memory and time, and writes its rows out.

`python -m habitue.collect.files.sheet_child PATH LIMIT [SHEET]` writes frames to standard output: four bytes of
length, then MessagePack. The first frame is the head (sheet, sheets, merged, formulas), the others are lists of
rows; a last frame `{"end": rows}` shows that nothing is missing. Errors end it with a code of `EXIT`.
"""

from __future__ import annotations

import sys
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, WorksheetNotFound

EXIT = {"damaged": 3, "password": 4, "missing": 5}
MEMORY = 3 << 30
SECONDS = 300
_FRAME_ROWS = 1_000
_FILLED_CELLS = 200_000


def limit_myself() -> None:
    """Bound this process's memory and time where the system offers it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _plain(cell: Any) -> Any:
    kind = type(cell)
    if kind is str:
        return cell
    if kind is float:
        return int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell
    if kind is datetime:
        return msgspec.msgpack.Ext(1, cell.isoformat().encode())
    if kind is date:
        return msgspec.msgpack.Ext(2, cell.isoformat().encode())
    if isinstance(cell, (time, timedelta)):
        return str(cell)
    return cell


def _send(value: Any) -> None:
    data = msgspec.msgpack.encode(value)
    sys.stdout.buffer.write(len(data).to_bytes(4, "big") + data)


def _formulas(path: str) -> tuple[bool, bool]:
    """Whether any sheet has formulas, and whether some of them lack their value."""
    some = bare = False
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            if not (entry.startswith("xl/worksheets/") or entry == "content.xml"):
                continue
            with archive.open(entry) as file:
                data = file.read(4 << 20)
            some = some or b"<f>" in data or b"<f " in data or b"table:formula=" in data
            bare = bare or b"</f></c>" in data or b"</f><v></v>" in data or b"</f><v/>" in data
    return some, bare


def _merged(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left) and len(found) < _FILLED_CELLS:
                    found[row, column] = (top, left)
    return found


def _choose(book: Any, wanted: str) -> tuple[Any, list[str]]:
    names = [item.name for item in book.sheets_metadata if item.visible == SheetVisibleEnum.Visible]
    if wanted:
        return book.get_sheet_by_name(wanted), names
    chosen = None
    filled: list[str] = []
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.height > 1 or (sheet.height == 1 and not filled):
            filled.append(name)
            chosen = chosen or sheet
    return chosen or book.get_sheet_by_index(0), filled or names[:1]


def run(path: str, limit: int, wanted: str) -> None:
    """Write the sheet's rows; `limit` 0 means all of them."""
    book = CalamineWorkbook.from_path(path)
    sheet, names = _choose(book, wanted)
    merged = _merged(sheet)
    some, bare = _formulas(path)
    _send({"sheet": sheet.name, "sheets": names, "merged": bool(merged), "formulas": some, "bare": bare})
    top, left = sheet.start or (0, 0)
    anchors = set(merged.values())
    kept: dict[tuple[int, int], Any] = {}
    frame: list[list[Any]] = [[] for _row in range(top)]
    count = top
    rows = sheet.iter_rows() if not limit else sheet.to_python(skip_empty_area=True, nrows=limit)
    for row in rows:
        cells = [""] * left + [_plain(cell) for cell in row]
        index = count
        if merged:
            for column, cell in enumerate(cells):
                if (index, column) in anchors:
                    kept[index, column] = cell
                elif (index, column) in merged:
                    cells[column] = kept.get(merged[index, column], cell)
        frame.append(cells)
        count += 1
        if len(frame) >= _FRAME_ROWS:
            _send(frame)
            frame = []
    _send(frame)
    _send({"end": count})


def main() -> int:
    """Run with the arguments of the process; the exit code says what went wrong."""
    limit_myself()
    try:
        run(sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
    except PasswordError:
        return EXIT["password"]
    except WorksheetNotFound:
        return EXIT["missing"]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError):
        return EXIT["damaged"]
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
