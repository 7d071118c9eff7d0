"""Free text: invisible characters, odd spaces and the two ways to write an accented letter."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import Normalised, Problem

TEXT_LIMIT = 2_000

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\ud800-\udfff]"
)
_JOINERS = re.compile("[\u200c\u200d]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

NO_VALUE = frozenset(
    {"", "-", "--", "---", "–", "—", "?", "??", ".", "/", "n/a", "n.a.", "#n/a", "null", "(null)", "nan", "nil"}
    | {"none", "undefined", "unknown", "not available", "not given", "k.a.", "k. a.", "keine angabe", "keine"}
    | {"unbekannt", "ohne", "нет", "н/д", "не указано", "неизвестно", "отсутствует"}
)
NO_NAME = frozenset({"n/a", "n.a.", "#n/a", "k.a.", "k. a.", "н/д"})
_UNREADABLE = _("This cell holds no text.")


def tidy(value: str) -> str:
    """One line of composed text with single spaces and nothing invisible in it."""
    if value.isascii() and value.isprintable():
        return " ".join(value.split())
    visible = _JOINERS.sub("", _INVISIBLE.sub("", value))
    return " ".join(unicodedata.normalize("NFC", visible).split())


def says_nothing(value: str) -> bool:
    """Whether a tidy cell only says that there is no value: a dash, `n/a`, `keine Angabe`."""
    return value.casefold() in NO_VALUE


def is_blank(value: str) -> bool:
    """Whether a tidy cell holds no letter and no digit, or only says `n/a`: blank even where `none` is a word."""
    return not any(map(str.isalnum, value)) or value.casefold() in NO_NAME


def ascii_key(text: str) -> str:
    """Lower-case letters and digits in ASCII, with German ä as ae, for comparing, never for showing."""
    lowered = text.lower()
    if not lowered.isascii():
        lowered = anyascii(unicodedata.normalize("NFC", lowered).translate(_GERMAN)).lower()
    return "".join(filter(str.isalnum, lowered))


def normalise_text(value: str, *, country: str | None = None) -> Normalised | Problem:
    """Trimmed text that keeps its lines, cut at 2,000 characters with a note."""
    del country
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", value))
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        return Problem("empty", _UNREADABLE)
    if len(text) <= TEXT_LIMIT:
        return Normalised(text)
    return Normalised(text[:TEXT_LIMIT].rstrip(), note=_("The text was longer than we keep and has been cut."))
