"""Postal addresses in the order of their country."""

from __future__ import annotations

from collections.abc import Mapping

NUMBER_FIRST = frozenset({"AU", "CA", "FR", "GB", "IE", "IN", "LU", "MC", "MT", "NZ", "PH", "SG", "US", "ZA"})
REGION_BEFORE_CODE = frozenset({"AU", "CA", "US"})
CODE_LAST = frozenset({"GB", "IE", "IN", "NZ", "SG", "ZA"})


def lines(parts: Mapping[str, str], country: str) -> list[str]:
    """The lines of an address; `parts` are written values by field, `country` is its code or empty.

    12 Royal Street / New Orleans, LA 70116; Hauptstraße 5 / 04109 Leipzig.
    """
    street, number = parts.get("street", ""), parts.get("house_number", "")
    first = (number, street) if country in NUMBER_FIRST else (street, number)
    found = [_joined(*first), parts.get("address_extra", ""), *_city(parts, country), parts.get("country", "")]
    return [line for line in found if line]


def _city(parts: Mapping[str, str], country: str) -> list[str]:
    code, city, region = (parts.get(name, "") for name in ("postal_code", "city", "region"))
    if country in REGION_BEFORE_CODE:
        return [", ".join(text for text in (city, _joined(region, code)) if text)]
    if country in CODE_LAST:
        return [city, region, code]
    return [_joined(code, city), region]


def _joined(*texts: str) -> str:
    return " ".join(text for text in texts if text)
