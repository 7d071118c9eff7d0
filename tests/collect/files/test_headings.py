"""Headings are found wherever they stand, and columns become what they mean in three languages."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from habitue.collect.files.columns import guess_columns
from habitue.collect.files.headings import key, snake
from habitue.collect.files.shapes import Format
from habitue.collect.files.targets import TARGETS, by_heading
from tests.collect.files.making import import_file, import_text

if TYPE_CHECKING:
    from pathlib import Path

SAME = [
    ("Kunden-Nr.", "KUNDENNUMMER"),
    ("Straße", "strasse"),
    ("InvoiceNo", "invoice_no"),
    ("CustomerID", "Customer ID"),
    ("№ заказа", "номер заказа"),
    ("Kundennr", "Kunden Nummer"),
    (" Geburts-Datum ", "geburtsdatum"),
    ("Учёная степень", "ученая степень"),
]
KNOWN = {
    "Kd-Nr": "person.customer_number",
    "KUNDENNR.": "person.customer_number",
    "Bestellnummer": "order.id",
    "Bestelldatum": "order.at",
    "Handy": "person.mobile",
    "Mobil": "person.mobile",
    "PLZ": "person.postal_code",
    "Anrede": "person.salutation",
    "Geburtsdatum": "person.birth_date",
    "Отчество": "custom.middle_name",
    "Дата рождения": "person.birth_date",
    "Индекс": "person.postal_code",
    "Фамилия": "person.last_name",
    "zip_code": "person.postal_code",
    "dt_customer": "person.customer_since",
    "Favourite colour": "custom.favourite_colour",
    "Lieblingsfarbe": "custom.lieblingsfarbe",
    "Любимый цвет": "custom.любимый_цвет",
}


@pytest.mark.parametrize(("one", "other"), SAME)
def test_headings_that_mean_the_same_compare_equal(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize("heading", KNOWN)
def test_a_heading_is_known(heading: str) -> None:
    rows = [("red",)] if KNOWN[heading].startswith("custom.") else []
    (guess,) = guess_columns([heading], rows, Format("csv"))
    assert guess.target == KNOWN[heading]


def test_every_target_is_reachable_by_its_template_heading() -> None:
    missing = {
        (name, language)
        for name, target in TARGETS.items()
        for language, headings in target.headings.items()
        if name not in {found for found, _language in by_heading()[key(headings[0])]}
    }
    assert missing == set()


def test_a_custom_name_keeps_letters_of_any_script() -> None:
    assert snake("MntWines") == "mnt_wines"
    assert snake("Größe (cm)") == "groesse_cm"
    assert snake("!!") == "column"


def test_title_rows_above_the_headings_are_left_out(tmp_path: Path) -> None:
    text = "Kundenliste 2024;;\n;;\nVorname;Nachname;E-Mail\nAnna;Bach;anna@example.com\nIda;Groß;ida@example.com\n"
    found = import_text(tmp_path, text)
    assert found.format.header_row == 2
    assert [note.code for note in found.format.notes] == ["titles_skipped"]
    assert [record.line for record in found.records] == [4, 5]


def test_two_rows_of_headings_become_one(tmp_path: Path) -> None:
    text = "Kunde;;;Bestellung;;\nNr;Name;E-Mail;Nr;Datum;Betrag\n7;Anna Bach;anna@example.com;B-1;31.12.2024;12,50\n"
    found = import_text(tmp_path, text)
    assert found.targets == {
        "Kunde Nr": "person.customer_number",
        "Kunde Name": "person.name",
        "Kunde E-Mail": "person.email",
        "Bestellung Nr": "order.id",
        "Bestellung Datum": "order.at",
        "Bestellung Betrag": "order.total",
    }
    assert found.events("Order Completed") == [{"order_id": "B-1", "total": "12.50", "currency": "EUR"}]


def test_a_file_without_headings_is_told_by_its_cells(tmp_path: Path) -> None:
    found = import_text(tmp_path, "Anna Bach;anna@example.com;+49 341 5550142\nIda Groß;ida@example.com;0341 5550143\n")
    assert found.format.header_row is None
    assert found.targets == {"Column 1": "person.name", "Column 2": "person.email", "Column 3": "person.phone"}
    assert [record.line for record in found.records] == [1, 2]


def test_merged_cells_and_formulas_are_read_as_values(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Bestellnummer", "Bestelldatum", "E-Mail", "Artikel", "Menge", "Einzelpreis"])
    for column, value in enumerate(["B-1", "31.12.2024", "anna@example.com"]):
        sheet.merge_range(1, column, 2, column, value)
    sheet.write_row(1, 3, ["Docht", 2])
    sheet.write_row(2, 3, ["Öl", 1])
    sheet.write_formula(1, 5, "=10/4", None, 2.5)
    sheet.write_formula(2, 5, "=10/2", None, 5)
    book.close()
    path = tmp_path / "merged.xlsx"
    path.write_bytes(buffer.getvalue())
    found = import_file(path)
    assert [note.code for note in found.format.notes] == ["merged_cells_filled", "formulas_as_values"]
    assert [(order["order_id"], order["total"]) for order in found.events("Order Completed")] == [("B-1", "10.00")]


@pytest.mark.parametrize(
    ("header", "targets"),
    [
        (
            "Order Number,Order Date,Email (Billing),First Name (Billing),Item Name,Item Cost",
            ["order.id", "order.at", "person.email", "person.first_name", "line.name", "line.price"],
        ),
        ("Contact owner,Lead Status,MEMBER_RATING,OPTIN_TIME,Result,soc_sec_id", ["custom"] * 6),
        (
            "Straße geschäftlich;Ort geschäftlich;Postleitzahl geschäftlich",
            ["person.street", "person.city", "person.postal_code"],
        ),
        ("Контрагент;Дата;Номер;Сумма", ["person.name", "order.at", "order.id", "order.total"]),
        ("customer_id,timestamp,amount", ["person.customer_number", "order.at", "order.total"]),
    ],
)
def test_exports_of_known_programs_are_understood(header: str, targets: list[str]) -> None:
    cells = {
        "order.at": 1735646400,
        "person.email": "anna@example.com",
        "person.name": "Анна Бах",
        "line.price": "2.50",
    }
    cells |= {"order.total": "12.50", "person.postal_code": "89073", "custom": "red", "order.id": "A-1"}
    columns = header.replace(";", ",").split(",")
    rows = [tuple(cells.get(target, "Ulm") for target in targets)] * 3
    guesses = guess_columns(columns, rows, Format("csv"))
    assert [
        guess.target.split(".")[0] if target == "custom" and guess.target else guess.target
        for guess, target in zip(guesses, targets, strict=True)
    ] == targets


def test_columns_of_one_meaning_are_told_apart(tmp_path: Path) -> None:
    text = "Name,phone1,phone2,E-Mail,E-Mail 2\nAnna Bach,504-621-8927,504-845-1427,anna@example.com,a2@example.com\n"
    assert list(import_text(tmp_path, text).targets.values()) == [
        "person.name",
        "person.phone",
        "person.mobile",
        "person.email",
        "custom.e_mail_2",
    ]


def test_a_column_of_yes_and_no_is_a_consent_whatever_it_is_called(tmp_path: Path) -> None:
    text = "Name;Mail;Newsletter;Telefon\nAnna Bach;anna@example.com;ja;nein\nIda Groß;ida@example.com;nein;ja\n"
    targets = import_text(tmp_path, text).targets
    assert (targets["Newsletter"], targets["Telefon"]) == ("consent.newsletter", "consent.phone")


def test_support_texts_are_contacts_and_product_texts_are_products(tmp_path: Path) -> None:
    long = "my printer does not answer since this morning please help me before noon"
    support = import_text(tmp_path, f"Description,Category\n{long},Hardware\n{long} again,Hardware\n")
    assert list(support.targets.values()) == ["contact.note", "contact.reason"]
    assert [item.code for item in support.rejected] == ["no_customer", "no_customer"]
    shop = import_text(
        tmp_path, "InvoiceNo,Description,Category,Quantity,UnitPrice\n1,Oil,Lamps,2,2.5\n2,Wick,Lamps,1,3.5\n"
    )
    assert list(shop.targets.values())[1:3] == ["line.name", "line.category"]


@pytest.mark.parametrize(
    "amount", ["Summe (brutto)", "Amount [USD]", "Сумма (руб.)", "Total (incl. VAT)", "Payment Value"]
)
def test_what_stands_in_brackets_does_not_hide_the_amount_of_an_order(amount: str) -> None:
    columns = ("Order ID", "Customer ID", "Order date", amount)
    rows = [(str(n), f"C{n % 7}", f"2024-01-{n + 1:02d}", f"{n}.50") for n in range(20)]
    assert [guess.target for guess in guess_columns(columns, rows, Format(kind="csv"))][3] == "order.total"


@pytest.mark.parametrize(
    ("header", "dated"),
    [
        ("email,Created at,Total", "order.at"),
        ("E-Mail,Erstellt am,Gesamt", "order.at"),
        ("email,created at", "person.customer_since"),
        ("email,created at,total spent", "person.customer_since"),
        ("email,birth date,created at,total", "person.customer_since"),
    ],
)
def test_a_day_beside_a_total_is_that_of_an_order_unless_the_row_describes_a_person(
    tmp_path: Path, header: str, dated: str
) -> None:
    cells = {"email": "anna@web.example", "e-mail": "anna@web.example", "birth date": "1980-05-17"}
    values = ("2026-01-02" if "at" in h.split() or "am" in h.split() else "12.50" for h in header.lower().split(","))
    row = ",".join(cells.get(h.lower(), value) for h, value in zip(header.split(","), values, strict=True))
    assert dated in import_text(tmp_path, f"{header}\n{row}\n{row}\n").targets.values()


@pytest.mark.parametrize("heading", ["Referred by", "Geworben von", "Рекомендовал", "Somebody's contact"])
def test_the_heading_e_mail_wins_over_other_columns_of_addresses(heading: str) -> None:
    rows = [("ida@krume.example", f"p{place}@krume.example") for place in range(4)]
    other, mail = guess_columns((heading, "E-mail"), rows, Format("csv"))
    assert mail.target == "person.email"
    assert other.target == ("custom.somebody_s_contact" if heading.startswith("Some") else "custom.referred_by")


def test_bands_of_income_are_no_income() -> None:
    rows = [(str(number), band) for number, band in enumerate(("35-49K", "50-74K", "25-34K", "Under 15K", "250K+"))]
    number, income = guess_columns(("household_id", "income"), rows, Format("csv"))
    assert number.target == "person.customer_number"
    assert income.target is not None
    assert income.target.startswith("custom."), "kept as it stands, not left out cell by cell"
    amounts = [(str(number), amount) for number, amount in enumerate(("35000", "50000", "25000", "?", "n/a"))]
    assert guess_columns(("household_id", "income"), amounts, Format("csv"))[1].target == "person.income"
