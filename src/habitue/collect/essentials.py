"""What the register keeps in columns of its own; everything else of the properties is passed over unread. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from habitue.collect.bounds import bounded

_LARGEST_WHOLE = 10**14  # of an amount in whole units: DECIMAL(18,4) in the replica


class _Told(msgspec.Struct, frozen=True):
    total: Any = None
    amount: Any = None
    revenue: Any = None
    value: Any = None
    currency: Any = None
    order_id: Any = None
    email: Any = None
    phone: Any = None


class Essentials(NamedTuple):
    """Money in 10⁻⁴ units with its currency, the order, and contacts that properties name."""

    amount: int | None
    currency: str | None
    order_id: str | None
    email: str | None
    phone: str | None


_decode = msgspec.json.Decoder(_Told).decode
_NOTHING = Essentials(None, None, None, None, None)
_NOTHING_TOLD = _Told()


def essentials(properties: bytes) -> Essentials:
    """The essentials of properties, which are a JSON object."""
    told = _decode(properties)
    if told == _NOTHING_TOLD:
        return _NOTHING
    given = told.total
    if given is None:
        given = told.amount if told.amount is not None else told.revenue
    if given is None:
        given = told.value
    currency, order_id, email, phone = told.currency, told.order_id, told.email, told.phone
    return Essentials(
        None if given is None else units(given),
        _text(currency) if currency else None,
        None if order_id is None else bounded(str(order_id)),
        _text(email) if email else None,
        _text(phone) if phone else None,
    )


def units(value: object) -> int | None:
    """Money as integer 10⁻⁴ units from a decimal string, int or float; None when it is no amount that fits."""
    if isinstance(value, bool) or value is None:
        return None
    text = value if isinstance(value, str) else repr(value)
    whole, point, rest = text.strip().partition(".")
    digits = whole.lstrip("+-")
    if not digits.isdecimal() or not digits.isascii() or (point and not (rest.isdecimal() and rest.isascii())):
        return None
    if len(digits) > 40 or int(digits) >= _LARGEST_WHOLE:
        return None
    magnitude = int(digits) * 10_000 + int((rest + "0000")[:4])
    if len(rest) > 4 and rest[4] >= "5":
        magnitude += 1
    return -magnitude if whole.startswith("-") else magnitude


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
