"""The gate for messages that come from outside: their traits are read by the dictionary before anything is stored."""

from __future__ import annotations

from datetime import date

from habitue.collect.envelope import TRAIT_TYPES, Event, namespace_kind, priority
from habitue.quality import gate

_CONTACTS = (("email", "email"), ("phone", "phone"), ("mobile", "phone"))


def admit(event: Event, *, country: str, today: date) -> Event:
    """The event with normalised traits and identifiers; what a file's import has checked stays as it is."""
    if event.is_checked:
        return event
    traits = gate.check(event.person_traits, country=event.country or country, today=today).traits
    if event.type in TRAIT_TYPES:
        event.read = traits
    event.person_traits = traits
    kept = [pair for pair in event.identifiers if namespace_kind(pair[0]) not in ("email", "phone")]
    contacts = [(namespace, str(traits[field])) for field, namespace in _CONTACTS if isinstance(traits.get(field), str)]
    event.identifiers = sorted({*kept, *contacts}, key=lambda pair: (priority(pair[0]), pair))
    return event
