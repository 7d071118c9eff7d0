"""Finds the delimiter and the quotation mark of a delimited text from a sample of it."""

from __future__ import annotations

import re
from collections import Counter

from habitue.collect.files.delimited import BLANKS, parse_text
from habitue.collect.files.moments import DAY_AS_NUMBER

DELIMITERS = (",", ";", "\t", "|")
RARE_DELIMITERS = ("~", "^", "¦", "\x1f", ":", "#")
_DAY = re.compile(DAY_AS_NUMBER + r"|\d{4}-\d\d-\d\d|\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_SPACED_COLUMNS, _SPACED_ROWS, _SPACED_SHARE = 3, 3, 0.95
_SEP_LINE = re.compile(r'^"?sep=(.)"?\r?\n', re.I)


def sep_line(text: str) -> str | None:
    """The delimiter that a first line such as `sep=;` names."""
    found = _SEP_LINE.match(text)
    return found[1] if found else None


def find_dialect(text: str, *, prefer: str | None = None) -> tuple[str, str | None]:
    """`(delimiter, quote)`; a comma for a single column, no quote for a text without quotation marks."""
    if not prefer and _is_spaced(text):
        return BLANKS, '"' if '"' in text else None
    best: tuple[float, int, str, str | None] | None = None
    delimiters = (prefer,) if prefer else DELIMITERS
    for rank, delimiter in enumerate(delimiters):
        for quote in _quotes(text, delimiter):
            score = _score(parse_text(text, delimiter=delimiter, quote=quote))
            score += 0.05 * _wrapped(text, delimiter, quote)
            candidate = (score, -rank, delimiter, quote)
            if best is None or candidate[:2] > best[:2]:
                best = candidate
    if best is None or (best[0] <= 0.3 and not prefer):
        quote = '"' if '"' in text else None
        return _rare(text, quote) or ",", quote
    return best[2], best[3]


def _rare(text: str, quote: str | None) -> str | None:
    """A delimiter that hardly anybody uses: taken where it makes as many cells in each line, at least three.

    The first line has to be headings by its looks: a column of times alone is no table of hours and minutes.
    """
    head = text.partition("\n")[0]
    if any(letter.isdigit() for letter in head):
        return None
    for delimiter in RARE_DELIMITERS:
        if head.count(delimiter) < _SPACED_COLUMNS - 1:
            continue
        rows = [row for row in parse_text(text, delimiter=delimiter, quote=quote) if row]
        if len(rows) > 1 and len({len(row) for row in rows}) == 1:
            return delimiter
    return None


def _is_spaced(text: str) -> bool:
    """Whether blanks alone make a table: as many cells in each line, a column of days and one of other numbers.

    Without a day, a column of names or of phone numbers would count as a table of several.
    """
    if any(mark in text for mark in ";\t|"):
        return False
    rows = [cells for line in text.splitlines() if (cells := line.split())]
    width = len(rows[0]) if rows else 0
    body = [cells for cells in rows[1:] if len(cells) == width]
    if width < _SPACED_COLUMNS or len(body) < max(_SPACED_ROWS, _SPACED_SHARE * (len(rows) - 1)):
        return False
    columns = list(zip(*body, strict=True))
    days = {number for number, column in enumerate(columns) if _are(_DAY, column)}
    return bool(days) and any(_are(_NUMBER, column) for number, column in enumerate(columns) if number not in days)


def _are(pattern: re.Pattern[str], cells: tuple[str, ...]) -> bool:
    return sum(1 for cell in cells if pattern.fullmatch(cell)) >= _SPACED_SHARE * len(cells)


def _quotes(text: str, delimiter: str) -> list[str | None]:
    found: list[str | None] = []
    if '"' in text:
        found.append('"')
    if "'" in text and _wrapped(text, delimiter, "'") > 0:
        found.append("'")
    return found or ['"']


def _wrapped(text: str, delimiter: str, quote: str | None) -> float:
    """The share of this quotation mark that stands at an edge of a cell."""
    if not quote or quote not in text:
        return 0.0
    mark, edge = re.escape(quote), re.escape(delimiter)
    opened = len(re.findall(rf"(?:^|{edge}){mark}", text, re.M))
    closed = len(re.findall(rf"{mark}(?:{edge}|\r?$)", text, re.M))
    if not opened or not closed:
        return 0.0
    return min(1.0, (opened + closed) / text.count(quote))


def _score(rows: list[list[str]]) -> float:
    widths = [len(row) for row in rows if any(cell.strip() for cell in row)]
    if not widths:
        return 0.0
    counted = Counter(width for width in widths if width > 1)
    if not counted:
        return 0.0
    width, times = counted.most_common(1)[0]
    steady = times / len(widths)
    return steady + min(width, 20) * 0.01 - 0.5 * (widths[0] > width)
