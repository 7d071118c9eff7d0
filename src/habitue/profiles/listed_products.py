"""Orders that tell article numbers alone, completed by what imported lists of products say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy.engine import Connection, Engine

from habitue.collect import products

NUMBERS = ("sku", "product_id")
_MARK = '"products"'
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode
_kept: WeakKeyDictionary[Engine, tuple[int, Listed]] = WeakKeyDictionary()


class Listed:
    """What the lists say of each article number."""

    def __init__(self, by_number: Mapping[str, Mapping[str, str]]) -> None:
        self._by_number = by_number

    def completed(self, properties: str) -> str:
        """The properties of an event (JSON) with what its products do not say themselves; the same text if nothing."""
        if not self._by_number or _MARK not in properties:
            return properties
        told = _decode(properties)
        items = told.get("products")
        if not isinstance(items, list):
            return properties
        found = [self._completed(item) for item in items]
        return properties if found == items else _encode({**told, "products": found}).decode()

    def _completed(self, item: object) -> object:
        if not isinstance(item, dict):
            return item
        number = next((str(item[name]) for name in NUMBERS if item.get(name) not in (None, "")), "")
        known = self._by_number.get(number, {})
        return {**item, **{name: text for name, text in known.items() if item.get(name) in (None, "")}}


def of(conn: Connection) -> Listed:
    """The lists of this register, read again when one came or went."""
    version = products.version(conn)
    kept = _kept.get(conn.engine)
    if kept is None or kept[0] != version:
        rows = products.known(conn) if version else ()
        by_number = {str(row["sku"]): {name: text for name in products.DETAILS if (text := row[name])} for row in rows}
        kept = _kept[conn.engine] = version, Listed(by_number)
    return kept[1]
