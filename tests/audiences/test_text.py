"""Rules as text: back and forth without loss, and errors that point at the word."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from tests.rules.made_rules import rules

from habitue.audiences.rule import EventCount, Group, Rule, Same, Sequence, Step, Trait, Window
from habitue.audiences.text import RuleTextInvalid, RuleTextUnclosed, RuleTextUnreadable, problem_of, read
from habitue.audiences.text_words import completion
from habitue.audiences.text_writing import written
from habitue.kernel.errors import HabitueError


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(rules)
def test_every_rule_comes_back_from_its_text(rule: Rule) -> None:
    assert read(written(rule)) == rule


def test_a_text_says_what_the_tree_says() -> None:
    text = 'country is "DE" and not did "Order Completed" at least 2 times in last 90 days'
    assert read(text) == Group(
        rules=(
            Trait("country", "is", "DE"),
            EventCount("Order Completed", "at_least", 2, Window("last_days", 90), negate=True),
        )
    )


def test_a_sequence_reads_as_it_is_said() -> None:
    text = 'sequence ("A", then within 2 days "B" same (sku = product_id), not within 7 days "C") in last year'
    steps = (
        Step("A"),
        Step("B", within_minutes=2_880, same=(Same("sku", "product_id"),)),
        Step("C", within_minutes=10_080, negate=True),
    )
    assert read(text) == Sequence(steps, Window("last_year"))
    assert written(read(text)) == text, "seven days are told as such, never as a week"
    assert written(read(text.replace("7 days", "1 week"))) == text


def test_equal_signs_are_read_as_is_and_is_not() -> None:
    assert read('country = "DE" and age != 30') == read('country is "DE" and age is not 30')
    assert read('did "A" where (channel = "web")') == read('did "A" where (channel is "web")')
    assert "=" in completion("country ", 8).words


def test_audiences_are_called_by_their_names() -> None:
    rule = read('in audience "Regulars"', audience_ids={"Regulars": "id-1"})
    assert written(rule, audience_names={"id-1": "Regulars"}) == 'in audience "Regulars"'
    assert written(rule) == 'in audience "id-1"'


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ('country is "DE" and\ncity was "Köln"', 2, 6, "was"),
        ('did "Order Completed" at least two times', 1, 32, "two"),
        ('country is "DE" and', 1, 20, "…"),
        ('country is "DE" andd did "Order Completed"', 1, 17, "andd"),
        ('country iss "DE"', 1, 9, "iss"),
        ('did "A" at leastt 2 times', 1, 12, "leastt"),
        ('did "Order Completed" in last 5 parsecs', 1, 33, "parsecs"),
        ("country is § ", 1, 12, "§"),
        ('country = "DE" or age == 3', 1, 24, "="),
    ],
)
def test_an_error_points_at_the_word(text: str, line: int, column: int, word: str) -> None:
    with pytest.raises(RuleTextUnreadable) as caught:
        read(text)
    place = problem_of(caught.value)
    assert place is not None
    assert (place.line, place.column, caught.value.params["word"]) == (line, column, word)
    assert place.expected


def test_a_condition_that_makes_no_sense_is_told_with_its_place() -> None:
    with pytest.raises(RuleTextInvalid) as caught:
        read('country is "DE"\n  and age > "old"')
    place = problem_of(caught.value)
    assert place is not None
    assert (place.line, place.column, place.length) == (2, 14, 3)


@pytest.mark.parametrize("text", ["(" * 5_000, "not " * 3_000 + "everybody", "x is 1" + " and x is 1" * 300, '"' * 99])
def test_no_text_brings_the_reader_down(text: str) -> None:
    with pytest.raises(HabitueError):
        read(text)


@pytest.mark.parametrize(("text", "column", "length"), [('city is "Köln', 9, 5), ("`favourite tea is 3", 1, 19)])
def test_a_text_that_is_not_closed_is_told_from_where_it_begins(text: str, column: int, length: int) -> None:
    with pytest.raises(RuleTextUnclosed) as caught:
        read(text)
    place = problem_of(caught.value)
    assert place is not None
    assert (place.line, place.column, place.length) == (1, column, length)


def test_completion_offers_what_can_come_next() -> None:
    assert "at" in completion('did "Order Completed" a', 23).words
    start = completion("", 0)
    assert start.fields
    assert "did" in start.words
    assert completion('did "Order Completed" in las', 28).words == ("last",)
    assert completion("did ", 4).texts
