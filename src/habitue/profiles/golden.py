"""Which value wins: survivorship by rule per field. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from habitue.collect.proof import CLAIMED, Proof
from habitue.kernel.clock import from_micros
from habitue.profiles.spelling import best_spelling
from habitue.quality.dictionary import field as dictionary_field


@dataclass(frozen=True, slots=True)
class Value:
    """What one source says about one field, when it said so, and how well that is proven."""

    field: str
    value: object
    source_id: str
    at_micros: int
    seq: int
    identifier_id: int
    proof: Proof = "confirmed"

    @property
    def at(self) -> datetime:
        """When the source said so."""
        return from_micros(self.at_micros)


@dataclass(frozen=True, slots=True)
class Golden:
    """The value that won, the others that were offered, and the rule that decided."""

    field: str
    value: object
    winner: Value
    others: tuple[Value, ...]
    rule: str

    @property
    def has_conflict(self) -> bool:
        """Whether another source says something different."""
        return any(other.value != self.value for other in self.others)


def golden(candidates: Sequence[Value], rule: str) -> Golden | None:
    """The winner among the values of one field; None when every source took its value back.

    Rules: `newest`, `most_frequent`, `longest`, `trusted` (the earliest source, which knows the person longest).
    Ties go to the better proven, the newest, then to the later sequence number. What is only claimed wins nothing
    where a source that is trusted says something, or took its value back. Of a name the newest wins (people marry),
    in the spelling that most sources have: a slip of the newest one wins nothing.
    """
    trusted = [value for value in candidates if value.proof != CLAIMED]
    known = [value for value in trusted or candidates if value.value is not None]
    if not known:
        return None
    if len(candidates) == 1:
        return Golden(field=known[0].field, value=known[0].value, winner=known[0], others=(), rule=rule)
    is_name = dictionary_field(known[0].field).kind == "name"
    counts = Counter(str(value.value) for value in known) if rule == "most_frequent" else {}

    def rank(value: Value) -> tuple[object, ...]:
        newest: tuple[object, ...] = (value.at_micros, value.proof == "confirmed", value.seq)
        if rule == "most_frequent":
            return (
                (counts[str(value.value)], *newest) if not is_name else (newest[0], counts[str(value.value)], *newest)
            )
        if rule == "longest":
            return (len(str(value.value)), *newest)
        if rule == "trusted":
            return (-value.seq,)
        return newest

    in_full = [value for value in known if is_name and _is_in_full(str(value.value))] or known
    winner = max(in_full, key=rank)
    if is_name and rule == "most_frequent" and len(in_full) > 1:
        winner = best_spelling(winner, in_full, _text, rank)
    others = tuple(value for value in candidates if value is not winner and value.value is not None)
    return Golden(field=winner.field, value=winner.value, winner=winner, others=others, rule=rule)


def _text(value: Value) -> str:
    return str(value.value)


def _is_in_full(name: str) -> bool:
    """Whether no part of a name is a mere initial: `Anna Berg` says more than a later `A. Berg`."""
    return all(len(word.strip(".")) > 1 for word in name.split())


def golden_profile(candidates: Iterable[Value]) -> Mapping[str, Golden]:
    """The winning value of every field, by field name."""
    by_field: dict[str, list[Value]] = {}
    for value in candidates:
        by_field.setdefault(value.field, []).append(value)
    found = {name: golden(values, dictionary_field(name).golden) for name, values in by_field.items()}
    return {name: value for name, value in found.items() if value is not None}
