"""Personas: groups of similar customers that name themselves by what sets them apart, if there are stable ones."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.insights.books.book import Lines, OrderBook, order_book
from habitue.insights.card import Card, Measure, Said
from habitue.insights.catalogue import Facts, Insight, InsightField, Learnt
from habitue.insights.facts_book import book_of_facts, learnt
from habitue.insights.models import clusters
from habitue.insights.models.histories import Floats, Histories, Ints, histories
from habitue.insights.persona import Persona
from habitue.insights.products import lines_of_facts
from habitue.insights.scores import Scores, column
from habitue.kernel.text import gettext_noop as _
from habitue.kernel.text import ngettext_noop

LEAST_PEOPLE = 100
MOST_CATEGORIES = 6
LETTERS = "ABCDEF"
TRAITS = {
    "often": (_("come often"), _("come rarely")),
    "recent": (_("were here not long ago"), _("have been away for long")),
    "value": (_("buy for much at a time"), _("buy for little at a time")),
    "age": (_("have been customers for long"), _("are new")),
}
LIKES = _("like %(category)s")


@dataclass(frozen=True, slots=True)
class Found:
    """The group of each customer (an index into `personas`), and the card."""

    group: Ints
    personas: tuple[Persona, ...]
    card: Card
    known: Histories


def fit(
    orders: Any,
    *,
    customer: str | None = None,
    date: str | None = None,
    amount: str | None = None,
    as_of: date | None = None,
) -> Scores:
    """The persona of each customer of a table of orders. Takes what `lifetime.fit` takes.

    Columns: customer, persona (a letter), orders, silence_days, mean_value; the reason says what sets the group apart.
    """
    book = order_book(orders, customer=customer, date_column=date, amount=amount, as_of=as_of)
    return of_book(book)


def of_book(book: OrderBook) -> Scores:
    """The same for orders that were understood already."""
    found = personas(book, book.lines)
    known = found.known
    letters = [found.personas[index].code if found.personas else None for index in found.group.tolist()]
    table = pa.table(
        {
            "customer": pa.array(book.customers, pa.string()),
            "persona": pa.array(letters, pa.string()),
            "orders": pa.array(known.repeats + 1).cast(pa.int64()),
            "silence_days": pa.array(known.silence).cast(pa.int64()),
            "mean_value": column(known.money / np.maximum(known.priced, 1), 2),
        }
    )
    why: tuple[Said, ...] = ()
    if found.personas:
        told = [Said("%(name)s", {"name": persona.name()}) for persona in found.personas]
        why = tuple(told[index] for index in found.group.tolist())
    return Scores(table, (found.card,), book.notes, book.columns, book.currency, why)


def personas(book: OrderBook, lines: Lines | None) -> Found:
    """Find groups, keep them only when they are stable, and name them."""
    known = histories(book.purchases, book.purchases.last_day)
    nothing = np.zeros(known.size, np.int64)
    if known.size < LEAST_PEOPLE:
        one, many = ngettext_noop(
            "There is only %(count)s customer; with fewer than %(least)s there are no groups to speak of.",
            "There are only %(count)s customers; with fewer than %(least)s there are no groups to speak of.",
        )
        said = Said(one, {"count": known.size, "least": LEAST_PEOPLE}, many)
        return Found(nothing, (), Card("personas", False, 0, (said,), people=known.size), known)
    shares, categories = _categories(lines, known.size)
    # What they buy may scatter too much to make groups where how they buy does not.
    for rows in (np.column_stack([_rfm(known), shares]), _rfm(known)):
        rows = rows[:, rows.std(axis=0) > 1e-9]
        found = clusters.find(rows)
        if found.stability >= clusters.STABLE:
            break
    is_shown = found.stability >= clusters.STABLE
    group = found.nearest(rows) if is_shown else nothing
    named = _named(known, group, shares, categories) if is_shown else ()
    return Found(group, named, _card(found, named, known.size), known)


def _rfm(known: Histories) -> Floats:
    value = np.maximum(known.money / np.maximum(known.priced, 1), 0)
    return np.column_stack([np.log1p(known.repeats), -np.log1p(known.silence), np.log1p(value), np.log1p(known.age)])


def _categories(lines: Lines | None, customers: int) -> tuple[Floats, list[str]]:
    """The share of each of the largest categories in what each customer bought."""
    if lines is None or not lines.categories:
        return np.empty((customers, 0)), []
    names = sorted(set(lines.categories.values()))
    number = {name: index for index, name in enumerate(names)}
    of_product = np.array([number.get(lines.categories.get(p, ""), len(names)) for p in lines.products], np.int32)
    size = np.bincount(of_product, np.bincount(lines.product, minlength=len(of_product)), len(names) + 1)[:-1]
    if not size.any():
        return np.empty((customers, 0)), []
    chosen = np.argsort(-size, kind="stable")[:MOST_CATEGORIES]
    # Lines are many, products few: the rows of one category are found without a copy of all others.
    told = [np.bincount(lines.customer[which[lines.product]], minlength=customers)
            for which in (of_product < len(names), *(of_product == index for index in chosen))]  # fmt: skip
    shares = np.column_stack([count / np.maximum(told[0], 1) for count in told[1:]])
    return shares, [names[index] for index in chosen]


def _named(known: Histories, group: Ints, shares: Floats, categories: list[str]) -> tuple[Persona, ...]:
    rfm = _rfm(known)
    scaled = (rfm - rfm.mean(axis=0)) / np.maximum(rfm.std(axis=0), 1e-9)
    apart = (shares - shares.mean(axis=0)) / np.maximum(shares.std(axis=0), 1e-9)
    value = known.money / np.maximum(known.priced, 1)
    found = []
    for index in range(int(group.max(initial=0)) + 1):
        inside = group == index
        found.append(
            Persona(
                code=LETTERS[index],
                people=int(inside.sum()),
                traits=_traits(scaled[inside].mean(axis=0), apart[inside].mean(axis=0), categories),
                purchases=float(known.repeats[inside].mean() + 1),
                silence_days=float(np.median(known.silence[inside])),
                mean_value=float(value[inside].mean()),
            )
        )
    return tuple(found)


def _traits(scaled: Floats, apart: Floats, categories: list[str]) -> tuple[Said, ...]:
    """The things, at most four, in which a group is farthest from the middle."""
    told = [(abs(float(v)), Said(TRAITS[name][0 if v > 0 else 1])) for name, v in zip(TRAITS, scaled, strict=True)]
    liked = zip(categories, apart.tolist(), strict=True)
    told += [(value, Said(LIKES, {"category": name})) for name, value in liked if value > 0]
    told.sort(key=lambda each: -each[0])
    far = [said for distance, said in told if distance > 0.25][:4]
    return tuple(far or [told[0][1]])


def _card(found: clusters.Clusters, named: tuple[Persona, ...], people: int) -> Card:
    is_shown = bool(named)
    if is_shown:
        message = _(
            "Sorted %(seeds)s times anew, your customers fell into nearly the same %(groups)s groups each time: of 100 "
            "points of agreement they reach %(ari)s, and %(least)s are needed. So these are kinds of customers that "
            "there really are."
        )
    else:
        message = _(
            "There are no stable groups: sorted %(seeds)s times anew, your customers fell into other groups each time "
            "(of 100 points of agreement they reach %(ari)s, and %(least)s are needed). Customers here differ by "
            "degrees, not by kind."
        )
    params = {
        "groups": len(named), "seeds": clusters.SEEDS, "ari": round(100 * found.stability),
        "least": round(100 * clusters.STABLE),
    }  # fmt: skip
    label = _("Agreement of the groups from different starts")
    return Card(
        insight="personas",
        is_shown=is_shown,
        days=0,
        sentences=(Said(message, params),),
        method="kmeans",
        method_label=_("how recently, how often, for how much, since when and what they buy"),
        people=people,
        measures=(Measure("ari", label, found.stability, clusters.STABLE, "share", "high"),),
        inputs=("Order Completed",),
    )


def learn(facts: Facts) -> Learnt:
    """The insight of a workspace, one row a buyer; `traits` holds what sets the group apart, as data."""
    book = book_of_facts(facts)
    people, lines, _last = lines_of_facts(facts)
    found = personas(book, _renumbered(lines, people, book.customers))
    letters = [found.personas[index].code if found.personas else None for index in found.group.tolist()]
    told = {
        persona.code: json.dumps([[said.message, dict(said.params)] for said in persona.traits])
        for persona in found.personas
    }
    table = pa.table(
        {
            "profile_id": pa.array(book.customers, pa.string()),
            "persona": pa.array(letters, pa.string()),
            "traits": pa.array([told.get(letter) if letter else None for letter in letters], pa.string()),
            "purchases": pa.array(found.known.repeats + 1).cast(pa.int64()),
            "silence_days": pa.array(found.known.silence).cast(pa.int64()),
            "mean_value": column(found.known.money / np.maximum(found.known.priced, 1), 2),
        }
    )
    return learnt(table, found.card, book)


def _renumbered(lines: Lines, people: list[str], customers: tuple[str, ...]) -> Lines:
    """The lines with customers numbered as in the book."""
    if tuple(people) == customers:
        return lines
    number = {name: index for index, name in enumerate(customers)}
    place = np.array([number.get(name, -1) for name in people] or [-1], np.int32)
    code = place[lines.customer] if len(lines.customer) else lines.customer
    keep = code >= 0
    return Lines(code[keep], lines.day[keep], lines.product[keep], lines.products, lines.names, lines.categories)


INSIGHT = Insight(
    name="personas",
    label=_("Personas"),
    question=_("Which kinds of customers are there?"),
    learn=learn,
    fields=(
        InsightField("persona", "choice", _("Persona"), tuple((letter, letter) for letter in LETTERS)),
        InsightField("mean_value", "number", _("Mean value of a purchase")),
    ),
)
