"""The words around a name: salutations, titles, suffixes, particles, patronymics, in English, German and Russian."""

from __future__ import annotations

import re
from collections.abc import Mapping

FEMALE, MALE = "female", "male"

# word in lower case without its full stop -> (salutation as we write it, gender or "")
SALUTATIONS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("herr", "herrn", "hr", "hrn"), ("Herr", MALE)),
    **dict.fromkeys(("frau", "fr", "frl", "fräulein"), ("Frau", FEMALE)),
    **dict.fromkeys(("familie", "fam"), ("Familie", "")),
    **dict.fromkeys(("eheleute", "ehepaar"), ("Eheleute", "")),
    **dict.fromkeys(("mr", "mister"), ("Mr", MALE)),
    **dict.fromkeys(("mrs", "missus"), ("Mrs", FEMALE)),
    "ms": ("Ms", FEMALE),
    "miss": ("Miss", FEMALE),
    "mx": ("Mx", ""),
    "sir": ("Sir", MALE),
    "madam": ("Madam", FEMALE),
    **dict.fromkeys(("monsieur", "m"), ("M.", MALE)),
    **dict.fromkeys(("madame", "mme"), ("Mme", FEMALE)),
    **dict.fromkeys(("г-н", "господин", "гн"), ("г-н", MALE)),
    **dict.fromkeys(("г-жа", "госпожа", "гжа"), ("г-жа", FEMALE)),
}
# These are also first names, surnames or initials: they count as a salutation only with their full stop.
ONLY_WITH_STOP = frozenset({"m", "fr", "hr", "fam"})
COUPLE = re.compile(
    r"(?:(?P<de>herrn? (?:und|u\.|&|\+) frau|frau (?:und|u\.|&|\+) herrn?|an herrn und frau)"
    r"|(?P<en>mr\.? (?:and|&|\+) mrs\.?|mrs\.? (?:and|&|\+) mr\.?))\s+(?=\S)",
    re.IGNORECASE,
)

TITLES: Mapping[str, str] = {
    "dr": "Dr.",
    "doktor": "Dr.",
    "doctor": "Dr.",
    "dres": "Dres.",
    "prof": "Prof.",
    "professor": "Prof.",
    "professorin": "Prof.",
    "pd": "PD",
    "dipl": "Dipl.",
    "dipl-ing": "Dipl.-Ing.",
    "dipl-kfm": "Dipl.-Kfm.",
    "dipl-kffr": "Dipl.-Kffr.",
    "dipl-inf": "Dipl.-Inf.",
    "dipl-psych": "Dipl.-Psych.",
    "dipl-betriebsw": "Dipl.-Betriebsw.",
    "ing": "Ing.",
    "mag": "Mag.",
    "rev": "Rev.",
    "д-р": "д-р",
    "доктор": "д-р",
    "проф": "проф.",
    "профессор": "проф.",
}
TITLE_TAILS = frozenset(
    {
        "med.",
        "med",
        "jur.",
        "jur",
        "phil.",
        "phil",
        "rer.",
        "nat.",
        "pol.",
        "oec.",
        "h.c.",
        "habil.",
        "dent.",
        "vet.",
        "-ing.",
        "mult.",
    }
)
SUFFIXES = frozenset(
    {"jr", "sr", "jun", "sen", "ii", "iii", "iv", "phd", "ph.d", "md", "m.d", "mba", "esq", "cpa", "dds", "rn"}
    | {"ll.m", "m.a", "b.a", "m.sc", "b.sc", "msc", "bsc", "mdb", "bba"}
)
PARTICLES = frozenset(
    [
        "von",
        "vom",
        "van",
        "der",
        "den",
        "dem",
        "de",
        "da",
        "di",
        "del",
        "della",
        "delle",
        "dela",
        "dei",
        "degli",
        "du",
        "des",
        "do",
        "dos",
        "das",
        "la",
        "las",
        "le",
        "les",
        "los",
        "zu",
        "zum",
        "zur",
        "ter",
        "ten",
        "te",
        "t",
        "tho",
        "op",
        "af",
        "av",
        "y",
        "e",
        "i",
        "bin",
        "ibn",
        "bint",
        "ben",
        "al",
        "el",
        "und",
        "und.",
        "of",
        "the",
    ]
) - {"und.", "i", "e"}
_SURNAME_STARTS = PARTICLES - {"the", "of", "und", "y"}

_PATRONYMICS = (
    (re.compile(r".{2,}(?:ович|евич|ьич|мич|кич|оглы)\Z", re.IGNORECASE), MALE),
    (re.compile(r".{2,}(?:овна|евна|ична|инична|кызы)\Z", re.IGNORECASE), FEMALE),
)
_LATIN_PATRONYMICS = (
    (re.compile(r".{2,}(?:ovich|evich|owitsch|ewitsch)\Z", re.IGNORECASE), MALE),
    (re.compile(r".{2,}(?:ovna|evna|owna|ewna|ichna)\Z", re.IGNORECASE), FEMALE),
)
_RUSSIAN_SURNAME = re.compile(
    r".{2,}(?:[оеё]ва?|[иы]на?|ск(?:ий|ая)|цк(?:ий|ая)|енко|ук|юк|чук|[иы]х)\Z", re.IGNORECASE
)


def patronymic_gender(word: str, *, latin: bool = False) -> str:
    """`male` or `female` when the word is a Russian patronymic (with `latin` also transliterated), else empty."""
    shapes = _PATRONYMICS + _LATIN_PATRONYMICS if latin else _PATRONYMICS
    return next((gender for shape, gender in shapes if shape.match(word)), "")


def looks_like_russian_surname(word: str) -> bool:
    """Whether a Cyrillic word ends as surnames do (Иванов, Петрова, Достоевский)."""
    return _RUSSIAN_SURNAME.match(word) is not None


def starts_surname(word: str) -> bool:
    """Whether a small particle (`von`, `de`) begins the surname here."""
    return word in _SURNAME_STARTS
