"""What customers buy together: item-to-item weights from sparse purchase counts, and lists of ten from them.

EASE (Steck 2019, "Embarrassingly shallow autoencoders") where there are few enough products, else cosine. Never
lift: on rare products it is chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from habitue.insights.models.histories import AnyInts, Floats, Ints

Weights = npt.NDArray[np.float32]

LIST = 10
MOST_EASE = 3_000
MOST_COSINE = 10_000
LEAST_BUYERS = 3
RIDGE = 200.0
TASTE_DAYS = 120.0
TREND_DAYS = 30.0
BLOCK = 16_384
SCORED = 512
GROUPS = 64
BM25_FILL, BM25_LENGTH = 1.2, 0.75
"""The usual parameters of BM25: how soon a repetition tells nothing new, and how far length counts."""


@dataclass(frozen=True, slots=True)
class Baskets:
    """Who bought which product on which day, each once a day and sorted; products are numbered, `products` of them."""

    customer: AnyInts
    day: AnyInts
    product: AnyInts
    customers: int
    products: int

    def until(self, day: int) -> Baskets:
        """What was bought by the end of `day`."""
        keep = self.day <= day
        return Baskets(self.customer[keep], self.day[keep], self.product[keep], self.customers, self.products)

    def of(self, customers: AnyInts) -> Baskets:
        """The baskets of some customers, given in ascending order, numbered anew from 0."""
        customers = customers.astype(self.customer.dtype)
        starts = np.searchsorted(self.customer, customers, side="left")
        counts = np.searchsorted(self.customer, customers, side="right") - starts
        # The places of all their rows: each customer's own run of them, one after the other.
        before = np.cumsum(counts) - counts
        rows = np.repeat(starts - before, counts) + np.arange(int(counts.sum()))
        number = np.repeat(np.arange(len(customers)), counts)
        return Baskets(number, self.day[rows], self.product[rows], len(customers), self.products)

    def matrix(self, weights: Floats) -> sp.csr_matrix:
        """Customers by products, the weights of repeated purchases added."""
        ends = np.cumsum(np.bincount(self.customer, minlength=self.customers))
        rows = (weights, self.product.astype(np.int32), np.concatenate([[0], ends]).astype(np.int32))
        found = sp.csr_matrix(rows, shape=(self.customers, self.products))
        found.sum_duplicates()
        return found

    def once(self) -> sp.csr_matrix:
        """One for each product that a customer ever bought."""
        found = self.matrix(np.ones(len(self.customer)))
        found.data[:] = 1.0
        return found


def baskets(customer: AnyInts, day: AnyInts, product: AnyInts, customers: int, products: int) -> Baskets:
    """Baskets with every customer, day and product once."""
    if not len(customer):
        return Baskets(customer, day, product, customers, products)
    first, span = int(day.min()), int(day.max() - day.min()) + 1
    # One number for the three: to sort numbers is many times faster than to sort rows.
    key = customer.astype(np.int64)
    for size, value in ((span, day - first), (max(products, 1), product)):
        key *= size
        key += value
    key = different(key)
    what = (key % max(products, 1)).astype(np.int32)
    key //= max(products, 1)
    on = (key % span + first).astype(np.int32)
    key //= span
    return Baskets(key.astype(np.int32), on, what, customers, products)


def different(key: Ints) -> Ints:
    """The different numbers in order, in the place of `key`; numpy's own `unique` hashes them, ten times slower."""
    key.sort()
    is_new = np.ones(len(key), dtype=bool)
    np.not_equal(key[1:], key[:-1], out=is_new[1:])
    return key[is_new]


@dataclass(frozen=True, slots=True)
class Tastes:
    """What was learnt by `day`: products worth learning (`chosen`), weights between them by method, the trend."""

    day: int
    chosen: Ints
    weights: Mapping[str, Floats]
    trend: Floats

    def scores(self, name: str, taste: sp.csr_matrix) -> Weights:
        """The score of every chosen product for some customers, from what they bought of the chosen ones."""
        if name == "popular":
            return np.tile(self.trend[self.chosen].astype(np.float32), (taste.shape[0], 1))
        return np.asarray(taste.astype(np.float32) @ self.weights[name])


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
    # Row by row in memory, or every product with them copies them first.
    in_rows = {name: np.ascontiguousarray(found) for name, found in weights.items()}
    return Tastes(day, chosen, in_rows, trend)


def taste(known: Baskets, day: int) -> sp.csr_matrix:
    """What each customer bought, the older the less."""
    return known.matrix(0.5 ** ((day - known.day) / TASTE_DAYS))


def habit(known: Baskets, trend: Floats) -> sp.csr_matrix:
    """What each customer bought, counted, with the trend telling equals apart."""
    counted = known.matrix(np.ones(len(known.customer)))
    counted.data += 0.5 * trend[counted.indices] / max(float(trend.max(initial=0.0)), 1e-12)
    return counted


def top_new(tastes: Tastes, name: str, known: Baskets, customers: AnyInts, size: int = LIST) -> Ints:
    """For each of some customers, in ascending order, the best products that they never bought, -1 for none."""
    found = np.full((len(customers), size), -1, dtype=np.int64)
    if not len(tastes.chosen):
        return found
    for start in range(0, len(customers), BLOCK):
        here = known.of(customers[start : start + BLOCK])
        bought = here.once()[:, tastes.chosen]
        # BM25 weighs by itself who tells much; what is old counts there like what is new.
        told = bought if name == "bm25" else taste(here, tastes.day)[:, tastes.chosen]
        for row in range(0, bought.shape[0], SCORED):
            scores = tastes.scores(name, told[row : row + SCORED])
            old = bought[row : row + SCORED].tocoo()
            scores[old.row, old.col] = 0.0
            best = _best(scores, size)
            found[start + row : start + row + SCORED] = np.where(best < 0, -1, tastes.chosen[best])
    return found


def top_again(known: Baskets, trend: Floats, customers: AnyInts, size: int = LIST) -> Ints:
    """For each of some customers, in ascending order, the products bought most often, -1 where there are fewer."""
    found = np.full((len(customers), size), -1, dtype=np.int64)
    # Customer, value (31 bits) and product have to fit into one number.
    block = min(BLOCK, 1 << (32 - known.products.bit_length()))
    for start in range(0, len(customers), block):
        counted = habit(known.of(customers[start : start + block]), trend)
        row = np.repeat(np.arange(counted.shape[0]), np.diff(counted.indptr))
        here = _highest(row, counted.indices, counted.data.astype(np.float32), counted.shape[0], size)
        found[start : start + block] = here
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


def _best(scores: Weights, size: int) -> Ints:
    """The places of the highest scores above nought of each row, highest first, -1 below the last of them.

    No score below the `size`-th highest of the maxima of some groups can be among the `size` highest of all. So few
    are left to be sorted, and to find them costs one pass.
    """
    rows, columns = scores.shape
    groups = min(GROUPS, columns)
    highest = scores[:, : columns // groups * groups].reshape(rows, -1, groups).max(axis=1)
    bound = np.full(rows, np.finfo(np.float32).tiny)
    if groups > size:
        bound = np.maximum(bound, np.partition(highest, groups - size, axis=1)[:, groups - size])
    place = np.flatnonzero(scores >= bound[:, None])
    row, column = np.divmod(place, columns)
    return _highest(row, column, scores.ravel()[place], rows, size)


def _highest(row: Ints, column: Ints, value: Weights, rows: int, size: int) -> Ints:
    """For each row the columns of the highest values, all above nought; of equal ones that of the lower number.

    The bits of a positive float are in its order: row, value and column make one number, and numbers are sorted fast.
    """
    bits = int(column.max(initial=1)).bit_length()
    down = np.int64(0x7FFFFFFF) - value.view(np.int32)
    key = (row.astype(np.int64) << (31 + bits)) | (down << bits) | column
    key.sort()
    counts = np.bincount(row, minlength=rows)
    row = np.repeat(np.arange(rows), counts)
    place = np.arange(len(key)) - np.repeat(np.cumsum(counts) - counts, counts)
    top = place < size
    found = np.full((rows, size), -1, dtype=np.int64)
    found[row[top], place[top]] = key[top] & ((1 << bits) - 1)
    return found
