"""Orders as purchases: lines and invoices of one day together, refunds taken off, what is no order left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from habitue.collect.files.activities import CANCELLED, REFUNDED, words_of_status
from habitue.insights.books import left_out, parsing
from habitue.insights.books.errors import NoOrders, OnlyReturns
from habitue.insights.books.no_product import is_no_product
from habitue.insights.books.reading import Columns, columns_of
from habitue.insights.books.refunds import without_refunds
from habitue.insights.card import Said
from habitue.insights.models.histories import AnyInts, Flags, Floats, Ints, Purchases
from habitue.kernel.text import gettext_noop as _

_CANCELLING = re.compile(r"^c\d", re.I)
_SAME = 0.9
EARLIEST = date(1990, 1, 1)
MOST_AHEAD = 20 * 366
_FIRST = date(1900, 1, 1)
STRAY_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Lines:
    """What was bought: one row a customer, day and product; `names` and `categories` by product where known."""

    customer: AnyInts
    day: AnyInts
    product: AnyInts
    products: tuple[str, ...]
    names: Mapping[str, str]
    categories: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OrderBook:
    """A table of orders that was understood: who the customers are, their purchases, and what was noted on the way.

    `currency` is None where the table names none. `lines` is None where it names no products.
    """

    purchases: Purchases
    customers: tuple[str, ...]
    currency: str | None
    columns: Mapping[str, str]
    notes: tuple[Said, ...]
    lines: Lines | None = None
    has_money: bool = True


def order_book(
    orders: Any,
    *,
    customer: str | None = None,
    date_column: str | None = None,
    amount: str | None = None,
    product: str | None = None,
    as_of: date | None = None,
) -> OrderBook:
    """Understand a table of orders: a path, a pandas data frame, an Arrow or an Ibis table.

    One row may be an order, an invoice, or a line of one. Columns that are not named are guessed. Orders after
    `as_of` are left out; without it the last day of the table is the last one that is known. Raises
    OrderColumnMissing or NoOrders.
    """
    named = {"customer": customer, "date": date_column, "amount": amount, "product": product}
    return book_of(columns_of(orders, named), as_of)


def _stray(day: Ints, today: date) -> Flags:
    """A few days in the future, or before there were shops like these; when they are many, they are meant.

    Days that nobody living can mean are never, unless all of them are such.
    """
    dated = day != parsing.NO_DAY
    unheard = dated & ((day < _FIRST.toordinal() - 719_163) | (day > today.toordinal() - 719_163 + MOST_AHEAD))
    outside: Flags = dated & ((day > today.toordinal() - 719_163) | (day < EARLIEST.toordinal() - 719_163))
    is_few = bool(outside.sum() < STRAY_SHARE * dated.sum())
    if is_few:
        return outside
    return unheard if bool((dated & ~unheard).any()) else np.zeros(len(day), dtype=bool)


def book_of(columns: Columns, as_of: date | None) -> OrderBook:
    """The same from columns that were read already."""
    values, fmt = columns.values, columns.format
    notes: list[Said] = []
    today = date.today()
    year = as_of.year if as_of else today.year
    day = parsing.days(values["date"], order=fmt.date_order, year_now=year)
    code, customers = parsing.codes(values["customer"])
    money, has_money = _money(columns)
    keep = np.ones(columns.rows, dtype=bool)

    def leave_out(gone: Flags, words: tuple[str, str]) -> None:
        count = int((gone & keep).sum())
        if count:
            notes.append(Said(words[0], {"count": count}, words[1]))
        keep[gone] = False

    leave_out(code < 0, left_out.NO_CUSTOMER)
    leave_out(day == parsing.NO_DAY, left_out.NO_DATE)
    leave_out(_stray(day, today), left_out.STRAY)
    if as_of is not None:
        leave_out(day > as_of.toordinal() - 719_163, left_out.LATER)
    refund = money < 0
    if "status" in values:
        told = values["status"]
        leave_out(parsing.flags(told, lambda text: bool(words_of_status(text) & CANCELLED)), left_out.CANCELLED)
        refund |= parsing.flags(told, lambda text: bool(words_of_status(text) & REFUNDED))
    if "order" in values and "quantity" in values:
        negative = parsing.amounts(values["quantity"], decimal=fmt.decimal) < 0
        refund |= negative & parsing.flags(values["order"], lambda text: bool(_CANCELLING.match(text)))
    if "product" in values:
        leave_out(
            parsing.flags(values["product"], is_no_product(parsing.codes(values["product"])[1])), left_out.NO_PRODUCT
        )
        leave_out((money == 0) & ~refund, left_out.FREE)
    currency, foreign = _currency(values, keep)
    if foreign.any():
        notes.append(
            Said(
                _("%(count)s rows are not in %(currency)s: they count as orders, their money is added nowhere."),
                {"count": int((foreign & keep).sum()), "currency": currency},
            )
        )
        money = np.where(foreign, np.nan, money)
    if not (keep & ~refund).any():
        raise OnlyReturns(rows=int(keep.sum())) if keep.any() else NoOrders(rows=columns.rows)
    purchases, lost = without_refunds(
        customer=code[keep], day=day[keep], money=money[keep], refund=refund[keep], customers=len(customers)
    )
    if refund[keep].any():
        message = _(
            "%(count)s refunds were taken off the orders before them; %(orders)s orders were wholly given back."
        )
        notes.append(Said(message, {"count": int(refund[keep].sum()), "orders": lost}))
    if not len(purchases.day):
        raise NoOrders(rows=columns.rows)
    last = as_of.toordinal() - 719_163 if as_of else int(day[keep].max())
    present = np.zeros(len(customers), dtype=bool)
    present[purchases.customer] = True
    lines = _lines(values, keep & ~refund, code, day)
    whole = Purchases(
        len(customers), purchases.customer, purchases.day, purchases.money, int(purchases.day.min()), last
    ).of(present)
    names = tuple(name for name, here in zip(customers, present, strict=True) if here)
    if len(names) < len(set(code[keep])):
        notes.append(
            Said(_("%(count)s customers have no order that stands."), {"count": len(set(code[keep])) - len(names)})
        )
    return OrderBook(
        purchases=whole,
        customers=names,
        currency=currency,
        columns=columns.names,
        notes=tuple(notes),
        lines=None if lines is None else _renumbered(lines, present),
        has_money=has_money and bool(np.isfinite(whole.money).any()),
    )


def _money(columns: Columns) -> tuple[Floats, bool]:
    """The money of each row, NaN where it is not known; an order's total that stands on each line counts once."""
    values, decimal = columns.values, columns.format.decimal
    if "amount" in values:
        money = parsing.amounts(values["amount"], decimal=decimal)
        if columns.roles.is_order_total and "order" in values:
            money = _once_an_order(money, parsing.codes(values["order"])[0])
        return money, True
    if "price" in values:
        money = parsing.amounts(values["price"], decimal=decimal)
        if "quantity" in values:
            money = money * parsing.amounts(values["quantity"], decimal=decimal)
        return money, True
    return np.full(columns.rows, np.nan), False


def _once_an_order(money: Floats, order: Ints) -> Floats:
    """Where nearly all orders of several rows repeat one amount, that is the order's total: it counts once."""
    order = np.where(order < 0, np.arange(len(order)) + order.max(initial=0) + 1, order)
    _ids, first, place, rows = np.unique(order, return_index=True, return_inverse=True, return_counts=True)
    several = rows > 1
    if not several.any():
        return money
    differs = np.zeros(len(rows), dtype=bool)
    differs[place[money != money[first][place]]] = True
    if np.mean(~differs[several]) < _SAME:
        return money
    once = np.zeros_like(money)
    once[first] = money[first]
    return np.where(differs[place], money, once)


def _currency(values: Mapping[str, Any], keep: Flags) -> tuple[str | None, Flags]:
    """The currency of most rows, and which rows are in another."""
    if "currency" not in values:
        return None, np.zeros(len(keep), dtype=bool)
    code, known = parsing.codes(values["currency"])
    named = code[keep & (code >= 0)]
    if not len(named):
        return None, np.zeros(len(keep), dtype=bool)
    most = int(np.bincount(named).argmax())
    return known[most].upper(), (code >= 0) & (code != most)


def _lines(values: Mapping[str, Any], keep: Flags, customer: Ints, day: Ints) -> Lines | None:
    column = "product" if "product" in values else "product_name" if "product_name" in values else None
    if column is None:
        return None
    product, products = parsing.codes(values[column])
    chosen = keep & (product >= 0)
    known: dict[str, dict[str, str]] = {"product_name": {}, "category": {}}
    for name, found in known.items():
        if name in values and name != column:
            code, texts = parsing.codes(values[name])
            pairs = np.unique(np.stack([product[chosen], code[chosen]]), axis=1)
            found.update({products[p]: texts[c] for p, c in pairs.T if c >= 0})
    return Lines(
        customer[chosen], day[chosen], product[chosen], tuple(products), known["product_name"], known["category"]
    )


def _renumbered(lines: Lines, present: Flags) -> Lines:
    numbers = np.cumsum(present) - 1
    keep = present[lines.customer]
    return Lines(
        numbers[lines.customer[keep]], lines.day[keep], lines.product[keep], lines.products, lines.names,
        lines.categories,
    )  # fmt: skip
