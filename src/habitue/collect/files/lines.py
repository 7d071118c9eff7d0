"""The physical lines of a text file, bounded in length, with what had to be mended on the way."""

from __future__ import annotations

import codecs
import io
import re
from typing import IO, TYPE_CHECKING

from habitue.collect.files.shapes import MAX_LINE, Rejected
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterator

_STRAY = re.compile("[\udc80-\udcff]")
_UNREADABLE_SHARE = 0.3


class LineSource:
    """Iterates over lines with their line ends, in a shape that `csv.reader` takes.

    `number` is the count of lines given out. Lines may be pushed back. A line above a million characters, or one
    that is mostly undecodable, goes to `rejected` and leaves an empty line in its place.
    """

    def __init__(self, file: IO[bytes], *, encoding: str, fallback: str = "cp1252") -> None:
        errors = "surrogateescape" if _escapes(encoding) else "replace"
        self._text = io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
        self._fallback = fallback
        self._back: list[str] = []
        self.number = 0
        self.mended = 0
        self.rejected: list[Rejected] = []
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        return line

    def push_back(self, lines: list[str]) -> None:
        """Give lines back, to be read again."""
        self._back.extend(reversed(lines))
        self.number -= len(lines)

    def _read(self) -> str:
        line = self._text.readline(MAX_LINE)
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            return self._skip_endless(line)
        if "\x00" in line:
            line = line.replace("\x00", "") or "\n"
        if not line.isascii() and _STRAY.search(line):
            return self._mend(line)
        return line

    def _skip_endless(self, line: str) -> str:
        length = len(line)
        while rest := self._text.readline(MAX_LINE):
            length += len(rest)
            if rest.endswith(("\n", "\r")):
                break
        self.rejected.append(
            Rejected(
                line=self.number + 1,
                raw=line[:1000],
                code="line_too_long",
                message=_("The line is %(length)s characters long; at most %(limit)s are read."),
                params={"length": length, "limit": MAX_LINE},
                lines=(self.number + 1,),
            )
        )
        return "\n"

    def _mend(self, line: str) -> str:
        stray = _STRAY.findall(line)
        if len(stray) > max(8, len(line) * _UNREADABLE_SHARE):
            self.rejected.append(
                Rejected(
                    line=self.number + 1,
                    raw=line.encode("utf-8", "surrogateescape").decode("latin-1")[:1000],
                    code="line_undecodable",
                    message=_("The line is not text in the encoding of the file."),
                    lines=(self.number + 1,),
                )
            )
            return "\n"
        self.mended += len(stray)
        return _STRAY.sub(self._reread, line)

    def _reread(self, found: re.Match[str]) -> str:
        return bytes([ord(found[0]) - 0xDC00]).decode(self._fallback, "replace")


def _escapes(encoding: str) -> bool:
    return not codecs.lookup(encoding).name.startswith("utf-16")
