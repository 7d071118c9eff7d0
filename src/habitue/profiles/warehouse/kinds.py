"""Kinds of columns: what the dictionary says of a property, else what its values are. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from habitue.quality.dictionary import FIELDS, PROPERTIES

Kind = Literal["text", "integer", "decimal", "money", "flag", "date", "instant", "list", "mixed"]
CASTS: Mapping[Kind, str] = {
    "integer": "BIGINT",
    "decimal": "DOUBLE",
    "money": "DECIMAL(18,4)",
    "flag": "BOOLEAN",
    "date": "DATE",
    "instant": "TIMESTAMPTZ",
}
IBIS: Mapping[Kind, str] = {
    "integer": "int64",
    "decimal": "float64",
    "money": "decimal(18, 4)",
    "flag": "boolean",
    "date": "date",
    "instant": "timestamp('UTC', 6)",
}
TRAIT_MESSAGES = frozenset({"identify", "group"})
_OF_DICTIONARY: Mapping[str, Kind] = {
    "money": "money",
    "decimal": "decimal",
    "integer": "integer",
    "flag": "flag",
    "date": "date",
    "instant": "instant",
    "list": "list",
}


def planned_kind(message: str, path: tuple[str, ...]) -> Kind | None:
    """What the dictionary says of a property or trait; None when it does not know it."""
    if len(path) != 1:
        return None
    if message in TRAIT_MESSAGES:
        field = FIELDS.get(path[0])
        return None if field is None else _OF_DICTIONARY.get(field.kind, "text")
    known = PROPERTIES.get(path[0])
    return None if known is None else _OF_DICTIONARY.get(known.kind, "text")


def known_kind(message: str, path: tuple[str, ...], seen: Kind) -> Kind:
    """The kind of a column by the dictionary, else by what was seen."""
    return planned_kind(message, path) or seen


def together(kinds: Iterable[Kind]) -> Kind:
    """The kind that holds values of all these kinds: whole numbers fit among decimals, everything fits as text."""
    found = set(kinds)
    if found <= {"integer", "decimal"}:
        return "decimal" if "decimal" in found else "integer"
    return found.pop() if len(found) == 1 and not found & {"mixed"} else "text"
