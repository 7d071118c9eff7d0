"""A rule as one sentence: natural in English, with the word order and plurals of German and Russian."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from gettext import translation
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.rules.made_rules import rules

import habitue
from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    Group,
    InAudience,
    InsightIs,
    PropertyTest,
    Related,
    Rule,
    Sample,
    Trait,
    Window,
)
from habitue.audiences.sentence import plain, sentence

ORDER = "Order Completed"
LOCALES = Path(habitue.__file__).parent / "locale"
TWICE_NOT_LATELY = Group(
    rules=(
        Trait("country", "is", "DE"),
        EventCount(ORDER, "at_least", 2, Window("last_year")),
        EventCount(ORDER, "exactly", 0, Window("last_days", 90)),
    )
)
UNTIL_MARCH = Window("between", until=date(2025, 3, 31))
TEA_OR_GERMAN = Group("any", (Trait("hobby", "contains", "tea"), Trait("language", "is", "de")))
GERMAN: Mapping[str, str] = {
    "People %(nouns)s who %(clauses)s.": "Personen %(nouns)s, die %(clauses)s.",
    "in *Germany*": "in *Deutschland*",
    "ordered %(times)s %(window)s": "%(window)s %(times)s bestellt haben",
    "have *not* ordered %(window)s": "%(window)s *nicht* bestellt haben",
    "*at least twice*": "*mindestens zweimal*",
    "in the *last year*": "im *letzten Jahr*",
    "in the *last %(count)s days*": "in den *letzten %(count)s Tagen*",
    "%(first)s and %(last)s": "%(first)s und %(last)s",
}
RUSSIAN: Mapping[str, str] = {
    "People who %(clauses)s.": "Люди, которые %(clauses)s.",
    "ordered %(times)s %(window)s": "заказывали %(times)s %(window)s",
    "since *%(first)s*": "с *%(first)s*",
}


def _english(rule: Rule, **names: str) -> str:
    return plain(
        sentence(rule, str, lambda one, many, n: one if n == 1 else many, locale="en_GB", audience_names=names)
    )


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Group(), "Everybody."),
        (Group("any"), "Nobody."),
        (Sample("spring", 0, 3550), "People who are in the fixed sample of 35.5% “spring”."),
        (
            TWICE_NOT_LATELY,
            "People in Germany who ordered at least twice in the last year and have not ordered in the last 90 days.",
        ),
        (
            Group(rules=(Trait("country", "one_of", ("DE", "AT", "JP")), Trait("age", "between", ("20", "35")))),
            "People in Germany, in Austria or in the country Japan aged 20 to 35.",
        ),
        (
            Group("any", (Trait("city", "is", "Leipzig"), Trait("email", "is_unknown"))),
            "People who live in Leipzig or have no e-mail address.",
        ),
        (
            EventSum(ORDER, "more_than", Decimal("1234.50"), currency="EUR", window=UNTIL_MARCH),
            "People who spent more than €1,234.50 until 31 March 2025.",
        ),
        (
            EventCount("Payment Made", "exactly", 1, Window("last_months", 1)),
            "People who paid exactly once in the last month.",
        ),
        (
            EventCount(ORDER, "at_least", 4, negate=True, where=(PropertyTest("products.category", "is", "bread"),)),
            "People who ordered at most 3 times (Category: “bread”).",
        ),
        (
            Group(rules=(InsightIs("rfm", "is_overdue", "is", "true"), Consent("newsletter", "email"))),
            "People who are overdue against their own rhythm (three purchases or more) and agreed to "
            "“Newsletter by e-mail”.",
        ),
        (
            Group(negate=True, rules=(Trait("city", "is", "Leipzig"), InAudience("x1"))),
            "People who do not live in Leipzig or do not belong to the audience “Friends”.",
        ),
        (
            Group(rules=(Trait("email", "is_known"), TEA_OR_GERMAN)),
            "People who have an e-mail address and (have something with “tea” in the field “Hobby” or speak German).",
        ),
    ],
)  # fmt: skip
def test_a_rule_reads_as_a_sentence(rule: Rule, text: str) -> None:
    assert _english(rule, x1="Friends") == text


DAYS = [
    (Trait("birth_date", "anniversary_in_next_days", "14"), "have their birthday in the next 14 days"),
    (Trait("birth_date", "between", ("1980-01-01", "1980-12-31")), "were born from 1 January 1980 to 31 December 1980"),
    (Trait("last_seen_at", "in_last_days", "30"), "were seen in the last 30 days"),
    (Trait("last_seen_at", "not_in_last_days", "90"), "were not seen in the last 90 days"),
    (Trait("first_seen_at", "before", "2024-05-01"), "were first seen before 1 May 2024"),
    (
        Trait("customer_since", "between", ("2020-01-01", "2020-12-31")),
        "have a day from 1 January 2020 to 31 December 2020 in the field “Customer since”",
    ),
]


@pytest.mark.parametrize(("rule", "text"), DAYS)
def test_days_of_birth_and_activity_have_words_of_their_own(rule: Rule, text: str) -> None:
    assert _english(rule) == f"People who {text}."


def test_what_was_chosen_is_strong() -> None:
    parts = sentence(TWICE_NOT_LATELY, str, lambda one, many, n: many)
    assert [part.text for part in parts if part.strong] == [
        "Germany",
        "at least twice",
        "last year",
        "not",
        "last 90 days",
    ]


def test_german_puts_the_verb_last() -> None:
    def translate(message: str) -> str:
        return GERMAN.get(message, message)

    parts = sentence(TWICE_NOT_LATELY, translate, lambda one, many, n: GERMAN[many], locale="de")
    assert plain(parts) == (
        "Personen in Deutschland, die im letzten Jahr mindestens zweimal bestellt haben"
        " und in den letzten 90 Tagen nicht bestellt haben."
    )


@pytest.mark.parametrize(("count", "form"), [(3, "не менее 3 раз"), (21, "не менее 21 раза"), (25, "не менее 25 раз")])
def test_russian_has_its_plurals_and_one_full_stop(count: int, form: str) -> None:
    def plural(_one: str, _many: str, n: int) -> str:
        return "*не менее %(count)s раза*" if n % 10 == 1 and n % 100 != 11 else "*не менее %(count)s раз*"

    rule = EventCount(ORDER, "at_least", count, Window("between", since=date(2025, 1, 1)))
    parts = sentence(rule, lambda message: RUSSIAN.get(message, message), plural, locale="ru")
    text = plain(parts).replace("\u202f", " ")  # the narrow space that Russian writes between a year and its “г.”
    assert text == f"Люди, которые заказывали {form} с 1 января 2025 г."


def test_the_text_of_a_value_cannot_change_the_sentence() -> None:
    odd = "*%(clauses)s* %s %"
    assert _english(Trait("hobby", "is", odd)) == f"People who have “{odd}” in the field “Hobby”."


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(rules)
def test_every_rule_has_a_sentence(rule: Rule) -> None:
    text = _english(rule)
    assert text.endswith(".")
    assert not {"%(", "*", "  ", " .", " ,"} & {text[n : n + size] for size in (1, 2) for n in range(len(text))}


def test_a_number_of_an_insight_or_an_own_field_is_said_right_after_people() -> None:
    often = InsightIs("rfm", "frequency", "is", "1")
    assert _english(often) == "People whose “Number of days with a purchase” is 1."
    two = Group(rules=(often, Trait("mnt_wines", "is_not", "3")))
    assert _english(two) == "People whose “Number of days with a purchase” is 1 and whose “Mnt wines” is not 3."
    contract = Trait("contract_number", "one_of", ("10001", "10002"))
    assert _english(contract) == "People whose “Contract number” is 10001 or 10002."
    assert _english(Trait("is_member", "is", "true")) == "People who have yes in the field “Is member”."
    wines = Group(rules=(Trait("mnt_wines", "at_least", "1234.5"), Consent("newsletter", "email")))
    assert _english(wines) == "People whose “Mnt wines” is at least 1,234.5 who agreed to “Newsletter by e-mail”."
    assert _english(Trait("mnt_wines", "is_not", "3")) == "People whose “Mnt wines” is not 3."
    assert _english(Trait("shelf", "is", "04109")) == "People who have “04109” in the field “Shelf”."


def test_the_whose_of_a_german_sentence_begins_with_a_comma() -> None:
    german = {
        "People %(nouns)s.": "Personen %(nouns)s.",
        "whose “%(field)s” is %(what)s": ", bei denen „%(field)s“ %(what)s ist",
        "Number of days with a purchase": "Anzahl der Tage mit Kauf",
        "*at least %(value)s*": "*mindestens %(value)s*",
    }
    rule = InsightIs("rfm", "frequency", "at_least", "5")
    parts = sentence(rule, lambda message: german.get(message, message), lambda one, many, n: many, locale="de")
    assert plain(parts) == "Personen, bei denen „Anzahl der Tage mit Kauf“ mindestens 5 ist."


def test_an_amount_without_a_currency_is_said_in_the_currency_of_the_reader() -> None:
    rule = EventSum("Order Completed", "at_least", Decimal(500))
    parts = sentence(rule, str, lambda one, many, n: many, locale="en_GB", currency="EUR")
    assert "at least €500" in plain(parts)


def _by(language: str, rule: Rule) -> str:
    """The sentence in a language as readers of the product get it."""
    words = translation("habitue", LOCALES, [language], fallback=language == "en")
    return plain(sentence(rule, words.gettext, words.ngettext, locale=language))


@pytest.mark.parametrize(
    ("language", "match", "told"),
    [
        ("en", "any", "People who have not paid and are of a household with somebody who fulfils this: ordered at least"
                      " once."),
        ("de", "any", "Personen, die nicht gezahlt haben und in einem Haushalt leben, in dem mindestens eine Person zu"
                      " denen gehört, die mindestens einmal bestellt haben."),
        ("de", "all", "Personen, die nicht gezahlt haben und in einem Haushalt leben, in dem alle zu denen gehören, die"
                      " mindestens einmal bestellt haben."),
        ("de", "none", "Personen, die nicht gezahlt haben und in einem Haushalt leben, in dem niemand zu denen gehört,"
                       " die mindestens einmal bestellt haben."),
        ("ru", "any", "Люди, которые не платили и живут в семье, где есть люди, которые заказывали не менее одного"
                      " раза."),
        ("ru", "all", "Люди, которые не платили и живут в семье, где все заказывали не менее одного раза."),
        ("ru", "none", "Люди, которые не платили и живут в семье, где нет людей, которые заказывали не менее одного"
                       " раза."),
    ],
)  # fmt: skip
def test_what_is_asked_of_the_people_around_stands_last_and_its_clause_is_closed(
    language: str, match: Any, told: str
) -> None:
    rule = Group(rules=(Related("household", match, EventCount(ORDER)), EventCount("Payment Made", negate=True)))
    assert _by(language, rule) == told


def test_a_clause_about_the_people_around_is_closed_by_a_comma_where_the_sentence_goes_on() -> None:
    two = Group(rules=tuple(Related(by, "none", EventCount(ORDER)) for by in ("household", "company")))
    german = _by("de", two)
    assert "mindestens einmal bestellt haben, und zu einer Firma gehören" in german
    assert german.endswith("mindestens einmal bestellt haben.")
    either = _by("ru", Group("any", (Group("all", (two, Trait("city", "is", "Berlin"))), Trait("email", "is_known"))))
    assert ",)" not in either
    assert ",." not in either


@pytest.mark.parametrize("language", ["en", "de", "ru"])
@pytest.mark.parametrize("by", ["company", "household", "referral"])
def test_who_has_anybody_around_is_told_without_a_condition(language: str, by: Any) -> None:
    told = _by(language, Related(by, "any", Group()))
    assert ":" not in told
    assert told == _by(language, Related(by, "all", Group()))
