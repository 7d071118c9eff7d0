"""Whatever stands in a cell, a normaliser answers, and reading its answer again changes nothing."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from habitue.quality.dictionary import FIELDS
from habitue.quality.gate import check
from habitue.quality.normalise.address import normalise_city, normalise_house_number, normalise_street
from habitue.quality.normalise.choice import normalise_gender, normalise_marital_status
from habitue.quality.normalise.company import normalise_company
from habitue.quality.normalise.country import normalise_country
from habitue.quality.normalise.dates import normalise_birth_date, normalise_date
from habitue.quality.normalise.email import is_blocked_email, normalise_email
from habitue.quality.normalise.flag import normalise_flag
from habitue.quality.normalise.language import normalise_language
from habitue.quality.normalise.money import normalise_integer, normalise_money
from habitue.quality.normalise.names import first_name_key, first_names_conflict, normalise_name, normalise_salutation
from habitue.quality.normalise.phone import is_blocked_phone, normalise_phone
from habitue.quality.normalise.postal_code import normalise_postal_code
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import normalise_text
from habitue.quality.normalise.url import normalise_url
from habitue.quality.normalise.vat import normalise_vat

NORMALISERS: dict[str, Callable[..., Normalised | Problem]] = {
    "text": normalise_text,
    "email": normalise_email,
    "phone": normalise_phone,
    "name": normalise_name,
    "first name": partial(normalise_name, part="first"),
    "last name": partial(normalise_name, part="last"),
    "salutation": normalise_salutation,
    "street": normalise_street,
    "house number": normalise_house_number,
    "city": normalise_city,
    "postal code": normalise_postal_code,
    "country": normalise_country,
    "language": normalise_language,
    "date": normalise_date,
    "birth date": normalise_birth_date,
    "money": normalise_money,
    "integer": normalise_integer,
    "company": normalise_company,
    "vat id": normalise_vat,
    "url": normalise_url,
    "flag": normalise_flag,
    "gender": normalise_gender,
    "marital status": normalise_marital_status,
}
COUNTRIES = st.sampled_from(["DE", "AT", "CH", "US", "GB", "RU", "PL", "NL", None])
_WORDS = (
    "Herr Frau Dr. Prof. med. Mr Mrs Müller MÜLLER müller von der VON de la Hans HANS-PETER O'BRIEN "
    "mcdonald Иван Иванович Иванова ИВАНОВ г-н ООО GmbH Firma AG & Co. KG Jr PhD III (privat) , ; / - . "
    "5 12a 12 1067 10115 D-10115 SW1A 1AA Str. Hauptstr. STRASSE straße Street St Ave ул. ул.5 д. 5, кв. "
    "7 Apt #4 +49 0171 5551234 030/1234 8 (916) 123-45-67 ext x @ a@b.de hans@gmail.com <x@y.org> "
    "mailto: , 1.234,56 € $84,835.00 USD -5 (5.00) руб 1'234 12,- 31.12.1980 2/3/80 1. März 1980 мая DE "
    "de-AT Deutschland UK ja нет 0 1.0 DE136695976 ATU13585627 https://x.de/ www.x.de/a?b f m"
)
_PIECES = st.sampled_from(_WORDS.split(" "))
CELLS = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(codec="utf-16", categories=("L", "N", "Z", "P", "S", "C")), max_size=20),
    st.lists(_PIECES, max_size=6).map(" ".join),
    st.lists(_PIECES, max_size=4).map("".join),
)


@pytest.mark.parametrize("kind", NORMALISERS)
@settings(max_examples=250, deadline=None)
@given(text=CELLS, country=COUNTRIES)
@example(text="\ud800", country="DE")
@example(text="İSTANBUL ŉ ß ǆ", country=None)
def test_reading_a_value_again_changes_nothing(kind: str, text: str, country: str | None) -> None:
    once = NORMALISERS[kind](text, country=country)
    if isinstance(once, Problem):
        assert once.message % once.params
        return
    again = NORMALISERS[kind](once.value, country=country)
    assert isinstance(again, Normalised), (once, again)
    assert again.value == once.value


@settings(max_examples=200, deadline=None)
@given(a=CELLS, b=CELLS)
def test_first_names_conflict_the_same_both_ways(a: str, b: str) -> None:
    assert first_names_conflict(a, b) == first_names_conflict(b, a)
    assert not first_names_conflict(a, a)
    assert first_name_key(first_name_key(a)) == first_name_key(a)


@settings(max_examples=200, deadline=None)
@given(text=CELLS)
def test_any_text_is_blocked_or_not(text: str) -> None:
    assert is_blocked_email(text) in (True, False)
    assert is_blocked_phone(text) in (True, False)


_VALUES = st.one_of(CELLS, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.text(max_size=3)))
_NAMES = st.sampled_from([*FIELDS, "favourite_colour"])


@settings(max_examples=300, deadline=None)
@given(traits=st.dictionaries(_NAMES, _VALUES, max_size=8), country=COUNTRIES)
def test_the_gate_lets_a_checked_record_through_unchanged(traits: dict[str, object], country: str | None) -> None:
    once = check(traits, country=country, language=None).traits
    again = check(once, country=country, language=None)
    assert {name: again.traits.get(name) for name in once} == once
