"""Makes one order of all the lines that carry its number, wherever they stand in the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from habitue.collect.files.activities import CANCELLED, REFUNDED, words_of_status
from habitue.collect.files.amounts import UNIT, currency_of, currency_word, number_of, text_of
from habitue.collect.files.cells import Bad, Memo, at_clock
from habitue.collect.files.plan import Field, Plan, problem_of, short_hash
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.persons import Person
    from habitue.collect.files.shapes import CellProblem, Row

_TEXTS = ("sku", "name", "category", "brand")
REASONS = {
    "no_customer": _(
        "Nobody is named here: no customer number, no card, no e-mail, no phone and no name. "
        "The purchase is kept aside, because it cannot be counted for anybody."
    ),
    "order_without_date": _("The order has no date."),
    "order_date_unreadable": _("The date of the order cannot be read."),
    "order_without_amount": _("The order has no amount."),
    "amount_unreadable": _("An amount or a quantity of the order cannot be read."),
}


@dataclass(frozen=True, slots=True)
class OrderReader:
    """The compiled fields of orders and their lines."""

    plan: Plan
    order: dict[str, Field]
    texts: tuple[tuple[int, Memo, str], ...]
    quantity: Field | None
    price: Field | None
    line_total: Field | None

    @property
    def has_lines(self) -> bool:
        """Whether the file tells what was bought."""
        return bool(self.texts or self.quantity or self.price)


@dataclass(slots=True)
class Lines:
    """The products of an order and their sum; `bad` says that an amount could not be read."""

    products: list[dict[str, Any]]
    total: int = 0
    sign: str | None = None
    priced: bool = False
    bad: bool = False
    negative: bool = False


def order_reader(plan: Plan) -> OrderReader | None:
    """The reader of a plan's orders; None when the file has none."""
    order = {field.name: field for field in plan.group("order")}
    lines = {field.name: field for field in plan.group("line")}
    if not order:
        return None
    texts = tuple((lines[name].place, lines[name].memo, name) for name in _TEXTS if name in lines)
    return OrderReader(plan, order, texts, lines.get("quantity"), lines.get("price"), lines.get("total"))


def read_lines(reader: OrderReader, rows: Sequence[Row], numbers: Sequence[int], problems: list[CellProblem]) -> Lines:
    """The products of some rows."""
    found = Lines([])
    for row, number in zip(rows, numbers, strict=True):
        product: dict[str, Any] = {}
        for index, memo, name in reader.texts:
            value = memo[row[index]]
            if value is not None:
                product[name] = value
        quantity = _units(reader.quantity, row, number, found, problems)
        price = _units(reader.price, row, number, found, problems)
        total = _units(reader.line_total, row, number, found, problems)
        if quantity is not None:
            product["quantity"] = number_of(abs(quantity))
            found.negative = found.negative or quantity < 0
        elif product or price is not None:
            product["quantity"] = 1
        if price is None and total is not None and quantity:
            price = abs(total) * UNIT // abs(quantity)
        if price is not None:
            product["price"] = text_of(price)
            if total is None:
                total = (UNIT if quantity is None else quantity) * price // UNIT
        if total is not None:
            found.total += total
            found.priced = True
        if product:
            found.products.append(product)
    return found


def _units(field: Field | None, row: Row, number: int, found: Lines, problems: list[CellProblem]) -> int | None:
    if field is None:
        return None
    value = field.memo[row[field.place]]
    if value is None:
        return None
    if type(value) is Bad:
        found.bad = True
        problems.append(problem_of(field.heading, row[field.place], value, number))
        return None
    units, sign = value
    if sign is not None:
        found.sign = sign
    return int(units)


def build_order(
    reader: OrderReader,
    person: Person,
    order_id: str | None,
    rows: Sequence[Row],
    numbers: Sequence[int],
    problems: list[CellProblem],
) -> dict[str, Any] | str:
    """The track message of one order, or the code in `REASONS` why there is none."""
    head = _head(reader, rows, numbers, problems)
    if isinstance(head, str):
        return head
    at = head.pop("at", None)
    at = at and at_clock(at, head.pop("time", None), reader.plan.zone)
    own = _own(reader.plan, rows)
    status = words_of_status(head.pop("status", None))
    told = repr(rows)
    number = order_id or short_hash(f"{person.key}{at}{told}")
    record = f"order:{number}"
    if at is None:
        return "order_without_date"
    if status & CANCELLED:
        return person.track("Order Cancelled", {"order_id": number, **own}, at, record)
    lines = read_lines(reader, rows, numbers, problems)
    total, sign = _total(reader, head, lines, rows, numbers, problems)
    if total is None:
        return "amount_unreadable" if lines.bad or problems else "order_without_amount"
    currency = head.pop("currency", None) or currency_of(sign, default=reader.plan.currency)
    returned = bool(order_id and order_id[0] in "Cc" and order_id[1:2].isdigit() and lines.negative)
    refund = returned or total < 0 or bool(status & REFUNDED)
    properties: dict[str, Any] = {"order_id": number, "total": text_of(abs(total)), "currency": currency}
    if not refund:
        properties |= {
            name: head[name]
            for name in ("shipping", "discount", "coupon", "channel", "store", "invoice")
            if name in head
        }
        for name in ("channel", "store"):
            if name in reader.plan.constants:
                properties.setdefault(name, reader.plan.constants[name])
    if "payment_method" in head:
        properties["payment_method"] = head["payment_method"]
    properties |= own
    if lines.products and reader.has_lines:
        properties["products"] = lines.products
    return person.track("Order Refunded" if refund else "Order Completed", properties, at, record)


def _own(plan: Plan, rows: Sequence[Row]) -> dict[str, str]:
    """The properties of an order that only this file knows; what differs between its lines is listed."""
    found: dict[str, str] = {}
    for field in plan.group("event"):
        told = dict.fromkeys(value for row in rows if (value := field.memo[row[field.place]]) is not None)
        if told:
            found[field.name] = "; ".join(told)
    return found


def _head(
    reader: OrderReader, rows: Sequence[Row], numbers: Sequence[int], problems: list[CellProblem]
) -> dict[str, Any] | str:
    """The first value of every field of the order, its total excepted."""
    found: dict[str, Any] = {}
    for name, field in reader.order.items():
        if name in ("id", "total"):
            continue
        for row, number in zip(rows, numbers, strict=True):
            value = field.memo[row[field.place]]
            if value is None:
                continue
            if type(value) is Bad:
                problems.append(problem_of(field.heading, row[field.place], value, number))
                if name == "at":
                    return "order_date_unreadable"
                continue
            found[name] = value
            break
    for name in ("shipping", "discount"):
        if name in found:
            found[name] = text_of(abs(found[name][0]))
    if "currency" in found:
        found["currency"] = currency_word(found["currency"])
    return found


def _total(
    reader: OrderReader,
    head: dict[str, Any],
    lines: Lines,
    rows: Sequence[Row],
    numbers: Sequence[int],
    problems: list[CellProblem],
) -> tuple[int | None, str | None]:
    """The explicit total, or the sum of the lines less the discount plus the shipping."""
    field = reader.order.get("total")
    if field is not None:
        stated = Lines([])
        totals = [_units(field, row, number, stated, problems) for row, number in zip(rows, numbers, strict=True)]
        known = [total for total in totals if total is not None]
        if known and not stated.bad:
            one = len(set(known)) == 1
            return (known[0] if one else sum(known)), stated.sign or lines.sign
        if stated.bad and not lines.priced:
            return None, None
    if not lines.priced or lines.bad:
        return None, None
    shipping, discount = (_from_text(head.get(name)) for name in ("shipping", "discount"))
    return lines.total - discount + shipping, lines.sign


def _from_text(text: str | None) -> int:
    if text is None:
        return 0
    whole, _dot, rest = text.partition(".")
    return int(whole) * UNIT + int((rest + "0000")[:4])
