"""Which tables and columns there are: the layout of Segment's warehouses over what has come so far. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from habitue.profiles.replica_tables import CIRCUMSTANCES
from habitue.profiles.warehouse.kinds import Kind, planned_kind, together
from habitue.profiles.warehouse.names import snake, unique
from habitue.profiles.warehouse.personal import looks_personal
from habitue.profiles.warehouse.shapes import Shape

MOST_EVENTS: Final = 300
MOST_COLUMNS: Final = 200
MESSAGES: Mapping[str, str] = {
    "identify": "identifies",
    "page": "pages",
    "screen": "screens",
    "group": "groups",
    "alias": "aliases",
}
CORE: Final = (
    "id",
    "profile_id",
    "user_id",
    "anonymous_id",
    "event",
    "event_text",
    "timestamp",
    "original_timestamp",
    "sent_at",
    "received_at",
    "source_id",
)
AROUND: Final = tuple(f"context_{name}" for name in CIRCUMSTANCES)
OTHERS: Final = frozenset({"group_id", "previous_id", "properties"})
TABLES: Final = frozenset(
    {
        "tracks", "users", "accounts", "people", "events", "circumstances", "consents", "relations", "facts",
        "identifiers", "superseded", "statements", "fields", "stays", "audience_members", *MESSAGES.values(),
    }
)  # fmt: skip
# Beginnings of names that the lake and the engines have for themselves.
KEPT: Final = ("lake_", "insight_", "habitue_", "ibis_", "duckdb_", "sqlite_", "pg_", "pragma_", "slice_")
_OF_ENGINES: Final = frozenset({"information_schema"})


@dataclass(frozen=True, slots=True)
class Column:
    """A typed column: where its value lies in properties or traits, and its kind.

    `rest_of` is set for the second column of a property: the values that do not fit that kind, as text.
    """

    name: str
    path: tuple[str, ...]
    kind: Kind
    is_planned: bool
    rest_of: Kind | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """One table of messages: their type, for events the names that share it, its typed columns.

    `left_out` counts properties that have no column of their own, for there are too many; they are in `properties`.
    """

    name: str
    message: str
    events: tuple[str, ...]
    columns: tuple[Column, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Warehouse:
    """All tables of messages; `events_left_out` have no table of their own and stand in `tracks`.

    So do `hidden`, whose names look as if they held somebody's address; they are told to nobody.
    """

    tables: Mapping[str, Layout]
    events_left_out: tuple[str, ...]
    hidden: tuple[str, ...] = ()


def warehouse(shapes: Iterable[Shape], event_names: Iterable[str], taken: Collection[str] = frozenset()) -> Warehouse:
    """The tables for what has come: `event_names` are all events, those without properties too.

    A name in `taken`, or one that the engine or the lake keeps for itself, gets `event_` in front. An event whose
    name may hold an address or a telephone number has no table: the name of one would tell it.

    Events whose names differ in spelling only share a table; its column `event_text` tells them apart.
    """
    by_message: dict[str, list[Shape]] = {message: [] for message in MESSAGES}
    by_event: dict[str, list[Shape]] = {name: [] for name in event_names}
    for shape in shapes:
        if shape.type == "track":
            by_event.setdefault(shape.name, []).append(shape)
        elif shape.type in by_message:
            by_message[shape.type].append(shape)
    tables = {
        MESSAGES[message]: _layout(MESSAGES[message], message, (), found) for message, found in by_message.items()
    }
    hidden = tuple(sorted(filter(looks_personal, by_event)))
    spellings = _together((name for name in by_event if name not in hidden), taken)
    kept, rest = sorted(spellings)[:MOST_EVENTS], sorted(spellings)[MOST_EVENTS:]
    for name in kept:
        events = spellings[name]
        tables[name] = _layout(name, "track", events, [shape for event in events for shape in by_event[event]])
    return Warehouse(tables, tuple(event for name in rest for event in spellings[name]), hidden)


def _together(names: Iterable[str], taken: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Tables with the events that share each."""
    found: dict[str, list[str]] = {}
    for event in sorted(names):
        name = snake(event, prefix="event")
        is_taken = name in TABLES or name in taken or name.startswith(KEPT) or name in _OF_ENGINES
        found.setdefault(f"event_{name}" if is_taken else name, []).append(event)
    return {name: tuple(events) for name, events in found.items()}


def _layout(name: str, message: str, events: tuple[str, ...], shapes: Sequence[Shape]) -> Layout:
    kinds: dict[tuple[str, ...], set[Kind]] = {}
    misfits: set[tuple[str, ...]] = set()
    for shape in shapes:
        kinds.setdefault(shape.path, set()).add(shape.kind)
        if shape.misfits:
            misfits.add(shape.path)
    # What the dictionary plans comes first, so that it is never what is left out.
    # A key that is an address would be told by the name of its column: it stays in `properties`.
    told = [path for path in kinds if not any(map(looks_personal, path))]
    paths = sorted(told, key=lambda path: (planned_kind(message, path) is None, path))
    kept = paths[:MOST_COLUMNS]
    names = unique((".".join(path) for path in kept), prefix="property", taken={*CORE, *AROUND, *OTHERS})
    columns: list[Column] = []
    for path in kept:
        columns.extend(_columns(message, path, names[".".join(path)], kinds[path], path in misfits))
    return Layout(name, message, events, _apart(columns), len(kinds) - len(kept))


def _columns(message: str, path: tuple[str, ...], name: str, seen: set[Kind], is_misfit: bool) -> list[Column]:
    planned = planned_kind(message, path)
    if planned is None:
        kind = together(seen)
        return [Column(name, path, "text" if is_misfit else kind, is_planned=False)]
    column = Column(name, path, planned, is_planned=True)
    rest = replace(column, name=f"{name}_text", kind="text", rest_of=planned)
    return [column, rest] if is_misfit else [column]


def _apart(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns with a number behind a name that another one has already."""
    used: set[str] = set()
    found = []
    for column in columns:
        name, number = column.name, 1
        while name in used:
            number += 1
            name = f"{column.name}_{number}"
        used.add(name)
        found.append(replace(column, name=name))
    return tuple(found)
