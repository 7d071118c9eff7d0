"""The example shop itself: who it is, where it stands and what happened to it.

`Kessel & Kanne` sells tea, coffee and kitchenware online and in three stores. Everything here is invented;
all e-mail addresses end in the reserved `.example`, so nothing the demo sends can reach anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

NAME = "Kessel & Kanne"
DOMAIN = "kessel-kanne.example"
CURRENCY = "EUR"
TIMEZONE = "Europe/Berlin"
COUNTRY = "DE"
LANGUAGES = ("de", "en", "ru")
YEARS_OF_ORDERS = 3

SERVICE_EMAIL = f"no-reply@{DOMAIN}"
TEST_EMAIL = "test@test.de"
EMPTY_PHONES = ("0000000", "0170 0000000", "000", "-", "keine")


@dataclass(frozen=True, slots=True)
class Store:
    """One shop in a town; `code` starts its receipt numbers, `weight` is its share of walk-in customers."""

    code: str
    label: str
    city: str
    street: str
    house_number: str
    postal_code: str
    weight: int


STORES = (
    Store("LE", "Leipzig Hainstraße", "Leipzig", "Hainstraße", "12", "04109", 5),
    Store("BE", "Berlin Bergmannstraße", "Berlin", "Bergmannstraße", "88", "10961", 4),
    Store("HH", "Hamburg Ottensen", "Hamburg", "Bahrenfelder Straße", "140", "22765", 3),
)
NEAREST_STORE = {
    "Leipzig": "LE",
    "Markkleeberg": "LE",
    "Grimma": "LE",
    "Halle (Saale)": "LE",
    "Berlin": "BE",
    "Potsdam": "BE",
    "Hamburg": "HH",
    "Norderstedt": "HH",
    "Wedel": "HH",
}

AGENTS = ("Tomasz Wolny", "Katrin Seidel", "Aylin Demir", "Jonas Reuter", "Olga Brandt", "Miriam Falk")

# The lid of this kettle breaks in what was sold during the last months; the help desk hears of it.
BROKEN_SKU = "KU-4103"
BROKEN_SINCE_DAYS = 160

PRICE_RISE_PERMILLE_A_YEAR = 38
FREE_SHIPPING_CENTS = 4900
SHIPPING_CENTS = {"DE": 490, "AT": 890, "CH": 1490, "PL": 1190, "FR": 1190, "RU": 1990}

HEARD_OF_US = (
    ("Empfehlung", 22),
    ("Google", 20),
    ("im Laden", 18),
    ("Instagram", 12),
    ("Freunde", 7),
    ("Messe", 5),
    ("Zeitung", 4),
    ("Facebook", 4),
    ("Flyer", 3),
    ("Podcast", 3),
    ("Geschenk bekommen", 6),
)
NOTES = (
    "bitte klingeln",
    "mag keinen Rauch-Tee",
    "möchte Kataloge per Post",
    "Lieferung nur samstags",
    "Allergie: Nüsse",
    "Stammgast seit der Eröffnung",
    "fragt nach Matcha-Kurs",
    "Rechnung immer an die Firma",
    "Paket beim Nachbarn abgeben",
    "wünscht Anrufe nur vormittags",
)

CONSENT_TEXTS = (
    "Ja, ich möchte den Newsletter von Kessel & Kanne erhalten. Abmeldung jederzeit möglich.",
    "Ja, ich möchte den Newsletter mit Angeboten und Rezepten von Kessel & Kanne per E-Mail erhalten. "
    "Meine Einwilligung kann ich jederzeit über den Link in jeder E-Mail widerrufen.",
)
CONSENT_TEXT_EN = "Yes, please send me the Kessel & Kanne newsletter. I can unsubscribe at any time."
