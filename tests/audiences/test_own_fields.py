"""Own fields: offered with their kind, compared as what they are, and still compared when that changes."""

from __future__ import annotations

import pyarrow as pa
import pytest

from habitue.audiences.check import OperatorUnfit, check_rule, fitting_kind
from habitue.audiences.fields import OWN_FIELDS, own_fields, suggestions
from habitue.audiences.membership import count, members
from habitue.audiences.rule import Rule, Trait
from habitue.insights.catalogue import FieldKind
from habitue.kernel.context import Context
from habitue.profiles.own_fields import FIELDS


def _who(ws: Context, rule: Rule) -> set[str]:
    found = {row.profile_id for row in members(ws, rule)}
    assert count(ws, rule).people == len(found)
    return found


def test_own_fields_are_offered_with_kind_and_readable_name_those_of_most_people_first(ws: Context) -> None:
    found = [(field.name, field.kind, field.label, field.group) for field in own_fields(ws)]
    assert found == [("hobby", "text", "Hobby", OWN_FIELDS), ("mnt_wines", "number", "Mnt wines", OWN_FIELDS)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Trait("mnt_wines", "more_than", "9.5"), {"boris", "carl"}),
        (Trait("mnt_wines", "between", ("9", "10.5")), {"anna", "boris"}),
        (Trait("mnt_wines", "is", "9.0"), {"anna"}),
        (Trait("mnt_wines", "is_not", "9"), {"boris", "carl", "dora", "emil"}),
        (Trait("mnt_wines", "is_unknown"), {"dora", "emil"}),
        (Trait("mnt_wines", "starts_with", "10"), {"boris", "carl"}),
        (Trait("hobby", "is", "Tea"), {"anna", "boris", "carl", "dora", "emil"}),
        (Trait("hobby", "more_than", "3"), set()),
    ],
)
def test_numbers_of_an_own_field_are_compared_as_numbers(ws: Context, rule: Rule, expected: set[str]) -> None:
    assert _who(ws, rule) == expected


def test_a_saved_rule_still_counts_when_one_value_of_the_field_is_no_number_any_more(ws: Context) -> None:
    texts = pa.Table.from_pylist([{"name": "mnt_wines", "people": 3, "kind": "text"}], schema=FIELDS)
    ws.lake.write("fields", texts, seq=100)
    assert _who(ws, Trait("mnt_wines", "more_than", "9.5")) == {"boris", "carl"}


def test_values_of_own_text_fields_are_suggested(ws: Context) -> None:
    assert [(each.value, each.people) for each in suggestions(ws, "hobby", "te")] == [("tea", 6)]


@pytest.mark.parametrize(
    ("known", "op", "value", "kind"),
    [
        ("number", "is", "5", "number"), ("number", "is", "none", "text"), ("text", "is", "5", "text"),
        ("text", "at_least", "5", "number"), ("text", "before", "2024-01-31", "date"),
        ("number", "in_last_days", "30", "date"), ("boolean", "is", "true", "boolean"),
        ("date", "is_known", "", "date"),
    ],
)  # fmt: skip
def test_an_own_field_is_compared_in_its_kind_or_in_one_that_fits(
    known: FieldKind, op: str, value: str, kind: FieldKind
) -> None:
    assert fitting_kind(known, op, value) == kind


def test_an_operator_of_no_kind_is_refused_for_an_own_field() -> None:
    with pytest.raises(OperatorUnfit):
        check_rule(Trait("mnt_wines", "resembles", "3"))  # type: ignore[arg-type]  # what nobody could type
