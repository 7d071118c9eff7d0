"""Likeness of texts of several words, in any order and with typing errors: trigrams weighted by how rare they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from habitue.identity.matching.shapes import Array, Values

_CHUNK = 200_000


@dataclass
class Wording:
    """Unit vectors of weighted trigrams, one row a value, and the vocabulary with its weights."""

    rows: sparse.csr_matrix
    norms: Array
    vocabulary: Mapping[str, int]
    weights: Array

    @staticmethod
    def of(values: Values, *, like: Values | None = None) -> Wording:
        """The wording of `values`; with `like`, in the vocabulary of another field."""
        if like is values:
            like = None
        if "wording" not in values.cache:
            values.cache["wording"] = _built(values) if like is None else _built_like(values.texts, Wording.of(like))
        found: Wording = values.cache["wording"]
        return found


def likeness(left: Wording, a: Array, right: Wording, b: Array) -> tuple[Array, Array]:
    """(cosine, share of the shorter text that the longer one holds), both 0 to 1, of each pair of rows."""
    cosine = np.empty(len(a), dtype=np.float32)
    contained = np.empty(len(a), dtype=np.float32)
    for start in range(0, len(a), _CHUNK):
        part = slice(start, start + _CHUNK)
        one, two = left.rows[a[part]], right.rows[b[part]]
        product = _sums(one.multiply(two))
        norm_one, norm_two = left.norms[a[part]], right.norms[b[part]]
        cosine[part] = product / np.sqrt(np.maximum(norm_one * norm_two, 1e-9))
        contained[part] = np.minimum(product / np.maximum(np.minimum(norm_one, norm_two), 1e-9), 1.0)
    return cosine, contained


def _sums(rows: sparse.csr_matrix) -> Array:
    return np.asarray(rows.sum(axis=1)).ravel()


def _built(values: Values) -> Wording:
    vocabulary: dict[str, int] = {}
    indices: list[int] = []
    lengths = np.zeros(len(values.texts) + 1, dtype=np.int64)
    for row, text in enumerate(values.texts):
        found = {vocabulary.setdefault(gram, len(vocabulary)) for gram in grams(text)}
        indices.extend(found)
        lengths[row + 1] = len(found)
    places = np.array(indices, dtype=np.int32)
    seen = np.bincount(places, minlength=len(vocabulary)).astype(np.float64)
    weights = np.sqrt(np.log((len(values.texts) + 1) / seen) / 3).astype(np.float32)
    rows = _matrix(places, lengths, weights, len(vocabulary))
    return Wording(rows, _sums(rows.multiply(rows)), vocabulary, weights)


def _built_like(texts: Sequence[str], model: Wording) -> Wording:
    indices: list[int] = []
    lengths = np.zeros(len(texts) + 1, dtype=np.int64)
    for row, text in enumerate(texts):
        found = {model.vocabulary[gram] for gram in grams(text) if gram in model.vocabulary}
        indices.extend(found)
        lengths[row + 1] = len(found)
    rows = _matrix(np.array(indices, dtype=np.int32), lengths, model.weights, len(model.vocabulary))
    return Wording(rows, _sums(rows.multiply(rows)), model.vocabulary, model.weights)


def _matrix(places: Array, lengths: Array, weights: Array, width: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((weights[places], places, np.cumsum(lengths)), shape=(len(lengths) - 1, width))


def grams(text: str) -> set[str]:
    """The trigrams of each word with its edges; numbers whole, for one digit more is another number."""
    found: set[str] = set()
    for word in text.split():
        if word.isdigit():
            found.add(f"#{word}")
            continue
        edged = f" {word} "
        found.update(edged[i : i + 3] for i in range(max(1, len(edged) - 2)))
    return found
