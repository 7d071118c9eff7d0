"""Names of people: salutation, title, parts and case, in English, German and Russian habits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise import name_words as words_of
from habitue.quality.normalise.casing import proper_case
from habitue.quality.normalise.company import FORM_WORDS, looks_like_company, normalise_company
from habitue.quality.normalise.nicknames import first_name_key, first_names_conflict, is_known_first_name
from habitue.quality.normalise.result import NOTHING, Normalised, Problem
from habitue.quality.normalise.text import tidy

__all__ = ["NamePart", "first_name_key", "first_names_conflict", "normalise_name", "normalise_salutation"]

NamePart = Literal["full", "first", "last"]

_EDGES = " ,"
_JUNK = re.compile(r"[;:|*#_\\\"“”„«»<>()\[\]]+")
_REMARK = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*")
# Two words in proper case are what most names look like: nothing to take apart, as long as neither has a meaning.
_PLAIN = re.compile(r"[A-ZÄÖÜ][a-zäöüßáàâçéèêëíîïñóôú]+(?: [A-ZÄÖÜ][a-zäöüßáàâçéèêëíîïñóôú]+)?\Z")
_MEANT = frozenset({*words_of.SALUTATIONS, *words_of.TITLES, *words_of.SUFFIXES, *FORM_WORDS, "firma"})
_UNREADABLE = _("“%(value)s” is not a name.")
_COMPANY = _("This looks like a company, not a person.")


@dataclass(slots=True)
class _Parts:
    """What has been found of a name so far."""

    words: list[str]
    salutation: str = ""
    gender: str = ""
    titles: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    last: int = 0  # how many words at the end are the surname, when the cell said so


def normalise_name(value: str, *, country: str | None = None, part: NamePart = "full") -> Normalised | Problem:
    """A name as `First von Last`, without salutation and title.

    `part` says what the column holds. `also` may hold `salutation`, `title`, `gender`, `first_name`, `last_name`,
    `patronymic`, `suffix`, and `company_name` when the name is a company's.
    """
    del country
    text = tidy(value).strip(_EDGES)
    if _PLAIN.match(text) and _MEANT.isdisjoint(text.lower().split(" ")):
        return _plain(text, part)
    if part != "first" and looks_like_company(text):
        return _company(text)
    text = _clean(text)
    if not any(map(str.isalpha, text)):
        return Problem("name_unreadable", _UNREADABLE, {"value": value[:200]})
    found = _read(text, part)
    shown = proper_case(" ".join(found.words), small=words_of.PARTICLES, small_first=part == "last")
    if part != "first" and looks_like_company(shown):
        return _company(shown)
    found.words = shown.split(" ")
    also = _about(found, part)
    shown = " ".join(found.words)
    if not any(map(str.isalpha, shown)):
        return Problem("name_unreadable", _UNREADABLE, {"value": value[:200]})
    tail = "" if part == "first" else "".join(f" {suffix}" for suffix in found.suffixes)
    return Normalised(shown + tail, also)


def normalise_salutation(value: str, *, country: str | None = None) -> Normalised | Problem:
    """A salutation in one spelling (`Herrn` → `Herr`, `Mr.` → `Mr`), with `gender` where it tells."""
    del country
    text = tidy(value).strip(_EDGES)
    key = text.lower().rstrip(".")
    if key in words_of.SALUTATIONS:
        shown, gender = words_of.SALUTATIONS[key]
        return Normalised(shown, {"gender": gender} if gender else {})
    if not any(map(str.isalpha, text)):
        return Problem("salutation_unreadable", _("“%(value)s” is not a salutation."), {"value": value[:200]})
    return Normalised(text)


def _plain(text: str, part: NamePart) -> Normalised:
    if part != "full":
        return Normalised(text)
    first, _space, last = text.partition(" ")
    if last:
        return Normalised(text, {"first_name": first, "last_name": last})
    return Normalised(text, {"first_name": first} if is_known_first_name(first) else NOTHING)


def _company(text: str) -> Normalised | Problem:
    firm = normalise_company(text)
    if isinstance(firm, Problem):
        return firm
    shown = text if looks_like_company(text) and not looks_like_company(firm.value) else firm.value
    return Normalised(shown, {"company_name": firm.value}, _COMPANY)


def _clean(text: str) -> str:
    """The name without remarks in brackets and without signs that no name has."""
    if _JUNK.search(text) is None:
        return text
    cleaned = _JUNK.sub(" ", _REMARK.sub(" ", text))
    if not any(map(str.isalpha, cleaned)):
        cleaned = _JUNK.sub(" ", text)
    return " ".join(cleaned.split()).strip(_EDGES)


def _read(text: str, part: NamePart) -> _Parts:
    found = _Parts([])
    couple = words_of.COUPLE.match(text)
    if couple:
        found.salutation = "Herr und Frau" if couple["de"] else "Mr and Mrs"
        text = text[couple.end() :]
    front, comma, rest = text.partition(",")
    found.words = _take_front(found, front.split(), keep=1)
    if not comma:
        _take_back(found)
    elif _only_suffixes(rest.split()):
        found.suffixes = tuple(word.strip(",") for word in rest.split())
    else:
        _take_given(found, rest, part)
    return found


def _take_given(found: _Parts, rest: str, part: NamePart) -> None:
    """Put what stands behind the comma (`Leyen, Dr. Ursula von der`) in front of the surname."""
    surname = found.words
    found.words = _take_front(found, rest.replace(",", " ").split(), keep=0)
    _take_back(found)
    given = found.words
    if not given:
        found.words = surname
        _take_back(found)
        return
    while len(given) > 1 and given[-1].lower() in words_of.PARTICLES:
        surname.insert(0, given.pop())
    found.last = len(surname) if part == "full" else 0
    found.words = given + surname
    _take_back(found)


def _take_front(found: _Parts, words: list[str], *, keep: int) -> list[str]:
    """Words left after salutations and titles at the front; the last `keep` words are never taken."""
    at = 0
    while at < len(words) - keep and _take_word(found, words[at].lower()):
        at += 1
    return words[at:]


def _take_word(found: _Parts, word: str) -> bool:
    bare = word.rstrip(".,")
    if bare in words_of.SALUTATIONS and (word != bare or bare not in words_of.ONLY_WITH_STOP):
        if not found.salutation:
            found.salutation, found.gender = words_of.SALUTATIONS[bare]
        return True
    title = words_of.TITLES.get(bare) or words_of.TITLES.get(bare.replace(".", ""))
    if title or (found.titles and word in words_of.TITLE_TAILS):
        found.titles = (*found.titles, title or word)
        return True
    first, stop, tail = bare.partition(".")
    if stop and first in words_of.TITLES and all(piece + "." in words_of.TITLE_TAILS for piece in tail.split(".")):
        found.titles = (*found.titles, words_of.TITLES[first], *(f"{piece}." for piece in tail.split(".")))
        return True
    return False


def _take_back(found: _Parts) -> None:
    kept: list[str] = []
    while len(found.words) > 1 and _only_suffixes(found.words[-1:]):
        kept.insert(0, found.words.pop())
    if kept:
        found.suffixes = (*kept, *found.suffixes)
        found.last = max(found.last - len(kept), 0)


def _only_suffixes(words: list[str]) -> bool:
    return bool(words) and all(word.lower().strip(".,") in words_of.SUFFIXES for word in words)


def _about(found: _Parts, part: NamePart) -> dict[str, str]:
    also = {"salutation": found.salutation, "title": " ".join(found.titles), "suffix": " ".join(found.suffixes)}
    if part == "full":
        first, middle, last = _split(found)
        also |= {"first_name": first, "patronymic": middle, "last_name": last}
        found.gender = found.gender or words_of.patronymic_gender(middle, latin=True)
    also["gender"] = found.gender
    return {key: text for key, text in also.items() if any(map(str.isalpha, text))}


def _split(found: _Parts) -> tuple[str, str, str]:
    """(first name, patronymic, surname) of the words of a full name."""
    words = found.words
    if found.last:
        return _first_and_patronymic(words[: -found.last], " ".join(words[-found.last :]))
    if len(words) == 1:
        return _single(words[0], is_addressed=bool(found.salutation or found.titles))
    if (len(words) == 3 and words_of.patronymic_gender(words[2])) or (len(words) == 2 and _surname_first(*words)):
        # Russian lists put the surname first; we keep one order for all.
        words = found.words = [*words[1:], words[0]]
        return words[0], " ".join(words[1:-1]), words[-1]
    if len(words) == 2 and words_of.patronymic_gender(words[1]):
        return words[0], words[1], ""
    start = next((at for at, word in enumerate(words) if at and words_of.starts_surname(word)), len(words) - 1)
    if words_of.starts_surname(words[0]) or (found.salutation and words_of.starts_surname(words[0].lower())):
        start = 0
    return _first_and_patronymic(words[:start], " ".join(words[start:]))


def _single(word: str, *, is_addressed: bool) -> tuple[str, str, str]:
    if is_addressed:
        return "", "", word
    return (word if is_known_first_name(word) else ""), "", ""


def _first_and_patronymic(given: list[str], last: str) -> tuple[str, str, str]:
    if len(given) == 2 and words_of.patronymic_gender(given[1], latin=True):
        return given[0], given[1], last
    return " ".join(given), "", last


def _surname_first(one: str, two: str) -> bool:
    return (
        not one.isascii()
        and words_of.looks_like_russian_surname(one)
        and not words_of.looks_like_russian_surname(two)
        and is_known_first_name(two)
        and not is_known_first_name(one)
    )
