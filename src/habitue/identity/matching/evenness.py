"""Whether the lines of a delimited file make a table: asked before values land in wrong columns without a word."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from habitue.collect.files.delimited import DelimitedRows
from habitue.collect.files.lines import LineSource
from habitue.collect.files.shapes import Format
from habitue.identity.matching.errors import OnlyOneColumn, RowsUneven

SIGNS = (";", "\t", "|", ",", "~", "^", "¦", "\x1f", "#", ":")
MOST_LONG, MOST_SHORT = 0.05, 0.3
_LINES = 200


class _Counted(DelimitedRows):
    """Rows of which those that do not fit are counted: too long, or too short."""

    long = short = first = 0

    def fit(self, line: int, cells: list[str], raw: str = "") -> list[str] | None:
        """The cells as they are."""
        if self.width and cells and len(cells) != self.width and (len(cells) < self.width or any(cells[self.width :])):
            self.first = self.first or line
            self.long += len(cells) > self.width
            self.short += len(cells) < self.width
        return cells


def check_even(path: Path, fmt: Format, width: int) -> tuple[int, int]:
    """(lines that are too long or too short, lines with broken quotation marks); RowsUneven where it is no table.

    Broken quotation marks and cells beyond the last column take values away, so few of those are too many; cells that
    are missing at the end of a line are left out by many programs.
    """
    rows = 0
    with path.open("rb") as file:
        source = LineSource(file, encoding=fmt.encoding or "utf-8")
        counted = _Counted(source, delimiter=fmt.delimiter or ",", quote=fmt.quote, width=width)
        for _line, cells in counted:
            rows += bool(cells)
    broken = len(counted.rejected)
    rows += broken
    if counted.long + broken > MOST_LONG * rows or counted.short > MOST_SHORT * rows:
        first = min(number for number in (counted.first, *(each.line for each in counted.rejected[:1])) if number)
        raise RowsUneven(
            file=path.name,
            delimiter=named(fmt.delimiter),
            count=counted.long + counted.short + broken,
            rows=rows,
            width=width,
            line=first,
        )
    return counted.long + counted.short, broken


def check_one_column(path: Path, fmt: Format) -> None:
    """Refuse a file of one column each line of which holds a sign that may stand between cells, as often as the first.

    A column may hold commas in quotation marks or times: what stands in quotation marks counts as text, and a first
    line with digits is no heading.
    """
    with path.open(encoding=fmt.encoding or "utf-8", errors="replace", newline="") as file:
        lines = [line.strip() for line in islice(file, _LINES)]
    lines = [line for line in lines if line and not line.startswith(('"', "'"))]
    if len(lines) < 2 or any(letter.isdigit() for letter in lines[0]):
        return
    for sign in SIGNS:
        times = lines[0].count(sign)
        if times and all(line.count(sign) == times for line in lines):
            raise OnlyOneColumn(file=path.name, delimiter=named(fmt.delimiter), sign=sign)


def named(delimiter: str | None) -> str:
    """A delimiter as a person reads it."""
    return {"\t": "“\\t”"}.get(delimiter or ",", f"“{delimiter or ','}”")
