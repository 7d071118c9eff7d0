"""A column whose meaning is sought, and whether its cells allow a meaning that its heading may have."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from habitue.collect.files.moments import clock, moment
from habitue.collect.files.targets import kind_of_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.shapes import Cell


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column with the targets its heading may mean, best first, and what its cells look like.

    `certain` are the targets whose own heading this is, word for word, and whose kind half of the cells have.
    """

    index: int
    heading: str
    looks: str
    targets: tuple[str, ...]
    values: tuple[Cell, ...]
    mean_length: float
    certain: frozenset[str] = frozenset()


NUMERIC = frozenset({"integer", "number", "money", "flag"})
_FITS = {
    "email": frozenset({"email"}),
    "phone": frozenset({"phone", "integer", "number", "id"}),
    "date": frozenset({"date", "integer", "number"}),
    "instant": frozenset({"date", "integer", "number"}),
    "money": NUMERIC | {"id", "phone"},
    "number": NUMERIC,
    "integer": NUMERIC,
    "duration": NUMERIC | {"text", "date"},
    "flag": frozenset({"flag"}),
}
_BARE_NUMBER = re.compile(r"^\d+(?:[.,]\d+)?$")
_WAYS_TO_PAY = frozenset({"payment.method", "order.payment_method"})


def fits(candidate: Candidate, target: str) -> bool:
    """Whether the cells allow the target; a column without cells allows every target."""
    kind = kind_of_target(target)
    if not candidate.values:
        return True
    if kind == "time" or (kind in ("date", "instant") and holds_clocks(candidate)):
        return kind == "time" and holds_clocks(candidate)
    if "person.phone" in candidate.targets and candidate.looks == "phone" and is_dialled(candidate.values):
        return kind == "phone"
    if target in candidate.certain:
        return True
    if target in _WAYS_TO_PAY:
        return candidate.looks not in NUMERIC
    if kind == "postal_code" or target == "person.loyalty_card":
        return _some_fit(candidate, kind)
    allowed = _FITS.get(kind)
    if allowed is None or candidate.looks in allowed or (kind in ("date", "instant") and holds_dates(candidate)):
        return True
    return kind != "flag" and candidate.looks == "text" and _some_fit(candidate, kind)


def _some_fit(candidate: Candidate, kind: str) -> bool:
    """Whether enough cells of a mixed column may still be of the kind: digits for numbers, an @ for e-mail."""
    mark = "@" if kind == "email" else None
    good = 0
    for cell in candidate.values:
        text = str(cell)
        good += mark in text if mark else any(char.isdigit() for char in text)
    return good >= len(candidate.values) * 0.5


def holds_dates(candidate: Candidate) -> bool:
    """Whether every cell can be read as a date, or half of them are written as nothing but a date is."""
    if candidate.looks == "date" or not candidate.values:
        return candidate.looks == "date"
    read = [cell for cell in candidate.values if moment(cell, order="DMY", year_now=2030) is not None]
    written = [cell for cell in read if isinstance(cell, date) or not _BARE_NUMBER.match(str(cell).strip())]
    return len(read) == len(candidate.values) or len(written) >= len(candidate.values) * 0.5


def holds_clocks(candidate: Candidate) -> bool:
    """Whether nearly every cell is a time of day without a date."""
    read = sum(1 for cell in candidate.values if clock(cell) is not None)
    return bool(candidate.values) and read >= len(candidate.values) * 0.9


def is_dialled(values: Sequence[Cell]) -> bool:
    """Whether numbers are written as people dial them, not as bare digits like any other number."""
    return sum(1 for cell in values if not str(cell).isdigit() or str(cell)[0] == "0") > len(values) * 0.5
