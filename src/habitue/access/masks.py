"""Which values name or reach a person, and who may see them where rows are read freely. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from habitue.access.policy import HasRoles, allowed

HIDDEN = "•••"
# Of dates among them the year stays.
_TRAITS = frozenset(
    {
        "name", "first_name", "last_name", "title", "email", "phone", "mobile", "website", "preferred_greeting",
        "street", "house_number", "address_extra", "postal_code", "birth_date", "vat_id", "notes",
    }
)  # fmt: skip
_OF_COMPANIES = frozenset({"name", "website", "vat_id", "postal_code"})
_PROPERTIES = frozenset(
    {
        "first_name", "last_name", "full_name", "email", "phone", "mobile", "street", "house_number", "address",
        "birth_date", "notes", "note", "text", "review_body", "invitee_email", "user_id", "ip",
    }
)  # fmt: skip
_PERSONS = frozenset({"customer", "user", "person", "contact", "billing", "shipping", "address", "recipient", "buyer"})
_IN_PERSONS = frozenset({"name", "zip", "postal_code", "line1", "line2", "id"})
# What may hold such a value beside others: addresses of pages, texts under names that nobody planned.
LOOKS_PERSONAL = r"@|%40|\+?[0-9][0-9 ()/-]{5,}[0-9]"
# The same for numbers of orders and messages, names of events and planned values, where digits are nothing special.
HOLDS_ADDRESS = r"@|%40|(?:^|[^0-9A-Za-z-])(?:\+|00?)[1-9][0-9 ()/-]{5,}[0-9]"


def sees_contacts(actor: HasRoles) -> bool:
    """Whether somebody sees names and contact data in tables: who may take lists of people out does."""
    return allowed(actor, "people.export")


def is_direct_trait(name: str, *, of_company: bool = False) -> bool:
    """Whether a trait points at a person; what names a company does not."""
    if of_company and name in _OF_COMPANIES:
        return False
    return name in _TRAITS or _is_contact(name)


def is_direct_property(path: Sequence[str]) -> bool:
    """Whether a property of an event points at a person, by its name and what it lies in."""
    parts = [part.lower() for part in path]
    if parts[-1] in _PROPERTIES or _is_contact(parts[-1]):
        return True
    return parts[-1] in _IN_PERSONS and any(part in _PERSONS for part in parts[:-1])


def _is_contact(name: str) -> bool:
    return name.lower().replace("_", "").endswith(("email", "phone", "firstname", "lastname"))
