"""One new record against all known ones, with the model of the last run: the same keys, levels and weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from habitue.identity.matching import blocking, ladders, scoring
from habitue.identity.matching.blocking import Glasses, Key
from habitue.identity.matching.compare import cross_names, name_fields
from habitue.identity.matching.explanation import Explanation, put_together
from habitue.identity.matching.model import Model
from habitue.identity.matching.outcome import Matched
from habitue.identity.matching.shadow import KEYS
from habitue.identity.matching.shapes import Array, Values
from habitue.identity.matching.spelling import is_empty

MOST_CANDIDATES = 2_000


@dataclass(frozen=True)
class Found:
    """A known row that may be the same, and why."""

    row: int
    probability: float
    weight: float
    explanation: Explanation


class Index:
    """The known rows by blocking key; made once from a finished run, extended by nobody."""

    def __init__(self, matched: Matched) -> None:
        """Index the rows of a run that found a model."""
        assert matched.model is not None
        self.model: Model = matched.model
        self.fields: Sequence[Values] = matched.fields
        self.keys: Sequence[Key] = matched.keys or _plain_keys(matched.fields)
        glasses = Glasses(matched.fields)
        self._sorted: list[tuple[Array, Array]] = []
        for key in self.keys:
            made = glasses.key(key.atoms)
            order = np.argsort(made, kind="stable").astype(np.int32)
            self._sorted.append((made[order], order))
        self._codes = [{text: code for code, text in enumerate(field.texts)} for field in matched.fields]

    def candidates(self, record: Mapping[str, str | None]) -> Array:
        """The rows that agree with a record in a blocking key, the most selective keys first."""
        texts = self.read(record)
        found: list[Array] = []
        for key, (blocks, rows) in zip(self.keys, self._sorted, strict=True):
            made = self._key(key, texts)
            if made == 0:
                continue
            first, last = np.searchsorted(blocks, [made, made + 1])
            if 0 < last - first <= blocking.BLOCK_LIMIT:
                found.append(rows[first:last])
        if not found:
            return np.empty(0, dtype=np.int32)
        found.sort(key=len)
        return np.unique(np.concatenate(found)[:MOST_CANDIDATES])

    def read(self, record: Mapping[str, str | None]) -> list[str | None]:
        """The record's values in comparable form, one a field."""
        made = []
        for field in self.fields:
            cell = record.get(field.column.name)
            made.append(None if cell is None or is_empty(str(cell)) else KEYS[field.column.kind](str(cell)))
        return made

    def _key(self, key: Key, texts: Sequence[str | None]) -> int:
        made: Array | None = None
        for atom in key.atoms:
            text = texts[atom.field]
            if text is None:
                return 0
            column = blocking.hashed(atom, self.fields[atom.field].column.kind, [text])
            made = column if made is None else blocking.mixed(made, column)
        return 0 if made is None else int(made[0])

    def levels(self, texts: Sequence[str | None], rows: Array) -> tuple[Array, list[Array]]:
        """(level of each field for each row, the known value's code of each field for each row)."""
        found = np.zeros((len(rows), len(self.fields)), dtype=np.int8)
        codes = []
        for place, field in enumerate(self.fields):
            known = field.codes[rows]
            codes.append(known)
            text = texts[place]
            if text is None:
                continue
            held = np.flatnonzero(known >= 0)
            distinct, inverse = np.unique(known[held], return_inverse=True)
            new = Values(replace(field.column), np.zeros(1, np.int32), [text], np.ones(1))
            if len(distinct):
                zeros = np.zeros(len(distinct), dtype=np.int64)
                found[held, place] = ladders.levels(new, zeros, field, distinct)[inverse]
        names = name_fields(self.fields)
        if names is not None:
            pairs = [(self._text(names[0], row), self._text(names[1], row)) for row in rows.tolist()]
            cross_names(found, names, (texts[names[0]], texts[names[1]]), pairs)
        return found, codes

    def _text(self, place: int, row: int) -> str | None:
        code = int(self.fields[place].codes[row])
        return self.fields[place].texts[code] if code >= 0 else None

    def rarity(self, texts: Sequence[str | None], levels: Array, codes: Sequence[Array]) -> Array:
        """What the rareness of values adds, as in bulk; a value never seen before is as rare as one can be."""
        found = np.zeros(levels.shape, dtype=np.float32)
        for place, (kept, field) in enumerate(zip(self.model.fields, self.fields, strict=True)):
            text = texts[place]
            if text is None:
                continue
            share = scoring.cached_rarity(kept, field)
            mine = self._codes[place].get(text)
            most = float(share.max()) if len(share) else 0.0
            own = most if mine is None else float(share[mine])
            equal = levels[:, place] == 1
            found[equal, place] = own
            near = (levels[:, place] >= 2) & (levels[:, place] <= 3) & (levels[:, place] < kept.levels - 1)
            found[near, place] = scoring.NEAR_RARITY * np.minimum(share[codes[place][near]], own)
        return found


def score_one(model: Model, index: Index, record: Mapping[str, str | None], *, at_least: float = 0.05) -> list[Found]:
    """The known rows that may be the record (a value by column name), likeliest first."""
    rows = index.candidates(record)
    if not len(rows):
        return []
    texts = index.read(record)
    levels, codes = index.levels(texts, rows)
    rare = index.rarity(texts, levels, codes)
    parts = scoring.summed(model, levels, rare)
    odds = scoring.odds(model, parts.sum(axis=1))
    wanted = np.log(at_least / (1 - at_least))
    found = []
    for place in np.argsort(-odds, kind="stable").tolist():
        if odds[place] < wanted:
            break
        row = int(rows[place])
        said = [(texts[i], index._text(i, row)) for i in range(len(texts))]
        why = put_together(
            model, levels[place].tolist(), (parts[place] * model.slope).tolist(), rare[place].tolist(), said
        )
        found.append(Found(row, float(1 / (1 + np.exp(-min(odds[place], 60)))), float(odds[place]), why))
    return found


def _plain_keys(fields: Sequence[Values]) -> list[Key]:
    """Keys for a table so small that all its pairs were compared: every atom alone."""
    return [Key((atom,), 0.0) for atom in Glasses(fields).atoms()]
