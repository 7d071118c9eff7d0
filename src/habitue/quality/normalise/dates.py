"""Dates to `YYYY-MM-DD`, with the day or the month first as the country writes it, and the limits of birth dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from babel import Locale

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import tidy

EARLIEST_BIRTH = date(1900, 1, 1)
DEFAULT_DATES = frozenset({"1900-01-01", "1970-01-01"})
_MONTH_FIRST = frozenset({"US", "PH", "PW", "FM", "MH"})

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ][\d:.,]*\s*(?:Z|[+-]\d{2}:?\d{2})?)?\Z", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([./-]?)(\d{1,2})\2(\d{1,2})(?:[T ]\d.*)?\Z", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4}|\d{2})(?:\s*г\.?|,?\s+\d{1,2}:.*)?\Z", re.ASCII)
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s.\-/]+([^\W\d]+)[\s.,\-/]+(\d{4}|\d{2})(?:\s*г\.?|\s*года)?\Z")
_NAMED_DAY = re.compile(r"([^\W\d]+)[\s.]+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\Z")

_UNREADABLE = _("“%(value)s” is not a date.")
_FUTURE = _("The date %(value)s is in the future.")
_TOO_OLD = _("Nobody alive was born on %(value)s.")
_DEFAULT = _("This date is what programs fill in when they know none.")
_GUESSED = _("The year had two digits; check the century.")


def normalise_date(value: str, *, country: str | None = None, today: date | None = None) -> Normalised | Problem:
    """A day as `YYYY-MM-DD`; `12/11/1980` has the month first only in countries that write it so.

    `today` (in the workspace's time zone) decides the century of two-digit years, which are never in its future.
    """
    text = tidy(value)
    read = _read(text, month_first=country in _MONTH_FIRST)
    if read is None:
        return Problem("date_unreadable", _UNREADABLE, {"value": value[:200]})
    year, month, day = read
    short = year < 100
    if short:
        year += 2000 if year <= (today.year % 100 if today else 29) else 1900
    try:
        shown = date(year, month, day).isoformat()
    except ValueError:
        return Problem("date_unreadable", _UNREADABLE, {"value": value[:200]})
    return Normalised(shown, note=_GUESSED if short else _DEFAULT if shown in DEFAULT_DATES else None)


def normalise_birth_date(value: str, *, country: str | None = None, today: date | None = None) -> Normalised | Problem:
    """A birth date between 1900 and `today`; dates that programs fill in by themselves are kept with a note."""
    answer = normalise_date(value, country=country, today=today)
    if isinstance(answer, Problem):
        return answer
    born = date.fromisoformat(answer.value)
    if today is not None and born > today:
        return Problem("date_in_future", _FUTURE, {"value": answer.value})
    if born < EARLIEST_BIRTH:
        return Problem("date_too_old", _TOO_OLD, {"value": answer.value})
    return answer


def _read(text: str, *, month_first: bool) -> tuple[int, int, int] | None:
    found = _ISO.match(text)
    if found:
        return int(found[1]), int(found[2]), int(found[3])
    found = _YEAR_FIRST.match(text)
    if found and (found[2] or len(found[3] + found[4]) == 4):
        return int(found[1]), int(found[3]), int(found[4])
    found = _NUMBERS.match(text)
    if found:
        one, two, year = int(found[1]), int(found[2]), int(found[3])
        if two > 12 or (month_first and one <= 12 and "." not in text):
            one, two = two, one
        return year, two, one
    return _read_named(text)


def _read_named(text: str) -> tuple[int, int, int] | None:
    found = _DAY_NAMED.match(text)
    if found:
        day, name, year = found[1], found[2], found[3]
    else:
        found = _NAMED_DAY.match(text)
        if not found:
            return None
        name, day, year = found[1], found[2], found[3]
    month = _months().get(name.casefold())
    return (int(year), month, int(day)) if month else None


@cache
def _months() -> Mapping[str, int]:
    names: dict[str, int] = {"sept": 9, "jaenner": 1, "jänner": 1, "maerz": 3}
    for language in ("en", "de", "ru"):
        by_shape = Locale(language).months
        for shape in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in by_shape[shape][width].items():
                    names[name.casefold().rstrip(".")] = number
    return names
