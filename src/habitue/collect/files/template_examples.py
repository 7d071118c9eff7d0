"""The example rows of the Excel file to start from, in three languages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

SHEET_NAMES: dict[str, dict[str, str]] = {
    "en": {"people": "People", "orders": "Orders", "contacts": "Contacts", "consents": "Consents"},
    "de": {"people": "Personen", "orders": "Bestellungen", "contacts": "Kontakte", "consents": "Einwilligungen"},
    "ru": {"people": "Люди", "orders": "Заказы", "contacts": "Обращения", "consents": "Согласия"},
}
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "flag": ("yes", "no"),
        "channel": ("phone", "email", "chat", "visit", "letter"),
        "direction": ("in", "out"),
    },
    "de": {
        "flag": ("ja", "nein"),
        "channel": ("Telefon", "E-Mail", "Chat", "Besuch", "Brief"),
        "direction": ("eingehend", "ausgehend"),
    },
    "ru": {
        "flag": ("да", "нет"),
        "channel": ("звонок", "почта", "чат", "визит", "письмо"),
        "direction": ("входящий", "исходящий"),
    },
}


def _rows(words: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The same example rows with the words of a language."""
    one = {"person.customer_number": "10482", "person.email": "marlene@example.com"}
    two = {"person.customer_number": "10483", "person.email": "anton@example.com"}
    return {
        "people": [
            {
                **one,
                "person.salutation": words["mrs"],
                "person.first_name": words["first_1"],
                "person.last_name": words["last_1"],
                "person.phone": words["phone"],
                "person.street": words["street"],
                "person.house_number": "12",
                "person.postal_code": words["postal_code"],
                "person.city": words["city"],
                "person.country": words["country"],
                "person.birth_date": date(1984, 5, 17),
                "person.customer_since": date(2021, 3, 9),
            },
            {
                **two,
                "person.salutation": words["mr"],
                "person.first_name": words["first_2"],
                "person.last_name": words["last_2"],
                "person.city": words["city"],
                "person.country": words["country"],
                "person.notes": words["note"],
            },
        ],
        "orders": [
            {
                **one,
                "order.id": "B-2001",
                "order.at": datetime(2024, 12, 31, 14, 30),
                "line.sku": "L-12",
                "line.name": words["product_1"],
                "line.category": words["category"],
                "line.quantity": 2,
                "line.price": 24.9,
                "order.currency": words["currency"],
            },
            {
                **one,
                "order.id": "B-2001",
                "order.at": datetime(2024, 12, 31, 14, 30),
                "line.sku": "L-13",
                "line.name": words["product_2"],
                "line.category": words["category"],
                "line.quantity": 1,
                "line.price": 9.5,
                "order.currency": words["currency"],
            },
            {
                **two,
                "order.id": "B-2002",
                "order.at": datetime(2025, 1, 4, 9, 5),
                "line.sku": "L-12",
                "line.name": words["product_1"],
                "line.category": words["category"],
                "line.quantity": 1,
                "line.price": 24.9,
                "order.currency": words["currency"],
                "order.status": words["cancelled"],
            },
        ],
        "contacts": [
            {
                **one,
                "contact.at": datetime(2025, 1, 7, 11, 20),
                "contact.channel": words["call"],
                "contact.direction": words["in"],
                "contact.reason": words["reason"],
                "contact.agent": words["first_2"],
                "contact.outcome": words["outcome"],
                "contact.resolved": words["yes"],
                "contact.note": words["note"],
            },
        ],
        "consents": [
            {
                **one,
                "consent.newsletter": words["yes"],
                "consent.phone": words["no"],
                "consent.at": datetime(2024, 6, 1, 10, 0),
                "consent.source": words["form"],
                "consent.text": words["text"],
            },
            {**two, "consent.newsletter": words["no"], "consent.at": datetime(2024, 6, 2, 10, 0)},
        ],
    }


EXAMPLES: dict[str, dict[str, list[dict[str, Any]]]] = {
    "en": _rows(
        {
            "mrs": "Ms", "mr": "Mr", "first_1": "Marlene", "last_1": "Hill", "first_2": "Anton", "last_2": "Brook",
            "phone": "+44 20 7946 0958", "street": "Mill Lane", "postal_code": "SW1A 1AA", "city": "London",
            "country": "GB", "note": "Asked for gift wrapping", "product_1": "Wool gloves", "product_2": "Lamp wick",
            "category": "Winter", "currency": "GBP", "cancelled": "cancelled", "call": "phone", "in": "in",
            "reason": "Delivery", "outcome": "Sent again", "yes": "yes", "no": "no", "form": "Form at the till",
            "text": "I would like to receive the newsletter.",
        }
    ),
    "de": _rows(
        {
            "mrs": "Frau", "mr": "Herr", "first_1": "Marlene", "last_1": "Hübner", "first_2": "Anton",
            "last_2": "Bäcker", "phone": "+49 341 5550142", "street": "Mühlgasse", "postal_code": "04109",
            "city": "Leipzig", "country": "DE", "note": "Bat um Geschenkpapier", "product_1": "Winterhandschuh",
            "product_2": "Lampendocht", "category": "Winter", "currency": "EUR", "cancelled": "storniert",
            "call": "Telefon", "in": "eingehend", "reason": "Lieferung", "outcome": "Erneut verschickt", "yes": "ja",
            "no": "nein", "form": "Formular an der Kasse", "text": "Ich möchte den Newsletter erhalten.",
        }
    ),
    "ru": _rows(
        {
            "mrs": "г-жа", "mr": "г-н", "first_1": "Марина", "last_1": "Холмова", "first_2": "Антон",
            "last_2": "Ручьёв", "phone": "+7 495 555-01-42", "street": "Мельничная улица", "postal_code": "101000",
            "city": "Москва", "country": "RU", "note": "Просила подарочную упаковку", "product_1": "Варежки",
            "product_2": "Фитиль", "category": "Зима", "currency": "RUB", "cancelled": "отменён", "call": "звонок",
            "in": "входящий", "reason": "Доставка", "outcome": "Отправлено ещё раз", "yes": "да", "no": "нет",
            "form": "Анкета на кассе", "text": "Хочу получать рассылку.",
        }
    ),
}  # fmt: skip
