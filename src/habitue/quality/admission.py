"""The gate for messages that come from outside: their traits are read by the dictionary before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from habitue.collect.envelope import CONTACTS, TRAIT_TYPES, Event, namespace_kind, priority
from habitue.quality import gate
from habitue.quality.dictionary import field as dictionary_field
from habitue.quality.events import FORMER_NAMES

_PLAIN = frozenset({"user_id", "anonymous_id"})


def admit(event: Event, *, country: str, today: date) -> tuple[gate.FieldProblem, ...]:
    """Normalise traits and identifiers of an event in place; tells the values that could not be read and were left out.

    What a file's import has checked stays as it is.
    """
    if event.is_checked:
        return ()
    if is_plain(event):
        event.name = FORMER_NAMES.get(event.name, event.name)
        return ()
    about: Literal["person", "company"] = "company" if event.type == "group" else "person"
    told = gate.check(event.person_traits, country=event.country or country, today=today, about=about)
    traits = {**told.traits, **_emptied(event.person_traits)}
    event.name = FORMER_NAMES.get(event.name, event.name)
    if event.type in TRAIT_TYPES:
        event.read = traits
    event.person_traits = traits
    if event.type == "group":
        return told.problems
    kept = [pair for pair in event.identifiers if namespace_kind(pair[0]) not in ("email", "phone")]
    contacts = [(namespace, str(traits[field])) for field, namespace in CONTACTS if isinstance(traits.get(field), str)]
    event.identifiers = sorted({*kept, *contacts}, key=lambda pair: (priority(pair[0]), pair))
    return told.problems


def is_plain(event: Event) -> bool:
    """Whether there is nothing to read or to put in order: no traits, and at most a user id and a visitor's id."""
    if event.person_traits or event.type in TRAIT_TYPES:
        return False
    pairs = event.identifiers
    if len(pairs) == 1:
        return pairs[0][0] in _PLAIN
    return len(pairs) == 2 and pairs[0][0] == "user_id" and pairs[1][0] == "anonymous_id"


def _emptied(traits: Mapping[str, Any]) -> dict[str, str]:
    """Texts that were said to be empty stay so; an address or a date that is empty says nothing."""
    return {
        name: "" for name, value in traits.items() if value == "" and dictionary_field(name).kind in ("text", "choice")
    }
