"""Spans of time whose unit is changed: the number follows it, so that 365 days become 12 months and not 365 of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from habitue.web.audiences.draft import ROOT, Draft
from habitue.web.audiences.rule_texts import LENGTHS

HOURS, MONTHS, DAYS_OF_MONTH, DAYS_OF_YEAR = 24, 12, 30, 365
YEAR = "last_year"
WAS = {"window_kind": "window_was", "within_unit": "within_was"}
"""For each list of units, the field that remembers the unit and the number that were drawn."""
_COUNTS = {"window_kind": "window_count", "within_unit": "within_count"}
_MOST_DIGITS = 9
_STEPS = dict(LENGTHS)


def was_drawn(draft: Draft, unit_name: str) -> str:
    """The unit and the number that a node is drawn with, for the form to send back."""
    return f"{draft.one(unit_name)} {draft.one(_COUNTS[unit_name])}".strip()


def followed(draft: Draft, name: str) -> Draft:
    """The tree in which every number has followed its unit; `name` is the field that was changed. Pure.

    A number that was typed together with another unit stays: it was meant for that unit.
    """
    return _followed(draft, ROOT, name)


def _followed(draft: Draft, path: str, name: str) -> Draft:
    rules = tuple(_followed(child, f"{path}.{number}", name) for number, child in enumerate(draft.rules))
    values = dict(draft.values)
    for unit_name, convert in _CONVERT.items():
        count = _count(draft, unit_name, convert, is_changed_now=name == f"{path}:{unit_name}")
        if count is not None:
            values[_COUNTS[unit_name]] = (str(count),)
    return replace(draft, values=values, rules=rules)


def _count(
    draft: Draft, unit_name: str, convert: Callable[[int, str, str], int | None], *, is_changed_now: bool
) -> int | None:
    """The number in the unit that is chosen now; None where it stays as it is."""
    old, _space, drawn = draft.one(WAS[unit_name]).partition(" ")
    new, typed = draft.one(unit_name), draft.one(_COUNTS[unit_name]).strip()
    if old in ("", new) or (typed != drawn and not is_changed_now):
        return None
    text = "1" if old == YEAR else typed
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text)):
        return None
    return convert(int(text), old, new)


def _of_window(count: int, old: str, new: str) -> int | None:
    hours = _IN_HOURS.get(old)
    days = hours(count) / HOURS if hours is not None else 0
    if not days:
        return None
    if new == "last_months":
        return _nearest(days * MONTHS / DAYS_OF_YEAR)
    if new == "last_hours":
        return round(days * HOURS)
    return _nearest(days) if new in ("last_days", "days_ago") else None


def _of_step(count: int, old: str, new: str) -> int | None:
    return _nearest(count * _STEPS[old] / _STEPS[new]) if old in _STEPS and new in _STEPS else None


def _days_of_months(count: int) -> int:
    """Whole years as they are; of the rest every month as 30 days, as people count."""
    years, months = divmod(count, MONTHS)
    return years * DAYS_OF_YEAR + months * DAYS_OF_MONTH


def _nearest(number: float) -> int:
    return max(1, int(number + 0.5))


_IN_HOURS: Mapping[str, Callable[[int], int]] = {
    "last_hours": lambda count: count,
    "last_days": lambda count: count * HOURS,
    "days_ago": lambda count: count * HOURS,
    "last_months": lambda count: _days_of_months(count) * HOURS,
    YEAR: lambda count: count * DAYS_OF_YEAR * HOURS,
}
_CONVERT: Mapping[str, Callable[[int, str, str], int | None]] = {"window_kind": _of_window, "within_unit": _of_step}
