"""The rows of a sheet, read by a child process that may use only so much memory and time."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from habitue.collect.files.container import open_bytes
from habitue.collect.files.errors import FileDamaged, FileEncrypted, FileUnreadable, SheetMissing, SheetTooBig
from habitue.collect.files.shapes import Note
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from habitue.collect.files.shapes import Cell

_DAMAGED, _PASSWORD, _MISSING = 3, 4, 5
_NO_MEMORY_WORDS = (b"MemoryError", b"memory allocation", b"capacity overflow")


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """A sheet being read: its name, the names of all filled sheets, notes about it, and its rows."""

    sheet: str
    sheets: tuple[str, ...]
    notes: tuple[Note, ...]
    rows: Iterator[list[Cell]]


@contextmanager
def unpacked(path: Path, *, name: str, packed: bool) -> Iterator[Path]:
    """The file itself, or an unpacked copy of it that lasts as long as the block."""
    if not packed:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="habitue-") as folder:
        plain = Path(folder) / "unpacked"
        with open_bytes(path, name=name, packed=True) as source, plain.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        yield plain


def _moment(code: int, data: memoryview) -> date:
    text = bytes(data).decode()
    return datetime.fromisoformat(text) if code == 1 else date.fromisoformat(text)


def sheet_rows(path: Path, *, name: str, sheet: str | None, limit: int = 0) -> OpenSheet:
    """Open a sheet (the first filled one by default); at most `limit` rows of it, 0 for all.

    Raises FileDamaged, FileEncrypted, SheetMissing or SheetTooBig, some of them only while the rows are read.
    """
    command = [sys.executable, "-P", "-m", "habitue.collect.files.sheet_child", str(path), str(limit)]
    child = subprocess.Popen(
        [*command, *([sheet] if sheet else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    frames = _frames(child, name, sheet)
    head = next(frames)
    return OpenSheet(head["sheet"], tuple(head["sheets"]), _notes(head), _rows(frames))


def _rows(frames: Iterator[Any]) -> Iterator[list[Cell]]:
    for frame in frames:
        yield from frame


def _frames(child: subprocess.Popen[bytes], name: str, sheet: str | None) -> Iterator[Any]:
    decode = msgspec.msgpack.Decoder(ext_hook=_moment).decode
    assert child.stdout is not None
    ended = False
    try:
        while (frame := _frame(child.stdout)) is not None:
            value = decode(frame)
            if isinstance(value, dict) and "end" in value:
                ended = True
                break
            yield value
        if not ended:
            raise _why(child, name, sheet)
    finally:
        child.kill()
        child.communicate()


def _frame(stream: IO[bytes]) -> bytes | None:
    size = stream.read(4)
    if len(size) < 4:
        return None
    length = int.from_bytes(size, "big")
    data = stream.read(length)
    return data if len(data) == length else None


def _why(child: subprocess.Popen[bytes], name: str, sheet: str | None) -> FileUnreadable:
    _out, words = child.communicate()
    code = child.returncode
    if code == _PASSWORD:
        return FileEncrypted(name=name)
    if code == _MISSING:
        return SheetMissing(name=name, sheet=sheet, sheets="")
    if code < 0 or any(word in words for word in _NO_MEMORY_WORDS):
        return SheetTooBig(name=name)
    return FileDamaged(name=name, kind="XLSX")


def _notes(head: dict[str, Any]) -> tuple[Note, ...]:
    notes = []
    if head["merged"]:
        notes.append(Note("merged_cells_filled", _("Merged cells were filled with their value.")))
    if head["formulas"]:
        notes.append(Note("formulas_as_values", _("Formulas were read as the values they last had.")))
    if head["bare"]:
        message = _("Some formulas have no value yet; open the file in your spreadsheet program and save it once.")
        notes.append(Note("formulas_without_values", message))
    if len(head["sheets"]) > 1:
        names = ", ".join(head["sheets"])
        notes.append(Note("other_sheets", _("The file has several sheets: %(sheets)s."), {"sheets": names}))
    return tuple(notes)
