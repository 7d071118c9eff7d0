"""Which spelling of a name is right where several differ by a slip of the fingers or a lost umlaut. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from rapidfuzz.distance import OSA

from habitue.quality.normalise.nicknames import is_known_first_name
from habitue.quality.normalise.text import ascii_key

LEAST_LETTERS = 4
LETTERS_A_SLIP = 8
Item = TypeVar("Item")


@lru_cache(maxsize=50_000)
def are_spellings(one: str, other: str) -> bool:
    """Whether two names may be one, typed: equal without accents, or a slip apart for every eight letters.

    A slip is a letter that is missing, added, another, or changed places with its neighbour. `Anna` and `Анна` are
    two ways to write, not a slip.
    """
    if one == other:
        return True
    a, b = ascii_key(one), ascii_key(other)
    if _is_latin(one) != _is_latin(other) or min(len(a), len(b)) < LEAST_LETTERS:
        return False
    slips = 1 + min(len(a), len(b)) // LETTERS_A_SLIP
    return OSA.distance(a, b, score_cutoff=slips) <= slips


def best_spelling(
    newest: Item, known: Sequence[Item], text: Callable[[Item], str], rank: Callable[[Item], object]
) -> Item:
    """Of those that spell the name of `newest`: what most say; then a known first name, umlauts, and the rank.

    Only where spellings differ is anything decided: a new surname stays the newest one.
    """
    alike = [each for each in known if are_spellings(text(each), text(newest))]
    if len({text(each) for each in alike}) < 2:
        return newest
    often = Counter(ascii_key(text(each)) for each in alike)

    def order(each: Item) -> tuple[object, ...]:
        said = text(each)
        names = sum(map(is_known_first_name, said.split()))
        return often[ascii_key(said)], names, not said.isascii(), rank(each)

    return max(alike, key=order)


def _is_latin(text: str) -> bool:
    return all(letter < "\u0370" or "\u1e00" <= letter < "\u1f00" for letter in text if letter.isalpha())
