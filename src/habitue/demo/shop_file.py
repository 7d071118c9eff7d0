"""`shop_orders.csv`: the online shop's export, one row per order line, as German Excel writes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from habitue.demo import story
from habitue.demo.baskets import Line
from habitue.demo.chance import happens, stream
from habitue.demo.products import BY_SKU
from habitue.demo.referrals import OWN_CUSTOMER, customer_number, recommender
from habitue.demo.tables import SourceFile, TruthRow, delimited, euros
from habitue.demo.writing import (
    COUNTRY_NAMES,
    Written,
    address_on,
    some_phone,
    western,
    write_email,
    write_name,
)

if TYPE_CHECKING:
    from datetime import date

    from habitue.demo.mess import Mess
    from habitue.demo.person import Person, Phone
    from habitue.demo.shopping import History, Purchase

FILE, SOURCE = "shop_orders.csv", "shop"
HEADING = (
    *("Bestellnummer", "Bestelldatum", "Kundennr.", "Anrede", "Vorname", "Nachname", "E-Mail", "Telefon"),
    *("Straße", "PLZ", "Ort", "Land", "Geworben von", "Artikelnr.", "Artikel", "Kategorie", "Marke", "Menge"),
    *("Einzelpreis", "Versand", "Zahlungsart", "Status", "Gutschein"),
)

TEST_CUSTOMER = "9999999"
_STATES = {"done": "abgeschlossen", "open": "in Bearbeitung", "cancelled": "storniert"}

Row = tuple[datetime, str, tuple[str, ...]]  # when, order number, cells


@dataclass(slots=True)
class _Account:
    """How the shop knows a customer; `number` is empty for guests and given in the order of first purchase.

    `recommended_by` is the number of the customer who brought this one, mostly empty.
    """

    person: Person
    name: Written
    salutation: str
    phone: Phone | None
    phone_text: str
    keeps_old_email: bool
    email: str
    country_text: str
    number: str = ""
    recommended_by: str = ""


def shop_file(histories: tuple[History, ...], *, seed: int, mess: Mess, until: date) -> SourceFile:
    """The export of all online orders of `histories`."""
    placed = sorted(_placed(histories, mess), key=lambda found: (found[0].at, found[0].person.person_id))
    rows: list[Row] = []
    truth: dict[str, TruthRow] = {}
    customers: list[Person] = []
    for order, (purchase, account, is_guest) in enumerate(placed, start=100_001):
        if not is_guest and not account.number:
            account.recommended_by = recommender(seed, account.person, customers)
            customers.append(account.person)
            account.number = customer_number(len(customers))
        number = str(order)
        rows += _rows(mess, purchase, account, number, is_guest=is_guest)
        keys = [account.number] if not is_guest else [number, f"R{number}"][: 1 + bool(purchase.returned)]
        field = "Bestellnummer" if is_guest else "Kundennr."
        person = account.person
        for key in keys:
            truth[key] = TruthRow(SOURCE, FILE, field, key, person.person_id, person.household)
    rows += _nobody(seed, mess, until)
    for key in (TEST_CUSTOMER, OWN_CUSTOMER):
        truth[key] = TruthRow(SOURCE, FILE, "Kundennr.", key, "", "")
    rows.sort(key=lambda row: (row[0], row[1].lstrip("R")))
    lines = [row for _, _, row in rows]
    content = delimited(HEADING, lines, delimiter=";", encoding="cp1252", newline="\r\n")
    return SourceFile(FILE, SOURCE, "orders", len(lines), content, tuple(truth.values()))


def _placed(histories: tuple[History, ...], mess: Mess) -> list[tuple[Purchase, _Account, bool]]:
    found: list[tuple[Purchase, _Account, bool]] = []
    for history in histories:
        online = [purchase for purchase in history.purchases if not purchase.store]
        if not online:
            continue
        account = _account(mess, history.person, online[0].at.date())
        second_from = len(online)
        if len(online) > 2 and mess.makes("second account of the same person", 0.06):
            second_from = mess.rng.randrange(1, len(online))
        for place, purchase in enumerate(online):
            if place == second_from:
                account = _account(mess, history.person, purchase.at.date())
            if mess.makes("order as a guest", 0.1 if len(online) == 1 else 0.02):
                guest = _account(mess, history.person, purchase.at.date())
                found.append((purchase, guest, True))
            else:
                found.append((purchase, account, False))
    return found


def _account(mess: Mess, person: Person, day: date) -> _Account:
    rng = mess.rng
    has_phone = not mess.makes("shop customer without phone", 0.36)
    phone = some_phone(mess, person, day) if has_phone else None
    phone_text = mess.phone(phone) if phone else ""
    if not phone and mess.makes("phone that is none (0000000)", 0.012):
        phone_text = rng.choice(story.EMPTY_PHONES)
    email = "" if mess.makes("shop customer without e-mail", 0.012) else write_email(mess, person, day)
    if person.work_email and happens(rng, 0.35):
        email = person.work_email
    salutation = "Frau" if person.gender == "f" else "Herr"
    country = COUNTRY_NAMES[person.country] if happens(rng, 0.9) else person.country
    return _Account(
        person=person,
        name=write_name(mess, person, day),
        salutation="" if mess.makes("shop customer without salutation", 0.08) else salutation,
        phone=phone,
        phone_text=phone_text,
        keeps_old_email=happens(rng, 0.4),
        email=email,
        country_text=country,
    )


def _rows(mess: Mess, purchase: Purchase, account: _Account, number: str, *, is_guest: bool) -> list[Row]:
    customer = _customer(mess, account, purchase.at.date(), is_guest=is_guest)
    state = _STATES[purchase.state]
    made = _lines(purchase.at, number, customer, purchase, purchase.lines, state)
    if purchase.returned_at:
        back = tuple(Line(line.product, -line.quantity, line.unit_cents) for line in purchase.returned)
        made += _lines(purchase.returned_at, f"R{number}", customer, purchase, back, "erstattet")
    return made


def _lines(
    at: datetime,
    number: str,
    customer: tuple[str, ...],
    purchase: Purchase,
    lines: tuple[Line, ...],
    state: str,
) -> list[Row]:
    made: list[Row] = []
    for place, line in enumerate(lines):
        product = line.product
        shipping = purchase.shipping_cents if place == 0 and state != "erstattet" else 0
        row = (
            *(number, at.strftime("%d.%m.%Y %H:%M"), *customer),
            *(product.sku, product.name, product.category, product.brand),
            *(str(line.quantity), euros(line.unit_cents, comma=True), euros(shipping, comma=True)),
            *(purchase.payment, state, "" if state == "erstattet" else _coupon(number, at)),
        )
        made.append((at, number, row))
    return made


def _coupon(number: str, at: datetime) -> str:
    """The coupon of an order, by a chance of its own, so that no other is disturbed."""
    rng = stream(0, f"coupon {number}")
    if at.month == 12 and at.day <= 15:
        return "ADVENT10" if happens(rng, 0.3) else ""
    if at.month in (3, 4):
        return "FRUEHLING" if happens(rng, 0.2) else ""
    return "WILLKOMMEN5" if happens(rng, 0.06) else ""


def _customer(mess: Mess, account: _Account, day: date, *, is_guest: bool) -> tuple[str, ...]:
    person = account.person
    email = account.email
    if email and len(person.emails) > 1 and day >= person.emails[1][0] and not account.keeps_old_email:
        email = person.emails[1][1]
    name = account.name
    if len(person.last_names) > 1 and day >= person.last_names[1][0] + timedelta(days=90):
        name = Written(name.first, person.last_name)
    address = address_on(mess, person, day)
    return tuple(
        western(text)
        for text in (
            *("" if is_guest else account.number, account.salutation, name.first, name.last, email),
            *(account.phone_text, f"{mess.street(address.street)} {address.house_number}"),
            *(address.postal_code, address.city.latin, account.country_text, account.recommended_by),
        )
    )


def _nobody(seed: int, mess: Mess, until: date) -> list[Row]:
    """Rows of nobody: somebody trying the shop out, and the shop's own sales booked as a customer."""
    rng = stream(seed, "nobody")
    store = story.STORES[0]
    test = (
        TEST_CUSTOMER,
        "",
        "Test",
        "Test",
        story.TEST_EMAIL,
        "0000000",
        "Teststr. 1",
        "12345",
        "Test",
        "DE",
        "",
    )
    home = (f"{store.street} {store.house_number}", store.postal_code, store.city, "Deutschland", "")
    own = (OWN_CUSTOMER, "", "Ladenverkauf", story.NAME, story.SERVICE_EMAIL, "0341/5550100", *home)
    made: list[Row] = []
    for place in range(12):
        at = datetime.combine(until, datetime.min.time()) - timedelta(minutes=rng.randrange(1000, 1_500_000))
        customer, sku, state = (test, "TE-1001", "storniert") if place < 5 else (own, "KU-2001", "abgeschlossen")
        mess.counts["test row" if place < 5 else "the shop's own address as a customer"] += 1
        product = BY_SKU[sku]
        row = (
            *(str(90_001 + place), at.strftime("%d.%m.%Y %H:%M"), *customer),
            *(
                product.sku,
                product.name,
                product.category,
                product.brand,
                "1",
                "0,01",
                "0,00",
                "Vorkasse",
                state,
                "",
            ),
        )
        made.append((at, str(90_001 + place), row))
    return made
