"""The dictionary of fields: what each trait is, who needs it and why, and which of several values wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from habitue.kernel.text import gettext_noop as _
from habitue.quality.events import EVENTS, PROPERTIES, EventKind, Property, event_kind, property_of

__all__ = [
    "EVENTS",
    "FIELDS",
    "PROPERTIES",
    "EventKind",
    "Field",
    "Golden",
    "Kind",
    "Property",
    "event_kind",
    "field",
    "property_of",
]

Kind = Literal[
    "name", "email", "phone", "date", "country", "language", "money", "postal_code", "text", "choice", "url",
    "vat_id", "integer", "flag",
]  # fmt: skip
Golden = Literal["newest", "most_frequent", "trusted", "longest"]


@dataclass(frozen=True, slots=True)
class Field:
    """One trait: its kind, its label, which of several values wins, and why a business needs it.

    `label`, `why` and `group` are msgids; `purposes` names the purposes that it serves; `personal` tells whether
    it describes a living person; `show_in_lists` whether lists show it without being asked.
    """

    name: str
    kind: Kind
    label: str
    golden: Golden
    personal: bool
    purposes: tuple[str, ...]
    why: str
    show_in_lists: bool
    group: str


_ALL = ("orders", "service", "marketing", "analytics")
_CONTACT = ("orders", "service", "marketing")
_ORDERS = ("orders", "service")
_INSIGHT = ("marketing", "analytics")

_PERSON = _("Person")
_REACH = _("Contact")
_ADDRESS = _("Address")
_COMPANY = _("Company")
_ABOUT = _("Background")
_CUSTOM = _("Your own fields")

_WHY_NAME = _("To address the customer and to recognise the same person in two records.")
_WHY_GREET = _("To greet the customer properly.")
_WHY_ADDRESS = _("To deliver orders and letters, and to see where customers live.")
_WHY_COMPANY = _("To know which business a contact buys for.")
_WHY_ABOUT = _("To understand which kinds of customers buy what.")


def _personal(
    name: str,
    kind: Kind,
    label: str,
    golden: Golden,
    purposes: tuple[str, ...],
    why: str,
    group: str,
    *,
    listed: bool = False,
    personal: bool = True,
) -> Field:
    return Field(name, kind, label, golden, personal, purposes, why, listed, group)


_FIELDS = (
    _personal("name", "name", _("Name"), "most_frequent", _ALL, _WHY_NAME, _PERSON, listed=True),
    _personal("salutation", "choice", _("Salutation"), "newest", _CONTACT, _WHY_GREET, _PERSON),
    _personal("title", "text", _("Title"), "newest", _CONTACT, _WHY_GREET, _PERSON),
    _personal("first_name", "name", _("First name"), "most_frequent", _ALL, _WHY_NAME, _PERSON),
    _personal("last_name", "name", _("Last name"), "most_frequent", _ALL, _WHY_NAME, _PERSON),
    _personal("gender", "choice", _("Gender"), "trusted", _INSIGHT, _WHY_GREET, _PERSON),
    _personal("birth_date", "date", _("Birth date"), "trusted", _INSIGHT,
              _("For birthday greetings, age limits, and to tell people of one name apart."), _PERSON),
    _personal("email", "email", _("E-mail"), "newest", _ALL,
              _("To send confirmations, answers and, with consent, news."), _REACH, listed=True),
    _personal("phone", "phone", _("Phone"), "newest", _CONTACT,
              _("To call back and to recognise a caller."), _REACH, listed=True),
    _personal("mobile", "phone", _("Mobile phone"), "newest", _CONTACT,
              _("To call back, send a short message and recognise a caller."), _REACH),
    _personal("website", "url", _("Website"), "newest", _INSIGHT, _("To look the customer up."), _REACH),
    _personal("language", "language", _("Language"), "newest", _CONTACT,
              _("To write in the language that the customer reads."), _REACH),
    _personal("preferred_greeting", "text", _("Preferred greeting"), "newest", _CONTACT,
              _("To greet the customer as the customer wishes."), _REACH),
    _personal("street", "text", _("Street"), "newest", _ORDERS, _WHY_ADDRESS, _ADDRESS),
    _personal("house_number", "text", _("House number"), "newest", _ORDERS, _WHY_ADDRESS, _ADDRESS),
    _personal("address_extra", "text", _("Address, second line"), "newest", _ORDERS, _WHY_ADDRESS, _ADDRESS),
    _personal("postal_code", "postal_code", _("Postal code"), "newest", _ALL, _WHY_ADDRESS, _ADDRESS),
    _personal("city", "text", _("City"), "newest", _ALL, _WHY_ADDRESS, _ADDRESS, listed=True),
    _personal("region", "text", _("Region"), "newest", _ALL, _WHY_ADDRESS, _ADDRESS),
    _personal("country", "country", _("Country"), "newest", _ALL, _WHY_ADDRESS, _ADDRESS, listed=True),
    _personal("company_name", "text", _("Company"), "most_frequent", _ALL, _WHY_COMPANY, _COMPANY, personal=False),
    _personal("job_title", "text", _("Job title"), "newest", _CONTACT,
              _("To speak to the person who decides."), _COMPANY),
    _personal("industry", "text", _("Industry"), "trusted", _INSIGHT, _WHY_COMPANY, _COMPANY, personal=False),
    _personal("employees", "integer", _("Employees"), "newest", _INSIGHT, _WHY_COMPANY, _COMPANY, personal=False),
    _personal("vat_id", "vat_id", _("VAT id"), "trusted", ("orders",),
              _("To write invoices and to recognise the same company."), _COMPANY, personal=False),
    _personal("source_channel", "choice", _("How they heard of us"), "trusted", _INSIGHT,
              _("To know what brings new customers."), _ABOUT),
    _personal("customer_since", "date", _("Customer since"), "trusted", _ALL,
              _("To thank loyal customers and to measure how long customers stay."), _ABOUT),
    _personal("marital_status", "choice", _("Marital status"), "newest", _INSIGHT, _WHY_ABOUT, _ABOUT),
    _personal("education", "choice", _("Education"), "newest", _INSIGHT, _WHY_ABOUT, _ABOUT),
    _personal("income", "money", _("Income"), "newest", _INSIGHT, _WHY_ABOUT, _ABOUT),
    _personal("children", "integer", _("Children"), "newest", _INSIGHT, _WHY_ABOUT, _ABOUT),
    _personal("notes", "text", _("Notes"), "longest", ("service",),
              _("To remember what was agreed."), _ABOUT),
)  # fmt: skip

FIELDS: Mapping[str, Field] = {known.name: known for known in _FIELDS}


def field(name: str) -> Field:
    """The field of a trait; a name we do not know is a custom text field, and is kept."""
    known = FIELDS.get(name)
    if known is not None:
        return known
    label = name.replace("_", " ").strip().capitalize() or name
    why = _("It came with your data; write down why you keep it.")
    return Field(name, "text", label, "newest", True, (), why, False, _CUSTOM)
