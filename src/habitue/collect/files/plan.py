"""Compiles a mapping for the columns of a file: which cell goes where, and what it is read with."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from habitue.collect.files.amounts import text_of
from habitue.collect.files.cells import Bad, Memo, Reading, reader_of
from habitue.collect.files.errors import MappingNotFitting
from habitue.collect.files.shapes import CellProblem
from habitue.collect.files.targets import kind_of_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.mapping import Mapping
    from habitue.collect.files.shapes import Cell, Row

_KIND_OF = {
    "person.birth_date": "birthday",
    "person.customer_number": "person_id",
    "person.loyalty_card": "card",
    "person.notes": "note",
    "contact.note": "note",
    "survey.text": "note",
}
_MENTIONING = frozenset({"order", "contact", "payment", "survey", "subscription", "consent"})
_MENTIONED = frozenset({"customer_number", "loyalty_card", "user_id", "email", "phone", "mobile"})
PERSON_GROUPS = ("person", "custom")
_TELLING = frozenset({"order", "contact", "payment", "survey", "subscription"})


class Field(NamedTuple):
    """A mapped column: where its cell is, what reads it, its name within its group, its heading."""

    place: int
    memo: Memo
    name: str
    heading: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The fields of each group of targets, and what holds for the whole file."""

    fields: dict[str, tuple[Field, ...]]
    constants: dict[str, str]
    source_id: str
    currency: str
    received: str
    mapped: tuple[int, ...]
    aspect: str
    seal: str
    separator: str
    zone: ZoneInfo

    def group(self, name: str) -> tuple[Field, ...]:
        """The fields of a group of targets, in the order of the columns."""
        return self.fields.get(name, ())

    def hash_of(self, rows: Sequence[Row]) -> str:
        """A hash of the mapped cells of some rows and of the mapping itself."""
        mapped = self.mapped
        cells = [[row[index] for index in mapped] for row in rows]
        return short_hash(self.seal + repr(cells))

    def raw_of(self, row: Row) -> str:
        """The row as a line of text, for people to look at."""
        return self.separator.join("" if cell is None else str(cell) for cell in row)[:1000]


def short_hash(text: str) -> str:
    """24 hexadecimal digits that depend on nothing but the text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def make_plan(
    columns: Sequence[str], mapping: Mapping, reading: Reading, *, source_id: str, currency: str, separator: str
) -> Plan:
    """Compile; raises MappingNotFitting when the mapping has another number of columns."""
    if len(mapping.targets) != len(columns):
        raise MappingNotFitting(expected=len(mapping.targets), count=len(columns))
    found: dict[str, list[Field]] = {}
    mapped = []
    for index, target in enumerate(mapping.targets):
        if target is None:
            continue
        mapped.append(index)
        group, _dot, name = target.partition(".")
        memo = Memo(_reader(target, group, reading))
        found.setdefault("person" if group in PERSON_GROUPS else group, []).append(
            Field(index, memo, name, columns[index])
        )
    if "event" in found and found.keys().isdisjoint(_TELLING):
        found.setdefault("person", []).extend(found.pop("event"))
    return Plan(
        fields={group: tuple(fields) for group, fields in found.items()},
        constants=mapping.constants,
        source_id=source_id,
        currency=mapping.constants.get("currency", currency),
        received=reading.received_at.replace(tzinfo=None).isoformat() + "Z",
        mapped=tuple(mapped),
        aspect=_aspect(found),
        seal=repr(sorted(mapping.constants.items())) + repr(mapping.targets),
        separator=separator,
        zone=ZoneInfo(reading.timezone),
    )


def _aspect(found: dict[str, list[Field]]) -> str:
    """What is added to a person's record where a file only mentions people.

    Without it the few traits in a list of orders would replace the many in the list of people.
    """
    others = sorted(found.keys() & _MENTIONING)
    described = any(field.name not in _MENTIONED for field in found.get("person", ()))
    return "" if not others or (others == ["consent"] and described) else f":{others[0]}"


def _reader(target: str, group: str, reading: Reading) -> Any:
    read = reader_of(_KIND_OF.get(target, kind_of_target(target)), reading)
    if group == "person" and kind_of_target(target) == "money":
        return lambda cell: _as_text(read(cell))
    return read


def _as_text(found: Any) -> Any:
    return text_of(found[0]) if isinstance(found, tuple) else found


def values_of(fields: Sequence[Field], row: Sequence[Cell], problems: list[CellProblem], line: int) -> dict[str, Any]:
    """The readable cells of some fields by their names; the others are added to `problems`."""
    found: dict[str, Any] = {}
    for index, memo, name, heading in fields:
        value = memo[row[index]]
        if value is None:
            continue
        if type(value) is Bad:
            problems.append(problem_of(heading, row[index], value, line))
        else:
            found[name] = value
    return found


def problem_of(heading: str, cell: Cell, bad: Bad, line: int) -> CellProblem:
    """The problem of one cell."""
    return CellProblem(heading, cell, bad.code, bad.message, {"value": cell}, line)
