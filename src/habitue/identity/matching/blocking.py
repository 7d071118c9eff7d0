"""Blocking: keys that make two records worth a look, found by search over the fields and counted before use.

An atom is one field seen through a coarse glass (sound of a name, month of birth, last digits of a telephone number);
a key is one to three atoms of different fields. The number of pairs that a key makes is estimated by the sum of
squares of its values' counts. Typing errors hit single fields, so the keys chosen rest on many combinations of
fields, the most selective first, until each field has keys that do without it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from habitue.identity.matching.shapes import Array, Kind, Values
from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.nicknames import name_groups

BLOCK_LIMIT = 400
SAMPLE_ROWS = 40_000
MOST_OPEN = 90
MOST_KEYS = 30
_VOWELS = re.compile(r"(?<=.)[aeiouyh]+")
_TWICE = re.compile(r"(.)\1+")


@dataclass(frozen=True)
class Atom:
    """One field through one glass."""

    field: int
    glass: str


@dataclass(frozen=True)
class Key:
    """Records that agree in all `atoms` are compared; `pairs` is how many pairs that makes, by estimate."""

    atoms: tuple[Atom, ...]
    pairs: float

    @property
    def fields(self) -> frozenset[int]:
        """The fields that the key rests on."""
        return frozenset(atom.field for atom in self.atoms)


def sound(text: str) -> str:
    """A rough sound: the first form of a known name, else its consonants without doubles."""
    groups = name_groups(text)
    if groups:
        return f"#{min(groups)}"
    text = (
        text.replace("ph", "f")
        .replace("ck", "k")
        .replace("c", "k")
        .replace("z", "s")
        .replace("w", "v")
        .replace("j", "y")
    )
    return _TWICE.sub(r"\1", _VOWELS.sub("", text))[:6]


def _first_word(text: str) -> str:
    return text.split(" ", 1)[0]


def _number_in(text: str) -> str:
    found = [word for word in text.split() if word[0].isdigit()]
    return min(found, key=len) if found else ""


def _local(text: str) -> str:
    return text.partition("@")[0]


GLASSES: dict[Kind, dict[str, Callable[[str], str]]] = {
    "name": {"equal": str, "sound": sound, "start": lambda text: text[:3], "end": lambda text: text[-4:]},
    "word": {"equal": str, "sound": sound, "start": lambda text: text[:4]},
    "text": {
        "equal": lambda text: "".join(sorted(text.split())),
        "start": lambda text: text.replace(" ", "")[:6],
        "first word": _first_word,
        "last word": lambda text: text.rsplit(" ", 1)[-1],
        "number": _number_in,
        "longest word": lambda text: max(text.split(), key=len),
    },
    "email": {"equal": str, "name part": _local, "start": lambda text: text[:5]},
    "phone": {"equal": str, "last digits": lambda text: text[-6:], "first digits": lambda text: text[:5]},
    "date": {
        "equal": str,
        "year and month": lambda text: text[:6],
        "month and day": lambda text: "".join(sorted((text[4:6], text[6:]))),
        "year and day": lambda text: text[:4] + text[6:],
        "year": lambda text: text[:4],
    },
    "code": {
        "equal": str,
        "start": lambda text: text[: (len(text) + 1) // 2] if len(text) > 3 else text,
        "end": lambda text: text[len(text) // 2 :] if len(text) > 3 else text,
    },
    "category": {"equal": str},
}


GLASS_TEXTS: Mapping[str, str] = {
    "equal": _("equal"),
    "sound": _("sound"),
    "start": _("beginning"),
    "end": _("end"),
    "first word": _("first word"),
    "last word": _("last word"),
    "number": _("house number or other number"),
    "longest word": _("longest word"),
    "name part": _("before the @"),
    "last digits": _("last digits"),
    "first digits": _("first digits"),
    "year and month": _("year and month"),
    "month and day": _("month and day"),
    "year and day": _("year and day"),
    "year": _("year"),
}


class Glasses:
    """The atoms of all fields as one number a row, made when asked for; 0 where the field says nothing.

    Kept is one number a value: rows may be many more.
    """

    def __init__(self, fields: Sequence[Values]) -> None:
        self.fields = fields
        self._made: dict[Atom, Array] = {}

    def atoms(self) -> list[Atom]:
        """Every atom there is."""
        return [Atom(i, glass) for i, field in enumerate(self.fields) for glass in GLASSES[field.column.kind]]

    def of_rows(self, rows: Array) -> Glasses:
        """The same for some of the rows, without looking at the values of the others."""
        few = []
        for field in self.fields:
            held, codes = np.unique(field.codes[rows], return_inverse=True)
            texts = [field.texts[code] for code in held.tolist() if code >= 0]
            few.append(Values(field.column, codes - int(held[0] < 0), texts, np.ones(len(texts))))
        return Glasses(few)

    def of(self, atom: Atom, rows: Array | None = None) -> Array:
        """The atom of every row (or of `rows`)."""
        field = self.fields[atom.field]
        if atom not in self._made:
            hashes = np.zeros(len(field.texts) + 1, dtype=np.uint32)
            hashes[:-1] = hashed(atom, field.column.kind, field.texts)
            self._made[atom] = hashes
        return self._made[atom][field.codes if rows is None else field.codes[rows]].astype(np.int64)

    def key(self, atoms: Iterable[Atom], rows: Array | None = None) -> Array:
        """The key of every row (or of `rows`): 0 where an atom is missing."""
        made: Array | None = None
        for atom in atoms:
            column = self.of(atom, rows)
            made = column if made is None else mixed(made, column)
        assert made is not None
        return made


def hashed(atom: Atom, kind: Kind, texts: Sequence[str]) -> Array:
    """The atom of each text as a number; 0 for a glass that sees nothing in it."""
    glass = GLASSES[kind][atom.glass]
    return np.fromiter((_number(glass(text)) for text in texts), dtype=np.int64, count=len(texts))


def mixed(one: Array, two: Array) -> Array:
    """Two atoms as one number; 0 where one of them is missing."""
    with np.errstate(over="ignore"):
        made = (one * np.int64(-7046029254386353131)) ^ (two * np.int64(-4417276706812531889) + (one >> np.int64(29)))
    made[made == 0] = 1
    made[(one == 0) | (two == 0)] = 0
    return made


def _number(text: str) -> int:
    """A 32-bit number, the same on every machine and in every run; 0 for the empty text.

    Two texts may share a number: that makes a pair too many, never one too few.
    """
    return (zlib.crc32(text.encode()) or 1) if text else 0


def estimated(key: Array, scale: float, limit: int = BLOCK_LIMIT) -> tuple[float, float]:
    """(pairs that a key makes over the whole table, share of the rows that it reaches); heavy blocks left out."""
    found = key[key != 0]
    if not len(found):
        return 0.0, 0.0
    _values, counts = np.unique(found, return_counts=True)
    counts = counts[counts <= max(2.0, limit / max(scale, 1.0))]
    reached = counts.sum() / len(key)
    pairs = float((counts * (counts - 1) / 2).sum()) * scale**2
    return pairs, float(reached)


def options(glasses: Glasses, *, rows: int, ceiling: float, seed: int) -> list[Key]:
    """All keys of up to three atoms that make at most `ceiling` pairs each; a key is never made longer than needed."""
    sample = np.arange(rows)
    if rows > SAMPLE_ROWS:
        sample = np.sort(np.random.default_rng(seed).choice(rows, SAMPLE_ROWS, replace=False))
        glasses = glasses.of_rows(sample)
    scale = rows / max(len(sample), 1)
    found: list[Key] = []
    atoms = [atom for atom in glasses.atoms() if estimated(glasses.key([atom]), scale)[1] > 0.02]
    open_ends: list[tuple[Atom, ...]] = [()]
    for _width in range(3):
        longer: list[tuple[float, tuple[Atom, ...]]] = []
        for begun in open_ends:
            for atom in atoms:
                if begun and atom.field <= begun[-1].field:
                    continue
                made = (*begun, atom)
                pairs, reached = estimated(glasses.key(made), scale, 10**9)
                if reached < 0.03:
                    continue
                if pairs <= ceiling:
                    found.append(Key(made, pairs))
                else:
                    longer.append((pairs, made))
        open_ends = [made for _pairs, made in sorted(longer, key=lambda each: each[0])[:MOST_OPEN]]
    return found


def spread(found: Sequence[Key], *, ceiling: float) -> list[Key]:
    """Keys that cost `ceiling` pairs all together: the loosest for each set of fields, cheapest set first."""
    best: dict[frozenset[int], Key] = {}
    for key in found:
        if key.fields not in best or key.pairs > best[key.fields].pairs:
            best[key.fields] = key
    kept: list[Key] = []
    spent = 0.0
    for key in sorted(best.values(), key=lambda each: (len(each.atoms), each.pairs)):
        if spent + key.pairs > ceiling or any(each.fields < key.fields and each.pairs > key.pairs for each in kept):
            continue
        kept.append(key)
        spent += key.pairs
        if len(kept) >= MOST_KEYS:
            break
    return kept
