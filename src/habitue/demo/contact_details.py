"""Addresses, telephone numbers and e-mail addresses, each given out once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import normalize

from habitue.demo.chance import Urn, happens, ranked, weighted
from habitue.demo.person import Address, Phone
from habitue.demo.places import CITIES, STREETS

if TYPE_CHECKING:
    from random import Random

    from habitue.demo.places import City

CALLING_CODES = {"DE": "49", "AT": "43", "CH": "41", "RU": "7", "PL": "48", "FR": "33"}
TRUNKS = {"RU": "8", "PL": ""}
# Blocks that the German regulator keeps for films: (area code, first digits, how many digits follow).
_FICTION = {
    "30": ("23125", 3),
    "69": ("90009", 3),
    "40": ("66969", 3),
    "221": ("4710", 3),
    "89": ("99998", 3),
}
_MOBILE_AREAS = {
    "DE": ("1503", "1504", "1505", "1506", "1507", "1508"),
    "AT": ("688",),
    "CH": ("77",),
    "RU": ("900",),
    "PL": ("500",),
    "FR": ("61", "62", "66"),
}
_COUNTRIES = weighted((("DE", 84), ("AT", 7), ("CH", 4), ("RU", 1.6), ("PL", 1.7), ("FR", 1.7)))
_CITIES = {country: weighted((city, city.weight) for city in cities) for country, cities in CITIES.items()}
_STREETS: dict[str, Urn[str]] = {country: ranked(streets, head=20) for country, streets in STREETS.items()}

_PROVIDERS = {
    "elder": weighted((("t-online", 28), ("web", 24), ("gmx", 24), ("gmail", 12), ("freenet", 8), ("aol", 4))),
    "younger": weighted((("gmail", 48), ("gmx", 18), ("web", 14), ("icloud", 8), ("posteo", 6), ("outlook", 6))),
    "RU": weighted((("yandex", 50), ("mail-ru", 38), ("gmail", 12))),
}
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ı": "i", "'": "", " ": ""}


def plain_letters(text: str) -> str:
    """`text` in lower-case a to z, digits and hyphens, as people spell themselves in an e-mail address."""
    spelled = "".join(_UMLAUTS.get(letter, letter) for letter in text.lower())
    bare = normalize("NFKD", spelled)
    return "".join(letter for letter in bare if letter.isascii() and (letter.isalnum() or letter == "-"))


class Directory:
    """Hands out countries, homes, numbers and addresses; no number or e-mail address twice."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()

    def country(self) -> str:
        """A country, mostly Germany."""
        return _COUNTRIES.draw(self._rng)

    def city(self, country: str) -> City:
        """A city of the country, the shop's own towns most often."""
        return _CITIES[country].draw(self._rng)

    def home(self, city: City) -> Address:
        """A home in `city`."""
        rng = self._rng
        number = str(1 + int(rng.expovariate(1 / 28)))
        if happens(rng, 0.12):
            number += rng.choice("abc")
        street = _STREETS[city.country].draw(rng)
        return Address(street, number, rng.choice(city.postal_codes), city)

    def landline(self, city: City) -> Phone:
        """A number with the area code of the city."""
        start, rest = _FICTION.get(city.area_code, ("", 0)) if city.country == "DE" else ("", 0)
        if start and happens(self._rng, 0.7):
            return self._number(city.country, city.area_code, start, rest)
        digits = 5 if city.country == "FR" else 4
        return self._number(city.country, city.area_code, "55" if len(city.area_code) > 3 else "555", digits)

    def mobile(self, country: str) -> Phone:
        """A mobile number of the country."""
        digits = 6 if country == "PL" else 7
        return self._number(country, self._rng.choice(_MOBILE_AREAS[country]), "", digits)

    def email(self, first: str, last: str, *, year: int, country: str) -> str:
        """A private address made of the name, unlike all others."""
        group = "RU" if country == "RU" else ("elder" if year < 1970 else "younger")
        provider = _PROVIDERS[group].draw(self._rng)
        a, b = plain_letters(first), plain_letters(last)
        patterns = (
            f"{a}.{b}",
            f"{a}.{b}",
            f"{a}{b}",
            f"{a[:1]}.{b}",
            f"{b}.{a}",
            f"{a}_{b}",
            f"{a}{year % 100:02d}",
        )
        return self.once(self._rng.choice(patterns), f"{provider}.example")

    def once(self, local: str, domain: str) -> str:
        """`local@domain`, with a number where somebody has that address already."""
        address = f"{local}@{domain}"
        while address in self._taken:
            address = f"{local}{self._rng.randrange(2, 9999)}@{domain}"
        self._taken.add(address)
        return address

    def _number(self, country: str, area: str, start: str, digits: int) -> Phone:
        width = digits
        for attempt in range(60):
            if attempt == 40:
                width += 1
            subscriber = start + f"{self._rng.randrange(10**width):0{width}d}"
            key = f"{country}{area}{subscriber}"
            if key not in self._taken:
                break
        self._taken.add(key)
        return Phone(CALLING_CODES[country], area, subscriber, TRUNKS.get(country, "0"))
