"""What the steps of matching hand to each other: frozen data and arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Kind = Literal["name", "word", "text", "email", "phone", "date", "code", "category", "ignored"]
NULL = -1
KeyName = tuple[tuple[str, str], ...]
"""A blocking key for people: (column, glass) pairs; the glass is a msgid."""


@dataclass(frozen=True)
class Column:
    """What a column was taken for, and why."""

    name: str
    kind: Kind
    why: str
    filled: float = 0.0
    distinct: int = 0
    role: str = ""


@dataclass
class Values:
    """One field in comparable form: `codes[row]` points into `texts`, −1 where the row says nothing.

    `counts[code]` is how many rows hold a value, `holders[code]` how many different people are thought to.
    """

    column: Column
    codes: Array
    texts: list[str]
    counts: Array
    cache: dict[str, Any] = field(default_factory=dict)
    holders: Array = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        """At first every row is somebody else."""
        if len(self.holders) != len(self.counts):
            self.holders = self.counts

    @property
    def filled(self) -> int:
        """How many rows hold a value."""
        return int((self.codes >= 0).sum())


@dataclass(frozen=True)
class Scored:
    """Pairs of rows that are worth keeping, and their uncalibrated weights without the prior."""

    a: Array
    b: Array
    weight: Array


def encoded(column: Column, texts: list[str | None]) -> Values:
    """Comparable texts of all rows as `Values`."""
    codes: dict[str, int] = {}
    rows = np.fromiter(
        (NULL if not text else codes.setdefault(text, len(codes)) for text in texts), dtype=np.int32, count=len(texts)
    )
    counts = np.bincount(rows[rows >= 0], minlength=len(codes)).astype(np.float64)
    return Values(column, rows, list(codes), counts)
