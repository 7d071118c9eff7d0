"""Which own fields there are, how many people have each, and what their values are."""

from __future__ import annotations

import pytest

from habitue.profiles.own_fields import fields_table, value_kind


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("635", "integer"), ("-3", "integer"), (7, "integer"), ("0", "integer"), ("10.5", "decimal"),
        (0.25, "decimal"), (True, "flag"), ("false", "flag"), ("2014-06-15", "date"), ("2014-02-30", "text"),
        ("04109", "text"), ("12,50", "text"), ("123456789012345", "text"), ("tea", "text"), ("1e5", "text"),
        ("٣", "text"),
    ],
)  # fmt: skip
def test_a_value_is_a_number_a_day_a_yes_or_text(value: object, kind: str) -> None:
    assert value_kind(value) == kind


def test_a_field_is_what_all_its_values_are_and_fields_of_the_dictionary_are_none() -> None:
    people = [
        {"name": "Anna", "mnt_wines": "635", "share": "1", "code": "7", "since": "2014-06-15", "is_vip": True},
        {"name": "Boris", "mnt_wines": 11, "share": "0.5", "code": "A7", "is_vip": "false", "empty": ""},
        {"city": "Leipzig", "code": "8"},
    ]
    rows = [tuple(row.values()) for row in fields_table(people).to_pylist()]
    assert rows == [
        ("code", 3, "text"),
        ("is_vip", 2, "flag"),
        ("mnt_wines", 2, "integer"),
        ("share", 2, "decimal"),
        ("since", 1, "date"),
    ]


def test_without_people_there_are_no_fields() -> None:
    assert fields_table([]).num_rows == 0
