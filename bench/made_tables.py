"""Tables of people and organisations with known truth, unlike each other in language, shape, errors and gaps.

They guard against fitting the matcher to one data set: none of its numbers was chosen by looking at them one by one.
Everything is invented; a seed gives the same table everywhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from habitue.demo import names_de, names_ru, names_world
from habitue.demo.chance import words
from habitue.demo.places import CITIES, STREETS
from habitue.identity.matching.shapes import Array

Row = dict[str, str | None]
_MAILBOXES = ("mail.example", "web.example", "post.example")
_KEYS = "qwertyuiopasdfghjklzxcvbnm"
_SYLLABLES = words("""
ba ber bo dan del dor el fen gar gol hal hen kal kar ken lan lin mar mel mor
nor os pal ran rud sal ser tal tor ul van vel win wol zan
""")
_SHORT = {
    "Robert": "Bob",
    "William": "Bill",
    "Elizabeth": "Liz",
    "Katharina": "Kathi",
    "Alexander": "Alex",
    "Michael": "Mike",
    "Thomas": "Tom",
}


@dataclass
class Person:
    """One invented person."""

    first: str
    last: str
    born: str
    street: str
    house: str
    postcode: str
    city: str
    phone: str
    email: str
    number: str


@dataclass
class Made:
    """A table with, for every row, the number of whom it is about."""

    name: str
    table: pa.Table
    truth: Sequence[int] | Array
    errors: dict[str, int] = field(default_factory=dict)


class Maker:
    """Invents people and spoils their records."""

    def __init__(self, seed: int, language: str) -> None:
        self.chance = random.Random(seed)
        self.language = language
        self.counts: dict[str, int] = {}
        self.firsts, self.lasts = _names(language)
        self.mailboxes: set[str] = set()

    def person(self, number: int) -> Person:
        """Somebody new."""
        pick = self.chance
        first, last = self._common(self.firsts), self._last()
        country = {"de": "DE", "en": "GB", "ru": "RU"}[self.language]
        town = pick.choice(CITIES.get(country) or CITIES["DE"])
        street = pick.choice(STREETS.get(country) or STREETS["DE"])
        plain = _latin(f"{first[:1]}.{last}" if pick.random() < 0.4 else f"{first}.{last}").lower().replace(" ", "")
        return Person(
            first, last, f"{pick.randint(1935, 2006)}-{pick.randint(1, 12):02d}-{pick.randint(1, 28):02d}",
            f"{street} {self._suffix()}".strip(), str(pick.randint(1, 140)), f"{pick.randint(10_000, 99_999)}",
            str(getattr(town, "name", town)),
            f"0{pick.randint(150, 179)}{pick.randint(1_000_000, 9_999_999)}",
            self._mailbox(plain),
            f"{number + 100_000:06d}{pick.randint(100, 999)}",
        )  # fmt: skip

    def _mailbox(self, name: str) -> str:
        """An address that nobody else has."""
        number = self.chance.randint(1, 99) if self.chance.random() < 0.5 else 0
        box = self.chance.choice(_MAILBOXES)
        while (made := f"{name}{number or ''}@{box}") in self.mailboxes:
            number += self.chance.randint(1, 97)
        self.mailboxes.add(made)
        return made

    def housemate(self, other: Person, number: int, *, twin: bool = False) -> Person:
        """Somebody of the same household: same address, mostly the same surname, at times the same telephone."""
        new = self.person(number)
        return replace(
            new, last=other.last if self.chance.random() < 0.85 else new.last, street=other.street, house=other.house,
            postcode=other.postcode, city=other.city, phone=other.phone if self.chance.random() < 0.3 else new.phone,
            born=other.born if twin else new.born,
        )  # fmt: skip

    def typo(self, text: str) -> str:
        """One slip of the finger."""
        if len(text) < 3:
            return text
        at = self.chance.randrange(1, len(text) - 1)
        kind = self.chance.randrange(4)
        if kind == 0:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        letter = self.chance.choice("0123456789" if text[at].isdigit() else _KEYS)
        return text[:at] + letter + text[at + (kind == 2) :]

    def maybe(self, share: float, kind: str) -> bool:
        """Whether something happens; what happens is counted."""
        happens = self.chance.random() < share
        if happens:
            self.counts[kind] = self.counts.get(kind, 0) + 1
        return happens

    def _common(self, names: tuple[str, ...]) -> str:
        return names[
            min(int(self.chance.paretovariate(0.7)) - 1, len(names) - 1)
            if self.chance.random() < 0.5
            else self.chance.randrange(len(names))
        ]

    def _last(self) -> str:
        if self.chance.random() < 0.4:
            return self._common(self.lasts)
        made = "".join(self.chance.choice(_SYLLABLES) for _ in range(self.chance.choice([2, 3]))).capitalize()
        return made + ("ov" if self.language == "ru" else "")

    def _suffix(self) -> str:
        return self.chance.choice(_SYLLABLES).capitalize() if self.chance.random() < 0.5 else ""


def _names(language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if language == "de":
        return (
            *names_de.WOMEN_ELDER,
            *names_de.MEN_YOUNGER,
            *names_de.WOMEN_YOUNGER,
            *names_de.MEN_ELDER,
        ), names_de.LAST
    if language == "ru":
        lasts = tuple(str(each) if isinstance(each, str) else str(each[0]) for each in names_ru.LAST)
        return (*names_ru.WOMEN, *names_ru.MEN), lasts
    return (*names_world.ENGLISH_WOMEN, *names_world.ENGLISH_MEN), names_world.ENGLISH_LAST


def _latin(text: str) -> str:
    from anyascii import anyascii

    return anyascii(text)


def _world(maker: Maker, people: int, *, homes: float, twins: float = 0.0) -> list[Person]:
    made: list[Person] = []
    while len(made) < people:
        if made and maker.maybe(homes, "housemate"):
            made.append(maker.housemate(made[-1], len(made), twin=maker.maybe(twins, "twin")))
        else:
            made.append(maker.person(len(made)))
    return made


def _shuffled(maker: Maker, name: str, rows: list[tuple[int, Row]]) -> Made:
    maker.chance.shuffle(rows)
    columns = list(dict.fromkeys(key for _who, row in rows for key in row))
    table = pa.table({key: pa.array([row.get(key) for _who, row in rows], pa.string()) for key in columns})
    return Made(name, table, [who for who, _row in rows], maker.counts)


def customers(people: int, seed: int = 1, language: str = "de") -> Made:
    """Customers of a shop in several sources: moves, marriages, other e-mail, telephones in other form, households."""
    maker = Maker(seed, language)
    rows: list[tuple[int, Row]] = []
    for who, person in enumerate(_world(maker, people, homes=0.25)):
        moved, married = maker.maybe(0.12, "moved"), maker.maybe(0.05, "married")
        for turn in range(maker.chance.choice([1, 1, 2, 2, 3, 4, 5])):
            now = person
            if turn and moved:
                new = maker.person(who)
                now = replace(now, street=new.street, house=new.house, postcode=new.postcode, city=new.city)
            if turn and married:
                now = replace(now, last=maker.person(who).last)
            rows.append((who, _customer(maker, now)))
    return _shuffled(maker, f"customers {language}", rows)


def _customer(maker: Maker, person: Person) -> Row:
    first = _SHORT.get(person.first, person.first) if maker.maybe(0.06, "short name") else person.first
    first = first[:1] if maker.maybe(0.03, "initial") else first
    last = maker.typo(person.last) if maker.maybe(0.06, "typo in surname") else person.last
    if maker.language == "ru" and maker.maybe(0.25, "transliterated"):
        first, last = _latin(first), _latin(last)
    if maker.maybe(0.02, "names swapped"):
        first, last = last, first
    phone = person.phone
    if maker.maybe(0.3, "telephone written otherwise"):
        phone = f"+49 {phone[1:4]} {phone[4:]}"
    email = person.email if not maker.maybe(0.12, "other e-mail") else maker.person(0).email
    born = person.born if not maker.maybe(0.03, "typo in birth date") else maker.typo(person.born)
    has_address = not maker.maybe(0.2, "no address")
    return {
        "vorname": None if maker.maybe(0.04, "no first name") else first,
        "nachname": last,
        "mail": None if maker.maybe(0.2, "no e-mail") else email,
        "telefon": None if maker.maybe(0.3, "no telephone") else ("0000000" if maker.maybe(0.01, "junk") else phone),
        "geboren": None if maker.maybe(0.4, "no birth date") else born,
        "strasse": f"{person.street} {person.house}" if has_address else None,
        "plz": person.postcode if has_address else None,
        "ort": person.city if has_address else None,
    }


def voters(people: int, seed: int = 2) -> Made:
    """A register in English without contact data: dates in three columns, middle initials, many scanning errors."""
    maker = Maker(seed, "en")
    rows: list[tuple[int, Row]] = []
    for who, person in enumerate(_world(maker, people, homes=0.3, twins=0.02)):
        middle = maker.chance.choice("ABCDEFGHJKLMRST")
        for _turn in range(maker.chance.choice([1, 1, 2, 2, 3])):
            year, month, day = person.born.split("-")
            last = maker.typo(person.last) if maker.maybe(0.12, "typo in surname") else person.last
            rows.append(
                (
                    who,
                    {
                        "fn": maker.typo(person.first) if maker.maybe(0.1, "typo in first name") else person.first,
                        "mi": None if maker.maybe(0.4, "no middle initial") else middle,
                        "ln": last.upper(),
                        "by": str(int(year) + maker.chance.choice([-1, 1])) if maker.maybe(0.04, "year off") else year,
                        "bm": month,
                        "bd": maker.typo(day + "0")[:2] if maker.maybe(0.05, "day off") else day,
                        "zip": maker.person(0).postcode if maker.maybe(0.1, "moved") else person.postcode,
                        "age group": str(int(year) // 20),
                    },
                )
            )
    return _shuffled(maker, "voters en", rows)


def patients(people: int, seed: int = 3) -> Made:
    """Patients: one column `Nachname, Vorname`, dates as 31.12.1999, an insurance number that is often missing."""
    maker = Maker(seed, "de")
    rows: list[tuple[int, Row]] = []
    for who, person in enumerate(_world(maker, people, homes=0.3, twins=0.05)):
        for _turn in range(maker.chance.choice([1, 2, 2, 3])):
            year, month, day = person.born.split("-")
            if maker.maybe(0.03, "day and month swapped") and int(day) <= 12:
                day, month = month, day
            name = f"{person.last}, {person.first}"
            number = person.number if not maker.maybe(0.03, "typo in number") else maker.typo(person.number)
            rows.append(
                (
                    who,
                    {
                        "Name": maker.typo(name) if maker.maybe(0.1, "typo in name") else name,
                        "Geburtstag": None if maker.maybe(0.05, "no birth date") else f"{day}.{month}.{year}",
                        "Versichertennummer": None if maker.maybe(0.5, "no number") else number,
                        "Anschrift": None
                        if maker.maybe(0.2, "no address")
                        else f"{person.street} {person.house}, {person.postcode} {person.city}",
                        "Station": maker.chance.choice(["A1", "A2", "B1", "C3"]),
                    },
                )
            )
    return _shuffled(maker, "patients de", rows)


def firms(people: int, seed: int = 4) -> Made:
    """Organisations: legal forms, abbreviations, branches of one chain as different ones, a shared head office."""
    maker = Maker(seed, "de")
    rows: list[tuple[int, Row]] = []
    kinds = ["Bäckerei", "Metallbau", "Software", "Logistik", "Apotheke", "Autohaus", "Druckerei", "Gartenbau"]
    forms = ["GmbH", "AG", "GmbH & Co. KG", "e.K.", "KG", ""]
    chain, chain_phone = "", ""
    for who in range(people):
        seat = maker.person(who)
        name = f"{maker.chance.choice(kinds)} {seat.last}"
        phone = seat.phone
        if maker.maybe(0.1, "branch of a chain"):
            chain, chain_phone = (chain, chain_phone) if chain and maker.chance.random() < 0.8 else (name, phone)
            name = f"{chain} {seat.city}"
            phone = chain_phone if maker.maybe(0.5, "telephone of the head office") else phone
        form = maker.chance.choice(forms)
        for _turn in range(maker.chance.choice([1, 1, 2, 3, 4])):
            said = f"{name} {form if not maker.maybe(0.3, 'no legal form') else ''}".strip()
            street = seat.street.replace("straße", "str.") if maker.maybe(0.3, "street shortened") else seat.street
            rows.append(
                (
                    who,
                    {
                        "company": maker.typo(said) if maker.maybe(0.1, "typo in name") else said,
                        "address": f"{street} {seat.house}, {seat.city}",
                        "postal_code": None if maker.maybe(0.2, "no postcode") else seat.postcode,
                        "telephone": None if maker.maybe(0.3, "no telephone") else phone,
                        "web": None
                        if maker.maybe(0.6, "no web address")
                        else f"www.{_latin(name).lower().replace(' ', '-')}.example",
                    },
                )
            )
    return _shuffled(maker, "firms de", rows)


def members(people: int, seed: int = 5) -> Made:
    """Members of a club in Russian: full name in one column, in any order and script, telephone, town."""
    maker = Maker(seed, "ru")
    rows: list[tuple[int, Row]] = []
    for who, person in enumerate(_world(maker, people, homes=0.15)):
        for _turn in range(maker.chance.choice([1, 1, 2, 3])):
            name = (
                f"{person.last} {person.first}"
                if maker.maybe(0.5, "surname first")
                else f"{person.first} {person.last}"
            )
            name = _latin(name) if maker.maybe(0.3, "transliterated") else name
            rows.append(
                (
                    who,
                    {
                        "ФИО": maker.typo(name) if maker.maybe(0.08, "typo in name") else name,
                        "Телефон": None if maker.maybe(0.25, "no telephone") else f"8{person.phone[1:]}",
                        "Город": None if maker.maybe(0.1, "no town") else person.city,
                        "Дата рождения": None if maker.maybe(0.3, "no birth date") else person.born,
                    },
                )
            )
    return _shuffled(maker, "members ru", rows)


TABLES: Mapping[str, Callable[[int], Made]] = {
    "customers de": customers,
    "customers ru": lambda people: customers(people, 11, "ru"),
    "voters en": voters,
    "patients de": patients,
    "firms de": firms,
    "members ru": members,
}


def all_tables(people: int) -> Iterator[Made]:
    """Every table, with so many people or organisations."""
    for make in TABLES.values():
        yield make(people)
