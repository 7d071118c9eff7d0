"""The rows of a delimited text file; a broken line costs itself and never its neighbours."""

from __future__ import annotations

import csv
import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from habitue.collect.files.shapes import MAX_LINE, Rejected
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from habitue.collect.files.lines import LineSource

csv.field_size_limit(2 * MAX_LINE)
BLANKS = " "
"""The delimiter of a table whose columns stand apart by one or more blanks."""
_MOST_LINES = 500
_SURE_WIDTH, _SURE_ROWS = 3, 2


class DelimitedRows:
    """Iterates over `(line, cells)`; broken lines are collected in `rejected`.

    `width` is the number of columns, None while it is not known: then rows of any width pass.
    """

    def __init__(self, source: LineSource, *, delimiter: str, quote: str | None, width: int | None = None) -> None:
        self._source = source
        self._options: dict[str, Any] = {
            "delimiter": delimiter,
            "quotechar": quote or '"',
            "quoting": csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        }
        self._quote = quote
        self.width = width
        self.rejected: list[Rejected] = []

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        source = self._source
        while True:
            reader = csv.reader(self._limited(), strict=True, **self._options)
            try:
                for cells in reader:
                    taken, source.taken = source.taken, []
                    if len(cells) == self.width and len(taken) == 1:
                        yield source.number, cells
                    elif (row := self._odd_row(cells, taken)) is not None:
                        yield row
            except csv.Error:
                taken, source.taken = source.taken, []
                if (row := self._second_try(taken)) is not None:
                    yield row
            else:
                return

    def _limited(self) -> Iterable[str]:
        source = self._source
        for line in source:
            if len(source.taken) > _MOST_LINES:
                return
            yield _narrow(line) if self._options["delimiter"] == BLANKS else line

    def _odd_row(self, cells: list[str], taken: list[str]) -> tuple[int, list[str]] | None:
        first = self._source.number - len(taken) + 1
        if len(taken) > 1 and self.width is not None and (len(cells) != self.width or self._holds_rows(cells)):
            self._refuse_quotes(taken)
            return None
        fitted = self.fit(first, cells, "".join(taken))
        return None if fitted is None else (first, fitted)

    def _holds_rows(self, cells: list[str]) -> bool:
        """Whether a cell of several lines holds whole rows: its quotation mark was never meant to open."""
        delimiter, width = self._options["delimiter"], self.width or 0
        if width < _SURE_WIDTH:
            return False
        inner = (line for cell in cells if "\n" in cell for line in cell.splitlines()[1:-1])
        return sum(line.count(delimiter) == width - 1 for line in inner) >= _SURE_ROWS

    def fit(self, line: int, cells: list[str], raw: str = "") -> list[str] | None:
        """The cells at the table's width: short rows are filled, a tail of empty cells is cut, others refused."""
        width = self.width
        if width is None or len(cells) == width or not cells:
            return cells
        if len(cells) < width:
            return cells + [""] * (width - len(cells))
        if not any(cells[width:]):
            return cells[:width]
        self._refuse_width(line, cells, raw)
        return None

    def _second_try(self, taken: list[str]) -> tuple[int, list[str]] | None:
        """Read a line with loose quotes inside its cells; when that gives no whole row, refuse its first line."""
        if len(taken) == 1 and self._quote:
            cells = _with_loose_quotes(taken[0].rstrip("\r\n"), self._options["delimiter"], self._quote)
            if cells is not None and len(cells) == (self.width or len(cells)):
                return self._source.number, cells
        self._refuse_quotes(taken)
        return None

    def _refuse_quotes(self, taken: list[str]) -> None:
        source = self._source
        source.push_back(taken[1:])
        self.rejected.append(
            Rejected(
                line=source.number,
                raw=taken[0].rstrip("\r\n")[:1000],
                code="quotes_broken",
                message=_("A quotation mark is opened and not closed in this line, or stands in a wrong place."),
                lines=(source.number,),
            )
        )

    def _refuse_width(self, line: int, cells: list[str], raw: str) -> None:
        self.rejected.append(
            Rejected(
                line=line,
                raw=(raw.rstrip("\r\n") or self._options["delimiter"].join(cells))[:1000],
                code="too_many_cells",
                message=_("The line has %(count)s cells, the table has %(width)s columns."),
                params={"count": len(cells), "width": self.width},
                lines=(line,),
                rows=(tuple(cells),),
            )
        )


def _narrow(line: str) -> str:
    """The line with one blank between its cells and none around them."""
    return " ".join(line.split()) + "\n"


@lru_cache(maxsize=8)
def _loose_cell(delimiter: str, quote: str) -> re.Pattern[str]:
    edge, mark = rf"(?={re.escape(delimiter)}|$)", re.escape(quote)
    return re.compile(
        rf"{mark}((?:[^{mark}]|{mark}(?!{edge}))*){mark}{edge}|((?!{mark})[^{re.escape(delimiter)}]*){edge}"
    )


def _with_loose_quotes(line: str, delimiter: str, quote: str) -> list[str] | None:
    """The cells of `"the "Bear" inn",12`, where quotes inside a cell are not doubled; None when that fails too."""
    pattern, cells, place = _loose_cell(delimiter, quote), [], 0
    while found := pattern.match(line, place):
        inside, bare = found.groups()
        cells.append(bare if inside is None else inside.replace(quote + quote, quote))
        if found.end() == len(line):
            return cells
        place = found.end() + 1
    return None


def parse_text(text: str, *, delimiter: str, quote: str | None) -> list[list[str]]:
    """The rows of a short text, read leniently; for samples only."""
    if delimiter == BLANKS:
        text = "".join(map(_narrow, text.splitlines()))
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=quote or '"',
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error:
        return rows
    return rows
