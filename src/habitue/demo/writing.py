"""How one record writes one person: which name, which spelling, which number, as of a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from habitue.demo.chance import Urn, happens, weighted
from habitue.demo.mess import in_cp1252
from habitue.demo.names_ru import latin
from habitue.demo.person import on

if TYPE_CHECKING:
    from datetime import date

    from habitue.demo.mess import Mess
    from habitue.demo.names_ru import Spelling
    from habitue.demo.person import Address, Person, Phone

_SPELLINGS: Urn[Spelling] = weighted((("german", 60), ("english", 28), ("passport", 12)))
COUNTRY_NAMES = {
    "DE": "Deutschland",
    "AT": "Österreich",
    "CH": "Schweiz",
    "RU": "Russland",
    "PL": "Polen",
    "FR": "Frankreich",
}


@dataclass(frozen=True, slots=True)
class Written:
    """First and last name as one record has them."""

    first: str
    last: str


def write_name(mess: Mess, person: Person, day: date, *, cyrillic: bool = False) -> Written:
    """The name a record of `day` has; in Cyrillic letters where asked for and the person writes so."""
    if person.cyrillic and cyrillic:
        first, last = person.cyrillic
        if person.nickname and mess.makes("nickname", 0.05):
            first = person.nickname
        return Written(mess.name(first), mess.name(last))
    first, last = person.first_name, on(person.last_names, day)
    if len(person.last_names) > 1 and last != person.last_name:
        mess.counts["record with the name before marriage"] += 1
    if person.cyrillic:
        first, last = _in_latin(mess, person, _SPELLINGS.draw(mess.rng))
    elif person.nickname and mess.makes("nickname", 0.045):
        first = person.nickname
    written = Written(mess.name(first), mess.name(last))
    if mess.makes("first and last name exchanged", 0.004):
        return Written(written.last, written.first)
    return written


def _in_latin(mess: Mess, person: Person, spelling: Spelling) -> tuple[str, str]:
    first, last = person.cyrillic or (person.first_name, person.last_name)
    if person.nickname and mess.makes("nickname", 0.05):
        first = person.nickname
    if spelling != "german":
        mess.counts["Russian name spelled another way"] += 1
    return latin(first, spelling), latin(last, spelling)


def write_email(mess: Mess, person: Person, day: date) -> str:
    """The e-mail address of `day`, as typed in."""
    email = on(person.emails, day)
    if email != person.emails[-1][1]:
        mess.counts["record with a former e-mail"] += 1
    return mess.email(email)


def some_phone(mess: Mess, person: Person, day: date, *, at_home: float = 0.4) -> Phone:
    """The landline in `at_home` of the cases where there is one, else the mobile of `day`."""
    if person.landline and happens(mess.rng, at_home):
        return person.landline
    mobile = on(person.mobiles, day)
    if mobile != person.mobiles[-1][1]:
        mess.counts["record with a former mobile number"] += 1
    return mobile


def address_on(mess: Mess, person: Person, day: date) -> Address:
    """Where the person lived on `day`."""
    address = on(person.addresses, day)
    if address != person.addresses[-1][1]:
        mess.counts["record with a former address"] += 1
    return address


def western(text: str) -> str:
    """`text` as a Western Windows program can store it: Cyrillic spelled in Latin, odd letters made plain."""
    return in_cp1252(latin(text, "german"))
