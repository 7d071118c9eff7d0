"""The Excel file to start from: four sheets with headings, explanations, examples and checked cells."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter

from habitue.collect.files.targets import LANGUAGES, TARGETS
from habitue.collect.files.template_examples import EXAMPLES, SHEET_NAMES, WORDS
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from collections.abc import Callable

SHEETS: dict[str, tuple[str, ...]] = {
    "people": (
        "person.customer_number", "person.salutation", "person.first_name", "person.last_name", "person.email",
        "person.phone", "person.mobile", "person.street", "person.house_number", "person.postal_code", "person.city",
        "person.country", "person.birth_date", "person.company_name", "person.customer_since", "person.notes",
    ),
    "orders": (
        "order.id", "order.at", "person.customer_number", "person.email", "line.sku", "line.name", "line.category",
        "line.quantity", "line.price", "order.currency", "order.status",
    ),
    "contacts": (
        "person.customer_number", "person.email", "contact.at", "contact.channel", "contact.direction",
        "contact.reason", "contact.agent", "contact.outcome", "contact.resolved", "contact.note",
    ),
    "consents": (
        "person.customer_number", "person.email", "consent.newsletter", "consent.phone", "consent.post", "consent.at",
        "consent.source", "consent.text",
    ),
}  # fmt: skip
_BY_TARGET = {
    "person.customer_number": _("The number you know the customer by. It ties the sheets together."),
    "person.country": _("The name of the country or its two letters, such as DE."),
    "order.id": _("Lines with the same order number become one order."),
    "line.quantity": _("How many of this article; a number below zero is a return."),
    "line.price": _("The price of one piece."),
    "order.status": _("Leave it empty, or write cancelled or refunded."),
    "consent.at": _("When the person said so. Without a date it counts from today."),
    "consent.text": _("The words that the person agreed to."),
    "consent.source": _("Where the person said so: a form, a shop, a call."),
    "contact.note": _("What it was about, in your own words."),
}
_BY_KIND = {
    "date": _("A day, such as 31.12.2024."),
    "instant": _("A day, with the time if you know it."),
    "flag": _("Yes or no. Leave it empty when you do not know."),
    "email": _("One e-mail address."),
    "phone": _("With the country code, or as it is dialled in the country of the row."),
}
_GENERAL = _("Fill in what you know; every column may stay empty or be deleted.")
_HINT = _("Delete the example rows before you import your own.")
_ROWS = 5_000


def template(language: str, translate: Callable[[str], str]) -> bytes:
    """The XLSX file with headings in `language` (en, de or ru; English for others), its notes by `translate`."""
    language = language if language in LANGUAGES else "en"
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": "Habitué"})
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#EFE8DC", "bottom": 1}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    for name, targets in SHEETS.items():
        _sheet(book, formats, name, targets, language, translate)
    book.close()
    return buffer.getvalue()


def _sheet(
    book: Any,
    formats: dict[str, Any],
    name: str,
    targets: tuple[str, ...],
    language: str,
    translate: Callable[[str], str],
) -> None:
    sheet = book.add_worksheet(SHEET_NAMES[language][name])
    sheet.freeze_panes(1, 0)
    for column, target in enumerate(targets):
        known = TARGETS[target]
        heading = known.headings[language][0]
        explained = _BY_TARGET.get(target) or _BY_KIND.get(known.kind) or _GENERAL
        sheet.write_string(0, column, heading, formats["head"])
        sheet.write_comment(0, column, f"{translate(explained)}\n{translate(_HINT)}", {"x_scale": 1.6})
        sheet.set_column(column, column, max(12, len(heading) + 2), formats.get(known.kind))
        _check(sheet, column, target, known.kind, language)
    for row, cells in enumerate(EXAMPLES[language][name], start=1):
        for column, target in enumerate(targets):
            if target in cells:
                _write(sheet, row, column, cells[target], formats)


def _write(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value, formats["instant"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["date"])
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)


def _check(sheet: Any, column: int, target: str, kind: str, language: str) -> None:
    words = WORDS[language]
    rule: dict[str, Any] | None = None
    if kind == "flag":
        rule = {"validate": "list", "source": list(words["flag"]), "error_type": "warning"}
    elif target in ("contact.channel", "contact.direction"):
        rule = {"validate": "list", "source": list(words[target.partition(".")[2]]), "error_type": "warning"}
    elif kind in ("date", "instant"):
        rule = {"validate": "date", "criteria": ">", "value": date(1900, 1, 1), "error_type": "warning"}
    elif kind in ("number", "money"):
        rule = {"validate": "decimal", "criteria": ">", "value": -1e12, "error_type": "warning"}
    if rule is not None:
        sheet.data_validation(1, column, _ROWS, column, rule)
