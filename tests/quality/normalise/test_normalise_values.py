from datetime import date
from decimal import Decimal

import pytest

from habitue.quality.normalise.choice import normalise_gender, normalise_marital_status
from habitue.quality.normalise.company import company_key, normalise_company
from habitue.quality.normalise.country import normalise_country
from habitue.quality.normalise.dates import normalise_birth_date, normalise_date
from habitue.quality.normalise.flag import normalise_flag
from habitue.quality.normalise.language import normalise_language
from habitue.quality.normalise.money import normalise_integer, normalise_money, read_money
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import normalise_text
from habitue.quality.normalise.url import normalise_url
from habitue.quality.normalise.vat import normalise_vat

TODAY = date(2026, 3, 1)


def value(answer: Normalised | Problem) -> str:
    return answer.value if isinstance(answer, Normalised) else answer.code


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("D DE de GER DEU BRD Germany GERMANY Deutschland Германия Allemagne ФРГ", "DE"),
        ("A AUT Österreich Oesterreich Austria Австрия", "AT"),
        ("CH Schweiz Switzerland SUI Suisse Швейцария", "CH"),
        ("USA U.S.A. US Amerika США", "US"),
        ("UK GB GBR England Scotland Großbritannien Великобритания", "GB"),
        ("EIRE IE Irland Ireland", "IE"),
        ("SP ES Spanien España Испания", "ES"),
        ("RSA ZA Südafrika ЮАР", "ZA"),
        ("RU RUS Russland Россия РФ", "RU"),
        ("CA Kanada Canada Канада", "CA"),
        ("Türkei Turkey Türkiye Турция", "TR"),
    ],
)
def test_a_country_is_known_by_many_names(cells: str, code: str) -> None:
    assert {cell: value(normalise_country(cell)) for cell in cells.split()} == dict.fromkeys(cells.split(), code)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("United States of America", "US"),
        ("Vereinigtes Königreich", "GB"),
        ("The Netherlands", "NL"),
        ("Российская Федерация", "RU"),
        ("Czech Republic", "CZ"),
        ("Соединенные Штаты", "US"),
        ("United Arab Emirates", "AE"),
        ("Hong Kong", "HK"),
        ("South Korea", "KR"),
    ],
)
def test_a_country_of_several_words_is_known(cell: str, code: str) -> None:
    assert value(normalise_country(cell)) == code


@pytest.mark.parametrize(
    "cell", ["Channel Islands", "EU", "European Community", "Unspecified", "Bayern", "", "XX", "12"]
)
def test_what_is_no_country_is_a_problem(cell: str) -> None:
    assert value(normalise_country(cell)) == "country_unknown"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("de", "de"),
        ("Deutsch", "de"),
        ("German", "de"),
        ("немецкий", "de"),
        ("de-AT", "de"),
        ("de_DE.UTF-8", "de"),
        ("ger", "de"),
        ("EN", "en"),
        ("Englisch", "en"),
        ("русский", "ru"),
        ("Russisch", "ru"),
        ("RUS", "ru"),
        ("Français", "fr"),
        ("Deutsch, Englisch", "de"),
    ],
)
def test_a_language_is_known_by_many_names(cell: str, code: str) -> None:
    assert value(normalise_language(cell)) == code


def test_what_is_no_language_is_a_problem() -> None:
    assert value(normalise_language("Klingonisch?")) == "language_unknown"


@pytest.mark.parametrize(
    ("cell", "country", "day"),
    [
        ("1980-12-31", None, "1980-12-31"),
        ("1980-12-31T00:00:00Z", None, "1980-12-31"),
        ("1980-12-31 00:00:00", "DE", "1980-12-31"),
        ("31.12.1980", "DE", "1980-12-31"),
        ("1.2.1980", None, "1980-02-01"),
        ("19801231", None, "1980-12-31"),
        ("1980/12/31", None, "1980-12-31"),
        ("02/01/1980", "GB", "1980-01-02"),
        ("02/01/1980", "US", "1980-02-01"),
        ("12/31/1980", "DE", "1980-12-31"),
        ("31/12/1980", "US", "1980-12-31"),
        ("1. März 1980", "DE", "1980-03-01"),
        ("1 Mar 1980", None, "1980-03-01"),
        ("March 1st, 1980", "US", "1980-03-01"),
        ("1 марта 1980 г.", "RU", "1980-03-01"),
        ("01.03.80", "DE", "1980-03-01"),
        ("29.02.2000", "DE", "2000-02-29"),
        ("29.02.1900", "DE", "date_unreadable"),
        ("31.04.1980", "DE", "date_unreadable"),
        ("gestern", "DE", "date_unreadable"),
        ("0000-00-00", None, "date_unreadable"),
        ("2026-03-02", None, "date_in_future"),
        ("1899-12-31", None, "date_too_old"),
    ],
)
def test_a_birth_date_becomes_a_day_or_says_why_not(cell: str, country: str | None, day: str) -> None:
    assert value(normalise_birth_date(cell, country=country, today=TODAY)) == day


@pytest.mark.parametrize("cell", ["1900-01-01", "01.01.1970", "1.3.80"])
def test_a_date_that_is_probably_filled_in_or_guessed_is_noted(cell: str) -> None:
    answer = normalise_birth_date(cell, today=TODAY)
    assert isinstance(answer, Normalised)
    assert answer.note


def test_two_digit_years_are_never_in_the_future() -> None:
    assert value(normalise_date("1.1.26", today=TODAY)) == "2026-01-01"
    assert value(normalise_date("1.1.27", today=TODAY)) == "1927-01-01"


@pytest.mark.parametrize(
    ("cell", "country", "amount", "currency"),
    [
        ("1.234,56 €", "DE", "1234.56", "EUR"),
        ("€ 1.234,56", None, "1234.56", "EUR"),
        ("$84,835.00 ", "US", "84835.00", "USD"),
        ("USD 5", None, "5.00", "USD"),
        ("5 usd", None, "5.00", "USD"),
        ("1 234,50 руб", "RU", "1234.50", "RUB"),
        ("1 234,50 руб.", "RU", "1234.50", "RUB"),
        ("1\u00a0234,50\u00a0₽", "RU", "1234.50", "RUB"),
        ("CHF 1'234.50", "CH", "1234.50", "CHF"),
        ("12,- €", "DE", "12.00", "EUR"),
        ("1.234", "DE", "1234.00", None),
        ("1.234", "US", "1.2340", None),
        ("1,234", "US", "1234.00", None),
        ("1,234", "DE", "1.2340", None),
        ("1.234.567", None, "1234567.00", None),
        ("0,5", None, "0.50", None),
        ("0.125", "DE", "0.1250", None),
        ("-5", None, "-5.00", None),
        ("(5.00)", None, "-5.00", None),
        ("−12,50 €", "DE", "-12.50", "EUR"),
        ("$5", "CA", "5.00", "CAD"),
        ("100 kr", "NO", "100.00", "NOK"),
        ("0.1", None, "0.10", None),
        ("12345678901234.5", None, "12345678901234.50", None),
    ],
)
def test_money_is_exact_with_its_currency(cell: str, country: str | None, amount: str, currency: str | None) -> None:
    answer = normalise_money(cell, country=country)
    assert isinstance(answer, Normalised)
    assert (answer.value, answer.also.get("currency")) == (amount, currency)


def test_money_is_read_as_decimal() -> None:
    assert read_money("0,1 €", country="DE") == (Decimal("0.1"), "EUR")


@pytest.mark.parametrize(
    "cell", ["", "abc", "5%", "1.2.3,4,5", "5 apples", "12:30", "1e5", "NaN", "inf", "1,23,456.7.8", "x" * 100]
)
def test_what_is_no_money_is_a_problem(cell: str) -> None:
    assert isinstance(normalise_money(cell), Problem)


def test_more_money_than_we_can_count_is_a_problem() -> None:
    assert value(normalise_money("100000000000000")) == "money_too_large"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("3", "3"),
        ("2.0", "2"),
        ("1.200", "1200"),
        ("1 200", "1200"),
        ("keine", "0"),
        ("нет", "0"),
        ("10+", "10"),
        ("2,5", "integer_unreadable"),
        ("two", "integer_unreadable"),
    ],
)
def test_a_whole_number_is_read(cell: str, number: str) -> None:
    assert value(normalise_integer(cell, country="DE")) == number


def test_of_a_range_the_lower_end_is_kept_with_a_note() -> None:
    answer = normalise_integer("51-200")
    assert isinstance(answer, Normalised)
    assert (answer.value, bool(answer.note)) == ("51", True)


@pytest.mark.parametrize(
    ("cell", "name", "key"),
    [
        ("müller bau gmbh", "Müller Bau GmbH", "muellerbau"),
        ("Müller Bau GmbH & Co KG", "Müller Bau GmbH & Co. KG", "muellerbau"),
        ("BMW AG", "BMW AG", "bmw"),
        ("ACME, INC.", "ACME Inc.", "acme"),
        ("Acme Incorporated", "Acme Inc.", "acme"),
        ("Siemens Aktiengesellschaft", "Siemens AG", "siemens"),
        ("ООО «Ромашка»", "ООО «Ромашка»", "romashka"),
        ("Ромашка, ООО", "Ромашка ООО", "romashka"),
        ("Firma Schulz", "Schulz", "schulz"),
        (
            "MÜLLER UND SÖHNE BAUGESELLSCHAFT MBH",
            "Müller und Söhne Baugesellschaft mbH",
            "muellerundsoehnebaugesellschaft",
        ),
        ("Schulz und Co KG", "Schulz & Co. KG", "schulz"),
        ("H&M", "H&M", "hundm"),
    ],
)
def test_a_company_keeps_its_legal_form_and_is_compared_without_it(cell: str, name: str, key: str) -> None:
    assert (value(normalise_company(cell)), company_key(cell)) == (name, key)


@pytest.mark.parametrize(
    ("cell", "country", "result"),
    [
        ("DE136695976", None, "DE136695976"),
        ("de 136 695 976", None, "DE136695976"),
        ("136695976", "DE", "DE136695976"),
        ("USt-IdNr.: DE136695976", None, "DE136695976"),
        ("DE136695977", None, "vat_check_digit"),
        ("DE12345", None, "vat_unreadable"),
        ("ATU13585627", None, "ATU13585627"),
        ("U13585627", "AT", "ATU13585627"),
        ("ATU13585626", None, "vat_check_digit"),
        ("BE0411905847", None, "BE0411905847"),
        ("IT00743110157", None, "IT00743110157"),
        ("IT00743110158", None, "vat_check_digit"),
        ("PL8567346215", None, "PL8567346215"),
        ("NL004495445B01", None, "NL004495445B01"),
        ("FR83404833048", None, "FR83404833048"),
        ("CHE-116.281.710 MWST", None, "CHE116281710"),
        ("ИНН 7707083893", "RU", "RU7707083893"),
        ("7707083894", "RU", "vat_check_digit"),
        ("500100732259", "RU", "RU500100732259"),
        ("EL123456789", None, "EL123456789"),
        ("GR123456789", None, "EL123456789"),
        ("136695976", None, "vat_country_unknown"),
        ("hello", "DE", "vat_unreadable"),
    ],
)
def test_a_vat_id_has_shape_and_check_digit(cell: str, country: str | None, result: str) -> None:
    assert value(normalise_vat(cell, country=country)) == result


@pytest.mark.parametrize(
    ("cells", "result"),
    [
        ("ja yes JA да true 1 x ✓ Wahr on", "true"),
        ("nein no нет false 0 Falsch off", "false"),
        ("vielleicht 2 -1", "flag_unreadable"),
    ],
)
def test_yes_and_no_are_known_in_three_languages(cells: str, result: str) -> None:
    assert {value(normalise_flag(cell)) for cell in cells.split()} == {result}


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        ("w", "female"),
        ("Weiblich", "female"),
        ("Ж", "female"),
        ("M", "male"),
        ("муж.", "male"),
        ("d", "diverse"),
        ("rather not", "rather not"),
    ],
)
def test_gender_is_one_of_three_or_kept_as_given(cell: str, result: str) -> None:
    assert value(normalise_gender(cell)) == result


@pytest.mark.parametrize(
    ("cell", "result"),
    [("verheiratet", "married"), ("не замужем", "single"), ("Together", "together"), ("YOLO", "YOLO")],
)
def test_marital_status_is_one_of_a_list_or_kept_as_given(cell: str, result: str) -> None:
    assert value(normalise_marital_status(cell)) == result


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        ("WWW.Example.com/", "https://www.example.com"),
        ("http://x.de/Pfad?a=B", "http://x.de/Pfad?a=B"),
        ("bücher.de", "https://bücher.de"),
        ("javascript:alert(1)", "url_unreadable"),
        ("ftp://x.de", "url_unreadable"),
        ("localhost", "url_unreadable"),
        ("a b.de", "url_unreadable"),
    ],
)
def test_a_web_address_has_a_scheme(cell: str, result: str) -> None:
    assert value(normalise_url(cell)) == result


def test_text_keeps_its_lines_and_loses_what_nobody_sees() -> None:
    assert value(normalise_text("  a\u200bb\r\nc\x00 \u202ed ")) == "ab\nc d"
    assert value(normalise_text("e\u0301")) == "é"


def test_text_is_cut_with_a_note() -> None:
    answer = normalise_text("x" * 3_000)
    assert isinstance(answer, Normalised)
    assert (len(answer.value), bool(answer.note)) == (2_000, True)
