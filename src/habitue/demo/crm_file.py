"""`crm_contacts.xlsx`: the address book of the office, with customer cards and business contacts."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import xlsxwriter

from habitue.demo import story
from habitue.demo.chance import happens, weighted
from habitue.demo.person import on
from habitue.demo.tables import SourceFile, TruthRow
from habitue.demo.writing import COUNTRY_NAMES, Written, address_on, some_phone, write_email, write_name

if TYPE_CHECKING:
    from habitue.demo.mess import Mess
    from habitue.demo.person import Company, Person
    from habitue.demo.shopping import History

FILE, SOURCE = "crm_contacts.xlsx", "crm"
HEADING = (
    *(
        "Contact No",
        "Name",
        "Company",
        "E-mail",
        "Phone",
        "Mobile",
        "Street",
        "Zip",
        "City",
        "Country",
        "Birthday",
    ),
    *("Customer card", "How they heard of us", "Notes", "Industry", "Employees"),
)
_INDUSTRIES = {
    "Gastronomie": frozenset(("Café", "Restaurant", "Bäckerei", "Feinkost")),
    "Hotellerie": frozenset(("Hotel", "Pension")),
    "Gesundheit": frozenset(("Praxis", "Physiotherapie", "Yogastudio")),
    "Handel": frozenset(("Buchhandlung", "Galerie", "Kontor", "Werkstatt")),
}
_OFFICE = "Büro und Beratung"
_SIZES = (0, 0, 1, 1, 1, 2, 2, 3)
_HEARD = weighted(story.HEARD_OF_US)
Cell = str | int | date


@dataclass(frozen=True, slots=True)
class _Entry:
    person: Person
    day: date
    has_card: bool


def crm_file(
    histories: tuple[History, ...], cards: dict[str, str], known: frozenset[str], *, mess: Mess, start: date
) -> SourceFile:
    """The address book with everybody in `known` (person ids), some of them twice."""
    entries: list[_Entry] = []
    for history in histories:
        if history.person.person_id not in known:
            continue
        entries.append(_Entry(history.person, _entered_on(mess, history, start), has_card=True))
        if mess.makes("entered twice in the address book", 0.035):
            entries.append(_Entry(history.person, _entered_on(mess, history, start), happens(mess.rng, 0.3)))
    entries.sort(key=lambda entry: (entry.day, entry.person.person_id, entry.has_card))
    rows: list[tuple[Cell, ...]] = []
    truth: list[TruthRow] = []
    for place, entry in enumerate(entries, start=1):
        key, person = f"K-{place:05d}", entry.person
        card = cards.get(person.person_id, "") if entry.has_card else ""
        if card and mess.makes("card missing in the address book", 0.04):
            card = ""
        rows.append(_row(mess, entry, key, card))
        truth.append(TruthRow(SOURCE, FILE, "Contact No", key, person.person_id, person.household))
    nobody = f"K-{len(entries) + 1:05d}"
    rows.append(
        (
            nobody,
            "Test Test",
            "",
            story.TEST_EMAIL,
            "0000000",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "bitte löschen",
            *("", ""),
        )
    )
    truth.append(TruthRow(SOURCE, FILE, "Contact No", nobody, "", ""))
    return SourceFile(FILE, SOURCE, "people", len(rows), _workbook(rows), tuple(truth))


def _entered_on(mess: Mess, history: History, start: date) -> date:
    if history.purchases and happens(mess.rng, 0.7):
        return mess.rng.choice(history.purchases).at.date()
    return start + timedelta(days=mess.rng.randrange(-400, 1000))


def _row(mess: Mess, entry: _Entry, key: str, card: str) -> tuple[Cell, ...]:
    person, day, rng = entry.person, entry.day, mess.rng
    name = write_name(mess, person, day, cyrillic=happens(rng, 0.3))
    business = person.company is not None
    return (
        key,
        _full_name(mess, person, name),
        person.company.name if person.company else "",
        _email(mess, person, day),
        _phone(mess, entry),
        mess.phone(on(person.mobiles, day)) if happens(rng, 0.5) else "",
        *_address(mess, person, day),
        _birthday(mess, person, share=0.15 if business else 0.58),
        _card(mess, card),
        _HEARD.draw(rng) if happens(rng, 0.62) else "",
        rng.choice(story.NOTES) if happens(rng, 0.06) else "",
        *_business(person.company),
    )


def _business(company: Company | None) -> tuple[Cell, Cell]:
    """Industry and number of employees, which follow from the name, so that no other chance is disturbed."""
    if company is None:
        return "", ""
    kind = company.name.partition(" ")[0]
    industry = next((name for name, kinds in _INDUSTRIES.items() if kind in kinds), _OFFICE)
    size = sum(map(ord, company.name))
    return industry, (3 + size % 7, 12 + size % 35, 60 + size % 150, 300 + size % 400)[
        (0, 0, 1, 1, 1, 2, 2, 3)[size % 8]
    ]


def _full_name(mess: Mess, person: Person, name: Written) -> str:
    title = f"{person.title} " if person.title and happens(mess.rng, 0.8) else ""
    if mess.makes("last name first, with a comma", 0.2):
        return f"{name.last}, {title}{name.first}"
    if mess.makes("salutation inside the name", 0.04):
        title = f"{'Frau' if person.gender == 'f' else 'Herr'} {title}"
    if mess.makes("first name only as a letter", 0.012):
        return f"{title}{name.first.strip()[:1]}. {name.last}"
    return f"{title}{name.first} {name.last}"


def _email(mess: Mess, person: Person, day: date) -> str:
    if mess.makes("no-reply address instead of the person's", 0.004):
        return story.SERVICE_EMAIL
    if person.work_email:
        return mess.email(person.work_email)
    return "" if mess.makes("contact without e-mail", 0.26) else write_email(mess, person, day)


def _phone(mess: Mess, entry: _Entry) -> Cell:
    person = entry.person
    if person.company and happens(mess.rng, 0.8):
        mess.counts["switchboard shared by colleagues"] += 1
        return mess.phone(person.company.phone)
    if mess.makes("phone that is none (0000000)", 0.01):
        return mess.rng.choice(story.EMPTY_PHONES)
    if person.landline is None and happens(mess.rng, 0.6):
        return ""
    phone = some_phone(mess, person, entry.day, at_home=0.9)
    if mess.makes("phone turned into a number by Excel", 0.012):
        return int(phone.area + phone.subscriber)
    return mess.phone(phone)


def _address(mess: Mess, person: Person, day: date) -> tuple[Cell, Cell, Cell, Cell]:
    if not person.company and mess.makes("contact without address", 0.14):
        return ("", "", "", COUNTRY_NAMES[person.country] if happens(mess.rng, 0.3) else "")
    address = person.company.address if person.company else address_on(mess, person, day)
    code: Cell = address.postal_code
    if (
        address.postal_code.startswith("0")
        and address.city.country == "DE"
        and mess.makes("leading zero of the postal code lost", 0.05)
    ):
        code = int(address.postal_code)
    street = f"{mess.street(address.street)} {address.house_number}"
    country = COUNTRY_NAMES[address.city.country] if happens(mess.rng, 0.85) else address.city.country
    if mess.makes("country missing", 0.12):
        country = ""
    return (street, code, address.city.name, country)


def _birthday(mess: Mess, person: Person, *, share: float) -> Cell:
    if not happens(mess.rng, share):
        return ""
    born = person.born
    if born.day <= 12 and mess.makes("day and month of birth exchanged", 0.015):
        born = date(born.year, born.day, born.month)
    if mess.makes("birthday as text", 0.07):
        return born.strftime("%d.%m.%Y")
    return born.strftime("%d.%m.%y") if mess.makes("birthday with a two-digit year", 0.015) else born


def _card(mess: Mess, card: str) -> Cell:
    if card and mess.makes("card number with blanks", 0.12):
        return f"{card[:4]} {card[4:8]} {card[8:]}"
    if card and mess.makes("card number as a number", 0.03):
        return int(card)
    return card


def _workbook(rows: list[tuple[Cell, ...]]) -> bytes:
    """The bytes of the workbook; equal rows give equal bytes."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_urls": False})
    book.set_properties({"author": story.NAME, "created": datetime(2024, 1, 2, 9, 0)})
    sheet = book.add_worksheet("Contacts")
    bold, day_format = book.add_format({"bold": True}), book.add_format({"num_format": "dd.mm.yyyy"})
    sheet.write_row(0, 0, HEADING, bold)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(HEADING) - 1, 18)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    sheet.write_string(line, column, cell)
            elif isinstance(cell, int):
                sheet.write_number(line, column, cell)
            else:
                sheet.write_datetime(line, column, datetime(cell.year, cell.month, cell.day), day_format)
    book.close()
    return content.getvalue()
