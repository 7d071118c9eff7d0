"""Upper and lower case of names, streets and towns that were typed all in capitals or all in small letters."""

from __future__ import annotations

import re
from collections.abc import Collection

_PIECES = re.compile(r"([-–./'’ʼ]+)")
_MAC = frozenset(
    [
        "macdonald",
        "macleod",
        "mackenzie",
        "macgregor",
        "macarthur",
        "macintyre",
        "macmillan",
        "macpherson",
        "maclean",
        "macdougall",
        "macfarlane",
        "macallister",
        "macbeth",
        "macdowell",
        "macduff",
        "macneil",
        "macrae",
    ]
)
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)\Z", re.IGNORECASE)
_ROMAN = frozenset({"II", "III", "IV", "VI", "VII", "VIII"})
_VOWELS = frozenset("AEIOUYÄÖÜÉÈÀАЕЁИОУЫЭЮЯ")


def proper_word(word: str) -> str:
    """One word with capitals where a name has them: `O'BRIEN` → `O'Brien`, `mcdonald` → `McDonald`."""
    if word.isalpha():
        return _capital(word)
    return "".join(map(_capital, _PIECES.split(word)))


def proper_case(text: str, *, small: Collection[str], small_first: bool = False) -> str:
    """Text of single-spaced words in proper case when its case says nothing; words in `small` stay small.

    Text in mixed case keeps its case, save for single words that shout (`Hans MÜLLER`) or whisper (`hans Müller`).
    The first word is small only when `small_first` (surnames such as `von der Leyen`) and another follows.
    """
    if not (text.isupper() or text.islower()):
        if not text or (text.istitle() and text.isascii()):
            return text
        text = " ".join(_mixed(word, small) for word in text.split(" "))
        if not text.isupper():
            return text
    words = text.split(" ")
    last = len(words) - 1
    return " ".join(
        word.lower()
        if word.lower() in small and index < last and (index > 0 or small_first)
        else _shouted(word, alone=last == 0)
        for index, word in enumerate(words)
    )


def _shouted(word: str, *, alone: bool) -> str:
    return word if word in _ROMAN and not alone else proper_word(word)


def _mixed(word: str, small: Collection[str]) -> str:
    if word[0].isdigit():
        return proper_word(word)
    if word.isupper() and len(word) > 3 and word not in _ROMAN and not _VOWELS.isdisjoint(word):
        return proper_word(word)
    if word.islower() and word not in small and word[0].isalpha():
        return proper_word(word)
    return word


def _capital(piece: str) -> str:
    if not piece or not piece[0].isalpha():
        return piece.lower() if _ORDINAL.match(piece) else piece
    lowered = piece.lower().replace("i̇", "i")
    if lowered.startswith("mc") and len(lowered) > 3:
        return "Mc" + lowered[2:].capitalize()
    if lowered in _MAC:
        return "Mac" + lowered[3:].capitalize()
    first = lowered[0].upper()
    # A letter without a single capital (ß, ŉ) stays as it was typed: its capital would read back differently.
    return first + lowered[1:] if len(first) == 1 and first.lower() == lowered[0] else piece
