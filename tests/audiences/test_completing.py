"""What fits at a place of a text, whatever stands before and behind it."""

from __future__ import annotations

import pytest

from habitue.audiences.completing import wanted

EVENT = "Order Completed"
PLACES = [
    ("", "field", "", ""),
    ("cou", "field", "", ""),
    ("`favourite te", "field", "", ""),
    ('country is "DE" and ', "field", "", ""),
    ("not ", "field", "", ""),
    ("any of company (", "field", "", ""),
    ('country is "DE" ', "", "", ""),
    ('did "A" ', "", "", ""),
    ("country is ", "value", "country", ""),
    ('country is "D', "value", "country", ""),
    ('city is not "', "value", "city", ""),
    ('city starts with "', "value", "city", ""),
    ('country in ("DE", "', "value", "country", ""),
    ('near country "DE" city ("Le', "value", "city", ""),
    ('near postcode "', "value", "postal_code", ""),
    ("did ", "event", "", ""),
    ('not did "Ord', "event", "", ""),
    ('did "A" since last "', "event", "", ""),
    ('money of "', "event", "", ""),
    ('sequence ("', "event", "", ""),
    ('sequence ("A", then within 2 days "', "event", "", ""),
    ('sequence ("A", not ', "event", "", ""),
    (f'did "{EVENT}" where (', "property", "", EVENT),
    (f'did "{EVENT}" where (products.', "property", "products.", EVENT),
    (f'did "{EVENT}" where (products.category is "', "property_value", "products.category", EVENT),
    (f'did "{EVENT}" where (channel in ("a", ', "property_value", "channel", EVENT),
    (f'most_frequent(products.category) of "{EVENT}" is "', "property_value", "products.category", EVENT),
    ('sequence ("A", then "B" same (', "property", "", "B"),
    ("sum(products.", "property", "products.", ""),
    ("insight ", "insight", "", ""),
    ("insight rfm.", "insight", "rfm", ""),
    ('insight rfm.rfm_group is "', "insight_value", "rfm.rfm_group", ""),
    ("consent ", "purpose", "", ""),
    ("consent newsletter by ", "channel", "", ""),
    ("may use n", "purpose", "", ""),
    ('entered audience "R', "audience", "", ""),
    ('sample "', "", "", ""),
]


@pytest.mark.parametrize(("text", "kind", "of", "event"), PLACES)
def test_what_fits_at_the_end_of_a_text(text: str, kind: str, of: str, event: str) -> None:
    found = wanted(text, len(text))
    assert (found.kind, found.of, found.event) == (kind, of, event)


@pytest.mark.parametrize(("text", "kind", "of", "event"), PLACES)
def test_what_stands_behind_the_cursor_changes_nothing(text: str, kind: str, of: str, event: str) -> None:
    found = wanted(f'{text} and city is "Köln"', len(text))
    assert (found.kind, found.of, found.event) == (kind, of, event)


def test_what_was_typed_is_told_with_its_beginning() -> None:
    found = wanted('country is "D', 13)
    assert (found.typed, found.start, found.is_text) == ("D", 11, True)
    assert wanted('did "say \\"hi', 13).typed == 'say "hi'
