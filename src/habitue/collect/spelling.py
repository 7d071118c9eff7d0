"""Names of traits as SDKs write them, in the spelling of the dictionary. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_RESERVED: Mapping[str, str] = {
    "created_at": "customer_since",
    "birthday": "birth_date",
    "title": "job_title",
    "employee_count": "employees",
}
_NESTED = frozenset({"address", "company"})


def spelled(traits: Mapping[str, Any]) -> dict[str, Any]:
    """Traits in snake_case and under the names of the dictionary, those of `address` and `company` too.

    Where two spellings of one trait are given, the one in snake_case stands.
    """
    found: dict[str, Any] = {}
    for name, value in traits.items():
        known = trait_name(name)
        if known in _NESTED and isinstance(value, Mapping):
            value = {snake_case(key): part for key, part in value.items()}
        if known == name or known not in found:
            found[known] = value
    return found


@lru_cache(10_000)
def trait_name(name: str) -> str:
    """The dictionary's name of a trait."""
    snake = snake_case(name)
    return _RESERVED.get(snake, snake)


@lru_cache(10_000)
def snake_case(name: str) -> str:
    """`postalCode` as `postal_code`; what is in snake_case already stays."""
    return _HUMP.sub("_", name).replace(" ", "_").replace("-", "_").lower()
