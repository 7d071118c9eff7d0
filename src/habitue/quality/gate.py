"""The gate: every trait of a record in the one spelling we keep, and what could not be read, told field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Literal

from habitue.quality.dictionary import FIELDS
from habitue.quality.normalise.address import normalise_city, normalise_house_number, normalise_street
from habitue.quality.normalise.choice import normalise_gender, normalise_marital_status
from habitue.quality.normalise.company import normalise_company
from habitue.quality.normalise.country import normalise_country
from habitue.quality.normalise.dates import normalise_birth_date, normalise_date
from habitue.quality.normalise.email import normalise_email
from habitue.quality.normalise.flag import normalise_flag
from habitue.quality.normalise.language import normalise_language
from habitue.quality.normalise.money import normalise_integer, normalise_money
from habitue.quality.normalise.names import normalise_name, normalise_salutation
from habitue.quality.normalise.phone import normalise_phone
from habitue.quality.normalise.postal_code import normalise_postal_code
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import is_blank, normalise_text, says_nothing
from habitue.quality.normalise.url import normalise_url
from habitue.quality.normalise.vat import normalise_vat

Value = str | int | bool | None
Answer = Normalised | Problem
Reader = Callable[[str, str | None, date | None], Answer]

# For each kind of value; what a person has alone, such as an e-mail address, takes about a kilobyte here.
CACHE_SIZE = 20_000


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """A value that could not be read and was left out, with its reason (`message` is a msgid)."""

    field: str
    value: str
    code: str
    message: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A value that was kept but deserves a look, with the reason (`message` is a msgid)."""

    field: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The traits of a record as we keep them.

    Values are text (dates as ISO, money as decimal text), int or bool; None removes the trait.
    """

    traits: dict[str, Value]
    problems: tuple[FieldProblem, ...]
    notes: tuple[FieldNote, ...] = ()


def _by_value(read: Callable[[str], Answer]) -> Reader:
    cached = lru_cache(CACHE_SIZE)(read)
    return lambda value, country, today: cached(value)


def _by_country(read: Callable[..., Answer]) -> Reader:
    cached = lru_cache(CACHE_SIZE)(lambda value, country: read(value, country=country))
    return lambda value, country, today: cached(value, country)


def _by_day(read: Callable[..., Answer]) -> Reader:
    cached = lru_cache(CACHE_SIZE)(lambda value, country, today: read(value, country=country, today=today))
    return lambda value, country, today: cached(value, country, today)


_KINDS: Mapping[str, Reader] = {
    "name": _by_value(normalise_name),
    "email": _by_value(normalise_email),
    "phone": _by_country(normalise_phone),
    "date": _by_day(normalise_date),
    "country": _by_value(normalise_country),
    "language": _by_value(normalise_language),
    "money": _by_country(normalise_money),
    "postal_code": _by_country(normalise_postal_code),
    "text": lambda value, country, today: normalise_text(value),
    "choice": lambda value, country, today: normalise_text(value),
    "url": lambda value, country, today: normalise_url(value),
    "vat_id": _by_country(normalise_vat),
    "integer": _by_country(normalise_integer),
    "flag": _by_value(normalise_flag),
}
_READERS: Mapping[str, Reader] = {name: _KINDS[known.kind] for name, known in FIELDS.items()} | {
    "first_name": _by_value(partial(normalise_name, part="first")),
    "last_name": _by_value(partial(normalise_name, part="last")),
    "birth_date": _by_day(normalise_birth_date),
    "salutation": _by_value(normalise_salutation),
    "gender": _by_value(normalise_gender),
    "marital_status": _by_value(normalise_marital_status),
    "company_name": _by_value(normalise_company),
    "street": _by_country(normalise_street),
    "house_number": _by_value(normalise_house_number),
    "city": _by_value(normalise_city),
}
_read_company = _READERS["company_name"]

# Which found parts become traits of their own, when the record does not say otherwise.
_FILLS = frozenset(
    {"salutation", "title", "gender", "first_name", "last_name", "company_name", "house_number", "address_extra"}
    | {"postal_code", "phone_extension", "email_2"}
)
# Kinds and fields where "none" or "unknown" is no answer; elsewhere such a word may be one (no children, Mr Null).
_TYPED = frozenset({"email", "phone", "date", "country", "language", "money", "postal_code", "url", "vat_id"})
_NOTHING_COUNTS = frozenset(
    {name for name, known in FIELDS.items() if known.kind in _TYPED}
    | {"gender", "marital_status", "salutation", "street", "house_number", "city", "company_name"}
)


def check(
    traits: Mapping[str, object],
    *,
    country: str | None,
    language: str | None = None,
    today: date | None = None,
    about: Literal["person", "company"] = "person",
) -> Checked:
    """Every dictionary field in its one spelling; unknown fields as trimmed text.

    `country` is the workspace's, used where the record names none; `language` likewise stands for the reader's
    habits; `today` (the day in the workspace) lets birth dates in the future be refused. For a company the trait
    `name` is its company name. Empty texts are dropped; what cannot be read is listed in `problems`.
    """
    del language
    if not traits:
        return Checked({}, ())
    return _Check(traits, country, today, about == "company").run()


class _Check:
    """One record on its way through the gate."""

    __slots__ = ("country", "filled", "given", "is_company", "kept", "notes", "own_country", "problems", "today")

    def __init__(self, traits: Mapping[str, object], country: str | None, today: date | None, is_company: bool) -> None:
        self.given = _flat(traits)
        self.country = country
        self.own_country = False
        self.today = today
        self.is_company = is_company
        self.kept: dict[str, Value] = {}
        self.filled: dict[str, str] = {}
        self.problems: list[FieldProblem] = []
        self.notes: list[FieldNote] = []

    def run(self) -> Checked:
        if self.given.get("country") is not None:
            self._take("country", self.given["country"])
            told = self.kept.get("country")
            if isinstance(told, str):
                self.country, self.own_country = told, True
        for name, value in self.given.items():
            if name != "country" or value is None:
                self._take(name, value)
        self._complete()
        return Checked(self.kept, tuple(self.problems), tuple(self.notes))

    def _take(self, name: str, value: object) -> None:
        if value is None:
            self.kept[name] = None
            return
        text = value if isinstance(value, str) else _as_text(value)
        if self.is_company and name == "name":
            name = "company_name"
        reader = _READERS.get(name)
        if reader is None:
            self._keep_custom(name, value, text)
            return
        text = text.strip()
        if is_blank(text) or (name in _NOTHING_COUNTS and says_nothing(text)):
            return
        self._settle(name, text, self._read(reader, name, text))

    def _read(self, reader: Reader, name: str, text: str) -> Answer:
        answer = reader(text, self.country, self.today)
        if name == "postal_code" and not self.own_country and isinstance(answer, Problem):
            # The record names no country, so it may well live in another than the shop does.
            return reader(text, None, self.today)
        return answer

    def _settle(self, name: str, text: str, answer: Answer) -> None:
        if isinstance(answer, Problem):
            self.problems.append(FieldProblem(name, text[:200], answer.code, answer.message, answer.params))
            return
        self.kept[name] = int(answer.value) if FIELDS[name].kind == "integer" else answer.value
        if answer.note:
            self.notes.append(FieldNote(name, answer.value, answer.note))
        for part, found in answer.also.items():
            self._found(name, part, found)

    def _found(self, name: str, part: str, found: str) -> None:
        if part in _FILLS:
            self.filled.setdefault(part, found)
        elif part == "currency":
            self.filled[f"{name}_currency"] = found
        elif part == "phone_2":
            self.filled["phone_2"] = found
        elif part == "phone_2_kind" and found == "mobile" and name != "mobile" and not self.given.get("mobile"):
            self.filled["mobile"] = self.filled.pop("phone_2")

    def _keep_custom(self, name: str, value: object, text: str) -> None:
        if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**63):
            self.kept[name] = value
            return
        answer = normalise_text(text)
        if isinstance(answer, Normalised):
            self.kept[name] = answer.value
            if answer.note:
                self.notes.append(FieldNote(name, answer.value[:200], answer.note))

    def _complete(self) -> None:
        """Fill what the record did not give itself, and make the name of its parts."""
        kept = self.kept
        for name, found in self.filled.items():
            if name not in kept:
                self._fill(name, found)
        if "name" not in kept and kept.get("first_name") and kept.get("last_name") and not self.is_company:
            whole = _READERS["name"](f"{kept['first_name']} {kept['last_name']}", None, None)
            if isinstance(whole, Normalised):
                kept["name"] = whole.value

    def _fill(self, name: str, found: str) -> None:
        if name not in {"first_name", "last_name"}:
            self.kept[name] = found
            return
        # A part alone may be read otherwise than in the whole ("JO Smith" has a "Jo"): as if it had been given.
        answer = _READERS[name](found, None, None)
        if isinstance(answer, Normalised):
            self.kept[name] = answer.value


_ADDRESS_PARTS: Mapping[str, str] = {
    "street": "street",
    "city": "city",
    "country": "country",
    "postalCode": "postal_code",
    "postal_code": "postal_code",
    "state": "region",
    "region": "region",
}
_COMPANY_PARTS: Mapping[str, str] = {
    "name": "company_name",
    "industry": "industry",
    "employee_count": "employees",
    "employees": "employees",
}
_NESTED: Mapping[str, Mapping[str, str]] = {"address": _ADDRESS_PARTS, "company": _COMPANY_PARTS}


def _flat(traits: Mapping[str, object]) -> Mapping[str, object]:
    """Traits with the parts of a nested `address` or `company` lifted to fields of their own."""
    if not any(isinstance(traits.get(name), Mapping) for name in _NESTED):
        return traits
    flat: dict[str, object] = {name: value for name, value in traits.items() if name not in _NESTED}
    for name, parts in _NESTED.items():
        nested = traits.get(name)
        if not isinstance(nested, Mapping):
            if name in traits:
                flat[name] = nested
            continue
        for key, value in nested.items():
            flat.setdefault(parts.get(key, f"{name}_{key}"), value)
    return flat


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
