"""What was bought, from the products that the orders of a workspace name."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from habitue.insights.books.book import Lines
from habitue.insights.catalogue import Facts
from habitue.insights.days import local_day
from habitue.insights.facts_book import STALE_DAYS
from habitue.insights.models.histories import Ints
from habitue.insights.orders import CANCELLED, COMPLETED
from habitue.kernel.clock import day_in
from habitue.kernel.lake import elements, text_in

_EPOCH = date(1970, 1, 1)


def product_rows(facts: Facts) -> ir.Table:
    """One row a person, day and product of the orders that stand (profile_id, day, product, name, category)."""
    events = facts.events
    chosen = events.filter((events["name"] == COMPLETED) & (events["at"] < ibis.literal(facts.now, "timestamp('UTC')")))
    cancelled = events.filter((events["name"] == CANCELLED) & events.order_id.notnull())
    standing = chosen.anti_join(cancelled.select("source_id", "order_id").distinct(), ["source_id", "order_id"])
    people = facts.people.filter(facts.people.kind == "person")
    standing = standing.semi_join(people, "profile_id")
    dated = standing.select(
        "profile_id",
        day=local_day(standing["at"], facts.timezone).delta(ibis.literal(_EPOCH), unit="day").cast("int64"),
        properties=standing.properties,
    )
    listed = elements(dated, "properties", "products")
    texts = listed.select(
        "profile_id",
        "day",
        sku=text_in(listed.element, "sku"),
        name=text_in(listed.element, "name"),
        category=text_in(listed.element, "category"),
    )
    named = texts.mutate(product=ibis.coalesce(texts.sku, texts.name)).drop("sku")
    return named.filter(named["product"].notnull())


def lines_of_facts(facts: Facts) -> tuple[list[str], Lines, int]:
    """Who bought, what, and the last day that is known."""
    rows = product_rows(facts).to_pyarrow()
    people, customer = _coded(rows["profile_id"])
    products, product = _coded(rows["product"])
    day = rows["day"].to_numpy().astype(np.int64)
    today = (day_in(facts.now, facts.timezone) - _EPOCH).days
    newest = int(day.max(initial=0))
    last = newest if len(day) and today - newest > STALE_DAYS else today
    first = np.unique(product, return_index=True)[1] if len(product) else np.empty(0, np.int64)
    few = rows.take(pa.array(first))
    told = dict(zip(few["product"].to_pylist(), few["name"].to_pylist(), strict=True))
    kinds = dict(zip(few["product"].to_pylist(), few["category"].to_pylist(), strict=True))
    names = {key: value for key, value in told.items() if value}
    categories = {key: value for key, value in kinds.items() if value}
    return people, Lines(customer, day, product, tuple(products), names, categories), last


def _coded(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    encoded = column.combine_chunks().dictionary_encode()
    names: list[str] = encoded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=lambda index: names[index])
    place = np.empty(len(names), np.int64)
    place[order] = np.arange(len(names))
    codes = place[encoded.indices.to_numpy(zero_copy_only=False)] if names else np.empty(0, np.int64)
    return [names[index] for index in order], codes
