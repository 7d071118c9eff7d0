"""What columns without a telling heading are, by what stands beside them in the same rows.

The surname is the word that e-mail addresses repeat; the parts of an address are there together or missing together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from habitue.identity.matching.shapes import Array, Values

ROWS = 2_000
_STREET = re.compile(r"[a-z].*\s\d+\s?[a-z]?\Z|\d+\w?\s+\D*[a-z]{3}")
_POSTCODE = re.compile(r"\d{4,6}\Z")
_TOGETHER = 0.97
_REPEATED = 0.3


def told_by_neighbours(fields: Sequence[Values]) -> list[Values]:
    """The fields, with roles where people are spoken of and the headings say nothing."""
    found = list(fields)
    if not any(field.column.role == "given" for field in found):
        return found
    streets = _streets(found)
    for place, field in enumerate(found):
        role = _role(field, found, streets)
        if role:
            kind = "name" if role == "family" else field.column.kind
            found[place] = replace(field, column=replace(field.column, role=role, kind=kind))
    return found


def _streets(fields: Sequence[Values]) -> dict[str, Array]:
    """Fields that hold streets and are missing in some rows, by name: in which rows they are there."""
    found = {
        field.column.name: field.codes >= 0
        for field in fields
        if field.column.role == "street" or _holds_streets(field)
    }
    return {name: is_there for name, is_there in found.items() if 0.02 < np.mean(is_there) < 0.98}


def _role(field: Values, fields: Sequence[Values], streets: Mapping[str, Array]) -> str:
    column = field.column
    if column.role:
        return ""
    has_family = any(each.column.role == "family" for each in fields)
    if column.kind == "word" and not has_family and _stands_in_mail(field, fields):
        return "family"
    if _holds_streets(field):
        return "street"
    if column.kind == "code" and _share(field, _POSTCODE) > 0.9 and _goes_with_street(field, streets):
        return "postcode"
    if column.kind in {"word", "category"} and _goes_with_street(field, streets):
        return "place"
    return ""


def _holds_streets(field: Values) -> bool:
    return field.column.kind == "text" and _share(field, _STREET) > 0.6


def _share(field: Values, shape: re.Pattern[str]) -> float:
    sample = field.texts[:: max(1, len(field.texts) // ROWS)]
    return sum(1 for text in sample if shape.search(text)) / max(len(sample), 1)


def _stands_in_mail(field: Values, fields: Sequence[Values]) -> bool:
    """Whether the local parts of addresses hold the value oftener than not of those that hold a name at all."""
    for mail in (each for each in fields if each.column.kind == "email"):
        rows = _some(np.flatnonzero((field.codes >= 0) & (mail.codes >= 0)))
        held = sum(
            field.texts[field.codes[row]].replace(" ", "") in mail.texts[mail.codes[row]].partition("@")[0]
            for row in rows.tolist()
        )
        if len(rows) and held > _REPEATED * len(rows):
            return True
    return False


def _goes_with_street(field: Values, streets: Mapping[str, Array]) -> bool:
    """Whether the value is there where a street is, and missing where that is missing."""
    is_there = field.codes >= 0
    return any(np.mean(is_there == street) > _TOGETHER for name, street in streets.items() if name != field.column.name)


def _some(rows: Array) -> Array:
    return rows[:: max(1, len(rows) // ROWS)]
