"""A true person of the example shop: one human being with everything that changes over the years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from habitue.demo.places import City

T = TypeVar("T")
Dated = tuple[tuple["date", T], ...]  # values in the order in which they began; the first holds from ever


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number in its parts; `trunk` is what people dial before `area` at home, mostly 0."""

    calling_code: str
    area: str
    subscriber: str
    trunk: str = "0"


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives."""

    street: str
    house_number: str
    postal_code: str
    city: City


@dataclass(frozen=True, slots=True)
class Company:
    """A business that orders for its staff or its guests; staff share `domain` and the switchboard."""

    name: str
    domain: str
    phone: Phone
    address: Address


@dataclass(frozen=True, slots=True)
class Person:
    """The truth about one person.

    `cyrillic` is (first name, last name) for those who write so at home; `first_name` and the last names are
    then the spelling of a German office. `nickname` may be empty. `household` is shared by those who live
    together; `landline` is the household's.
    """

    person_id: str
    household: str
    gender: str
    title: str
    first_name: str
    nickname: str
    last_names: Dated[str]
    cyrillic: tuple[str, str] | None
    language: str
    born: date
    addresses: Dated[Address]
    emails: Dated[str]
    mobiles: Dated[Phone]
    landline: Phone | None
    company: Company | None = None
    work_email: str = ""

    @property
    def country(self) -> str:
        """The country of the newest address, ISO 3166 alpha-2."""
        return self.addresses[-1][1].city.country

    @property
    def last_name(self) -> str:
        """The newest last name."""
        return self.last_names[-1][1]


def on(values: Sequence[tuple[date, T]], day: date) -> T:
    """The value that held on `day`."""
    held = values[0][1]
    for since, value in values[1:]:
        if since <= day:
            held = value
    return held
