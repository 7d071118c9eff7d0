"""What a normaliser answers: the kept spelling with what it also found, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Normalised:
    """A value in the one spelling we keep.

    `also` holds what the cell told besides (first_name, house_number, email_key …); `note` is the msgid of a
    sentence for people when the value is kept but deserves a look.
    """

    value: str
    also: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value cannot be read: a stable code, the msgid of a sentence and its parameters."""

    code: str
    message: str
    params: Mapping[str, str] = field(default_factory=lambda: NOTHING)
