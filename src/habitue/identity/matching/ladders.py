"""Ladders of comparison: how much alike two values of a kind are, from equal down to different.

Level 0 means that one of the two says nothing, 1 that they are equal, and the last level that they differ. A ladder
looks at pairs of *different values*, so a value that stands in a thousand rows is compared once. The same code
compares millions of pairs in bulk and one new record online.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from habitue.identity.matching import letters
from habitue.identity.matching.letters import Letters, Shape, as_it_is, local_part, without_spaces
from habitue.identity.matching.shapes import Array, Kind, Values
from habitue.identity.matching.wording import Wording, likeness
from habitue.quality.normalise.nicknames import name_groups

LEVELS: Mapping[Kind, tuple[str, ...]] = {
    "name": ("equal", "other form", "one letter", "initial", "shares a word", "alike", "different"),
    "word": ("equal", "one letter", "contains", "alike", "different"),
    "text": ("equal", "nearly equal", "contains", "mostly", "half", "a little", "different"),
    "email": ("equal", "same name part", "one letter", "alike", "different"),
    "phone": ("equal", "same ending", "one digit", "different"),
    "date": ("equal", "one digit", "day and month swapped", "two parts", "same year", "different"),
    "code": ("equal", "one sign", "same beginning", "different"),
    "category": ("equal", "different"),
}


def top(kind: Kind) -> int:
    """The number of the last level, "different"."""
    return len(LEVELS[kind])


def levels(left: Values, a: Array, right: Values, b: Array) -> Array:
    """The level of every pair (left.texts[a[i]], right.texts[b[i]]); within one field the two codes must differ."""
    kind = right.column.kind
    found = np.full(len(a), top(kind), dtype=np.int8)
    if left is right:
        return _LADDERS[kind](_Pairs(left, a, right, b)) if len(a) else found
    mine, theirs = _picked(left.texts, a), _picked(right.texts, b)
    equal = np.fromiter((x == y for x, y in zip(mine, theirs, strict=True)), dtype=bool, count=len(a))
    rest = np.flatnonzero(~equal)
    if len(rest):
        found[rest] = _LADDERS[kind](_Pairs(left, a[rest], right, b[rest]))
    found[equal] = 1
    return found


def _picked(texts: Sequence[str], codes: Array) -> list[str]:
    return [texts[code] for code in codes.tolist()]


@dataclass(frozen=True)
class _Pairs:
    """Pairs of different values (left.texts[a[i]], right.texts[b[i]])."""

    left: Values
    a: Array
    right: Values
    b: Array

    def __len__(self) -> int:
        return len(self.a)

    def texts(self, places: Array, shape: Shape = as_it_is) -> tuple[list[str], list[str]]:
        """The values of some of the pairs, in one shape."""
        mine, theirs = _picked(self.left.texts, self.a[places]), _picked(self.right.texts, self.b[places])
        if shape is as_it_is:
            # Nearly all of them, by the million.
            return mine, theirs
        return [shape(text) for text in mine], [shape(text) for text in theirs]

    def of(self, measure: Callable[[Values], Array]) -> tuple[Array, Array]:
        """A measure of the values on both sides."""
        return measure(self.left)[self.a], measure(self.right)[self.b]

    @property
    def short(self) -> Array:
        """The length of the shorter one."""
        return np.minimum(*self.of(_length))

    def where(self, rows: Array, test: Callable[[str, str], bool]) -> Array:
        """The test on the pairs that are marked, False elsewhere."""
        found = np.zeros(len(rows), dtype=bool)
        places = np.flatnonzero(rows)
        found[places] = [test(x, y) for x, y in zip(*self.texts(places), strict=True)]
        return found

    def edits(self, limit: int, shape: Shape = as_it_is) -> Array:
        """How many edits lie between the two; one more than `limit` for all that are further apart."""
        found = np.full(len(self), limit + 1, dtype=np.int16)
        places = letters.may_be_near(*self._letters(shape), limit)
        found[places] = _edits(*self.texts(places, shape), limit)
        return found

    def alike(self, least: float, shape: Shape = as_it_is) -> Array:
        """Which pairs are as similar as that by Jaro and Winkler."""
        found = np.zeros(len(self), dtype=bool)
        places = letters.may_be_alike(*self._letters(shape), least)
        found[places] = _jaro(*self.texts(places, shape)) >= least
        return found

    def may_hold(self) -> Array:
        """Which pairs can be such that the one holds the other."""
        return letters.may_hold(*self._letters(as_it_is))

    def _letters(self, shape: Shape) -> tuple[Letters, Array, Letters, Array]:
        return Letters.of(self.left, shape), self.a, Letters.of(self.right, shape), self.b


def _kept(values: Values, name: str, make: Callable[[str], int]) -> Array:
    """A number for each value, made once for the whole field."""
    if name not in values.cache:
        values.cache[name] = np.fromiter(map(make, values.texts), dtype=np.int64, count=len(values.texts))
    found: Array = values.cache[name]
    return found


def _length(values: Values) -> Array:
    return _kept(values, "length", len)


def _first_letter(values: Values) -> Array:
    return _kept(values, "first letter", lambda text: ord(text[0]))


def _spaced(values: Values) -> Array:
    return _kept(values, "spaced", lambda text: int(" " in text))


def _jaro(mine: list[str], theirs: list[str]) -> Array:
    return process.cpdist(mine, theirs, scorer=JaroWinkler.normalized_similarity, dtype=np.float32, workers=1)


def _edits(mine: list[str], theirs: list[str], limit: int) -> Array:
    return process.cpdist(mine, theirs, scorer=OSA.distance, score_cutoff=limit, dtype=np.int16, workers=1)


def _falling(size: int, last: int, rungs: Sequence[tuple[int, Array]]) -> Array:
    """The first rung that holds, else `last`."""
    found = np.full(size, last, dtype=np.int8)
    for level, holds in reversed(rungs):
        found[holds] = level
    return found


def _name(pairs: _Pairs) -> Array:
    edits, short = pairs.edits(2), pairs.short
    one, two = pairs.of(_first_letter)
    several = np.add(*pairs.of(_spaced)) > 0
    rungs = [
        (2, _forms(pairs)),
        (3, ((edits <= 1) & (short >= 4)) | ((edits <= 2) & (short >= 8))),
        (4, pairs.where((one == two) & pairs.may_hold(), _begins)),
        (5, pairs.where(several, _shares_word)),
        (6, pairs.alike(0.85) | ((edits <= 2) & (short >= 5))),
    ]
    return _falling(len(pairs), 7, rungs)


def _begins(x: str, y: str) -> bool:
    return x.startswith(y) or y.startswith(x)


def _forms(pairs: _Pairs) -> Array:
    """Whether two first names are forms of one name (Bob and Robert)."""
    one, two = pairs.of(_groups)
    found = np.zeros(len(pairs), dtype=bool)
    for i in range(one.shape[1]):
        for j in range(two.shape[1]):
            found |= (one[:, i] == two[:, j]) & (one[:, i] >= 0)
    return found


def _groups(values: Values, width: int = 3) -> Array:
    if "groups" not in values.cache:
        table = np.full((len(values.texts), width), -1, dtype=np.int32)
        for row, text in enumerate(values.texts):
            for place, number in enumerate(sorted(name_groups(text.split(" ", 1)[0]))[:width]):
                table[row, place] = number
        values.cache["groups"] = table
    found: Array = values.cache["groups"]
    return found


def _shares_word(x: str, y: str) -> bool:
    words = y.split()
    return any(len(word) > 2 and word in words for word in x.split())


def _contains(x: str, y: str) -> bool:
    return x in y or y in x


def _word(pairs: _Pairs) -> Array:
    edits, short = pairs.edits(2), pairs.short
    rungs = [
        (2, ((edits <= 1) & (short >= 4)) | ((edits <= 2) & (short >= 7))),
        (3, pairs.where((short > 2) & pairs.may_hold(), _contains)),
        (4, pairs.alike(0.85)),
    ]
    return _falling(len(pairs), 5, rungs)


def _text(pairs: _Pairs) -> Array:
    left, right = pairs.left, pairs.right
    alike, contained = likeness(Wording.of(left, like=right), pairs.a, Wording.of(right), pairs.b)
    edits, short = pairs.edits(2, without_spaces), pairs.short
    rungs = [
        (2, (alike >= 0.85) | ((edits <= 1) & (short >= 5)) | ((edits <= 2) & (short >= 8))),
        (3, (contained >= 0.9) & (alike >= 0.2)),
        (4, alike >= 0.6),
        (5, alike >= 0.4),
        (6, alike >= 0.2),
    ]
    return _falling(len(pairs), 7, rungs)


def _email(pairs: _Pairs) -> Array:
    one, two = pairs.of(_local_part)
    same = (one == two) & (_local_length(pairs.left)[pairs.a] > 3)
    rungs = [(2, same), (3, pairs.edits(2) <= 2), (4, pairs.alike(0.9, local_part) | pairs.alike(0.92))]
    return _falling(len(pairs), 5, rungs)


def _local_part(values: Values) -> Array:
    return _kept(values, "local part", lambda text: zlib.crc32(text.partition("@")[0].encode()))


def _local_length(values: Values) -> Array:
    return _kept(values, "local length", lambda text: text.find("@"))


def _phone(pairs: _Pairs) -> Array:
    short = pairs.short
    one, two = pairs.of(_number)
    ends = np.zeros(len(pairs), dtype=bool)
    for size in (6, 7):
        modulus = 10**size
        ends |= (one % modulus == two % modulus) & ((short == size) if size == 6 else (short >= size))
    return _falling(len(pairs), 4, [(2, ends), (3, pairs.edits(1) <= 1)])


def _number(values: Values) -> Array:
    return _kept(values, "number", int)


def _date(pairs: _Pairs) -> Array:
    one, two = pairs.of(_parts)
    equal = one == two
    swapped = equal[:, 0] & (one[:, 1] == two[:, 2]) & (one[:, 2] == two[:, 1])
    rungs = [
        (3, swapped),
        (2, pairs.edits(1) <= 1),
        (4, equal.sum(axis=1) >= 2),
        (5, equal[:, 0]),
    ]
    return _falling(len(pairs), 6, rungs)


def _parts(values: Values) -> Array:
    if "parts" not in values.cache:
        rows = [(int(text[:4]), int(text[4:6]), int(text[6:8])) for text in values.texts]
        values.cache["parts"] = np.array(rows, dtype=np.int16).reshape(-1, 3)
    found: Array = values.cache["parts"]
    return found


def _code(pairs: _Pairs) -> Array:
    edits, short = pairs.edits(2), pairs.short
    one, two = pairs.of(_beginning)
    begins = (short >= 4) & (one == two)
    rungs = [(2, ((edits <= 1) & (short >= 2)) | ((edits <= 2) & (short >= 9))), (3, begins)]
    return _falling(len(pairs), 4, rungs)


def _beginning(values: Values) -> Array:
    return _kept(values, "beginning", lambda text: zlib.crc32(text[: (len(text) + 1) // 2].encode()))


def _category(pairs: _Pairs) -> Array:
    return np.full(len(pairs), 2, dtype=np.int8)


_LADDERS = {
    "name": _name,
    "word": _word,
    "text": _text,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "code": _code,
    "category": _category,
}
