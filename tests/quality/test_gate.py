from datetime import UTC, date, datetime
from decimal import Decimal

from habitue.quality.gate import check

TODAY = date(2026, 3, 1)


def test_a_german_row_comes_out_in_one_spelling() -> None:
    row = {
        "name": "MÜLLER, HANS",
        "salutation": "Herrn",
        "email": " Hans.Mueller@GMX.de",
        "phone": "0171 555 43 21",
        "street": "Hauptstr. 12 a",
        "postal_code": "1067",
        "city": "DRESDEN",
        "birth_date": "31.12.1980",
    }
    checked = check(row, country="DE", language="de", today=TODAY)
    assert checked.problems == ()
    assert checked.traits == {
        "name": "Hans Müller",
        "first_name": "Hans",
        "last_name": "Müller",
        "salutation": "Herr",
        "gender": "male",
        "email": "hans.mueller@gmx.de",
        "phone": "+491715554321",
        "street": "Hauptstraße",
        "house_number": "12a",
        "postal_code": "01067",
        "city": "Dresden",
        "birth_date": "1980-12-31",
    }


def test_the_country_of_the_row_reads_its_phone_and_postal_code_wherever_it_stands() -> None:
    row = {"phone": "8 (916) 123-45-67", "postal_code": "101000", "country": "Россия"}
    traits = check(row, country="DE", language=None).traits
    assert traits == {"country": "RU", "phone": "+79161234567", "postal_code": "101000"}


def test_without_a_country_the_row_takes_that_of_the_workspace() -> None:
    assert check({"phone": "8 (916) 123-45-67"}, country="RU", language=None).traits["phone"] == "+79161234567"


def test_a_foreign_postal_code_without_a_country_is_kept_as_it_is() -> None:
    checked = check({"postal_code": "SW1A 1AA"}, country="DE", language=None)
    assert checked.traits == {"postal_code": "SW1A 1AA"}
    assert checked.problems == ()


def test_a_postal_code_that_its_own_country_does_not_have_is_a_problem() -> None:
    checked = check({"postal_code": "SW1A 1AA", "country": "DE"}, country="DE", language=None)
    assert "postal_code" not in checked.traits
    assert [problem.code for problem in checked.problems] == ["postal_code_shape"]


def test_what_cannot_be_read_is_left_out_and_told() -> None:
    checked = check(
        {"email": "hans(at)web.de", "birth_date": "31.02.1980", "city": "Berlin"}, country="DE", language=None
    )
    assert checked.traits == {"city": "Berlin"}
    told = {problem.field: (problem.value, problem.code) for problem in checked.problems}
    assert told == {
        "email": ("hans(at)web.de", "email_unreadable"),
        "birth_date": ("31.02.1980", "date_unreadable"),
    }
    assert all(problem.message % problem.params for problem in checked.problems)


def test_a_birth_date_in_the_future_is_refused() -> None:
    checked = check({"birth_date": "2026-03-02"}, country="DE", language=None, today=TODAY)
    assert [problem.code for problem in checked.problems] == ["date_in_future"]


def test_first_and_last_name_make_the_name() -> None:
    traits = check({"first_name": "ANNA", "last_name": "VON STEIN"}, country="DE", language="de").traits
    assert traits == {"first_name": "Anna", "last_name": "von Stein", "name": "Anna von Stein"}


def test_a_last_name_alone_makes_no_name() -> None:
    assert check({"last_name": "Stein"}, country="DE", language="de").traits == {"last_name": "Stein"}


def test_what_the_row_says_itself_is_not_overruled_by_what_was_found() -> None:
    row = {"name": "Herr Hans Müller", "gender": "d", "first_name": "Johannes", "street": "Weg 1", "house_number": "2"}
    traits = check(row, country="DE", language="de").traits
    assert (traits["gender"], traits["first_name"], traits["house_number"]) == ("diverse", "Johannes", "2")
    assert traits["last_name"] == "Müller"


def test_an_empty_cell_beside_a_full_name_is_filled() -> None:
    assert check({"name": "Hans Müller", "first_name": ""}, country="DE", language="de").traits["first_name"] == "Hans"


def test_none_removes_and_an_empty_cell_says_nothing() -> None:
    row = {
        "email": None,
        "favourite": None,
        "city": "  ",
        "phone": "",
        "gender": "k.A.",
        "street": "-",
        "region": "n/a",
    }
    checked = check(row, country="DE", language="de")
    assert checked.traits == {"email": None, "favourite": None}
    assert checked.problems == ()


def test_a_name_that_is_removed_is_not_made_again() -> None:
    traits = check({"name": None, "first_name": "Anna", "last_name": "Stein"}, country="DE", language="de").traits
    assert traits["name"] is None


def test_no_children_is_an_answer() -> None:
    assert check({"children": "keine"}, country="DE", language="de").traits == {"children": 0}


def test_a_person_called_null_keeps_the_name() -> None:
    assert check({"last_name": "Null"}, country="DE", language="de").traits == {"last_name": "Null"}


def test_unknown_columns_are_kept_as_text() -> None:
    row: dict[str, object] = {
        "shoe_size": 43,
        "favourite": "  red ",
        "rating": 4.5,
        "visits": 3.0,
        "member": True,
        "since": datetime(2020, 1, 2, 3, 4, tzinfo=UTC),
        "points": Decimal("12.50"),
        "tags": ["a", "b"],
        "long": "x" * 3_000,
    }
    checked = check(row, country="DE", language="de")
    assert checked.traits == {
        "shoe_size": 43,
        "favourite": "red",
        "rating": "4.5",
        "visits": "3",
        "member": True,
        "since": "2020-01-02T03:04:00+00:00",
        "points": "12.50",
        "tags": '["a", "b"]',
        "long": "x" * 2_000,
    }
    assert [note.field for note in checked.notes] == ["long"]


def test_values_are_plain_text_numbers_and_days() -> None:
    row = {"income": "$84,835.00", "children": "2", "birth_date": date(1980, 5, 1), "customer_since": "1.2.2020"}
    traits = check(row, country="DE", language="de", today=TODAY).traits
    assert traits["income"] == "84835.00"
    assert traits["income_currency"] == "USD"
    assert traits["children"] == 2
    assert (traits["birth_date"], traits["customer_since"]) == ("1980-05-01", "2020-02-01")


def test_a_second_number_goes_where_it_belongs() -> None:
    both = check({"phone": "030 123456 / 0171 5554321"}, country="DE", language="de").traits
    assert both == {"phone": "+4930123456", "mobile": "+491715554321"}
    landlines = check({"phone": "030 123456 / 030 654321"}, country="DE", language="de").traits
    assert landlines == {"phone": "+4930123456", "phone_2": "+4930654321"}
    given = check({"phone": "030 123456 / 0171 5554321", "mobile": "0172 5554321"}, country="DE", language="de").traits
    assert given == {"phone": "+4930123456", "mobile": "+491725554321", "phone_2": "+491715554321"}


def test_a_company_in_the_column_of_names_names_the_company() -> None:
    traits = check({"name": "Müller Bau GmbH"}, country="DE", language="de").traits
    assert traits == {"name": "Müller Bau GmbH", "company_name": "Müller Bau GmbH"}


def test_the_name_of_a_company_record_is_its_company_name() -> None:
    traits = check({"name": "müller, schulz & partner"}, country="DE", language="de", about="company").traits
    assert traits == {"company_name": "Müller, Schulz & Partner"}


def test_nested_address_and_company_are_lifted() -> None:
    row = {
        "address": {"street": "Hauptstr. 5", "postalCode": "10115", "country": "Germany"},
        "company": {"name": "Acme Inc"},
    }
    traits = check(row, country="US", language="en").traits
    assert traits == {
        "country": "DE",
        "street": "Hauptstraße",
        "house_number": "5",
        "postal_code": "10115",
        "company_name": "Acme Inc.",
    }


def test_a_doubtful_value_is_kept_with_a_note() -> None:
    checked = check({"email": "hans@gmial.com"}, country="DE", language="de")
    assert checked.traits["email"] == "hans@gmial.com"
    assert [note.field for note in checked.notes] == ["email"]
