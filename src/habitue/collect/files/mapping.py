"""What each column of a file layout becomes, as plain data that is kept with the source."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from habitue.collect.files.headings import key
from habitue.collect.files.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.columns import ColumnGuess

CONSTANTS = frozenset(
    {
        "country",
        "currency",
        "purpose",
        "channel",
        "store",
        "language",
        "source_channel",
        "consent_text",
        "consent_source",
    }
)


@dataclass(frozen=True, slots=True)
class Mapping:
    """The target of every column (None: left out), and values that hold for the whole file.

    `constants` may name country, currency, purpose, channel, store, language, source_channel, consent_text and
    consent_source. `custom.<name>` is a trait of the person and `event.<name>` a property of what the row tells of;
    any other unknown target raises ValueError.
    """

    targets: tuple[str | None, ...]
    constants: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for target in self.targets:
            if target is not None and target not in TARGETS and not _is_own(target):
                raise ValueError(target)
        for name in self.constants:
            if name not in CONSTANTS:
                raise ValueError(name)

    def as_dict(self) -> dict[str, Any]:
        """The mapping as JSON-able data."""
        return {"targets": list(self.targets), "constants": dict(self.constants)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Mapping:
        """The mapping that `as_dict` gave."""
        return cls(tuple(data["targets"]), dict(data.get("constants") or {}))

    @classmethod
    def from_guesses(cls, guesses: Sequence[ColumnGuess], **constants: str) -> Mapping:
        """The mapping that takes every guess as it is."""
        return cls(tuple(guess.target for guess in guesses), constants)


def _is_own(target: str) -> bool:
    group, _dot, name = target.partition(".")
    return group in ("custom", "event") and bool(name)


def signature(columns: Sequence[str]) -> str:
    """The same short text for every file with these columns in this order, however their headings are typed."""
    joined = "\x1f".join(key(column) for column in columns)
    return hashlib.blake2b(joined.encode(), digest_size=12).hexdigest()
