"""Who somebody is: the values that won, in the order a reader looks for them, each with its why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from habitue.kernel.text import gettext_noop as _
from habitue.profiles.golden import Golden, Value
from habitue.profiles.reading import Person
from habitue.quality.dictionary import field as dictionary_field
from habitue.web.profile_parts import postal
from habitue.web.profile_parts.said import said

RULES: Mapping[str, str] = {
    "newest": _("The newest value wins."),
    "most_frequent": _("The value that was told most often wins."),
    "longest": _("The longest text wins."),
    "trusted": _("The source that has known the person longest wins."),
}
FIRST = (
    "email", "phone", "mobile", "birth_date", "address", "company_name", "job_title", "industry", "employees",
    "website", "vat_id", "language", "source_channel", "customer_since", "preferred_greeting",
)  # fmt: skip
ADDRESS = ("street", "house_number", "address_extra", "postal_code", "city", "region", "country")
NAMES = ("name", "salutation", "title", "first_name", "last_name")
LINKS: Mapping[str, str] = {"email": "mailto:", "phone": "tel:"}


@dataclass(frozen=True, slots=True)
class Told:
    """What one source said."""

    value: str
    source: str
    at: datetime
    differs: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One field: the value that won, `rule` that decided (a msgid), its origin, and what else was said."""

    name: str
    label: str
    value: str
    href: str
    rule: str
    winner: Told
    others: tuple[Told, ...]

    @property
    def differing(self) -> int:
        """How many other values there are."""
        return len({other.value for other in self.others if other.differs})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the card: a field, or the parts of an address read as one."""

    label: str
    value: str
    href: str
    parts: tuple[Fact, ...]

    @property
    def differing(self) -> int:
        """How many other values were told."""
        return sum(part.differing for part in self.parts)


@dataclass(frozen=True, slots=True)
class Who:
    """The card: what everybody looks for, and the rest."""

    first: Sequence[Row]
    rest: Sequence[Row]


def who(person: Person, sources: Mapping[str, str]) -> Who:
    """The card of a person or company; `sources` are names by id."""
    facts = {name: _fact(golden, sources) for name, golden in person.golden.items()}
    land = person.golden.get("country")
    address = _address(facts, str(land.value) if land else "")
    rows = {name: Row(fact.label, fact.value, fact.href, (fact,)) for name, fact in facts.items()}
    if address is not None:
        rows["address"] = address
    first = [rows[name] for name in FIRST if name in rows]
    hidden = {*FIRST, *(ADDRESS if address else ())}
    known = [name for name in (*NAMES, *sorted(facts)) if name in rows and name not in hidden]
    return Who(first=first, rest=[rows[name] for name in dict.fromkeys(known)])


def initials(name: str) -> str:
    """Up to two letters for the round picture; empty for a name without letters."""
    words = [word for word in name.split() if word[:1].isalpha()]
    chosen = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in chosen).upper()


def _fact(golden: Golden, sources: Mapping[str, str]) -> Fact:
    known = dictionary_field(golden.field)
    value = said(golden.value, known.kind)
    start = LINKS.get(known.kind, "")
    href = start + quote(str(golden.value), safe="@+") if start else _web(golden.value) if known.kind == "url" else ""
    return Fact(
        name=golden.field,
        label=known.label,
        value=value,
        href=href,
        rule=RULES.get(golden.rule, ""),
        winner=_told(golden.winner, golden, sources),
        others=tuple(_told(other, golden, sources) for other in sorted(golden.others, key=_newest, reverse=True)),
    )


def _told(value: Value, golden: Golden, sources: Mapping[str, str]) -> Told:
    kind = dictionary_field(golden.field).kind
    source = sources.get(value.source_id, value.source_id)
    return Told(said(value.value, kind), source, value.at, value.value != golden.value)


def _newest(value: Value) -> tuple[datetime, int]:
    return value.at, value.seq


def _web(value: object) -> str:
    text = str(value)
    return text if text.startswith(("https://", "http://")) else ""


def _address(facts: Mapping[str, Fact], country: str) -> Row | None:
    parts = tuple(facts[name] for name in ADDRESS if name in facts)
    if not parts:
        return None
    text = {part.name: part.value for part in parts}
    return Row(label=_("Address"), value=", ".join(postal.lines(text, country)), href="", parts=parts)
