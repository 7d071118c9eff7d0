"""Two names that look different and may be one: first and last name swapped, or written in other letters. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.text import ascii_key

NAMES = ("first_name", "last_name")
SWAPPED, LETTERS = _("the same, swapped"), _("the same in other letters")
SENTENCES: Mapping[str, str] = {
    SWAPPED: _("Same contact, and the same names with first and last name swapped: most likely one person."),
    LETTERS: _("Same contact, and the same name in other letters: most likely one person."),
}
# German, English and scholarly spellings of the same Russian sounds, as ours; longer ones first.
_SOUNDS = (
    ("tsch", "ch"), ("shch", "sh"), ("sch", "sh"), ("zh", "sh"), ("kh", "ch"), ("yo", "e"), ("jo", "e"), ("io", "e"),
    ("ye", "e"), ("je", "e"), ("w", "v"), ("ja", "a"), ("ya", "a"), ("ia", "a"), ("ju", "u"), ("yu", "u"), ("iu", "u"),
    ("j", "i"), ("y", "i"), ("ii", "i"),
)  # fmt: skip


def likeness(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """How the names of two people are the same though written differently (a msgid), else empty."""
    mine, theirs = _names(one), _names(other)
    if not (all(mine) and all(theirs)) or mine == theirs:
        return ""
    keys, others = [ascii_key(name) for name in mine], [ascii_key(name) for name in theirs]
    if keys == others[::-1] and keys != others:
        return SWAPPED
    if any(map(_is_cyrillic, mine)) == any(map(_is_cyrillic, theirs)):
        return ""
    return LETTERS if [_sound(name) for name in mine] == [_sound(name) for name in theirs] else ""


def _names(person: Mapping[str, Any]) -> list[str]:
    return [str(person.get(name) or "") for name in NAMES]


def _is_cyrillic(name: str) -> bool:
    return any("\u0400" <= letter <= "\u04ff" for letter in name)


def _sound(name: str) -> str:
    key = ascii_key(name)
    for spelling, sound in _SOUNDS:
        key = key.replace(spelling, sound)
    return key
