"""Every target that a column may have: its label, its kind and the headings it goes by in three languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from habitue.collect.files.headings import key
from habitue.kernel.text import gettext_noop as _

LANGUAGES = ("en", "de", "ru")


@dataclass(frozen=True, slots=True)
class Target:
    """A thing a column can become.

    `kind` says how its cells are read: text, id, name, email, phone, date, time, instant, money, integer, number,
    flag, country, postal_code, url, status. `headings` maps a language to the headings, the best first.
    """

    name: str
    label: str
    kind: str
    headings: dict[str, tuple[str, ...]]

    @property
    def group(self) -> str:
        """What it says something about: person, company, order, line, payment, contact …"""
        return self.name.partition(".")[0]


_KINDS: tuple[tuple[str, str, str], ...] = (
    ("person.customer_number", _("Customer number"), "id"),
    ("person.loyalty_card", _("Loyalty card"), "id"),
    ("person.user_id", _("User id"), "id"),
    ("person.email", _("E-mail"), "email"),
    ("person.phone", _("Phone"), "phone"),
    ("person.mobile", _("Mobile phone"), "phone"),
    ("person.name", _("Full name"), "name"),
    ("person.salutation", _("Salutation"), "text"),
    ("person.title", _("Academic title"), "text"),
    ("person.first_name", _("First name"), "name"),
    ("person.last_name", _("Last name"), "name"),
    ("custom.middle_name", _("Middle name"), "name"),
    ("person.gender", _("Gender"), "text"),
    ("person.birth_date", _("Date of birth"), "date"),
    ("custom.year_birth", _("Year of birth"), "integer"),
    ("person.street", _("Street"), "text"),
    ("person.house_number", _("House number"), "text"),
    ("person.address_extra", _("Address, second line"), "text"),
    ("person.postal_code", _("Postal code"), "postal_code"),
    ("person.city", _("City"), "text"),
    ("person.region", _("Region"), "text"),
    ("person.country", _("Country"), "country"),
    ("person.language", _("Language"), "text"),
    ("person.company_name", _("Company of the person"), "text"),
    ("person.job_title", _("Job title"), "text"),
    ("person.website", _("Website"), "url"),
    ("person.source_channel", _("How they heard of us"), "text"),
    ("person.preferred_greeting", _("Preferred greeting"), "text"),
    ("custom.referred_by", _("Referred by"), "text"),
    ("person.customer_since", _("Customer since"), "date"),
    ("person.marital_status", _("Marital status"), "text"),
    ("person.education", _("Education"), "text"),
    ("person.income", _("Income"), "money"),
    ("person.children", _("Children"), "integer"),
    ("person.notes", _("Notes"), "text"),
    ("person.vat_id", _("VAT number"), "id"),
    ("company.id", _("Company number"), "id"),
    ("company.company_name", _("Company name"), "text"),
    ("company.industry", _("Industry"), "text"),
    ("company.employees", _("Employees"), "integer"),
    ("company.website", _("Company website"), "url"),
    ("company.phone", _("Company phone"), "phone"),
    ("company.email", _("Company e-mail"), "email"),
    ("company.street", _("Company street"), "text"),
    ("company.house_number", _("Company house number"), "text"),
    ("company.postal_code", _("Company postal code"), "postal_code"),
    ("company.city", _("Company city"), "text"),
    ("company.region", _("Company region"), "text"),
    ("company.country", _("Company country"), "country"),
    ("company.vat_id", _("Company VAT number"), "id"),
    ("order.id", _("Order number"), "id"),
    ("order.at", _("Order date"), "instant"),
    ("order.time", _("Time of the order"), "time"),
    ("order.total", _("Order total"), "money"),
    ("order.currency", _("Currency"), "text"),
    ("order.shipping", _("Shipping cost"), "money"),
    ("order.discount", _("Discount"), "money"),
    ("order.coupon", _("Coupon"), "text"),
    ("order.payment_method", _("Payment method of the order"), "text"),
    ("order.channel", _("Sales channel"), "text"),
    ("order.store", _("Store"), "text"),
    ("order.status", _("Order status"), "status"),
    ("order.invoice", _("Invoice number"), "id"),
    ("line.sku", _("Article number"), "id"),
    ("line.name", _("Product name"), "text"),
    ("line.category", _("Product category"), "text"),
    ("line.brand", _("Brand"), "text"),
    ("line.quantity", _("Quantity"), "number"),
    ("line.price", _("Unit price"), "money"),
    ("line.total", _("Line total"), "money"),
    ("payment.id", _("Payment number"), "id"),
    ("payment.at", _("Payment date"), "instant"),
    ("payment.amount", _("Payment amount"), "money"),
    ("payment.method", _("Payment method"), "text"),
    ("payment.status", _("Payment status"), "status"),
    ("contact.at", _("Contact date"), "instant"),
    ("contact.time", _("Time of the contact"), "time"),
    ("contact.channel", _("Contact channel"), "text"),
    ("contact.direction", _("Contact direction"), "text"),
    ("contact.reason", _("Contact reason"), "text"),
    ("contact.agent", _("Contact person on our side"), "text"),
    ("contact.outcome", _("Contact outcome"), "text"),
    ("contact.resolved", _("Resolved"), "flag"),
    ("contact.duration_s", _("Duration in seconds"), "duration"),
    ("contact.ticket_id", _("Ticket number"), "id"),
    ("contact.product", _("Product concerned"), "text"),
    ("contact.note", _("Contact note"), "text"),
    ("survey.survey", _("Survey"), "text"),
    ("survey.question", _("Survey question"), "text"),
    ("survey.score", _("Survey score"), "number"),
    ("survey.text", _("Survey answer"), "text"),
    ("survey.at", _("Survey date"), "instant"),
    ("consent.newsletter", _("Consent: newsletter"), "flag"),
    ("consent.email", _("Consent: e-mail"), "flag"),
    ("consent.phone", _("Consent: phone"), "flag"),
    ("consent.post", _("Consent: post"), "flag"),
    ("consent.at", _("Consent date"), "instant"),
    ("consent.double_opt_in_at", _("Consent confirmed by e-mail on"), "instant"),
    ("consent.withdrawn_at", _("Consent withdrawn on"), "instant"),
    ("consent.text", _("Consent text"), "text"),
    ("consent.form", _("Consent form"), "text"),
    ("consent.source", _("Consent source"), "text"),
    ("subscription.plan", _("Subscription plan"), "text"),
    ("subscription.status", _("Subscription status"), "status"),
    ("subscription.started_at", _("Subscription start"), "instant"),
    ("subscription.renews_at", _("Subscription renewal"), "instant"),
    ("subscription.amount", _("Subscription price"), "money"),
)


def _registry() -> dict[str, Target]:
    headings = tomllib.loads((resources.files(__package__) / "headings.toml").read_text("utf-8"))
    return {
        name: Target(name, label, kind, {language: tuple(headings[name][language]) for language in LANGUAGES})
        for name, label, kind in _KINDS
    }


TARGETS: dict[str, Target] = _registry()


@cache
def by_heading() -> dict[str, tuple[tuple[str, str], ...]]:
    """From a comparable heading to its `(target, language)` pairs, in the order of the registry."""
    found: dict[str, list[tuple[str, str]]] = {}
    for target in TARGETS.values():
        for language, headings in target.headings.items():
            for heading in headings:
                entry = found.setdefault(key(heading), [])
                if all(known != target.name for known, _language in entry):
                    entry.append((target.name, language))
    return {heading: tuple(entry) for heading, entry in found.items()}


@cache
def heading_languages() -> dict[str, frozenset[str]]:
    """From a comparable heading to every language that uses it."""
    found: dict[str, set[str]] = {}
    for target in TARGETS.values():
        for language, headings in target.headings.items():
            for heading in headings:
                found.setdefault(key(heading), set()).add(language)
    return {heading: frozenset(languages) for heading, languages in found.items()}


def kind_of_target(target: str) -> str:
    """How the cells of a target are read; text for custom traits and properties."""
    known = TARGETS.get(target)
    return known.kind if known else "text"
