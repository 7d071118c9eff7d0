"""Postal addresses: street apart from house number and flat, one spelling of street words, towns."""

from __future__ import annotations

import re

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.casing import proper_case
from habitue.quality.normalise.postal_code import normalise_postal_code
from habitue.quality.normalise.result import NOTHING, Normalised, Problem
from habitue.quality.normalise.text import says_nothing, tidy

_GERMAN = frozenset({"DE", "AT", "LI", "CH", "LU", None})
_ENGLISH = frozenset({"US", "GB", "CA", "AU", "NZ", "IE", "ZA", None})
_RUSSIAN = frozenset({"RU", "BY", "KZ", "UA", None})
_NUMBER = r"\d{1,5}(?:\s?[a-z]\b|\s?[а-я]\b)?"
_HOUSE = rf"{_NUMBER}(?:\s?[-–/+]\s?{_NUMBER})*"
_BEHIND = re.compile(rf"(?P<street>.*[^\W\d].*?),?\s+(?:nr\.?\s*|no\.?\s*|№\s*)?(?P<house>{_HOUSE})\Z", re.IGNORECASE)
_IN_FRONT = re.compile(
    r"(?P<house>\d{1,5}[a-zа-я]?(?:\s?[-–/]\s?\d{1,5}[a-zа-я]?)*),?\s+(?P<street>.*[^\W\d]{2}.*)\Z",
    re.IGNORECASE,
)
_FLAT = re.compile(
    r"(?:,\s*|\s+)(?P<extra>(?:apt\.?|apartment|suite|ste\.?|unit|flat|floor|room|c/o|#|whg\.?|wohnung|top|stiege|etage|(?:hinter|vorder)haus"
    r"|\d{1,2}\. ?(?:og|stock|etage|obergeschoss)|eg|кв\.?|квартира|оф\.?|офис|этаж|подъезд)(?:[\s.]*[\w/.-]+){0,4})\Z",
    re.IGNORECASE,
)
_RUSSIAN_HOUSE = re.compile(
    r"(?P<street>.*[^\W\d].*?)(?:,\s*|\s+)(?:д\.?|дом)\s*(?P<house>\d+\s?[а-я]?(?:/\d+)?"
    r"(?:,?\s*(?:к|корп|корпус|с|стр|строение|лит|литера)\.?\s*[\dа-я]+)*)\Z",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(str\.|stra(?:ß|ss)e|ул\.|\bд\.|кв\.)(?=\d)", re.IGNORECASE)
_GERMAN_END = re.compile(r"(?<=[a-zäöüß])(-?)(?:str\.|straße|strasse|str)(?=\Z|\s)", re.IGNORECASE)
_GERMAN_WORD = re.compile(r"(?<![^\s-])(?:str\.|strasse|str)(?=\Z|\s)", re.IGNORECASE)
_ENGLISH_ENDS = {
    **dict.fromkeys(("st", "str"), "Street"),
    **dict.fromkeys(("ave", "av"), "Avenue"),
    "rd": "Road",
    "dr": "Drive",
    "ln": "Lane",
    "blvd": "Boulevard",
    "ct": "Court",
    "pl": "Place",
    "sq": "Square",
    "hwy": "Highway",
    "pkwy": "Parkway",
    "ter": "Terrace",
    "cres": "Crescent",
    "cir": "Circle",
}
_DIRECTIONS = frozenset({"n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west"})
_RUSSIAN_KINDS = {
    **dict.fromkeys(("ул", "улица"), "ул."),
    **dict.fromkeys(("пр", "просп", "пр-т", "пр-кт", "проспект"), "пр-т"),
    **dict.fromkeys(("пер", "переулок"), "пер."),
    **dict.fromkeys(("бул", "б-р", "бульвар"), "б-р"),
    **dict.fromkeys(("пл", "площадь"), "пл."),
    **dict.fromkeys(("ш", "шоссе"), "ш."),
    **dict.fromkeys(("наб", "набережная"), "наб."),
}
_SMALL = frozenset(
    [
        "am",
        "an",
        "auf",
        "bei",
        "bis",
        "der",
        "des",
        "dem",
        "den",
        "die",
        "im",
        "in",
        "unter",
        "ob",
        "und",
        "zu",
        "zum",
        "zur",
        "vor",
        "von",
        "vom",
        "of",
        "the",
        "on",
        "upon",
        "by",
        "de",
        "la",
        "le",
        "les",
        "du",
        "des",
        "sur",
        "sous",
        "en",
        "и",
        "на",
        "под",
        "ул.",
        "пер.",
        "пл.",
        "пр-т",
        "б-р",
        "ш.",
        "наб.",
        "г.",
        "y",
        "und",
        "next",
    ]
)
_CITY_FRONT = re.compile(r"^(?P<code>)(?:г(?:ор)?\.\s*|г(?:ород)?\s+)(?=\S)", re.IGNORECASE)
_CITY_CODE = re.compile(r"^(?:[A-Z]{1,2}[- ]\s?)?(?P<code>\d{4,6})\s+(?=[^\W\d])", re.IGNORECASE)
_STREET_UNREADABLE = _("“%(value)s” is not a street.")
_CITY_UNREADABLE = _("“%(value)s” is not a town.")


def normalise_street(value: str, *, country: str | None = None) -> Normalised | Problem:
    """The street alone; `also` holds `house_number` and `address_extra` (flat, floor) found behind or before it."""
    text = _GLUED.sub(r"\1 ", tidy(value).strip(" ,;"))
    if says_nothing(text) or not any(map(str.isalnum, text)):
        return Problem("street_unreadable", _STREET_UNREADABLE, {"value": value[:200]})
    rest, extra = _split_extra(text)
    street, house = _split_house(rest, country)
    shown = _spelled(street, country)
    if (house or extra) and _split_again(shown, country):
        # Taking one number away left another: nobody can tell which is the house, so the line stays whole.
        shown, house, extra = _spelled(text, country), "", ""
    if says_nothing(shown):
        return Problem("street_unreadable", _STREET_UNREADABLE, {"value": value[:200]})
    found = {"house_number": _house(house), "address_extra": extra}
    return Normalised(shown, {key: text for key, text in found.items() if text} or NOTHING)


def normalise_house_number(value: str, *, country: str | None = None) -> Normalised | Problem:
    """A house number without its label and with its letter close by: `Nr. 12 A` → `12a`."""
    del country
    text = re.sub(r"^(?:nr\.?|no\.?|№|д\.?|дом)\s*(?=\d)", "", tidy(value), flags=re.IGNORECASE).removesuffix(".0")
    if not any(map(str.isalnum, text)):
        return Problem("house_number_unreadable", _("“%(value)s” is not a house number."), {"value": value[:200]})
    return Normalised(_house(text))


def normalise_city(value: str, *, country: str | None = None) -> Normalised | Problem:
    """A town in proper case; a postal code before it goes to `also['postal_code']`."""
    text = tidy(value).strip(" ,;")
    also = NOTHING
    while found := _CITY_FRONT.match(text) or _CITY_CODE.match(text):
        text = text[found.end() :].lstrip(" ,;")
        if found["code"]:
            code = normalise_postal_code(found["code"], country=country)
            also = {"postal_code": code.value if isinstance(code, Normalised) else found["code"]}
    if says_nothing(text) or not any(map(str.isalpha, text)):
        return Problem("city_unreadable", _CITY_UNREADABLE, {"value": value[:200]})
    return Normalised(proper_case(text, small=_SMALL), also)


def _split_extra(text: str) -> tuple[str, str]:
    found = _FLAT.search(text)
    if not found or not any(map(str.isalpha, text[: found.start()])):
        return text, ""
    return text[: found.start()].rstrip(" ,;"), found["extra"]


def _split_house(text: str, country: str | None) -> tuple[str, str]:
    shapes = [_BEHIND, _IN_FRONT] if country not in {"US", "GB", "CA", "AU", "NZ", "IE", "FR"} else [_IN_FRONT, _BEHIND]
    if country in _RUSSIAN and not text.isascii():
        shapes.insert(0, _RUSSIAN_HOUSE)
    for shape in shapes:
        found = shape.match(text)
        if found:
            return found["street"].strip(" ,;"), found["house"]
    return text, ""


def _split_again(street: str, country: str | None) -> bool:
    rest, extra = _split_extra(street)
    return bool(extra or _split_house(rest, country)[1])


def _house(text: str) -> str:
    if not text or text.isdigit():
        return text
    closed = re.sub(r"\s*([-–/+])\s*", lambda found: "-" if found[1] == "–" else found[1], text)
    return re.sub(r"(\d)\s?([A-Za-z])\b", lambda found: found[1] + found[2].lower(), closed)


def _spelled(street: str, country: str | None) -> str:
    street = proper_case(street, small=_SMALL)
    if country in _GERMAN:
        word = "strasse" if country in {"CH", "LI"} else "straße"
        street = _GERMAN_END.sub(lambda found: found[1] + (word.capitalize() if found[1] else word), street)
        street = proper_case(_GERMAN_WORD.sub(word.capitalize(), street), small=_SMALL)
    if country in _RUSSIAN and not street.isascii():
        street = " ".join(_RUSSIAN_KINDS.get(word.lower().rstrip("."), word) for word in street.split(" "))
    if country in _ENGLISH and street.isascii():
        street = _english_end(street)
    return street


def _english_end(street: str) -> str:
    words = street.split(" ")
    at = len(words) - 1
    if at > 1 and words[at].lower().rstrip(".") in _DIRECTIONS:
        at -= 1
    full = _ENGLISH_ENDS.get(words[at].lower().rstrip(".")) if at > 0 else None
    if full:
        words[at] = full
    return " ".join(words)
