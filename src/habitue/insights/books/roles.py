"""Which column of a table of orders is what: as named by the person, else guessed from headings and cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from habitue.collect.files.amounts import amount as amount_of
from habitue.collect.files.columns import ColumnGuess, guess_columns
from habitue.collect.files.headings import key
from habitue.collect.files.moments import moment
from habitue.collect.files.shapes import Cell, Format, Row
from habitue.insights.books.errors import OrderColumnMissing
from habitue.kernel.text import gettext_noop as _

MOSTLY = 0.8
_CUSTOMERS = (
    "person.customer_number", "person.user_id", "person.loyalty_card", "person.email", "person.phone", "person.mobile",
    "person.name", "company.name",
)  # fmt: skip
_WORDS = {
    "customer": re.compile(
        r"cust|client|user|member|household|buyer|shopper|visitor|person|account|kunde|käufer|клиент|покупат|e-?mail"
    ),
    "date": re.compile(r"date|day|time|datum|дата|день|bought|created|placed|order.*(at|on)$|^ts$|^week|^dt$|^on$"),
    "amount": re.compile(
        r"amount|total|value|revenue|sales|spen[dt]|turnover|gmv|money|dollar|price|paid|betrag|umsatz|summe|wert|preis"
        r"|сумма|выручк|стоимост|цена|usd|eur|rub"
    ),
    "product": re.compile(
        r"product|produkt|item|article|artikel|sku|descri|beschreib|ware|title|товар|артикул|наименован"
    ),
}
_TOLD = {"customer": _("the customer"), "date": _("the date"), "amount": _("the amount"), "product": _("the product")}
_NUMBER_OF_PRODUCT = re.compile(r"sku|артикул|(id|no|nr|num|number|nummer|code|код)\.?$")
_NO_PRODUCT = re.compile(r"quant|count|menge|anzahl|колич|categ|kateg|категор|group|gruppe|brand|type|price|preis|цена")
_NOT_TOTAL = re.compile(r"discount|tax|shipping|rabatt|steuer|versand|скидк|налог|доставк|cost|margin|points")


@dataclass(frozen=True, slots=True)
class Roles:
    """The place of each column that matters; None where the table has none."""

    customer: int
    date: int
    amount: int | None = None
    quantity: int | None = None
    price: int | None = None
    order: int | None = None
    status: int | None = None
    currency: int | None = None
    product: int | None = None
    product_name: int | None = None
    category: int | None = None
    is_order_total: bool = False

    def places(self) -> dict[str, int]:
        """The places by what they are, without those that the table has not."""
        names = (
            "customer", "date", "amount", "quantity", "price", "order", "status", "currency", "product",
            "product_name", "category",
        )  # fmt: skip
        found = {name: getattr(self, name) for name in names}
        return {name: place for name, place in found.items() if place is not None}


def roles(columns: Sequence[str], sample: Sequence[Row], fmt: Format, named: Mapping[str, str | None]) -> Roles:
    """The roles of the columns; `named` says what customer, date, amount and product are called, None to guess.

    Raises OrderColumnMissing for a name that no column has, and when no column looks like a customer or a date.
    """
    guesses = guess_columns(columns, sample, fmt)
    chosen = {role: _named(columns, name, role) for role, name in named.items() if name}
    by_target = {guess.target: guess.index for guess in guesses if guess.target}
    cells = _Cells(columns, sample, fmt)
    taken = set(chosen.values())
    customer = chosen.get("customer")
    if customer is None:
        customer = _first([by_target.get(target) for target in _CUSTOMERS], taken)
        customer = _by_words(columns, "customer", taken, lambda _place: True) if customer is None else customer
        customer = _repeating(columns, cells, taken) if customer is None else customer
    taken |= {customer} if customer is not None else set()
    date = chosen.get("date")
    if date is None:
        date = _first([by_target.get("order.at")], taken)
        date = _by_words(columns, "date", taken, cells.are_dates) if date is None else date
        date = (
            next((i for i in range(len(columns)) if i not in taken and cells.are_dates(i)), None)
            if date is None
            else date
        )
    for role, place in (("customer", customer), ("date", date)):
        if place is None:
            raise OrderColumnMissing(what=_TOLD[role], columns=", ".join(columns))
    assert customer is not None
    assert date is not None
    taken.add(date)
    amount = chosen.get("amount")
    quantity, price = by_target.get("line.quantity"), by_target.get("line.price")
    is_total = False
    if amount is None:
        amount = _first([by_target.get("order.total"), by_target.get("line.total")], taken)
        is_total = amount is not None and amount == by_target.get("order.total")
        if amount is None and (price is None or quantity is None):
            amount = _by_words(columns, "amount", taken | {quantity}, cells.are_amounts)
            amount = price if amount is None else amount
            amount = _unnamed_amount(guesses, taken, cells) if amount is None else amount
    others = {
        "order": by_target.get("order.id"),
        "status": by_target.get("order.status"),
        "currency": by_target.get("order.currency"),
        "product": by_target.get("line.sku"),
        "product_name": by_target.get("line.name"),
        "category": by_target.get("line.category"),
    }
    used = {customer, date, amount}
    others = {name: place for name, place in others.items() if place not in used}
    others |= _product(columns, cells, chosen.get("product"), used | {quantity, price}, others)
    return Roles(
        customer=customer,
        date=date,
        amount=amount,
        quantity=None if quantity in used else quantity,
        price=None if price in used else price,
        is_order_total=is_total,
        **others,
    )


def _product(
    columns: Sequence[str], cells: _Cells, named: int | None, used: Set[int | None], others: Mapping[str, int | None]
) -> dict[str, int]:
    """The column that names products: the named one, else one whose heading says so, where none was recognised."""
    if named is not None:
        return {"product": named}
    if others.get("product") is not None or others.get("product_name") is not None:
        return {}
    taken = used | set(others.values())
    found = [
        place
        for place, name in enumerate(columns)
        if place not in taken and _WORDS["product"].search(name.lower()) and not _NO_PRODUCT.search(name.lower())
        and not cells.are_dates(place) and not cells.have_decimals(place)
    ]  # fmt: skip
    numbers = [place for place in found if _NUMBER_OF_PRODUCT.search(columns[place].lower())]
    names = [place for place in found if place not in numbers]
    return {role: places[0] for role, places in (("product", numbers), ("product_name", names)) if places}


class _Cells:
    """What the sampled cells of a column are."""

    def __init__(self, columns: Sequence[str], sample: Sequence[Row], fmt: Format) -> None:
        self._sample = {
            index: [row[index] for row in sample[:300] if row[index] not in (None, "")] for index in range(len(columns))
        }
        self._fmt = fmt
        self.width = len(columns)

    def are_dates(self, place: int) -> bool:
        """Whether most cells are dates."""
        return self._share(place, lambda cell: moment(cell, order=self._fmt.date_order, year_now=2100) is not None)

    def are_amounts(self, place: int) -> bool:
        """Whether most cells are amounts."""
        return self._share(place, lambda cell: amount_of(cell, decimal=self._fmt.decimal) is not None)

    def repetition(self, place: int) -> float:
        """How many rows there are for each different cell."""
        cells = self._sample[place]
        return len(cells) / max(len({str(cell) for cell in cells}), 1)

    def have_decimals(self, place: int) -> bool:
        """Whether some cells are broken numbers."""
        return any(re.search(r"\d[.,]\d{1,4}$", str(cell)) for cell in self._sample[place])

    def _share(self, place: int, fits: Callable[[Cell], bool]) -> bool:
        cells = self._sample[place]
        return bool(cells) and sum(1 for cell in cells if fits(cell)) >= MOSTLY * len(cells)


def _named(columns: Sequence[str], name: str, role: str) -> int:
    """The column of that heading, however it is typed, or of that number (from 1)."""
    if name in columns:
        return list(columns).index(name)
    for index, column in enumerate(columns):
        if key(column) and key(column) == key(name):
            return index
    if name.isdigit() and 1 <= int(name) <= len(columns):
        return int(name) - 1
    raise OrderColumnMissing(what=_TOLD[role], columns=", ".join(columns))


def _first(places: Sequence[int | None], taken: set[int]) -> int | None:
    return next((place for place in places if place is not None and place not in taken), None)


def _by_words(
    columns: Sequence[str], role: str, taken: set[int] | set[int | None], fits: Callable[[int], bool]
) -> int | None:
    found = [i for i, name in enumerate(columns) if i not in taken and _WORDS[role].search(name.lower())]
    if role == "amount":
        found = [i for i in found if not _NOT_TOTAL.search(columns[i].lower())] or found
    return next((place for place in found if fits(place)), None)


def _repeating(columns: Sequence[str], cells: _Cells, taken: set[int]) -> int | None:
    """Without headings: the leftmost column whose cells repeat and are neither dates nor broken numbers.

    A heading that tells of something else is believed.
    """
    others = [_WORDS[role] for role in ("date", "amount", "product")]
    fitting = [
        i
        for i in range(cells.width)
        if i not in taken and not cells.are_dates(i) and not cells.have_decimals(i)
        and not any(words.search(columns[i].lower()) for words in (*others, _NO_PRODUCT))
    ]  # fmt: skip
    return next((i for i in fitting if cells.repetition(i) > 1), fitting[0] if fitting else None)


def _unnamed_amount(guesses: Sequence[ColumnGuess], taken: set[int], cells: _Cells) -> int | None:
    """Without headings: the last column of broken numbers, else none."""
    found = [
        g.index for g in guesses if g.index not in taken and cells.are_amounts(g.index) and cells.have_decimals(g.index)
    ]
    return found[-1] if found else None
