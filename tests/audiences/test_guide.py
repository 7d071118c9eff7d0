"""The guide to rules as text: each example is a rule, told in every language, in the words of a workspace."""

from __future__ import annotations

from gettext import NullTranslations

import pytest
from babel import Locale

from habitue.audiences import guide
from habitue.audiences.guide import Names, chapters, example
from habitue.audiences.rule import Group, InAudience, Trait
from habitue.audiences.sentence import plain, sentence
from habitue.audiences.text import read
from habitue.web import catalogue

TEXTS = [text for chapter in chapters() for form in chapter.forms for text in form.examples]
OWN = Names(audience='The "good" ones', list_id="0192aa", field="tea of the house", value="Earl Grey")


@pytest.mark.parametrize("language", ["en", "de", "ru"])
def test_every_example_is_a_rule_with_a_sentence(language: str) -> None:
    known = NullTranslations() if language == "en" else catalogue.load(language)
    for text in TEXTS:
        said = plain(sentence(read(text), known.gettext, known.ngettext, locale=Locale(language), currency="EUR"))
        assert said.endswith("."), text
        assert not {"%(", "*", "  "} & {said[n : n + size] for size in (1, 2) for n in range(len(said))}, text


def test_names_and_remarks_are_told_once_and_anchors_are_unique() -> None:
    codes = [chapter.code for chapter in chapters()]
    assert len(set(codes)) == len(codes)
    assert len(set(TEXTS)) == len(TEXTS)


def test_examples_call_what_the_workspace_has() -> None:
    found = example('was in audience "Regulars" and not in audience "Regulars"', OWN)
    assert found.is_usable
    rule = read(found.text, audience_ids={'The "good" ones': "id-1"})
    assert isinstance(rule, Group)
    assert [each.audience_id for each in rule.rules if isinstance(each, InAudience)] == ["id-1", "id-1"]
    assert read(example('`favourite tea` is not "Assam"', OWN).text) == Trait("tea of the house", "is_not", "Earl Grey")


@pytest.mark.parametrize("text", ['in audience "Regulars"', "`favourite tea` is known"])
def test_an_example_of_what_a_workspace_does_not_have_is_shown_but_not_tried(text: str) -> None:
    assert example(text, Names()) == guide.Example(text, is_usable=False)
    assert example('did "Order Completed"', Names()).is_usable
