"""Tills, helpdesks and address books: times beside dates, ways to pay, cards, and what only a file knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from habitue.collect.files.cells import Bad, Reading, at_clock, card, person_id, reader_of
from habitue.collect.files.columns import guess_columns
from habitue.collect.files.mapping import Mapping
from habitue.collect.files.moments import clock
from habitue.collect.files.shapes import Format
from tests.collect.files.making import NOW, import_file, import_text, jsonl_bytes, xlsx_bytes

if TYPE_CHECKING:
    from pathlib import Path

TILL = "Bonnummer;Datum;Uhrzeit;Kundenkarte;Artikel;Menge;Einzelpreis;Zahlungsart;Bediener;Kundengruppe"


def _guess(heading: str, cell: Any, *others: tuple[str, Any]) -> str | None:
    columns = [heading, *(name for name, _cell in others)]
    row = (cell, *(other for _name, other in others))
    return guess_columns(columns, [row] * 3, Format("csv"))[0].target


@pytest.mark.parametrize(
    "heading", ["Contact No", "Contact ID", "Kontaktnr.", "Kontakt-Nr", "Номер контакта", "№ контакта", "Client no."]
)
def test_the_number_of_a_contact_is_the_customer_number(heading: str) -> None:
    assert _guess(heading, "K-00001") == "person.customer_number"


def test_a_contact_number_that_is_dialled_is_a_phone() -> None:
    assert _guess("Contact number", "+49 341 5550142") == "person.phone"
    assert _guess("Caller", "0341 5550142") == "person.phone"
    assert _guess("Caller", "Anna Bach") == "person.name"


@pytest.mark.parametrize(
    "heading",
    [
        "Customer card",
        "Card no",
        "Member card",
        "Kundenkarte",
        "Bonuskarte",
        "Karten-Nr.",
        "Карта клиента",
        "Номер карты",
    ],
)
def test_cards_of_the_shop_are_loyalty_cards(heading: str) -> None:
    assert _guess(heading, "2932660104164") == "person.loyalty_card"


def test_the_name_of_a_payment_card_is_no_loyalty_card() -> None:
    assert _guess("Card", "Visa") == "custom.card"


@pytest.mark.parametrize(
    "cell",
    [
        2932660104164.0,
        2932660104164,
        "2932660104164.0",
        "2932 6601 0416 4",
        "2932\u00a0660104164",
        "2.932660104164E+12",
    ],
)
def test_a_card_number_is_the_same_however_it_is_typed(cell: Any) -> None:
    assert card(cell) == "2932660104164"


def test_a_number_that_a_spreadsheet_shortened_names_nobody(tmp_path: Path) -> None:
    assert isinstance(card("2,93266E+12"), Bad)
    assert isinstance(person_id("2.93E+12"), Bad)
    assert person_id("K 100") == "K 100"
    text = "Kundenkarte;E-Mail\n2,93266E+12;a@example.com\n2,93266E+12;b@example.com\n"
    found = import_text(tmp_path, text, targets={"Kundenkarte": "person.loyalty_card"})
    assert ["externalIds" in message["context"] for message in found.messages] == [False, False]
    assert [problem.code for record in found.records for problem in record.problems] == ["number_shortened"] * 2


def test_cards_of_a_workbook_are_whole_numbers(tmp_path: Path) -> None:
    path = tmp_path / "cards.xlsx"
    path.write_bytes(xlsx_bytes([["Contact No", "Customer card"], ["K-1", 2932660104164.0], ["K-2", "2932 660104165"]]))
    found = import_file(path)
    assert [message["context"]["externalIds"][1]["id"] for message in found.messages] == [
        "2932660104164",
        "2932660104165",
    ]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("11:18", 40_680), ("9:05:30", 32_730), ("3:05 pm", 54_300), ("12:00 am", 0), ("11:18 Uhr", 40_680),
        ("11.18 Uhr", 40_680), (0.5, 43_200), ("24:00", None), ("11:60", None), ("11.18", None), (12, None),
        ("2024-01-01 11:18", None), (None, None),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read(cell: Any, seconds: int | None) -> None:
    assert clock(cell) == seconds


def test_a_time_moves_a_day_and_nothing_else() -> None:
    reading = Reading(".", "DMY", "Europe/Berlin", NOW)
    zone = ZoneInfo("Europe/Berlin")
    assert at_clock("2023-11-19T23:00:00Z", 40_680, zone) == "2023-11-20T10:18:00Z"
    assert at_clock("2024-03-30T23:00:00Z", 40_680, zone) == "2024-03-31T09:18:00Z"
    assert at_clock("2023-11-20T08:00:00Z", 40_680, zone) == "2023-11-20T08:00:00Z"
    assert at_clock("2023-11-19T23:00:00Z", None, zone) == "2023-11-19T23:00:00Z"
    assert isinstance(reader_of("time", reading)("noon"), Bad)


def test_a_receipt_has_its_time_its_payment_and_what_only_the_till_knows(tmp_path: Path) -> None:
    text = (
        f"{TILL}\n"
        "1;31.12.2024;11:18;2932660104164;Öl;2;10,00;bar;Otto;Gold\n"
        "1;31.12.2024;11:18;2932660104164;Docht;1;1,00;bar;Ida;Gold\n"
        "2;31.12.2024;11:20;2932660104165;Docht;1;1,00;Karte;Ida;Silber\n"
    )
    found = import_text(tmp_path, text)
    assert found.targets == {
        "Bonnummer": "order.id",
        "Datum": "order.at",
        "Uhrzeit": "order.time",
        "Kundenkarte": "person.loyalty_card",
        "Artikel": "line.name",
        "Menge": "line.quantity",
        "Einzelpreis": "line.price",
        "Zahlungsart": "order.payment_method",
        "Bediener": "event.bediener",
        "Kundengruppe": "custom.kundengruppe",
    }
    first, _second = [message for message in found.messages if message["type"] == "track"]
    assert first["timestamp"] == "2024-12-31T10:18:00Z"
    properties = first["properties"] | {"products": []}
    assert properties == {
        "order_id": "1", "total": "21.00", "currency": "EUR", "payment_method": "bar", "bediener": "Otto; Ida",
        "products": [],
    }  # fmt: skip
    assert found.traits == [{"kundengruppe": "Gold"}, {"kundengruppe": "Silber"}]


@pytest.mark.parametrize(
    ("heading", "word"), [("payment", "cash"), ("Zahlungsart", "bar"), ("Способ оплаты", "картой")]
)
def test_a_way_to_pay_belongs_to_the_order_unless_the_file_is_about_payments(heading: str, word: str) -> None:
    order = (("Order number", "A-1"), ("Order date", "2024-01-01"), ("Email", "a@example.com"), ("Total", "1.00"))
    payment = (("Payment amount", "1.00"), ("Payment date", "2024-01-01"), ("Email", "a@example.com"))
    assert _guess(heading, word, *order) == "order.payment_method"
    assert _guess(heading, word, *payment) == "payment.method"
    assert _guess("payment", "12.50", *order) == "event.payment"


def test_a_call_knows_who_called_about_what_and_how_it_was_liked(tmp_path: Path) -> None:
    rows = [
        ["ticket_id", "called_at", "phone", "caller_name", "channel", "reason", "product", "csat", "priority"],
        ["1", "2023-11-22T10:45:30+01:00", "0341 5550142", "Anna Bach", "phone", "Delivery", "Oil", 4, "high"],
        ["2", "2023-11-23T10:45:30+01:00", "0341 5550142", "Anna Bach", "phone", "Delivery", None, 2, "low"],
    ]
    path = tmp_path / "calls.jsonl"
    path.write_bytes(jsonl_bytes(rows))
    found = import_file(path)
    assert found.events("Contact Logged")[0] == {
        "ticket_id": "1", "channel": "phone", "reason": "Delivery", "product": "Oil", "priority": "high",
    }  # fmt: skip
    assert found.events("Survey Answered") == [{"score": 4, "kind": "csat"}, {"score": 2, "kind": "csat"}]
    assert found.traits == [{"phone": "0341 5550142", "name": "Anna Bach"}]
    tracks = [message for message in found.messages if message["type"] == "track"]
    assert {message["timestamp"] for message in tracks} == {"2023-11-22T09:45:30Z", "2023-11-23T09:45:30Z"}
    assert len({message["context"]["record"] for message in tracks}) == 4


def test_dated_rows_with_reasons_and_outcomes_are_contacts(tmp_path: Path) -> None:
    text = (
        "Дата;Время;Звонивший;Номер звонившего;Тема;Результат;Товар\n"
        "31.12.2024;11:18;Анна Бах;+7 900 4356356;Доставка;решено;Чай\n"
    )
    found = import_text(tmp_path, text)
    assert found.events("Contact Logged") == [{"reason": "Доставка", "outcome": "решено", "product": "Чай"}]
    assert found.messages[-1]["timestamp"] == "2024-12-31T10:18:00Z"


def test_a_purchase_that_a_ticket_mentions_makes_no_order(tmp_path: Path) -> None:
    text = "Ticket ID,Customer Email,Date of Purchase,Order id,Ticket Subject\n5,a@example.com,2021-03-22,B-1,Setup\n"
    found = import_text(tmp_path, text)
    assert found.events("Contact Logged") == [
        {"ticket_id": "5", "reason": "Setup", "date_of_purchase": "2021-03-22", "order_id": "B-1"}
    ]


def test_in_a_list_of_people_unknown_columns_are_traits(tmp_path: Path) -> None:
    text = "Mitgliedsnummer;Nachname;PLZ;Ort;Tarif;Beginn;Trainer\n1;Bach;89073;Ulm;Gold;01.01.2024;Otto\n"
    assert import_text(tmp_path, text).targets["Trainer"] == "custom.trainer"


def test_own_names_never_hide_ours() -> None:
    order = (("Order number", "A-1"), ("Order date", "2024-01-01"), ("Email", "a@example.com"), ("Total", "1.00"))
    assert _guess("Products", "many", *order) == "event.products_2"
    assert _guess("Colour", "red", *order) == "event.colour"


def test_a_property_without_an_event_is_a_trait(tmp_path: Path) -> None:
    found = import_text(tmp_path, "E-Mail;Farbe\na@example.com;rot\n", targets={"Farbe": "event.farbe"})
    assert found.traits == [{"email": "a@example.com", "farbe": "rot"}]
    with pytest.raises(ValueError, match="event"):
        Mapping(("event.",))


def test_a_receipt_of_nobody_says_so_in_plain_words(tmp_path: Path) -> None:
    found = import_text(
        tmp_path, f"{TILL}\n1;31.12.2024;11:18;;Öl;2;10,00;bar;Otto;\n2;31.12.2024;11:18;7;Öl;2;10,00;bar;Otto;\n"
    )
    (nobody,) = found.rejected
    assert nobody.code == "no_customer"
    assert nobody.message.startswith("Nobody is named here: no customer number, no card")


def test_what_a_row_with_a_broken_address_says_stays_with_one_person(tmp_path: Path) -> None:
    text = "E-Mail;Newsletter\nanna@@example.com;ja\nb@example.com;nein\nc@example.com;ja\nd@example.com;ja\n"
    found = import_text(tmp_path, text)
    broken = found.records[0].messages
    assert len({message["anonymousId"] for message in broken}) == 1
    assert [message["type"] for message in broken] == ["identify", "track"]
