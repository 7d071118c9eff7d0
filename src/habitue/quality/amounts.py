"""Whether amounts and numbers of events can be read, inside `products[]` too. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from habitue.collect.essentials import units

PRODUCTS = "products"
BELOW_ZERO = "below_zero"
MOST_ITEMS = 20
"""How many broken values of one list are told."""
_AMOUNT = re.compile(r"[+-]?[0-9]{1,14}(\.[0-9]+)?")
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,18})?")


class _Item(msgspec.Struct, frozen=True):
    price: Any = None
    quantity: Any = None


_items = msgspec.json.Decoder(list[_Item]).decode
_anything = msgspec.json.Decoder(list[Any]).decode


def amount_problem(value: object) -> str | None:
    """The code of what is wrong with an amount of money; None for one that can be read."""
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return None
    if isinstance(value, float) and 1e-4 <= abs(value) < 1e14:
        return None
    return "amount_unreadable" if units(value) is None else None


def number_problem(value: object) -> str | None:
    """The code of what is wrong with a number; None for one that can be read."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return None
    return None if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) else "number_unreadable"


def item_problems(products: bytes) -> Iterator[tuple[str, str, str]]:
    """Prices and quantities of a list of products that make no sense: (`products.0.price`, value, code).

    Items that are no objects are not looked at; nothing is changed.
    """
    found = 0
    for number, item in enumerate(_read(products)):
        price, quantity = item.price, item.quantity
        if (price is None or (price.__class__ is float and price >= 1e-4 and price < 1e14)) and (
            quantity is None or (quantity.__class__ is int and quantity >= 0)
        ):
            continue
        for name, value, check in (("price", price, amount_problem), ("quantity", quantity, number_problem)):
            if value is None or value == "":
                continue
            code = check(value) or (BELOW_ZERO if str(value).strip().startswith("-") and _is_below(value) else None)
            if code is not None and found < MOST_ITEMS:
                found += 1
                yield f"{PRODUCTS}.{number}.{name}", str(value), code


def _read(products: bytes) -> Sequence[_Item]:
    try:
        return _items(products)
    except msgspec.ValidationError:
        told = _anything(products)
        nothing = _Item()
        return [_Item(each.get("price"), each.get("quantity")) if isinstance(each, dict) else nothing for each in told]


def _is_below(value: object) -> bool:
    return float(str(value)) < 0
