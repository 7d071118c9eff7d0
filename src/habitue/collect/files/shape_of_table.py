"""Finds where the headings of a table stand, whether they take two rows, and what the columns are called."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from habitue.collect.files.headings import key, words
from habitue.collect.files.targets import by_heading, heading_languages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.shapes import Cell

_LOOK_AT = 30
_DATA = re.compile(
    r"^(?:[-+(]?[\s$€£₽]*[\d.,'\s]+(?:€|%|руб\.?|EUR|USD)?\)?|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}.*|\S+@\S+\.\S+"
    r"|https?://.*|[+(]?\d[\d\s()/.-]{5,}|true|false|yes|no|ja|nein|да|нет|\d{4}-\d\d-\d\dT.*)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the headings are: the row, how many rows they take, the row of the first data, their language."""

    row: int | None
    rows: int
    first_data: int
    language: str | None
    has_titles: bool


def is_blank(cell: Cell) -> bool:
    """Whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _is_data(cell: Cell) -> bool:
    if isinstance(cell, str):
        return bool(_DATA.match(cell.strip()))
    return isinstance(cell, (int, float, Decimal, date))


def known(heading: str) -> bool:
    """Whether a heading, or its last words below a group heading, is among the synonyms."""
    parts = words(heading)
    table = by_heading()
    return key(heading) in table or (len(parts) > 2 and "".join(parts[1:]) in table)


def find_headings(rows: Sequence[Sequence[Cell]], *, skip: int = 0) -> Headings:
    """Where the headings stand among the first rows; `skip` rows at the top are known to be no table."""
    filled = [[cell for cell in row if not is_blank(cell)] for row in rows[:_LOOK_AT]]
    width = _usual_width(rows)
    candidates = [
        index
        for index in range(skip, len(filled))
        if filled[index] and len(filled[index]) >= max(1, width * 0.5) and not _data_share(filled[index]) > 0.2
    ]
    first = next((index for index in range(skip, len(filled)) if len(filled[index]) >= max(1, width * 0.5)), skip)
    row = next((index for index in candidates[:3] if index <= first + 1), None)
    if row is None or not _heads(rows, row, width):
        return Headings(None, 0, first, None, first > skip)
    count = 2 if _is_group_row(rows, row) else 1
    if count == 1 and row > skip and _is_group_above(rows[row - 1], width):
        row, count = row - 1, 2
    titles = any(filled[index] for index in range(skip, row))
    return Headings(row, count, row + count, language_of(rows[row : row + count]), titles)


def _usual_width(rows: Sequence[Sequence[Cell]]) -> int:
    widths = Counter(_length(row) for row in rows if any(not is_blank(cell) for cell in row))
    if not widths:
        return 0
    most = max(widths.values())
    return max(width for width, times in widths.items() if times >= most * 0.5)


def could_head(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether the first of `rows` may be headings: each cell is filled, no value, and found nowhere in its column."""
    first, below = rows[0], rows[1:]
    return (
        bool(below)
        and len(set(first)) == len(first)
        and not any(is_blank(cell) or _is_data(cell) for cell in first)
        and not any(cell in {other[index] for other in below if index < len(other)} for index, cell in enumerate(first))
    )


def _length(row: Sequence[Cell]) -> int:
    return max((index + 1 for index, cell in enumerate(row) if not is_blank(cell)), default=0)


def _data_share(cells: Sequence[Cell]) -> float:
    return sum(1 for cell in cells if _is_data(cell)) / max(1, len(cells))


def _heads(rows: Sequence[Sequence[Cell]], row: int, width: int) -> bool:
    """Whether the row reads as headings: known words, or text above numbers and dates, or unlike its column."""
    cells = [str(cell).strip() for cell in rows[row] if not is_blank(cell)]
    hits = sum(1 for cell in cells if known(cell))
    if hits and (hits >= 2 or hits >= len(cells) * 0.3 or width <= 2):
        return True
    if any(len(cell) > 80 for cell in cells):
        return False
    below = [other for other in rows[row + 1 :] if any(not is_blank(cell) for cell in other)]
    if not below:
        return bool(hits)
    for index, cell in enumerate(rows[row]):
        column = [other[index] for other in below if index < len(other) and not is_blank(other[index])]
        if not is_blank(cell) and column and _data_share(column) > 0.8 and not _is_data(cell):
            return True
        if cell in column:
            return False
    if len(set(cells)) < len(cells) or len(below) <= 2:
        return False
    return all(_named(cell) for cell in cells) or _numbered(cells)


def _numbered(cells: Sequence[str]) -> bool:
    """Whether the cells count on from each other, as `c0, c1, c2` or `Column 1, Column 2` do."""
    found = [re.fullmatch(r"(\D{1,20}?)(\d{1,3})", cell) for cell in cells]
    stems = {match[1] for match in found if match}
    numbers = [int(match[2]) for match in found if match]
    return len(numbers) == len(cells) > 1 and len(stems) == 1 and all(b - a == 1 for a, b in pairwise(numbers))


def _named(cell: str) -> bool:
    return bool(re.match(r"^[a-zа-я][a-zа-я0-9]*(?:[_.][a-z0-9а-я]+)+$|^[a-z]{2,12}$|^[A-ZА-Я_]{4,}$", cell))


def _is_group_row(rows: Sequence[Sequence[Cell]], row: int) -> bool:
    """Whether the row groups the headings in the row below it, so that both together name the columns."""
    if row + 1 >= len(rows):
        return False
    upper, lower = rows[row], rows[row + 1]
    texts = [str(cell).strip() for cell in lower if not is_blank(cell)]
    if not texts or _data_share(texts) > 0 or len(texts) < _length(upper) * 0.6:
        return False
    gaps = _length(lower) - len([cell for cell in upper if not is_blank(cell)])
    repeats = len([cell for cell in upper if not is_blank(cell)]) - len({cell for cell in upper if not is_blank(cell)})
    below = [known(text) for text in texts]
    return (gaps > 0 or repeats > 0) and sum(below) >= max(1, len(texts) * 0.5)


def _is_group_above(upper: Sequence[Cell], width: int) -> bool:
    cells = [cell for cell in upper if not is_blank(cell)]
    return 2 <= len(cells) < width and not _data_share(cells) and all(len(str(cell)) < 40 for cell in cells)


def language_of(rows: Sequence[Sequence[Cell]]) -> str | None:
    votes: Counter[str] = Counter()
    table = heading_languages()
    for cell in (cell for row in rows for cell in row if isinstance(cell, str)):
        if re.search("[а-яё]", cell, re.I):
            votes["ru"] += 2
        languages = table.get(key(cell), frozenset())
        if len(languages) == 1:
            votes[next(iter(languages))] += 2
        for language in languages:
            votes[language] += 1
    return max(("en", "de", "ru"), key=lambda language: votes[language]) if votes else None


def column_names(rows: Sequence[Sequence[Cell]], width: int) -> tuple[str, ...]:
    """The names of the columns from one or two rows of headings; empty and doubled names get a number."""
    names = [""] * width
    for number, row in enumerate(rows):
        group = ""
        for index in range(width):
            text = str(row[index]).strip() if index < len(row) and not is_blank(row[index]) else ""
            if number < len(rows) - 1:
                group = text or group
                text = group
            names[index] = f"{names[index]} {text}".strip() if names[index] != text else text
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        clean = re.sub(r"\s+", " ", name.replace("\ufeff", "")).strip() or f"Column {index + 1}"
        seen[clean] += 1
        names[index] = clean if seen[clean] == 1 else f"{clean} ({seen[clean]})"
    return tuple(names)
