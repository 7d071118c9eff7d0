"""Makes headings comparable: case, spaces, punctuation, umlauts, camel case and the words for “number”."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ё": "е", "№": " nr ", "#": " nr ", "й": "й"})
_CAMEL = re.compile(r"(?<=[a-zа-яёäöüß0-9])(?=[A-ZА-ЯЁÄÖÜ])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)")
_NUMBER_WORDS = {"no", "num", "number", "nummer", "numero", "номер", "nr", "nbr"}
_NUMBER_TAIL = re.compile("(nummer|number|номер)$")


@lru_cache(maxsize=20_000)
def words(heading: str) -> tuple[str, ...]:
    """The words of a heading in comparable form: `"Kunden-Nummer"` and `"KundenNr."` give the same."""
    spaced = _CAMEL.sub(" ", heading.strip())
    lowered = spaced.lower().translate(_UMLAUTS)
    plain = "".join(_strip(char) for char in lowered)
    found = _WORD.findall(_DIGITS.sub(" ", plain))
    return tuple("nr" if word in _NUMBER_WORDS else _NUMBER_TAIL.sub("nr", word) for word in found)


def _strip(char: str) -> str:
    if char < "\x80" or "\u0400" <= char <= "\u04ff":
        return char
    return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))


def key(heading: str) -> str:
    """The heading as one comparable word, for looking it up among the synonyms."""
    return "".join(words(heading))


def snake(heading: str) -> str:
    """The heading in snake_case, letters of any script kept: the name of a custom trait."""
    spaced = _CAMEL.sub(" ", heading.strip())
    found = _WORD.findall(spaced.lower().translate(_UMLAUTS))
    return "_".join(found)[:60] or "column"


def word_set(text: str) -> frozenset[str]:
    """The words of a text as a set, for the lists of words that cells are compared with."""
    return frozenset(text.split())
