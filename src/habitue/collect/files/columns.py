"""Guesses what each column becomes, from its heading, its cells and the other columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habitue.collect.files.candidates import NUMERIC, Candidate, is_dialled
from habitue.collect.files.cells import REACHED_BY, is_without, plain
from habitue.collect.files.context_of_columns import DATES, settle
from habitue.collect.files.headings import key, word_set, words
from habitue.collect.files.looks import checks, filled, looks_like, share
from habitue.collect.files.targets import TARGETS, by_heading, kind_of_target
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from habitue.collect.files.shapes import Cell, Format, Row

    Tests = dict[str, Callable[[Cell], bool]]

__all__ = ["TARGETS", "ColumnGuess", "guess_columns"]

_SAMPLE = 300
LEAST_CELLS = 5
_IN_BRACKETS = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")
_UNNAMED = re.compile(r"^Column \d+$")
WHY_BOTH = _("The heading says so and the cells fit.")
WHY_HEADING = _("The heading says so.")
WHY_CELLS = _("The cells look like it.")
WHY_MISFIT = _("The heading names it, but many cells do not fit.")
WHY_OWN = _("No field of ours fits, so it is kept under its own name.")
WHY_EMPTY = _("The column is empty.")
_TESTED = frozenset({"email", "phone", "date", "instant", "money", "number", "integer", "flag", "birthday"})
_BY_CELLS = {"email": "person.email", "phone": "person.phone", "url": "person.website"}


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What a column probably is.

    `looks_like` is what its cells alone say, `target` what it becomes (None: left out), `confidence` goes from
    0 to 1, `problems` counts the sampled cells that do not fit the target, `why` is an English msgid.
    """

    index: int
    heading: str
    looks_like: str
    target: str | None
    confidence: float
    samples: tuple[str, ...]
    problems: int
    why: str


def guess_columns(columns: Sequence[str], sample_rows: Sequence[Row], fmt: Format) -> tuple[ColumnGuess, ...]:
    """A guess for every column; no target but None is given twice."""
    tests = checks(fmt)
    rows = sample_rows[:_SAMPLE]
    cells = [[row[index] for row in rows if index < len(row)] for index in range(len(columns))]
    candidates = [_candidate(index, name, cells[index], fmt, tests) for index, name in enumerate(columns)]
    targets = settle(candidates)
    return tuple(_guess(candidate, target, tests) for candidate, target in zip(candidates, targets, strict=True))


def _candidate(index: int, heading: str, cells: list[Cell], fmt: Format, tests: Tests) -> Candidate:
    values = filled(cells)
    looks = looks_like(values, fmt)
    targets = _by_heading(heading)
    if looks != "flag" and any(kind_of_target(target) in REACHED_BY for target in targets):
        values = [cell for cell in values if not is_without(cell)]
        looks = looks_like(values, fmt)
    targets = tuple(target for target in targets if not _fits_nowhere(target, values, tests))
    mean = sum(len(plain(cell) or "") for cell in values) / max(1, len(values))
    if not targets and (looks == "email" or (looks == "phone" and is_dialled(values) and key(heading) not in DATES)):
        targets = (_BY_CELLS[looks],)
    elif looks == "name" and _UNNAMED.match(heading) and _mostly_two_words(values):
        targets = ("person.name",)
    return Candidate(index, heading, looks, targets, tuple(values), mean, _certain(heading, looks, values, tests))


def _fits_nowhere(target: str, values: list[Cell], tests: Tests) -> bool:
    """Whether an amount or number of a person is named and no cell is one, as in a column of income bands."""
    kind = kind_of_target(target)
    if kind not in ("money", "number") or not target.startswith("person."):
        return False
    return len(values) >= LEAST_CELLS and not any(tests[kind](cell) for cell in values)


def _certain(heading: str, looks: str, values: list[Cell], tests: Tests) -> frozenset[str]:
    """The targets whose own heading this is and whose kind half of the cells have; counts are never yes and no."""
    found = set()
    for target, _language in by_heading().get(key(heading), ()):
        kind = kind_of_target(target)
        test = tests.get("date" if kind == "instant" else kind) if kind in _TESTED else None
        if test and not (kind == "flag" and looks in NUMERIC) and share(values, test) >= 0.5:
            found.add(target)
    return frozenset(found)


def _mostly_two_words(values: list[Cell]) -> bool:
    return sum(1 for cell in values if " " in str(cell).strip()) > len(values) * 0.7


def _by_heading(heading: str) -> tuple[str, ...]:
    """The targets of a heading as a whole, without bracket or number, below a group heading, or without its address."""
    table = by_heading()
    parts = words(heading)
    bare = tuple(part for part in parts if part not in _QUALIFIERS and not part.isdigit())
    forms = [
        parts,
        parts[:-1] if parts and parts[-1].isdigit() else (),
        bare,
        parts[1:],
        parts[2:] if len(parts) > 3 else (),
    ]
    unbracketed = words(_IN_BRACKETS.sub("", heading))
    if unbracketed != parts:
        forms[1:1] = [unbracketed]
    for form in forms:
        is_whole = form is bare or form is unbracketed
        if not form or (len(form) == 1 and len(parts) > 1 and not is_whole and form[0] in _TOO_LITTLE):
            continue
        found = tuple(dict.fromkeys(target for target, _language in table.get("".join(form), ())))
        if len(form) < len(parts) and len(form) == 1:
            found = tuple(target for target in found if target.partition(".")[0] in _PLAIN_GROUPS)
        if found:
            return found
    return ()


_PLAIN_GROUPS = frozenset({"person", "order", "line", "custom"})
_QUALIFIERS = word_set(
    "billing shipping delivery business home work private primary main default value geschaeftlich privat dienstlich "
    "rechnung lieferung rechnungsadresse lieferadresse рабочий домашний основной доставки"
)
_TOO_LITTLE = word_set(
    "nr id name date datum code status text note type user customer value sum amount count score total source "
    "channel label make title first last store item order plan purchases products home month имя г код сумма "
    "клиент url web site link page form сайт"
)


def _guess(candidate: Candidate, target: str | None, tests: Tests) -> ColumnGuess:
    values = candidate.values
    samples = tuple(dict.fromkeys(plain(cell) or "" for cell in values))[:3]
    if not values and not (target and target in TARGETS):
        target = None
    kind = kind_of_target(target) if target else "text"
    kind = "date" if kind == "instant" else kind
    problems = sum(1 for cell in values if not tests[kind](cell)) if kind in _TESTED and kind in tests else 0
    confidence, why = _trust(candidate, target, problems)
    return ColumnGuess(candidate.index, candidate.heading, candidate.looks, target, confidence, samples, problems, why)


def _trust(candidate: Candidate, target: str | None, problems: int) -> tuple[float, str]:
    if target is None:
        return 0.5, WHY_EMPTY
    if target not in TARGETS:
        return 0.5, WHY_OWN
    good = 1 - problems / max(1, len(candidate.values))
    if not candidate.targets or target not in candidate.targets:
        return round(0.7 * good, 2), WHY_CELLS
    if good < 0.6:
        return round(0.6 * good, 2), WHY_MISFIT
    if candidate.values and kind_of_target(target) in _TESTED:
        return round(0.98 * good, 2), WHY_BOTH
    return 0.9 if candidate.values else 0.6, WHY_HEADING
