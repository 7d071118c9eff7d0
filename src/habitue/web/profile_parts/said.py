"""How values of traits and events are written for the reader; by kind of the dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

import phonenumbers
from django.utils.translation import gettext, pgettext

from habitue.kernel.text import gettext_noop as _
from habitue.web.formats import NOTHING
from habitue.web.templatetags import show

WORDS: Mapping[str, str] = {
    "phone": _("by phone"),
    "email": _("by e-mail"),
    "chat": _("by chat"),
    "visit": _("a visit"),
    "letter": _("by letter"),
    "post": _("by post"),
    "any": _("any way"),
    "in": _("they contacted us"),
    "out": _("we contacted them"),
    "nps": _("would recommend us (0 to 10)"),
    "csat": _("how satisfied (1 to 5)"),
    "ces": _("how easy it was"),
    "female": _("female"),
    "male": _("male"),
    "diverse": _("diverse"),
    "together": _("living together"),
    "separated": _("living apart"),
    "married": _("married"),
    "single": _("single"),
    "divorced": _("divorced"),
    "widowed": _("widowed"),
}


def said(value: object, kind: str, *, currency: str = "") -> str:
    """The value in the reader's writing; what does not fit its kind is shown as it stands."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool) or kind == "flag":
        return pgettext("answer", "yes") if value in (True, "true", 1) else pgettext("answer", "no")
    text = str(value)
    match kind:
        case "date":
            return _day(text)
        case "instant":
            return _instant(text)
        case "country":
            return show.country(text)
        case "language":
            return str(show.locale().languages.get(text, text))
        case "money":
            return _money(text, currency)
        case "decimal" | "integer":
            return _number(text)
        case "phone":
            return phone(text)
        case "choice":
            return word(text)
    return text


def word(text: str) -> str:
    """A code such as `csat` in plain words; other texts stay as they are."""
    return gettext(WORDS[text]) if text in WORDS else text


def phone(number: str) -> str:
    """`+49 341 5550142`: an international number in groups; others stay as they are."""
    try:
        return str(phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL))
    except phonenumbers.NumberParseException:
        return number


def _day(text: str) -> str:
    try:
        return show.date(date.fromisoformat(text[:10]))
    except ValueError:
        return text


def _instant(text: str) -> str:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return show.datetime(found) if found.tzinfo else show.date(found.date())


def _money(text: str, currency: str) -> str:
    try:
        return show.money(Decimal(text), currency)
    except InvalidOperation:
        return text


def _number(text: str) -> str:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return text
    return show.number(found, 0 if found == found.to_integral_value() else 2)
