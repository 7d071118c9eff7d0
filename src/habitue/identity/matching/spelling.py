"""Spellings made equal: letters, digits, days, telephone numbers, e-mail addresses, and cells that say nothing."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from habitue.quality.normalise.text import NO_VALUE

LONGEST = 200
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_DIGITS = re.compile(r"\D+")
_FILLERS = frozenset(
    {"test", "xxx", "xxxx", "tbd", "na", "no name", "noname", "anonymous", "anonym", "0", "00", "000", "0000", "-1"}
)
_NOBODY = re.compile(
    r"(?:no-?_?reply|donotreply|noemail|nomail|none|null|test|example|unknown|keine|kein)@|@(?:example|test|none)\."
)
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})(?:[T ].*)?\Z")
_LOCAL = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})(?:[T ].*)?\Z")
_COMPACT = re.compile(r"(1[5-9]|20)(\d{2})(\d{2})(\d{2})\Z")
_WORDS: dict[str, str] = {
    "street": "st", "str": "st", "strasse": "st", "straße": "st", "avenue": "ave", "av": "ave", "road": "rd",
    "drive": "dr", "boulevard": "blvd", "place": "pl", "court": "ct", "lane": "ln", "north": "n", "south": "s",
    "east": "e", "west": "w", "ulitsa": "ul", "prospekt": "pr", "und": "and",
}  # fmt: skip
FORMS = frozenset(
    """
    gmbh ag kg ohg ug ev ek eg se inc incorporated llc llp ltd limited plc corp corporation co company sa sas sarl
    srl spa bv nv ab oy aps kft ooo oao zao pao ip ao zoo sro gbr mbh the
    """.split()  # noqa: SIM905  # a list of words is read more easily as a text
)


@lru_cache(maxsize=200_000)
def plain(text: str) -> str:
    """Lower-case ASCII words with single spaces; German ä as ae, other scripts transliterated."""
    text = text[:LONGEST].lower()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_GERMAN)
        if not text.isascii():
            text = anyascii(text).lower()
    return _NOT_WORD.sub(" ", text.replace("'", "")).strip()


def is_empty(text: str) -> bool:
    """Whether a cell says nothing: blank, a dash, `null`, `n/a`, only zeros or nines."""
    bare = text.strip().casefold()
    return bare in NO_VALUE or bare in _FILLERS or not any(map(str.isalnum, bare))


def digits_of(text: str) -> str:
    """Only the digits of a text."""
    return _DIGITS.sub("", text)


def day_of(text: str) -> str | None:
    """A date as `YYYYMMDD`, also one that no calendar knows, for a day may be mistyped; None for anything else."""
    text = text.strip()
    if len(text) < 8 or not text[0].isdigit():
        return None
    if found := _ISO.match(text):
        year, month, day = found[1], found[2], found[3]
    elif found := _LOCAL.match(text):
        first, second, year = found[1], found[3], found[4]
        month, day = (first, second) if found[2] == "/" and int(first) <= 12 else (second, first)
    elif found := _COMPACT.match(text):
        year, month, day = found[1] + found[2], found[3], found[4]
    else:
        return None
    if int(month) > 31 or int(day) > 31 or not 1000 <= int(year) <= 2100:
        return None
    return f"{year}{int(month):02d}{int(day):02d}"


def word_key(text: str) -> str | None:
    """A name or a single word in comparable form."""
    return plain(text) or None


def text_key(text: str) -> str | None:
    """Several words in comparable form: usual words shortened, legal forms dropped where something is left."""
    words = [_WORDS.get(word, word) for word in plain(text).split()]
    kept = [word for word in words if word not in FORMS] or words
    return " ".join(kept) or None


def code_key(text: str) -> str | None:
    """Letters and digits without signs between them; `12.0` of a spreadsheet is `12`."""
    text = text.strip()
    if text.endswith(".0") and text[:-2].isdigit():
        text = text[:-2]
    return plain(text).replace(" ", "") or None


def email_key(text: str) -> str | None:
    """An address in lower case without what providers ignore; None for one that belongs to nobody."""
    text = text.strip().lower().strip("<>;, ")
    if text.count("@") != 1 or _NOBODY.search(text):
        return None
    local, _at, domain = text.partition("@")
    local = local.split("+", 1)[0]
    if domain in {"gmail.com", "googlemail.com"}:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}" if local and domain else None


def phone_key(text: str) -> str | None:
    """The digits that a number has in every way of writing it: at most the last nine; None for invented numbers."""
    text = text.strip()
    if text.endswith(".0"):
        text = text[:-2]
    digits = digits_of(text).lstrip("0")[-9:]
    if len(digits) < 5 or len(set(digits)) <= 2 or digits in "1234567890" or digits in "9876543210":
        return None
    return digits


def day_key(text: str) -> str | None:
    """A date as `YYYYMMDD`; None for the days that programs fill in when they know none."""
    day = day_of(text)
    return None if day in {"19000101", "19700101", "18991230", "99991231"} else day
