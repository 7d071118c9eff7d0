"""The known records by blocking key, in memory: made once from a finished run, then kept up to date record by record.

The rows of the run lie in sorted arrays; what comes later stands beside them in dictionaries, so that adding, replacing
and removing cost the same however many records there are. Nothing of the model changes: how rare a value is, stays as
the run found it, and a value that the run never saw is as rare as one can be.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.identity.matching import blocking, ladders, scoring
from habitue.identity.matching.blocking import Atom, Glasses, Key
from habitue.identity.matching.compare import cross_names, name_fields
from habitue.identity.matching.model import Model
from habitue.identity.matching.outcome import Matched
from habitue.identity.matching.shadow import KEYS, comparable, dictionary
from habitue.identity.matching.shapes import NULL, Array, Values
from habitue.identity.matching.spelling import is_empty
from habitue.identity.matching.wording import Wording

MOST_CANDIDATES = 2_000
FEWEST_WORN = 10_000
Record = Mapping[str, str | None]


class Index:
    """Known records, each under an id of the caller: `put`, `drop`, and `candidates` for a new one."""

    def __init__(self, matched: Matched, ids: Iterable[int] | None = None) -> None:
        """Index the rows of a run that found a model; their ids are the numbers of the rows unless given."""
        assert matched.model is not None
        self._build(matched.model, matched.fields, matched.keys, ids)

    @classmethod
    def of_table(cls, saved: Mapping[str, Any], table: pa.Table, ids: Iterable[int] | None = None) -> Index:
        """The index of a table by a model that `saved` holds, without a new run; columns that it lacks say nothing."""
        model = Model.from_json(saved["model"])
        keys = [Key(tuple(Atom(int(place), glass) for place, glass in key), 0.0) for key in saved["keys"]]
        fields = []
        for kept in model.fields:
            name = kept.column.name
            cells = table[name] if name in table.column_names else pa.nulls(table.num_rows, pa.string())
            read = dictionary(pa.chunked_array([cells]) if isinstance(cells, pa.Array) else cells)
            values = comparable(kept.column, read, read.dictionary.to_pylist())
            values.holders = np.maximum(values.counts / saved["records_each"], 1.0)
            fields.append(values)
        made = cls.__new__(cls)
        made._build(model, fields, keys, ids)
        return made

    def _build(self, model: Model, fields: Sequence[Values], keys: Sequence[Key], ids: Iterable[int] | None) -> None:
        self.model = model
        self.fields = [replace(field, codes=field.codes.copy(), texts=list(field.texts)) for field in fields]
        self.keys = list(keys) or _plain_keys(fields)
        self._rows = len(fields[0].codes) if fields else 0
        self._sorted: list[tuple[Array, Array]] = []
        glasses = Glasses(fields)
        for key in self.keys:
            made = glasses.key(key.atoms)
            order = np.argsort(made, kind="stable").astype(np.int32)
            self._sorted.append((made[order], order))
        self._newer: list[dict[int, list[int]]] = [{} for _ in self.keys]
        self._later = [Later(field) for field in self.fields]
        for kept, later in zip(model.fields, self._later, strict=True):
            later.warm()
            scoring.cached_rarity(kept, later.field)
        given = np.fromiter(range(self._rows) if ids is None else ids, np.int64, self._rows)
        turned = np.argsort(given, kind="stable")
        self._known_ids, self._known_rows = given[turned], turned.astype(np.int32)
        self._ids: list[int] = given.tolist()
        self._moved: dict[int, int] = {}
        self._is_gone = bytearray(self._rows)
        self._gone = 0

    def __len__(self) -> int:
        """How many records are known."""
        return len(self._ids) - self._gone

    def __contains__(self, record_id: int) -> bool:
        """Whether a record of that id is known."""
        return self.row_of(record_id) >= 0

    def put(self, record_id: int, record: Record) -> None:
        """Add a record (a value by column name), or replace the one of that id."""
        texts = self.read(record)
        former = self.row_of(record_id)
        if former >= 0 and self.texts(former) == texts:
            return
        self.drop(record_id)
        row = len(self._ids)
        self._ids.append(record_id)
        self._is_gone.append(0)
        self._moved[record_id] = row
        for later, text in zip(self._later, texts, strict=True):
            later.add(text)
        for key, newer in zip(self.keys, self._newer, strict=True):
            made = self._key(key, texts)
            if made:
                newer.setdefault(made, []).append(row)

    def drop(self, record_id: int) -> bool:
        """Forget a record, and every value that nobody else has; False when there is none of that id."""
        row = self.row_of(record_id)
        if row < 0:
            return False
        if row >= self._rows:
            texts = self.texts(row)
            for key, newer in zip(self.keys, self._newer, strict=True):
                made = self._key(key, texts)
                if made:
                    newer[made].remove(row)
                    if not newer[made]:
                        del newer[made]
        for later in self._later:
            later.forget(row)
        self._is_gone[row] = 1
        self._gone += 1
        self._moved[record_id] = -1
        return True

    @property
    def is_worn(self) -> bool:
        """Whether most of what it holds is of records that are gone: made anew it would be half as large."""
        return len(self._ids) > FEWEST_WORN and len(self) * 2 < len(self._ids)

    def keep(self, record_ids: Collection[int]) -> int:
        """Forget every record but these; returns how many were forgotten."""
        lost = [each for each in {*self._known_ids.tolist(), *self._moved} if each not in record_ids]
        return sum(self.drop(each) for each in lost)

    def id_of(self, row: int) -> int:
        """The caller's id of a row."""
        return self._ids[row]

    def candidates(self, texts: Sequence[str | None]) -> Array:
        """The rows that agree with comparable values in a blocking key, the most selective keys first."""
        found: list[Array] = []
        for key, (blocks, rows), newer in zip(self.keys, self._sorted, self._newer, strict=True):
            made = self._key(key, texts)
            if made == 0:
                continue
            first, last = np.searchsorted(blocks, [made, made + 1])
            added = newer.get(made, ())
            if 0 < last - first + len(added) <= blocking.BLOCK_LIMIT:
                found.append(rows[first:last])
                if added:
                    found.append(np.array(added, dtype=np.int32))
        if not found:
            return np.empty(0, dtype=np.int32)
        found.sort(key=len)
        each = np.unique(np.concatenate(found)[:MOST_CANDIDATES])
        gone = np.frombuffer(self._is_gone, dtype=np.uint8)[each]
        return np.asarray(each[gone == 0])

    def read(self, record: Record) -> list[str | None]:
        """The record's values in comparable form, one a field."""
        made = []
        for field in self.fields:
            cell = record.get(field.column.name)
            made.append(None if cell is None or is_empty(str(cell)) else KEYS[field.column.kind](str(cell)))
        return made

    def texts(self, row: int) -> list[str | None]:
        """The comparable values of a known row."""
        return [later.text(later.code(row)) for later in self._later]

    def levels(self, texts: Sequence[str | None], rows: Array) -> tuple[Array, list[Array]]:
        """(level of each field for each row, the known value's code of each field for each row)."""
        found = np.zeros((len(rows), len(self.fields)), dtype=np.int8)
        codes = [later.codes(rows) for later in self._later]
        for place, (later, text) in enumerate(zip(self._later, texts, strict=True)):
            if text is not None:
                found[:, place] = later.levels(text, codes[place])
        names = name_fields(self.fields)
        if names is not None:
            first, second = names
            pairs = [
                (self._later[first].text(one), self._later[second].text(two))
                for one, two in zip(codes[first].tolist(), codes[second].tolist(), strict=True)
            ]
            cross_names(found, names, (texts[first], texts[second]), pairs)
        return found, codes

    def rarity(self, texts: Sequence[str | None], levels: Array, codes: Sequence[Array]) -> Array:
        """What the rareness of values adds, as in bulk; a value that the run never saw is as rare as one can be."""
        found = np.zeros(levels.shape, dtype=np.float32)
        for place, (kept, later) in enumerate(zip(self.model.fields, self._later, strict=True)):
            text = texts[place]
            if text is None:
                continue
            share = scoring.cached_rarity(kept, later.field)
            most = float(share.max()) if len(share) else 0.0
            mine = later.known(text)
            own = most if mine is None or mine >= len(share) else float(share[mine])
            equal = levels[:, place] == 1
            found[equal, place] = own
            near = np.flatnonzero(
                (levels[:, place] >= 2) & (levels[:, place] <= 3) & (levels[:, place] < kept.levels - 1)
            )
            theirs = codes[place][near]
            rare = np.full(len(near), most, dtype=np.float32)
            held = theirs < len(share)
            rare[held] = share[theirs[held]]
            found[near, place] = scoring.NEAR_RARITY * np.minimum(rare, own)
        return found

    def _key(self, key: Key, texts: Sequence[str | None]) -> int:
        made: Array | None = None
        for atom in key.atoms:
            text = texts[atom.field]
            if text is None:
                return 0
            column = blocking.hashed(atom, self.fields[atom.field].column.kind, [text])
            made = column if made is None else blocking.mixed(made, column)
        return 0 if made is None else int(made[0])

    def row_of(self, record_id: int) -> int:
        """The row of a record; −1 when none of that id is known."""
        if record_id in self._moved:
            return self._moved[record_id]
        place = int(np.searchsorted(self._known_ids, record_id))
        if place < len(self._known_ids) and self._known_ids[place] == record_id:
            return int(self._known_rows[place])
        return -1


class Later:
    """One field: the values of the run, and behind them those that came later."""

    def __init__(self, field: Values) -> None:
        self.field = field
        self._size = len(field.texts)
        self._rows = len(field.codes)
        self._known = {text: code for code, text in enumerate(field.texts)}
        self._held = field.counts.astype(np.int64)
        self._texts: list[str] = []
        self._holders: list[int] = []
        self._codes: list[int] = []

    def warm(self) -> None:
        """Work out what comparing needs of every known value, so that the first record does not wait for it."""
        if self._size:
            self.levels(self.field.texts[0], np.array([self._size - 1]))

    def add(self, text: str | None) -> None:
        """The value of a new row."""
        if text is None:
            self._codes.append(NULL)
            return
        code = self._known.setdefault(text, self._size + len(self._texts))
        if code == self._size + len(self._texts):
            self._texts.append(text)
            self._holders.append(0)
        self._count(code, 1)
        self._codes.append(code)

    def forget(self, row: int) -> None:
        """The row says nothing any more; a value that nobody else has is gone."""
        code = self.code(row)
        if code < 0:
            return
        if row < self._rows:
            self.field.codes[row] = NULL
        else:
            self._codes[row - self._rows] = NULL
        if self._count(code, -1) == 0:
            del self._known[self.text(code) or ""]
            if code < self._size:
                self.field.texts[code] = ""
            else:
                self._texts[code - self._size] = ""

    def _count(self, code: int, more: int) -> int:
        if code < self._size:
            self._held[code] += more
            return int(self._held[code])
        self._holders[code - self._size] += more
        return self._holders[code - self._size]

    def code(self, row: int) -> int:
        """The code of a row."""
        return int(self.field.codes[row]) if row < self._rows else self._codes[row - self._rows]

    def codes(self, rows: Array) -> Array:
        """The codes of some rows."""
        if not self._codes:
            return np.asarray(self.field.codes[rows])
        found = np.empty(len(rows), dtype=np.int32)
        old = rows < self._rows
        found[old] = self.field.codes[rows[old]]
        found[~old] = [self._codes[row - self._rows] for row in rows[~old].tolist()]
        return found

    def text(self, code: int) -> str | None:
        """The value of a code."""
        if code < 0:
            return None
        return self.field.texts[code] if code < self._size else self._texts[code - self._size]

    def known(self, text: str) -> int | None:
        """The code of a value, if anybody has it."""
        return self._known.get(text)

    def levels(self, text: str, codes: Array) -> Array:
        """How a new value compares with those of some codes; 0 where nothing is said."""
        found = np.zeros(len(codes), dtype=np.int8)
        new = Values(replace(self.field.column), np.zeros(1, np.int32), [text], np.ones(1))
        old, late = (codes >= 0) & (codes < self._size), codes >= self._size
        for held, right, less in ((old, self.field, 0), (late, None, self._size)):
            places = np.flatnonzero(held)
            if not len(places):
                continue
            distinct, inverse = np.unique(codes[places] - less, return_inverse=True)
            if right is None:
                right, distinct = self._some(distinct)
            zeros = np.zeros(len(distinct), dtype=np.int64)
            found[places] = ladders.levels(new, zeros, right, distinct)[inverse]
        return found

    def _some(self, codes: Array) -> tuple[Values, Array]:
        """A few of the later values as a field of their own, in the wording of the run."""
        texts = [self._texts[code] for code in codes.tolist()]
        made = Values(self.field.column, np.arange(len(texts)), texts, np.ones(len(texts)))
        if self.field.column.kind == "text":
            Wording.of(made, like=self.field)
        return made, np.arange(len(texts))


def saved(matched: Matched) -> dict[str, Any]:
    """What `Index.of_table` needs of a run, as plain data: model, keys, and how many records one person has."""
    assert matched.model is not None
    keys = matched.keys or _plain_keys(matched.fields)
    people = len(np.unique(matched.clusters))
    return {
        "model": matched.model.as_json(),
        "keys": [[[atom.field, atom.glass] for atom in key.atoms] for key in keys],
        "records_each": len(matched.clusters) / max(people, 1),
    }


def _plain_keys(fields: Sequence[Values]) -> list[Key]:
    """Keys for a table so small that all its pairs were compared: every atom alone."""
    return [Key((atom,), 0.0) for atom in Glasses(fields).atoms()]
