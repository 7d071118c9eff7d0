"""What a column may become, grouped by what it says something about, and what may hold for a whole file."""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext

from habitue.collect.files.headings import snake
from habitue.collect.files.mapping import CONSTANTS, Mapping
from habitue.collect.files.targets import TARGETS
from habitue.kernel.text import gettext_noop as _
from habitue.web.templatetags import show

MOST_COLUMNS = 400
"""A form of more fields than this is refused; wider files keep the reading of the columns that are not shown."""

LOOKS: MappingType[str, str] = {
    "email": _("e-mail address"),
    "phone": _("phone number"),
    "date": _("date"),
    "money": _("money"),
    "integer": _("whole number"),
    "number": _("number"),
    "flag": _("yes or no"),
    "country": _("country"),
    "postal_code": _("postal code"),
    "id": _("number or code"),
    "name": _("name"),
    "url": _("web address"),
    "text": _("text"),
}
GROUPS: MappingType[str, str] = {
    "person": _("Person"),
    "custom": _("Person, more"),
    "company": _("Company"),
    "order": _("Order"),
    "line": _("Line of an order"),
    "payment": _("Payment"),
    "contact": _("Call, mail or visit"),
    "survey": _("Survey"),
    "consent": _("Consent"),
    "subscription": _("Subscription"),
}
CONSTANT_LABELS: MappingType[str, str] = {
    "country": _("Country"),
    "currency": _("Currency"),
    "language": _("Language"),
    "store": _("Store"),
    "source_channel": _("How they heard of us"),
    "purpose": _("Consent: what for"),
    "channel": _("Consent: by which way"),
    "consent_text": _("Consent: words that were shown"),
    "consent_source": _("Consent: form or place"),
}
IDENTIFYING = frozenset(
    {
        "person.customer_number", "person.loyalty_card", "person.user_id", "person.email", "person.phone",
        "person.mobile", "company.id",
    }
)  # fmt: skip
CHANNELS: MappingType[str, str] = {
    "email": _("by e-mail"),
    "phone": _("by phone"),
    "post": _("by post"),
    "any": _("any way"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a list."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A value for the whole file; with `options` it is chosen, else typed."""

    name: str
    label: str
    value: str
    options: tuple[Option, ...]


def groups() -> Sequence[tuple[str, Sequence[Option]]]:
    """All targets by group, labels translated."""
    found: dict[str, list[Option]] = {name: [] for name in GROUPS}
    for target in TARGETS.values():
        found[target.group].append(Option(target.name, gettext(target.label)))
    return [(gettext(GROUPS[name]), options) for name, options in found.items() if options]


def own_field(heading: str) -> str:
    """The target under which a column is kept that fits no field of ours."""
    return f"custom.{snake(heading)}"


def constants(mapping: Mapping, purposes: Sequence[Option]) -> Sequence[Constant]:
    """What may hold for the whole file, with what is chosen now."""
    locale = show.locale()
    countries = _sorted((code, name) for code, name in locale.territories.items() if len(code) == 2 and code.isalpha())
    languages = _sorted((code, name) for code, name in locale.languages.items() if len(code) == 2)
    currencies = _sorted(locale.currencies.items())
    options: dict[str, tuple[Option, ...]] = {
        "country": countries,
        "currency": currencies,
        "language": languages,
        "purpose": tuple(purposes),
        "channel": tuple(Option(code, gettext(label)) for code, label in CHANNELS.items()),
    }
    return [
        Constant(name, gettext(label), mapping.constants.get(name, ""), options.get(name, ()))
        for name, label in CONSTANT_LABELS.items()
    ]


def chosen(sent: QueryDict, current: Mapping) -> Mapping | None:
    """The mapping that a form sent, columns that it did not show as they were; None when it fits no file of ours."""
    targets = sent.getlist("target")
    if len(targets) != min(len(current.targets), MOST_COLUMNS):
        return None
    values = {name: sent.get(name, "").strip()[:500] for name in CONSTANTS}
    try:
        return Mapping(
            targets=(*(target or None for target in targets), *current.targets[len(targets) :]),
            constants={name: value for name, value in values.items() if value},
        )
    except ValueError:
        return None


def _sorted(pairs: object) -> tuple[Option, ...]:
    named = [Option(code, str(name)) for code, name in pairs]  # type: ignore[attr-defined]  # any pairs
    return tuple(sorted(named, key=lambda option: option.label.casefold()))
