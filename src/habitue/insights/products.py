"""What was bought, from the products that the orders of a workspace name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import compress
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from habitue.insights.books.book import Lines
from habitue.insights.books.no_product import is_no_product
from habitue.insights.catalogue import Facts
from habitue.insights.days import local_day
from habitue.insights.facts_book import STALE_DAYS
from habitue.insights.models.histories import AnyInts, Flags, Ints
from habitue.insights.numbered import by_number, ids_of, numbered, present_in, size_of
from habitue.insights.orders import COMPLETED, cancelled_orders
from habitue.kernel.clock import day_in
from habitue.kernel.lake import in_batches, records

ROWS = 1_000_000
_EPOCH = date(1970, 1, 1)


def product_rows(facts: Facts, ids: ir.Table) -> ir.Table:
    """One row a person, day and product of the orders that stand (person, day, product, name, category)."""
    events = facts.events
    chosen = events.filter((events["name"] == COMPLETED) & (events["at"] < ibis.literal(facts.now, "timestamp('UTC')")))
    standing = chosen.anti_join(cancelled_orders(events), ["source_id", "order_id"])
    standing = by_number(standing, ids)
    dated = standing.select(
        person="profile_id",
        day=local_day(standing["at"], facts.timezone).delta(ibis.literal(_EPOCH), unit="day").cast("int32"),
        properties=standing.properties,
    )
    texts = records(dated, "properties", "products", ("sku", "name", "category"))
    named = texts.mutate(product=ibis.coalesce(texts.sku, texts.name)).drop("sku")
    return named.filter(named["product"].notnull())


def lines_of_facts(facts: Facts) -> tuple[list[str], Lines, int]:
    """Who bought, what, and the last day that is known."""
    found: tuple[list[str], Lines, int] = facts.once("lines", _read)
    return found


def _read(facts: Facts) -> tuple[list[str], Lines, int]:
    ids = numbered(facts.people)
    people, days, codes, products = _Parts(), _Parts(), _Parts(), _Products()
    for batch in in_batches(product_rows(facts, ids), ROWS):
        people.add(batch["person"])
        days.add(batch["day"])
        codes.add(products.add(batch))
    day = days.whole()
    present, customer = present_in(people.whole(), size_of(ids))
    today = (day_in(facts.now, facts.timezone) - _EPOCH).days
    newest = int(day.max(initial=0))
    last = newest if len(day) and today - newest > STALE_DAYS else today
    names, place = products.sorted()
    titles = products.most("name", names)
    product = place[codes.whole()]
    kinds = products.most("category", names)
    real = _real(names, titles)[product]
    lines = Lines(customer[real], day[real], product[real], names, titles, kinds)
    return list(compress(ids_of(facts), present.tolist())), lines, last


def _real(names: Sequence[str], titles: Mapping[str, str]) -> Flags:
    """Which products are none of postage, fees and the like, by number and by name."""
    by_code, by_name = is_no_product(names), is_no_product(())
    return np.array([not (by_code(name) or by_name(titles.get(name, ""))) for name in names] or [True])


class _Parts:
    """Numbers that come in batches."""

    def __init__(self) -> None:
        self._parts: list[Any] = []

    def add(self, part: Any) -> None:
        self._parts.append(np.asarray(part).astype(np.int32))

    def whole(self) -> AnyInts:
        parts, self._parts = self._parts, []
        return np.concatenate(parts) if parts else np.empty(0, np.int32)


class _Products:
    """Numbers for products, and how often each has which name and category."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._told: dict[str, dict[str, Counter[str]]] = {name: defaultdict(Counter) for name in ("name", "category")}

    def add(self, batch: pa.RecordBatch) -> Ints:
        """The number of each row's product."""
        encoded = batch["product"].dictionary_encode()
        here: list[str] = encoded.dictionary.to_pylist()
        local = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        for column, told in self._told.items():
            self._count(told, here, local, batch[column])
        numbers = [self._number.setdefault(product, len(self._number)) for product in here]
        found: Ints = np.array(numbers or [0], np.int64)[local]
        return found

    def sorted(self) -> tuple[tuple[str, ...], AnyInts]:
        """The products in order, and the place of each number there."""
        names = sorted(self._number)
        place = np.empty(max(len(names), 1), np.int32)
        place[[self._number[name] for name in names]] = np.arange(len(names))
        return tuple(names), place

    def most(self, column: str, products: Sequence[str]) -> dict[str, str]:
        """The most frequent text of each product that has one."""
        told = self._told[column]
        return {
            product: min(told[product].items(), key=lambda each: (-each[1], each[0]))[0]
            for product in products
            if product in told
        }

    @staticmethod
    def _count(told: dict[str, Counter[str]], products: list[str], local: Ints, column: pa.Array) -> None:
        encoded = column.dictionary_encode()
        texts: list[str] = encoded.dictionary.to_pylist()
        known = np.asarray(encoded.is_valid())
        index = encoded.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        pairs = np.sort(local[known] * max(len(texts), 1) + index[known])
        starts = np.flatnonzero(np.diff(pairs, prepend=-1))
        counts = np.diff(starts, append=len(pairs))
        for pair, count in zip(pairs[starts].tolist(), counts.tolist(), strict=True):
            product, text = divmod(pair, max(len(texts), 1))
            if texts[text]:
                told[products[product]][texts[text]] += count
