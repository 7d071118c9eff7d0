"""Decides the decimal sign and the order of day and month from all the cells of a sample together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from habitue.collect.files.moments import DAY_AS_NUMBER, day_evidence
from habitue.collect.files.shapes import Note
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.shapes import Cell

_NUMBER = re.compile(r"^[-+(]?\s*[^\d\s]{0,4}\s*(\d[\d\s.,'’]*\d)\s*[^\d]{0,8}$")
_YEAR_FIRST = re.compile(rf"^\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|^{DAY_AS_NUMBER}$")


@dataclass(frozen=True, slots=True)
class Signs:
    """The decimal sign, the order of dates and what the reader should know about how they were found."""

    decimal: str
    date_order: str
    notes: tuple[Note, ...]


def decide_signs(rows: Sequence[Sequence[Cell]], *, language: str | None, delimiter: str | None) -> Signs:
    """The signs of a file from a sample of its rows, or from the language of its headings when none tells."""
    texts = [cell for row in rows for cell in row if isinstance(cell, str) and cell and len(cell) < 40]
    decimal = _decimal(texts, language, delimiter)
    day, month, open_ = day_evidence(texts)
    notes: tuple[Note, ...] = ()
    if day or month:
        order = "DMY" if day >= month else "MDY"
        if day and month and min(day, month) * 20 > max(day, month):
            notes = (Note("date_orders_mixed", _("Some dates start with the day and others with the month.")),)
    elif open_:
        order = "MDY" if language in ("en", None) and decimal == "." and delimiter != ";" else "DMY"
        message = _("No date tells whether the day or the month comes first; please check the order.")
        notes = (Note("date_order_assumed", message, {"order": order}),)
    else:
        is_year_first = any(_YEAR_FIRST.match(text.strip()) for text in texts)
        order = "YMD" if is_year_first else ("MDY" if language == "en" and decimal == "." else "DMY")
    return Signs(decimal, order, notes)


def _decimal(texts: list[str], language: str | None, delimiter: str | None) -> str:
    dot = comma = 0
    for text in texts:
        found = _NUMBER.match(text.strip())
        if found is None:
            continue
        digits = found[1]
        last_dot, last_comma = digits.rfind("."), digits.rfind(",")
        if last_dot < 0 and last_comma < 0:
            continue
        if last_dot >= 0 and last_comma >= 0:
            dot, comma = dot + (last_dot > last_comma), comma + (last_comma > last_dot)
        elif last_dot >= 0:
            places = len(digits) - last_dot - 1
            if digits.count(".") > 1:
                comma += bool(re.fullmatch(r"\d{1,3}(?:\.\d{3})+", digits))
            else:
                dot += places != 3
        else:
            places = len(digits) - last_comma - 1
            if digits.count(",") > 1:
                dot += bool(re.fullmatch(r"\d{1,3}(?:,\d{3})+", digits))
            else:
                comma += places != 3
    if dot != comma:
        return "." if dot > comma else ","
    return "," if language in ("de", "ru") or (delimiter == ";" and language != "en") else "."
