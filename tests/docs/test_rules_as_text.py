"""Every rule that the documentation shows can be read, and every kind of condition is shown."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from habitue.audiences.grammar import parser, words
from habitue.audiences.rule import Rule, walk
from habitue.audiences.text import read
from habitue.audiences.text_writing import written

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"
LINES = [
    line for block in re.findall(r"```rule\n(.*?)```", PAGE.read_text("utf-8"), re.S) for line in block.splitlines()
]


@pytest.mark.parametrize("line", LINES)
def test_a_shown_rule_can_be_read(line: str) -> None:
    assert read(written(read(line))) == read(line)


def test_every_kind_of_condition_is_shown() -> None:
    shown = {type(node) for line in LINES for _path, node in walk(read(line))}
    assert shown == set(get_args(Rule))


def test_every_form_of_the_grammar_is_shown() -> None:
    forms = {str(rule.alias or rule.origin.name) for rule in parser().rules}
    inlined = {"start", "rule", "item", "negatable"}
    trees = [tree for line in LINES for tree in parser().parse(line).iter_subtrees()]
    assert {form for form in forms - inlined if not form.startswith("_")} == {str(tree.data) for tree in trees}


def test_every_word_of_the_language_is_shown() -> None:
    page = {word for line in LINES for word in re.findall(r"[a-z_]+", re.sub(r'"[^"]*"', "", line))}
    singular_or_plural = {word for word in words() if {f"{word}s", word.removesuffix("s")} & page}
    assert words() - page - singular_or_plural == set()
