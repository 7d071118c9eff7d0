import pytest

from habitue.quality.normalise.address import normalise_city, normalise_house_number, normalise_street
from habitue.quality.normalise.postal_code import normalise_postal_code
from habitue.quality.normalise.result import Normalised, Problem


@pytest.mark.parametrize(
    ("cell", "country", "street", "house", "extra"),
    [
        ("Hauptstr. 12a", "DE", "Hauptstraße", "12a", ""),
        ("Hauptstrasse 12 A", "DE", "Hauptstraße", "12a", ""),
        ("HAUPTSTRASSE 12", "DE", "Hauptstraße", "12", ""),
        ("Hauptstr.12", "DE", "Hauptstraße", "12", ""),
        ("Haupt-Str. 3", "DE", "Haupt-Straße", "3", ""),
        ("Lange Str. 3-5", "DE", "Lange Straße", "3-5", ""),
        ("Lange Str. 3 - 5", None, "Lange Straße", "3-5", ""),
        ("Str. der Einheit 7", "DE", "Straße der Einheit", "7", ""),
        ("Straße des 17. Juni 135", "DE", "Straße des 17. Juni", "135", ""),
        ("am alten markt 5", "DE", "Am Alten Markt", "5", ""),
        ("Am Markt 1, 3. OG", "DE", "Am Markt", "1", "3. OG"),
        ("Platz 5 12", "DE", "Platz 5 12", "", ""),
        ("Musterweg", "DE", "Musterweg", "", ""),
        ("Bahnhofstraße 3", "CH", "Bahnhofstrasse", "3", ""),
        ("Mariahilfer Straße 10/5", "AT", "Mariahilfer Straße", "10/5", ""),
        ("6649 N Blue Gum St", "US", "N Blue Gum Street", "6649", ""),
        ("8 W Cerritos Ave #54", "US", "W Cerritos Avenue", "8", "#54"),
        ("639 MAIN ST", "US", "Main Street", "639", ""),
        ("12 5TH AVE APT 4", "US", "5th Avenue", "12", "APT 4"),
        ("10 St. John's Rd.", "GB", "St. John's Road", "10", ""),
        ("221b Baker Street", "GB", "Baker Street", "221b", ""),
        ("ул. Ленина, д. 5, кв. 12", "RU", "ул. Ленина", "5", "кв. 12"),
        ("УЛИЦА ЛЕНИНА 5", "RU", "ул. Ленина", "5", ""),
        ("проспект Мира, дом 10 корп. 2", "RU", "пр-т Мира", "10 корп. 2", ""),
        ("Невский пр., 28", "RU", "Невский пр-т", "28", ""),
    ],
)
def test_a_street_stands_apart_from_its_numbers(
    cell: str, country: str | None, street: str, house: str, extra: str
) -> None:
    answer = normalise_street(cell, country=country)
    assert isinstance(answer, Normalised)
    assert (answer.value, answer.also.get("house_number", ""), answer.also.get("address_extra", "")) == (
        street,
        house,
        extra,
    )


@pytest.mark.parametrize(
    ("cell", "number"),
    [("Nr. 12 A", "12a"), ("12 – 14", "12-14"), ("5.0", "5"), ("д. 7", "7"), ("10 корп. 2", "10 корп. 2")],
)
def test_a_house_number_loses_its_label(cell: str, number: str) -> None:
    answer = normalise_house_number(cell)
    assert isinstance(answer, Normalised)
    assert answer.value == number


@pytest.mark.parametrize(
    ("cell", "country", "code"),
    [
        ("01067", "DE", "01067"),
        ("1067", "DE", "01067"),
        ("1067.0", "DE", "01067"),
        ("D-01067", "DE", "01067"),
        ("DE 10115", "DE", "10115"),
        ("A-1010", "AT", "1010"),
        ("CH-8001", "CH", "8001"),
        ("8001", "CH", "8001"),
        ("sw1a1aa", "GB", "SW1A 1AA"),
        ("M1 1AE", "GB", "M1 1AE"),
        ("70116", "US", "70116"),
        ("8014", "US", "08014"),
        ("12345-6789", "US", "12345-6789"),
        ("123456789", "US", "12345-6789"),
        ("101000", "RU", "101000"),
        ("101 000", "RU", "101000"),
        ("1012ab", "NL", "1012 AB"),
        ("00950", "PL", "00-950"),
        ("k1a0b1", "CA", "K1A 0B1"),
        ("75008", "FR", "75008"),
        ("11455", "SE", "114 55"),
        ("abc 12", None, "ABC 12"),
        ("X-77", "AE", "X-77"),
    ],
)
def test_a_postal_code_takes_the_shape_of_its_country(cell: str, country: str | None, code: str) -> None:
    answer = normalise_postal_code(cell, country=country)
    assert isinstance(answer, Normalised), answer
    assert answer.value == code


def test_a_leading_zero_put_back_is_noted() -> None:
    back, there = normalise_postal_code("1067", country="DE"), normalise_postal_code("D-01067", country="DE")
    assert isinstance(back, Normalised)
    assert back.note
    assert isinstance(there, Normalised)
    assert there.note is None


@pytest.mark.parametrize(
    ("cell", "country"),
    [("123", "DE"), ("123456", "DE"), ("12345", "AT"), ("ABC", "GB"), ("1234", "RU"), ("Berlin", "DE"), ("-", None)],
)
def test_a_code_of_another_shape_is_a_problem(cell: str, country: str | None) -> None:
    assert isinstance(normalise_postal_code(cell, country=country), Problem)


@pytest.mark.parametrize(
    ("cell", "city"),
    [
        ("BERLIN", "Berlin"),
        ("berlin", "Berlin"),
        ("FRANKFURT AM MAIN", "Frankfurt am Main"),
        ("Frankfurt a.M.", "Frankfurt a.M."),
        ("10115 Berlin", "Berlin"),
        ("D-10115 Berlin", "Berlin"),
        ("г. Москва", "Москва"),
        ("г.Санкт-Петербург", "Санкт-Петербург"),
        ("САНКТ-ПЕТЕРБУРГ", "Санкт-Петербург"),
        ("РОСТОВ-НА-ДОНУ", "Ростов-На-Дону"),
        ("new york", "New York"),
        ("Грозный", "Грозный"),
    ],
)
def test_a_town_is_written_as_a_town(cell: str, city: str) -> None:
    answer = normalise_city(cell, country="DE")
    assert isinstance(answer, Normalised)
    assert answer.value == city


def test_a_postal_code_before_the_town_is_not_lost() -> None:
    answer = normalise_city("1067 Dresden", country="DE")
    assert isinstance(answer, Normalised)
    assert answer.also == {"postal_code": "01067"}
