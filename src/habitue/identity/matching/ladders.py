"""Ladders of comparison: how much alike two values of a kind are, from equal down to different.

Level 0 means that one of the two says nothing, 1 that they are equal, and the last level that they differ. A ladder
looks at pairs of *different values*, so a value that stands in a thousand rows is compared once. The same code
compares millions of pairs in bulk and one new record online.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

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
    mine, theirs = _picked(left.texts, a), _picked(right.texts, b)
    if left is right:
        return _LADDERS[kind](left, a, right, b, mine, theirs) if len(a) else found
    equal = np.fromiter((x == y for x, y in zip(mine, theirs, strict=True)), dtype=bool, count=len(a))
    rest = np.flatnonzero(~equal)
    if len(rest):
        found[rest] = _LADDERS[kind](left, a[rest], right, b[rest], [mine[i] for i in rest], [theirs[i] for i in rest])
    found[equal] = 1
    return found


def _picked(texts: Sequence[str], codes: Array) -> list[str]:
    return [texts[code] for code in codes.tolist()]


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


def _where(rows: Array, test: Callable[[str, str], bool], mine: list[str], theirs: list[str]) -> Array:
    """The test on the rows that are marked, False elsewhere."""
    found = np.zeros(len(rows), dtype=bool)
    for row in np.flatnonzero(rows).tolist():
        found[row] = test(mine[row], theirs[row])
    return found


def _jaro(mine: list[str], theirs: list[str]) -> Array:
    return process.cpdist(mine, theirs, scorer=JaroWinkler.normalized_similarity, dtype=np.float32, workers=1)


def _edits(mine: list[str], theirs: list[str], limit: int = 3) -> Array:
    return process.cpdist(mine, theirs, scorer=OSA.distance, score_cutoff=limit, dtype=np.int16, workers=1)


def _falling(size: int, last: int, rungs: Sequence[tuple[int, Array]]) -> Array:
    """The first rung that holds, else `last`."""
    found = np.full(size, last, dtype=np.int8)
    for level, holds in reversed(rungs):
        found[holds] = level
    return found


def _name(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    edits = _edits(mine, theirs)
    short = np.minimum(_length(left)[a], _length(right)[b])
    same_start = _first_letter(left)[a] == _first_letter(right)[b]
    several = (_spaced(left)[a] + _spaced(right)[b]) > 0
    rungs = [
        (2, _forms(left, a, right, b)),
        (3, ((edits <= 1) & (short >= 4)) | ((edits <= 2) & (short >= 8))),
        (4, _where(same_start, _begins, mine, theirs)),
        (5, _where(several, _shares_word, mine, theirs)),
        (6, (_jaro(mine, theirs) >= 0.85) | ((edits <= 2) & (short >= 5))),
    ]
    return _falling(len(mine), 7, rungs)


def _begins(x: str, y: str) -> bool:
    return x.startswith(y) or y.startswith(x)


def _forms(left: Values, a: Array, right: Values, b: Array) -> Array:
    """Whether two first names are forms of one name (Bob and Robert)."""
    one, two = _groups(left)[a], _groups(right)[b]
    found = np.zeros(len(a), dtype=bool)
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


def _word(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    edits = _edits(mine, theirs)
    short = np.minimum(_length(left)[a], _length(right)[b])
    rungs = [
        (2, ((edits <= 1) & (short >= 4)) | ((edits <= 2) & (short >= 7))),
        (3, _where(short > 2, _contains, mine, theirs)),
        (4, _jaro(mine, theirs) >= 0.85),
    ]
    return _falling(len(mine), 5, rungs)


def _text(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    alike, contained = likeness(Wording.of(left, like=right), a, Wording.of(right), b)
    edits = _edits([x.replace(" ", "") for x in mine], [y.replace(" ", "") for y in theirs])
    short = np.minimum(_length(left)[a], _length(right)[b])
    rungs = [
        (2, (alike >= 0.85) | ((edits <= 1) & (short >= 5)) | ((edits <= 2) & (short >= 8))),
        (3, (contained >= 0.9) & (alike >= 0.2)),
        (4, alike >= 0.6),
        (5, alike >= 0.4),
        (6, alike >= 0.2),
    ]
    return _falling(len(mine), 7, rungs)


def _email(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    one, two = [x.partition("@")[0] for x in mine], [y.partition("@")[0] for y in theirs]
    same = (_local_part(left)[a] == _local_part(right)[b]) & (_local_length(left)[a] > 3)
    rungs = [
        (2, same),
        (3, _edits(mine, theirs) <= 2),
        (4, (_jaro(one, two) >= 0.9) | (_jaro(mine, theirs) >= 0.92)),
    ]
    return _falling(len(mine), 5, rungs)


def _local_part(values: Values) -> Array:
    return _kept(values, "local part", lambda text: zlib.crc32(text.partition("@")[0].encode()))


def _local_length(values: Values) -> Array:
    return _kept(values, "local length", lambda text: text.find("@"))


def _phone(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    short = np.minimum(_length(left)[a], _length(right)[b])
    ends = np.zeros(len(a), dtype=bool)
    for size in (6, 7):
        modulus = 10**size
        same = _number(left)[a] % modulus == _number(right)[b] % modulus
        ends |= same & ((short == size) if size == 6 else (short >= size))
    return _falling(len(mine), 4, [(2, ends), (3, _edits(mine, theirs) <= 1)])


def _number(values: Values) -> Array:
    return _kept(values, "number", int)


def _date(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    one, two = _parts(left)[a], _parts(right)[b]
    equal = one == two
    swapped = equal[:, 0] & (one[:, 1] == two[:, 2]) & (one[:, 2] == two[:, 1])
    rungs = [
        (3, swapped),
        (2, _edits(mine, theirs) <= 1),
        (4, equal.sum(axis=1) >= 2),
        (5, equal[:, 0]),
    ]
    return _falling(len(mine), 6, rungs)


def _parts(values: Values) -> Array:
    if "parts" not in values.cache:
        rows = [(int(text[:4]), int(text[4:6]), int(text[6:8])) for text in values.texts]
        values.cache["parts"] = np.array(rows, dtype=np.int16).reshape(-1, 3)
    found: Array = values.cache["parts"]
    return found


def _code(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    short = np.minimum(_length(left)[a], _length(right)[b])
    edits = _edits(mine, theirs)
    begins = (short >= 4) & (_beginning(left)[a] == _beginning(right)[b])
    rungs = [(2, ((edits <= 1) & (short >= 2)) | ((edits <= 2) & (short >= 9))), (3, begins)]
    return _falling(len(mine), 4, rungs)


def _beginning(values: Values) -> Array:
    return _kept(values, "beginning", lambda text: zlib.crc32(text[: (len(text) + 1) // 2].encode()))


def _category(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    return np.full(len(a), 2, dtype=np.int8)


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
