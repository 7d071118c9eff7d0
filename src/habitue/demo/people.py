"""Makes the true people: households, moves, marriages, new e-mail addresses, and namesakes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from habitue.demo import naming
from habitue.demo.chance import happens, stream
from habitue.demo.companies import companies
from habitue.demo.contact_details import Directory, plain_letters
from habitue.demo.names_ru import latin
from habitue.demo.person import Address, Person

if TYPE_CHECKING:
    from random import Random

    from habitue.demo.person import Dated, Phone

EVER = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class _Home:
    key: str
    family: str
    last: naming.Pair
    address: Address
    landline: Phone | None


class _Town:
    """Fills the town with people, household by household."""

    def __init__(self, rng: Random, *, start: date, until: date) -> None:
        self.rng = rng
        self.directory = Directory(rng)
        self.start, self.until = start, until
        self.people: list[Person] = []
        self.homes = 0

    def move_in(self) -> None:
        """One household more: a single, a couple, or a parent with a grown-up child."""
        home = self._home()
        draw = self.rng.random()
        first = self._person(home, gender="f" if happens(self.rng, 0.6) else "m", born=self._born())
        self.people.append(first)
        if draw < 0.13:
            self._partner(home, first)
        elif draw < 0.16:
            self._child(home, first)

    def _home(self) -> _Home:
        self.homes += 1
        country = self.directory.country()
        city = self.directory.city(country)
        family = naming.origin(self.rng, country)
        landline = self.directory.landline(city) if happens(self.rng, 0.36) else None
        last = naming.last_name(self.rng, family)
        return _Home(f"H{self.homes:05d}", family, last, self.directory.home(city), landline)

    def _partner(self, home: _Home, first: Person) -> None:
        born = first.born + timedelta(days=self.rng.randrange(-2200, 2200))
        other = home
        if not happens(self.rng, 0.72):
            other = replace(home, last=naming.last_name(self.rng, home.family))
        partner = self._person(other, gender="m" if first.gender == "f" else "f", born=min(born, self._adult()))
        if happens(self.rng, 0.07):  # one mailbox for both
            partner = replace(partner, emails=first.emails)
        self.people.append(replace(partner, addresses=first.addresses))

    def _child(self, home: _Home, first: Person) -> None:
        born = min(first.born + timedelta(days=self.rng.randrange(8000, 13000)), self._adult())
        gender = self.rng.choice("fm")
        called = ""
        if gender == first.gender and happens(self.rng, 0.2):  # the child bears the parent's name
            called = first.cyrillic[0] if first.cyrillic else first.first_name
        self.people.append(self._person(home, gender=gender, born=born, called=called))

    def _adult(self) -> date:
        return self.until - timedelta(days=18 * 366)

    def _born(self) -> date:
        age = min(88.0, max(19.0, self.rng.gauss(46, 16)))
        return self.until - timedelta(days=int(age * 365.25) + self.rng.randrange(360))

    def _some_day(self) -> date:
        return self.start + timedelta(days=self.rng.randrange(60, (self.until - self.start).days - 20))

    def _person(self, home: _Home, *, gender: str, born: date, called: str = "") -> Person:
        rng = self.rng
        written = called or naming.first_name(rng, home.family, gender=gender, year=born.year)
        surname = home.last[1 if gender == "f" else 0]
        cyrillic = (written, surname) if home.family == "ru" else None
        first, last = (latin(written, "german"), latin(surname, "german")) if cyrillic else (written, surname)
        country = home.address.city.country
        return Person(
            person_id=f"P{len(self.people) + 1:05d}",
            household=home.key,
            gender=gender,
            title=naming.title(rng, born.year),
            first_name=first,
            nickname=naming.nickname(written),
            last_names=self._last_names(last, home, gender=gender, born=born),
            cyrillic=cyrillic,
            language=_language(home.family, country),
            born=born,
            addresses=self._addresses(home.address),
            emails=self._emails(first, last, year=born.year, country=country),
            mobiles=self._mobiles(country),
            landline=home.landline,
        )

    def _last_names(self, last: str, home: _Home, *, gender: str, born: date) -> Dated[str]:
        young = born.year > self.until.year - 45
        if home.family == "ru" or not (young and happens(self.rng, 0.05 if gender == "f" else 0.008)):
            return ((EVER, last),)
        before = naming.last_name(self.rng, home.family)[1 if gender == "f" else 0]
        return ((EVER, before), (self._some_day(), last))

    def _addresses(self, home: Address) -> Dated[Address]:
        if not happens(self.rng, 0.12):
            return ((EVER, home),)
        same_town = happens(self.rng, 0.6)
        city = home.city if same_town else self.directory.city(home.city.country)
        return ((EVER, home), (self._some_day(), self.directory.home(city)))

    def _emails(self, first: str, last: str, *, year: int, country: str) -> Dated[str]:
        old = self.directory.email(first, last, year=year, country=country)
        if not happens(self.rng, 0.09):
            return ((EVER, old),)
        return (
            (EVER, old),
            (self._some_day(), self.directory.email(first, last, year=year + 1, country=country)),
        )

    def _mobiles(self, country: str) -> Dated[Phone]:
        old = self.directory.mobile(country)
        if not happens(self.rng, 0.07):
            return ((EVER, old),)
        return ((EVER, old), (self._some_day(), self.directory.mobile(country)))


def _language(family: str, country: str) -> str:
    if family == "ru" or country == "RU":
        return "ru"
    return "en" if family == "en" or country in ("PL", "FR") else "de"


def _namesakes(rng: Random, town: _Town) -> None:
    """Give some people the name of somebody else: same first and last name, another life."""
    found = town.people
    plain = [place for place, person in enumerate(found) if len(person.last_names) == 1 and not person.cyrillic]
    for place in rng.sample(plain, len(found) // 160):
        other = found[rng.choice(plain)]
        if other.gender == found[place].gender and other.household != found[place].household:
            first, last, person = other.first_name, other.last_name, found[place]
            email = town.directory.email(first, last, year=person.born.year, country=person.country)
            found[place] = replace(
                person,
                first_name=first,
                nickname=other.nickname,
                last_names=other.last_names,
                emails=((EVER, email), *person.emails[1:]),
            )


def _employ(rng: Random, town: _Town) -> None:
    """Let some of the people work for companies that buy from us."""
    total = len(town.people)
    firms = companies(rng, town.directory, count=max(3, round(total * 150 / 8000)))
    germans = [place for place, person in enumerate(town.people) if person.country == "DE"]
    chosen = rng.sample(germans, round(total * 350 / 8000))
    for number, place in enumerate(chosen):
        firm = firms[number] if number < len(firms) else rng.choice(firms)
        person = town.people[place]
        local = f"{plain_letters(person.first_name)[:1]}.{plain_letters(person.last_name)}"
        email = town.directory.once(local, firm.domain)
        town.people[place] = replace(person, company=firm, work_email=email)


def people(*, seed: int, count: int, start: date, until: date) -> tuple[Person, ...]:
    """`count` true people as they were between `start` and `until`."""
    town = _Town(stream(seed, "people"), start=start, until=until)
    while len(town.people) < count:
        town.move_in()
    del town.people[count:]
    _namesakes(stream(seed, "namesakes"), town)
    _employ(stream(seed, "companies"), town)
    return tuple(town.people)
