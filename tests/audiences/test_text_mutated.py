"""Texts that were mistyped: each is read or refused with the place, never anything else."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

import pytest

from habitue.audiences.check import SampleInvalid, ValueUnreadable
from habitue.audiences.guide import chapters
from habitue.audiences.rule import RuleTooLarge
from habitue.audiences.text import (
    AudienceMistaken,
    AudienceUnheard,
    RuleTextInvalid,
    RuleTextUnclosed,
    RuleTextUnfinished,
    RuleTextUnreadable,
    problem_of,
    read,
)

READS = 4_000
_TOKEN = re.compile(r"\d+|\w+|\s+|.", re.DOTALL)
_ODD = [
    "0000-01-01",
    "2026-13-01",
    "9" * 25,
    "-1",
    "0",
    "1.5",
    "٣",
    "²",
    '"',
    "`",
    "\\",
    "(",
    ")",
    "%",
    "\0",
    "é",
    "-",
    ".",
]


def _mutated(text: str, dice: random.Random) -> str:
    for _ in range(dice.randint(1, 3)):
        tokens = _TOKEN.findall(text) or [text]
        at = dice.randrange(len(tokens))
        change = dice.randrange(6)
        if change == 0:
            del tokens[at]
        elif change == 1:
            tokens.insert(at, dice.choice(tokens))
        elif change == 2:
            tokens[at] = dice.choice(_ODD)
        elif change == 3:
            tokens[at] = "".join(str(dice.randrange(10)) if each.isdigit() else each for each in tokens[at])
        elif change == 4:
            tokens = tokens[:at]
        else:
            tokens.insert(at, dice.choice(_ODD))
        text = "".join(tokens)
    return text


def _outcome(text: str) -> str:
    """What came of a text; an error without its place, and every other one, comes through."""
    try:
        read(text)
    except RuleTooLarge as problem:
        return problem.code
    except (RuleTextUnreadable, RuleTextUnclosed, RuleTextInvalid) as problem:
        if problem_of(problem) is None:
            raise
        return problem.code
    return "read"


def test_every_mistyped_text_is_read_or_refused_with_its_place(record_property: Callable[[str, object], None]) -> None:
    texts = [text for chapter in chapters() for form in chapter.forms for text in form.examples]
    texts += ['did "A" from 2026-01-31 to 2026-02-28', 'did "A" until 2026-12-31', "birth_date after 2026-02-28"]
    dice = random.Random(20_240_501)
    found = Counter(_outcome(_mutated(dice.choice(texts), dice)) for _ in range(READS))
    record_property("outcomes", dict(found))
    every = ("read", "rule_text_unreadable", "rule_text_unfinished", "rule_text_unclosed", "rule_text_invalid")
    assert min(found[code] for code in every) > 50, found


@pytest.mark.parametrize(
    ("text", "word", "column"),
    [
        ('did "Order Completed" from 2026-13-01', "2026-13-01", 28),
        ('did "Order Completed" from 0000-01-01', "0000-01-01", 28),
        ('did "Order Completed" from 2026-01-01 to 2026-02-30', "2026-02-30", 42),
        ('did "Order Completed" until 2026-02-29', "2026-02-29", 29),
        ("birth_date after 2026-02-30", "2026-02-30", 18),
        ('did "Order Completed" at least 1.5 times', "1.5", 32),
        ('did "Order Completed" in last 2.5 days', "2.5", 31),
        ('money of "Order Completed" > 00000000000000000005', "00000000000000000005", 30),
    ],
)
def test_a_day_or_number_that_is_none_is_told_where_it_stands(text: str, word: str, column: int) -> None:
    with pytest.raises(RuleTextInvalid) as caught:
        read(text)
    place = problem_of(caught.value)
    assert place is not None
    assert (place.line, place.column, place.length) == (1, column, len(word))
    assert isinstance(caught.value.params["problem"], ValueUnreadable)
    assert f"“{word}” is not a value that fits here." in str(caught.value)


def test_a_text_that_goes_on_is_told_to_end_too_early() -> None:
    with pytest.raises(RuleTextUnfinished) as caught:
        read('did "Order Completed" at least')
    assert str(caught.value) == "Line 1, column 31: the text ends here. Expected: a number."


def test_a_part_that_is_upside_down_is_told_in_per_cent() -> None:
    with pytest.raises(RuleTextInvalid) as caught:
        read('sample "test" 90 % to 12.5 %')
    assert isinstance(caught.value.params["problem"], SampleInvalid)
    assert "There is no part from 90 % to 12.5 %." in str(caught.value)


def test_an_audience_that_does_not_exist_is_told_where_the_existing_ones_are_known() -> None:
    ids = {"Regulars": "id-1"}
    assert read('in audience "regulars"', audience_ids=ids) == read('in audience "id-1"', audience_ids=ids)
    for text, kind in (("Nope", AudienceUnheard), ("Reglars", AudienceMistaken)):
        with pytest.raises(RuleTextInvalid) as caught:
            read(f'country is "DE" and\nnot in audience "{text}"', audience_ids=ids)
        assert type(caught.value.params["problem"]) is kind
        place = problem_of(caught.value)
        assert place is not None
        assert (place.line, place.column, place.length) == (2, 18, len(text))
