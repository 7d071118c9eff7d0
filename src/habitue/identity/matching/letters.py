"""How much alike two values can be at best, seen from which letters they hold: most pairs need no comparing.

Each value has a mask of 64 bits: which letters it holds, and which it holds twice. An insertion or a deletion changes
one letter and a replacement two, so values whose masks differ in more bits are further apart than that; and letters
that only one of them holds cannot match. The bounds are exact: a pair that they leave out would have failed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from habitue.identity.matching.shapes import Array, Values

_HALF = np.uint64(32)
_FEW = 48  # so few pairs are compared sooner than looked at
_SAFE = 1e-4  # similarities are told with seven digits


Shape = Callable[[str], str]
"""What is compared of a text; its name keeps what was read of it."""


@dataclass(frozen=True)
class Letters:
    """The mask and the length of each value; `is_plain` where both can be trusted, that is for ASCII."""

    mask: Array
    length: Array
    is_plain: Array

    @staticmethod
    def of(values: Values, shape: Shape) -> Letters:
        """The letters of a field in one shape, worked out once."""
        name = f"letters {shape.__name__}"
        if name not in values.cache:
            values.cache[name] = _read([shape(text) for text in values.texts])
        found: Letters = values.cache[name]
        return found


def as_it_is(text: str) -> str:
    """The whole text."""
    return text


def local_part(text: str) -> str:
    """What stands before the @ of an e-mail address."""
    return text.partition("@")[0]


def without_spaces(text: str) -> str:
    """The text without the spaces between its words."""
    return text.replace(" ", "")


def _read(texts: list[str]) -> Letters:
    held = pa.array(texts, pa.large_string())
    size = len(texts)
    offsets = np.frombuffer(held.buffers()[1], dtype=np.int64)[: size + 1]
    data = held.buffers()[2]
    signs = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, np.uint8)
    length = np.diff(offsets)
    once, twice = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.uint64)
    highest = np.zeros(size, dtype=np.uint8)
    rows, place = np.flatnonzero(length > 0), 0
    while len(rows):
        sign = signs[offsets[rows] + place]
        bit = np.uint64(1) << (sign & np.uint8(31)).astype(np.uint64)
        twice[rows] |= once[rows] & bit
        once[rows] |= bit
        highest[rows] |= sign
        place += 1
        rows = rows[length[rows] > place]
    return Letters(once | twice << _HALF, length.astype(np.int32), highest < 128)


def may_be_near(left: Letters, a: Array, right: Letters, b: Array, limit: int) -> Array:
    """The places of the pairs that can be at most `limit` edits apart."""
    if len(a) < _FEW:
        return np.arange(len(a))
    is_plain = left.is_plain[a] & right.is_plain[b]
    near = np.bitwise_count(left.mask[a] ^ right.mask[b]) <= 2 * limit
    near &= np.abs(left.length[a] - right.length[b]) <= limit
    return np.flatnonzero(near | ~is_plain)


def may_be_alike(left: Letters, a: Array, right: Letters, b: Array, least: float) -> Array:
    """The places of the pairs whose similarity by Jaro and Winkler can reach `least`."""
    if len(a) < _FEW:
        return np.arange(len(a))
    one, two = left.length[a].astype(np.float32), right.length[b].astype(np.float32)
    apart = np.bitwise_count(left.mask[a] ^ right.mask[b]).astype(np.float32)
    matching = np.floor((one + two - apart) / 2)
    jaro = (matching / np.maximum(one, 1) + matching / np.maximum(two, 1) + 1) / 3
    # A common beginning of four letters adds at most four tenths of what is missing.
    possible = jaro + np.float32(0.4) * (1 - jaro) >= least - _SAFE
    return np.flatnonzero(possible | ~(left.is_plain[a] & right.is_plain[b]))


def may_hold(left: Letters, a: Array, right: Letters, b: Array) -> Array:
    """Which pairs can be such that the one holds the other as a part."""
    if len(a) < _FEW:
        return np.ones(len(a), dtype=np.bool_)
    one, two = left.mask[a], right.mask[b]
    both = one & two
    found: Array = (both == one) | (both == two) | ~(left.is_plain[a] & right.is_plain[b])
    return found
