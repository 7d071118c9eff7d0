"""What readers who may not see people are shown of a report: no row and no sentence about a handful of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from habitue.insights.reports.shape import SMALL, Column, Outcome, Row, Say, Section, Value, hide_small
from habitue.kernel.text import gettext_noop as _

HIDDEN = Say(
    _("This speaks of fewer than %(least)s people, so it is shown only to those who may see people."),
    {"least": Value(SMALL)},
)
_NAMES = frozenset({"text", "choice", "country"})


def without_small(made: Outcome) -> Outcome:
    """The outcome without rows of fewer than SMALL people, and without sentences about them."""
    kept = [hide_small(section) for section in made.sections]
    names = [_hidden_names(section, rest) for section, rest in zip(made.sections, kept, strict=True)]
    sections = tuple(_told(rest, own) for rest, own in zip(kept, names, strict=True))
    everywhere = frozenset[str]().union(*names)
    return replace(
        made,
        says=_say(made.says, everywhere),
        sections=sections,
        warnings=tuple(_say(each, everywhere) for each in made.warnings),
    )


def _told(section: Section, names: frozenset[str]) -> Section:
    note = None if section.note is None else _say(section.note, names)
    return replace(section, says=_say(section.says, names), note=note)


def _say(sentence: Say, names: frozenset[str]) -> Say:
    """The sentence, or one that says why it is not shown."""
    return HIDDEN if any(_is_small(value, names) for value in sentence.values.values()) else sentence


def _is_small(value: Value, names: frozenset[str]) -> bool:
    if value.kind == "people":
        return 0 < (value.value or 0) < SMALL
    return value.kind in _NAMES and str(value.value) in names


def _hidden_names(section: Section, kept: Section) -> frozenset[str]:
    """What only rows that are hidden are called, as sentences write it."""
    shown = {id(row) for row in kept.rows}
    gone = [row for row in section.rows if id(row) not in shown]
    return frozenset(_names(gone, section.columns)) - frozenset(_names(kept.rows, section.columns))


def _names(rows: Iterable[Row], columns: Iterable[Column]) -> set[str]:
    named = [column for column in columns if column.kind in _NAMES]
    cells = ((row.get(column.name), column) for row in rows for column in named)
    return {str(column.choices.get(value, value)) for value, column in cells if value is not None}
