"""Ladders of comparison: how much alike two values of a kind are, from equal down to different.

Level 0 means that one of the two says nothing, 1 that they are equal, and the last level that they differ. A ladder
looks at pairs of *different values*, so a value that stands in a thousand rows is compared once. The same code
compares millions of pairs in bulk and one new record online.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
    """The level of every pair (left.texts[a[i]], right.texts[b[i]]); the texts of a pair must not be empty."""
    kind = right.column.kind
    found = np.full(len(a), top(kind), dtype=np.int8)
    mine, theirs = _picked(left.texts, a), _picked(right.texts, b)
    equal = np.fromiter((x == y for x, y in zip(mine, theirs, strict=True)), dtype=bool, count=len(a))
    rest = np.flatnonzero(~equal)
    if len(rest):
        found[rest] = _LADDERS[kind](left, a[rest], right, b[rest], [mine[i] for i in rest], [theirs[i] for i in rest])
    found[equal] = 1
    return found


def _picked(texts: Sequence[str], codes: Array) -> list[str]:
    return [texts[code] for code in codes.tolist()]


def _jaro(mine: list[str], theirs: list[str]) -> Array:
    return process.cpdist(mine, theirs, scorer=JaroWinkler.normalized_similarity, dtype=np.float32, workers=1)


def _edits(mine: list[str], theirs: list[str], limit: int = 3) -> Array:
    return process.cpdist(mine, theirs, scorer=OSA.distance, score_cutoff=limit, dtype=np.int16, workers=1)


def _lengths(texts: list[str]) -> Array:
    return np.fromiter(map(len, texts), dtype=np.int32, count=len(texts))


def _falling(size: int, last: int, rungs: Sequence[tuple[int, Array]]) -> Array:
    """The first rung that holds, else `last`."""
    found = np.full(size, last, dtype=np.int8)
    for level, holds in reversed(rungs):
        found[holds] = level
    return found


def _name(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    edits = _edits(mine, theirs)
    short = np.minimum(_lengths(mine), _lengths(theirs))
    forms = _forms(left, a, right, b)
    begins = np.fromiter(
        (x.startswith(y) or y.startswith(x) for x, y in zip(mine, theirs, strict=True)), dtype=bool, count=len(mine)
    )
    rungs = [
        (2, forms),
        (3, ((edits <= 1) & (short >= 4)) | ((edits <= 2) & (short >= 8))),
        (4, begins),
        (5, _shares_word(mine, theirs)),
        (6, (_jaro(mine, theirs) >= 0.85) | ((edits <= 2) & (short >= 5))),
    ]
    return _falling(len(mine), 7, rungs)


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


def _shares_word(mine: list[str], theirs: list[str]) -> Array:
    return np.fromiter(
        (
            (" " in x or " " in y) and any(len(word) > 2 and word in y.split() for word in x.split())
            for x, y in zip(mine, theirs, strict=True)
        ),
        dtype=bool,
        count=len(mine),
    )


def _contains(mine: list[str], theirs: list[str]) -> Array:
    return np.fromiter(
        (min(len(x), len(y)) > 2 and (x in y or y in x) for x, y in zip(mine, theirs, strict=True)),
        dtype=bool,
        count=len(mine),
    )


def _word(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    edits = _edits(mine, theirs)
    short = np.minimum(_lengths(mine), _lengths(theirs))
    rungs = [
        (2, ((edits <= 1) & (short >= 4)) | ((edits <= 2) & (short >= 7))),
        (3, _contains(mine, theirs)),
        (4, _jaro(mine, theirs) >= 0.85),
    ]
    return _falling(len(mine), 5, rungs)


def _text(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    alike, contained = likeness(Wording.of(left, like=right), a, Wording.of(right), b)
    edits = _edits([x.replace(" ", "") for x in mine], [y.replace(" ", "") for y in theirs])
    short = np.minimum(_lengths(mine), _lengths(theirs))
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
    same = np.fromiter((x == y and len(x) > 3 for x, y in zip(one, two, strict=True)), dtype=bool, count=len(one))
    edits = _edits(mine, theirs)
    rungs = [
        (2, same),
        (3, edits <= 2),
        (4, (_jaro(one, two) >= 0.9) | (_jaro(mine, theirs) >= 0.92)),
    ]
    return _falling(len(mine), 5, rungs)


def _phone(left: Values, a: Array, right: Values, b: Array, mine: list[str], theirs: list[str]) -> Array:
    ends = np.fromiter(
        (
            len(x) > 5 and len(y) > 5 and (x[-7:] == y[-7:] or x.endswith(y) or y.endswith(x))
            for x, y in zip(mine, theirs, strict=True)
        ),
        dtype=bool,
        count=len(mine),
    )
    return _falling(len(mine), 4, [(2, ends), (3, _edits(mine, theirs) <= 1)])


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
    short = np.minimum(_lengths(mine), _lengths(theirs))
    edits = _edits(mine, theirs)
    begins = np.fromiter(
        (len(x) >= 4 and x[: (len(x) + 1) // 2] == y[: (len(x) + 1) // 2] for x, y in zip(mine, theirs, strict=True)),
        dtype=bool,
        count=len(mine),
    )
    rungs = [(2, ((edits <= 1) & (short >= 2)) | ((edits <= 2) & (short >= 9))), (3, begins)]
    return _falling(len(mine), 4, rungs)


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
