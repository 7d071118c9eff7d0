"""What customers buy together: item-to-item weights from sparse purchase counts, and lists of ten from them.

EASE (Steck 2019, "Embarrassingly shallow autoencoders") where there are few enough products, else cosine. Never
lift: on rare products it is chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from habitue.insights.models.histories import Floats, Ints

LIST = 10
MOST_EASE = 3_000
MOST_COSINE = 10_000
LEAST_BUYERS = 3
RIDGE = 200.0
TASTE_DAYS = 120.0
TREND_DAYS = 30.0
BLOCK = 2_000
BM25_FILL, BM25_LENGTH = 1.2, 0.75
"""The usual parameters of BM25: how soon a repetition tells nothing new, and how far length counts."""


@dataclass(frozen=True, slots=True)
class Baskets:
    """Who bought which product on which day, each once a day; products are numbered, `products` of them."""

    customer: Ints
    day: Ints
    product: Ints
    customers: int
    products: int

    def until(self, day: int) -> Baskets:
        """What was bought by the end of `day`."""
        keep = self.day <= day
        return Baskets(self.customer[keep], self.day[keep], self.product[keep], self.customers, self.products)

    def matrix(self, weights: Floats) -> sp.csr_matrix:
        """Customers by products, the weights of repeated purchases added."""
        return sp.csr_matrix((weights, (self.customer, self.product)), shape=(self.customers, self.products))

    def once(self) -> sp.csr_matrix:
        """One for each product that a customer ever bought."""
        found = self.matrix(np.ones(len(self.customer)))
        found.data[:] = 1.0
        return found


def baskets(customer: Ints, day: Ints, product: Ints, customers: int, products: int) -> Baskets:
    """Baskets with every customer, day and product once."""
    rows = np.unique(np.stack([customer, day, product]), axis=1) if len(customer) else np.empty((3, 0), np.int64)
    return Baskets(rows[0], rows[1], rows[2], customers, products)


@dataclass(frozen=True, slots=True)
class Tastes:
    """What was learnt by `day`: products worth learning (`chosen`), weights between them by method, the trend."""

    day: int
    chosen: Ints
    weights: Mapping[str, Floats]
    trend: Floats

    def scores(self, name: str, taste: sp.csr_matrix) -> Floats:
        """The score of every chosen product for some customers."""
        if name == "popular":
            return np.tile(self.trend[self.chosen], (taste.shape[0], 1))
        return np.asarray(taste[:, self.chosen] @ self.weights[name])


def learn(known: Baskets, day: int) -> Tastes:
    """Learn what goes together from all baskets up to `day`."""
    age = (day - known.day).astype(float)
    trend: Floats = np.bincount(known.product, weights=0.5 ** (age / TREND_DAYS), minlength=known.products).astype(
        float
    )
    once = known.once()
    buyers = np.asarray(once.sum(axis=0)).ravel()
    often = np.argsort(-buyers, kind="stable")
    chosen = np.sort(often[buyers[often] >= LEAST_BUYERS][:MOST_COSINE])
    together = (once[:, chosen].T @ once[:, chosen]).toarray().astype(np.float32)
    weights = {"cosine": _cosine(together), "bm25": _bm25(once[:, chosen], known.customers)}
    if 0 < len(chosen) <= MOST_EASE:
        weights["ease"] = _ease(together)
    return Tastes(day, chosen, weights, trend)


def taste(known: Baskets, day: int) -> sp.csr_matrix:
    """What each customer bought, the older the less."""
    return known.matrix(0.5 ** ((day - known.day) / TASTE_DAYS))


def habit(known: Baskets, trend: Floats) -> sp.csr_matrix:
    """What each customer bought, counted, with the trend telling equals apart."""
    counted = known.matrix(np.ones(len(known.customer)))
    counted.data += 0.5 * trend[counted.indices] / max(float(trend.max(initial=0.0)), 1e-12)
    return counted


def top_new(tastes: Tastes, name: str, known: Baskets, customers: Ints, size: int = LIST) -> Ints:
    """For each customer the best products that he or she never bought, -1 where there are none."""
    found = np.full((len(customers), size), -1, dtype=np.int64)
    if not len(tastes.chosen):
        return found
    bought = known.once().tocsr()
    # BM25 weighs by itself who tells much; what is old counts there like what is new.
    liked = bought if name == "bm25" else taste(known, tastes.day)
    for start in range(0, len(customers), BLOCK):
        part = customers[start : start + BLOCK]
        scores = tastes.scores(name, liked[part]).astype(float)
        scores[bought[part][:, tastes.chosen].toarray() > 0] = -np.inf
        found[start : start + BLOCK] = _best(scores, tastes.chosen, size)
    return found


def top_again(known: Baskets, trend: Floats, customers: Ints, size: int = LIST) -> Ints:
    """For each customer the products bought most often, -1 where there are fewer."""
    counted = habit(known, trend).tocsr()
    found = np.full((len(customers), size), -1, dtype=np.int64)
    for row, customer in enumerate(customers):
        start, end = counted.indptr[customer], counted.indptr[customer + 1]
        best = np.argsort(-counted.data[start:end], kind="stable")[:size]
        found[row, : len(best)] = counted.indices[start:end][best]
    return found


def hit_rate(lists: Ints, wanted: list[set[int]]) -> tuple[float, float, int]:
    """HR@10 and NDCG@10 over the customers who wanted something, and how many those were."""
    discount = 1 / np.log2(np.arange(2, LIST + 2))
    hits, gains = [], []
    for row, want in zip(lists, wanted, strict=True):
        if not want:
            continue
        found = np.array([product in want for product in row.tolist()], dtype=float)
        hits.append(float(found.any()))
        gains.append(float(found @ discount[: len(row)]) / float(discount[: min(len(want), LIST)].sum()))
    return (float(np.mean(hits)), float(np.mean(gains)), len(hits)) if hits else (float("nan"), float("nan"), 0)


def _cosine(together: Floats) -> Floats:
    size = np.sqrt(np.maximum(np.diag(together), 1.0))
    found = together / size[:, None] / size[None, :]
    np.fill_diagonal(found, 0.0)
    return found


def _bm25(once: sp.csr_matrix, customers: int) -> Floats:
    """What goes together where a purchase by somebody who buys everything, or of what all buy, tells less.

    Robertson, Zaragoza (2009), with products as documents and customers as words.
    """
    found = sp.coo_matrix(once.T.astype(np.float64))
    rarity = np.log(max(found.shape[0], 2)) - np.log1p(np.bincount(found.col, minlength=customers))
    buyers = np.bincount(found.row, minlength=found.shape[0]).astype(float)
    length = (1 - BM25_LENGTH) + BM25_LENGTH * buyers / max(float(buyers.mean()), 1e-9) if len(buyers) else buyers
    found.data = (BM25_FILL + 1) / (BM25_FILL * length[found.row] + 1) * rarity[found.col]
    weighted = found.tocsr()
    alike: Floats = (weighted @ weighted.T).toarray().astype(np.float32)
    np.fill_diagonal(alike, 0.0)
    return alike


def _ease(together: Floats) -> Floats:
    system = together.astype(np.float64)
    system[np.diag_indices(len(system))] += RIDGE
    with threadpool_limits(1):
        inverse = _inverse(system)
    found = -inverse / np.diag(inverse)[None, :]
    np.fill_diagonal(found, 0.0)
    small: Floats = found.astype(np.float32)
    return small


def _inverse(system: Floats) -> Floats:
    """The inverse of a positive definite matrix by Cholesky, half the work of a general one."""
    factor: Callable[..., tuple[Floats, int]] = scipy.linalg.lapack.dpotrf
    lower, _info = factor(system, lower=1)
    half, _info = scipy.linalg.lapack.dpotri(lower, lower=1)
    whole: Floats = np.tril(half) + np.tril(half, -1).T
    return whole


def _best(scores: Floats, chosen: Ints, size: int) -> Ints:
    """The products with the highest scores of each row, highest first, -1 below the last possible one."""
    size_here = min(size, scores.shape[1])
    part = np.argpartition(-scores, size_here - 1, axis=1)[:, :size_here]
    value = np.take_along_axis(scores, part, axis=1)
    order = np.argsort(-value, axis=1, kind="stable")
    part, value = np.take_along_axis(part, order, axis=1), np.take_along_axis(value, order, axis=1)
    found = np.full((len(scores), size), -1, dtype=np.int64)
    found[:, :size_here] = np.where(np.isfinite(value) & (value > 0), chosen[part], -1)
    return found
