"""Addresses in the order of their country."""

from __future__ import annotations

import pytest

from habitue.web.profile_parts.postal import lines


@pytest.mark.parametrize(
    ("country", "city", "region", "code", "written"),
    [
        ("US", "New Orleans", "LA", "70116", ["5 Royal", "New Orleans, LA 70116", "X"]),
        ("GB", "Bath", "", "BA1 1AA", ["5 Royal", "Bath", "BA1 1AA", "X"]),
        ("FR", "Lyon", "", "69001", ["5 Royal", "69001 Lyon", "X"]),
        ("DE", "Leipzig", "", "04109", ["Royal 5", "04109 Leipzig", "X"]),
        ("", "Leipzig", "", "", ["Royal 5", "Leipzig", "X"]),
    ],
)
def test_number_code_and_city_stand_where_the_post_looks_for_them(
    country: str, city: str, region: str, code: str, written: list[str]
) -> None:
    parts = {
        "street": "Royal",
        "house_number": "5",
        "city": city,
        "region": region,
        "postal_code": code,
        "country": "X",
    }
    assert lines({name: text for name, text in parts.items() if text}, country) == written
