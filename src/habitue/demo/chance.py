"""Repeatable chance: named random streams and urns to draw from."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")


def stream(seed: int, name: str) -> Random:
    """A random stream of its own for one step, so that changing one step leaves the others alone."""
    return Random(f"{seed}:{name}")


def words(text: str) -> tuple[str, ...]:
    """The whitespace-separated words of `text`; `_` inside a word stands for a space."""
    return tuple(word.replace("_", " ") for word in text.split())


@dataclass(frozen=True, slots=True)
class Urn(Generic[T]):
    """Things with weights; `steps` are the running sums of the weights."""

    items: tuple[T, ...]
    steps: tuple[float, ...]

    def draw(self, rng: Random) -> T:
        """One of the things, as likely as its weight."""
        place = bisect_right(self.steps, rng.random() * self.steps[-1])
        return self.items[min(place, len(self.items) - 1)]


def weighted(pairs: Iterable[tuple[T, float]]) -> Urn[T]:
    """An urn of (thing, weight) pairs."""
    kept = tuple(pairs)
    return Urn(tuple(item for item, _ in kept), tuple(accumulate(weight for _, weight in kept)))


def ranked(items: Sequence[T], *, head: int = 8) -> Urn[T]:
    """An urn of things listed from frequent to rare, with the long tail that names have."""
    return weighted((item, 1.0 / (rank + head)) for rank, item in enumerate(items))


def happens(rng: Random, share: float) -> bool:
    """True in `share` of the cases."""
    return rng.random() < share
