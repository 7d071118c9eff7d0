"""Gives people their names: by origin, gender and generation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from habitue.demo import names_de, names_ru, names_world
from habitue.demo.chance import Urn, happens, ranked, weighted

if TYPE_CHECKING:
    from random import Random

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one origin; last names are (men's form, women's form)."""

    women: Urn[str]
    men: Urn[str]
    last: Urn[Pair]


def _names(women: tuple[str, ...], men: tuple[str, ...], last: tuple[Pair, ...]) -> Names:
    return Names(ranked(women, head=12), ranked(men, head=12), ranked(last, head=16))


def _same(last: tuple[str, ...]) -> tuple[Pair, ...]:
    return tuple((name, name) for name in last)


def _german_last() -> Urn[Pair]:
    """Frequent names by rank; the rare ones together weigh as much."""
    frequent = [((name, name), 1.0 / (rank + 20)) for rank, name in enumerate(names_de.LAST)]
    rare = [stem + ending for stem in names_de.STEMS for ending in names_de.ENDINGS]
    share = sum(weight for _, weight in frequent) / len(rare)
    return weighted([*frequent, *(((name, name), share) for name in rare)])


_GERMAN_ELDER = Names(ranked(names_de.WOMEN_ELDER, head=20), ranked(names_de.MEN_ELDER, head=20), _german_last())
_GERMAN_YOUNGER = Names(ranked(names_de.WOMEN_YOUNGER, head=20), ranked(names_de.MEN_YOUNGER, head=20), _german_last())
_RUSSIAN = _names(names_ru.WOMEN, names_ru.MEN, names_ru.LAST)
_OTHERS = {
    "tr": _names(names_world.TURKISH_WOMEN, names_world.TURKISH_MEN, _same(names_world.TURKISH_LAST)),
    "pl": _names(names_world.POLISH_WOMEN, names_world.POLISH_MEN, names_world.POLISH_LAST),
    "en": _names(names_world.ENGLISH_WOMEN, names_world.ENGLISH_MEN, _same(names_world.ENGLISH_LAST)),
    "fr": _names(names_world.FRENCH_WOMEN, names_world.FRENCH_MEN, _same(names_world.FRENCH_LAST)),
}
_ORIGINS = {
    "DE": weighted((("de", 79), ("ru", 8), ("tr", 5), ("pl", 4), ("en", 2.5), ("fr", 1.5))),
    "AT": weighted((("de", 90), ("tr", 4), ("ru", 3), ("pl", 3))),
    "CH": weighted((("de", 82), ("fr", 12), ("en", 4), ("ru", 2))),
    "RU": weighted((("ru", 1),)),
    "PL": weighted((("pl", 92), ("de", 8))),
    "FR": weighted((("fr", 88), ("de", 12))),
}


def origin(rng: Random, country: str) -> str:
    """Where the family's names come from: de, ru, tr, pl, en or fr."""
    return _ORIGINS[country].draw(rng)


def last_name(rng: Random, family: str) -> Pair:
    """(men's form, women's form) of a last name; Russian ones in Cyrillic."""
    return _of(family, 1980).last.draw(rng)


def first_name(rng: Random, family: str, *, gender: str, year: int) -> str:
    """A first name that fits the year of birth; Russian ones in Cyrillic."""
    names = _of(family, year)
    return (names.women if gender == "f" else names.men).draw(rng)


def nickname(first: str) -> str:
    """What friends say, or nothing."""
    return names_de.NICKNAMES.get(first, "") or names_ru.NICKNAMES.get(first, "")


def title(rng: Random, year: int) -> str:
    """An academic title, mostly none."""
    if year > 1992 or not happens(rng, 0.035):
        return ""
    return "Prof. Dr." if happens(rng, 0.15) else "Dr."


def _of(family: str, year: int) -> Names:
    if family == "ru":
        return _RUSSIAN
    if family == "de":
        return _GERMAN_ELDER if year < 1970 else _GERMAN_YOUNGER
    return _OTHERS[family]
