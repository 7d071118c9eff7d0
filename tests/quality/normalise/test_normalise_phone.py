import pytest

from habitue.quality.normalise.phone import is_blocked_phone, normalise_phone
from habitue.quality.normalise.result import Normalised, Problem


@pytest.mark.parametrize(
    ("cell", "country", "number"),
    [
        ("0171 5554321", "DE", "+491715554321"),
        ("+49 171 5554321", None, "+491715554321"),
        ("0049 (0) 171-555 43 21", "DE", "+491715554321"),
        ("+49 (0)30 123456-78", "DE", "+493012345678"),
        ("030 / 55 44 33 22", "DE", "+493055443322"),
        ("030/55443322", "DE", "+493055443322"),
        ("039931/123456", "DE", "+4939931123456"),
        ("1715554321", "DE", "+491715554321"),
        ("491715554321", "DE", "+491715554321"),
        ("491715554321.0", "DE", "+491715554321"),
        ("Tel.: 0171-5554321", "DE", "+491715554321"),
        ("Mobil 0171-5554321", "DE", "+491715554321"),
        ("тел. 8 (916) 123-45-67", "RU", "+79161234567"),
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("8-916-123-45-67", "RU", "+79161234567"),
        ("9161234567", "RU", "+79161234567"),
        ("+7 916 123 45 67", "DE", "+79161234567"),
        ("810 49 171 5554321", "RU", "+491715554321"),
        ("504-621-8927", "US", "+15046218927"),
        ("(504) 621 8927", "US", "+15046218927"),
        ("020 7946 0958", "GB", "+442079460958"),
        ("044 668 18 00", "CH", "+41446681800"),
        ("01 5321234", "AT", "+4315321234"),
    ],
)
def test_a_phone_without_country_code_takes_the_country_of_the_row(cell: str, country: str | None, number: str) -> None:
    answer = normalise_phone(cell, country=country)
    assert isinstance(answer, Normalised), answer
    assert answer.value == number


@pytest.mark.parametrize(
    "cell",
    [
        "030 123456 / 0171 5554321",
        "030 123456; 0171 5554321",
        "030 123456, 0171 5554321",
        "030 123456 oder 0171/5554321",
    ],
)
def test_two_numbers_in_a_cell_are_both_kept(cell: str) -> None:
    answer = normalise_phone(cell, country="DE")
    assert isinstance(answer, Normalised)
    assert answer.value == "+4930123456"
    assert answer.also == {"phone_2": "+491715554321", "phone_2_kind": "mobile"}


def test_a_second_landline_is_not_called_mobile() -> None:
    answer = normalise_phone("030 1234 / 0171 555", country="DE")
    assert isinstance(answer, Normalised)
    assert answer.value == "+49301234"
    assert answer.also["phone_2_kind"] == "other"


@pytest.mark.parametrize(
    ("cell", "country", "extension"),
    [
        ("030 123456 ext. 12", "DE", "12"),
        ("030 123456 Durchwahl 7", "DE", "7"),
        ("504-621-8927 x33", "US", "33"),
        ("8 495 123-45-67 доб. 104", "RU", "104"),
        ("504-621-8927 #5", "US", "5"),
    ],
)
def test_an_extension_stands_apart(cell: str, country: str, extension: str) -> None:
    answer = normalise_phone(cell, country=country)
    assert isinstance(answer, Normalised)
    assert answer.also == {"phone_extension": extension}


@pytest.mark.parametrize(
    ("cell", "country", "code"),
    [
        ("call me", "DE", "phone_letters"),
        ("1-800-FLOWERS", "US", "phone_letters"),
        ("siehe unten 030", "DE", "phone_letters"),
        ("4,91715E+11", "DE", "phone_rounded"),
        ("4.91715E+11", "DE", "phone_rounded"),
        ("030 123456", None, "phone_country_unknown"),
        ("12", "DE", "phone_unreadable"),
        ("+999 1234567", "DE", "phone_unreadable"),
        ("0171 5554321 0171 5554321 99", "DE", "phone_unreadable"),
        ("", "DE", "phone_unreadable"),
    ],
)
def test_what_is_no_number_says_why(cell: str, country: str | None, code: str) -> None:
    answer = normalise_phone(cell, country=country)
    assert isinstance(answer, Problem), answer
    assert answer.code == code


def test_a_number_that_cannot_exist_is_kept_with_a_note() -> None:
    answer = normalise_phone("(123) 555-0199", country="US")
    assert isinstance(answer, Normalised)
    assert answer.note


@pytest.mark.parametrize(
    "number",
    ["0000000", "+49000000", "1234567", "123456789", "+491234567", "1111111", "99999999", "0", "", "+79999999999"],
)
def test_invented_numbers_are_blocked(number: str) -> None:
    assert is_blocked_phone(number)


@pytest.mark.parametrize("number", ["+491715554321", "+79161234567", "+493055443322", "+15046218927", "+4930100200"])
def test_real_numbers_are_not_blocked(number: str) -> None:
    assert not is_blocked_phone(number)
