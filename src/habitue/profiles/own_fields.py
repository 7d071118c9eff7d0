"""The fields that only this business has: which there are, how many people have each, and what its values are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import pyarrow as pa

from habitue.kernel import lake
from habitue.quality.dictionary import FIELDS as DICTIONARY

INTEGER, DECIMAL, DATE, FLAG, TEXT = "integer", "decimal", "date", "flag", "text"
FIELDS = pa.schema([("name", pa.string()), ("people", pa.int64()), ("kind", pa.string())])
# A number that begins with 0 is a code; more digits than a column of money holds are a number of a card.
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,13})")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,13})\.[0-9]+")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBERS: Final = frozenset({INTEGER, DECIMAL})
lake.declare("fields", FIELDS)


def fields_table(traits: Iterable[Mapping[str, Any]]) -> pa.Table:
    """One row for each own field of these people (name, people, kind), by name.

    The kind is `integer`, `decimal`, `date` or `flag` where every value is one, else `text`.
    """
    people: dict[str, int] = {}
    kinds: dict[str, str] = {}
    for values in traits:
        for name, value in values.items():
            if name in DICTIONARY or value is None or value == "":
                continue
            people[name] = people.get(name, 0) + 1
            former = kinds.get(name)
            if former != TEXT:
                kinds[name] = _together(former, value_kind(value))
    names = sorted(people)
    return pa.table([names, [people[name] for name in names], [kinds[name] for name in names]], schema=FIELDS)


def value_kind(value: object) -> str:
    """What one value is."""
    if isinstance(value, bool):
        return FLAG
    written = str(value)
    if _INTEGER.fullmatch(written):
        return INTEGER
    if _DECIMAL.fullmatch(written):
        return DECIMAL
    if written in ("true", "false"):
        return FLAG
    return DATE if _DAY.fullmatch(written) and _is_day(written) else TEXT


def _together(former: str | None, kind: str) -> str:
    if former is None or former == kind:
        return kind
    return DECIMAL if {former, kind} <= _NUMBERS else TEXT


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True
