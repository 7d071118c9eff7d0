"""Answers out of a short list, in English, German and Russian: gender and marital status."""

from __future__ import annotations

from collections.abc import Mapping

from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import normalise_text, tidy

_GENDERS: Mapping[str, str] = {
    **dict.fromkeys(
        [
            "female",
            "f",
            "w",
            "weiblich",
            "frau",
            "woman",
            "ж",
            "жен",
            "женский",
            "женщина",
            "girl",
            "weibl",
            "fem",
            "feminin",
        ],
        "female",
    ),
    **dict.fromkeys(
        [
            "male",
            "m",
            "männlich",
            "maennlich",
            "mann",
            "man",
            "м",
            "муж",
            "мужской",
            "мужчина",
            "boy",
            "herr",
            "masc",
            "maskulin",
            "männl",
        ],
        "male",
    ),
    **dict.fromkeys(
        ["diverse", "d", "divers", "x", "nonbinary", "non-binary", "other", "nb", "другой", "andere"], "diverse"
    ),
}
_MARITAL: Mapping[str, str] = {
    **dict.fromkeys(
        ["single", "ledig", "alone", "unmarried", "холост", "холостой", "незамужем", "alleinstehend"], "single"
    ),
    **dict.fromkeys(("не замужем", "не женат", "never married"), "single"),
    **dict.fromkeys(["married", "verheiratet", "женат", "замужем", "verh"], "married"),
    **dict.fromkeys(["divorced", "geschieden", "разведен", "разведена", "разведён", "gesch"], "divorced"),
    **dict.fromkeys(["widowed", "widow", "widower", "verwitwet", "вдова", "вдовец", "verw"], "widowed"),
    **dict.fromkeys(("together", "partnership", "zusammenlebend", "in a relationship", "cohabiting"), "together"),
    **dict.fromkeys(
        ("lebenspartnerschaft", "eingetragene lebenspartnerschaft", "civil union", "civil partnership"), "together"
    ),
    **dict.fromkeys(("separated", "getrennt", "getrennt lebend"), "separated"),
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "gender": ("female", "male", "diverse"),
    "marital_status": ("single", "together", "married", "separated", "divorced", "widowed"),
}


def normalise_gender(value: str, *, country: str | None = None) -> Normalised | Problem:
    """`female`, `male` or `diverse`; any other answer is kept as it was given."""
    return _chosen(value, _GENDERS, country)


def normalise_marital_status(value: str, *, country: str | None = None) -> Normalised | Problem:
    """One of `CHOICES["marital_status"]`; any other answer is kept as it was given."""
    return _chosen(value, _MARITAL, country)


def _chosen(value: str, meanings: Mapping[str, str], country: str | None) -> Normalised | Problem:
    found = meanings.get(tidy(value).casefold().rstrip("."))
    return Normalised(found) if found else normalise_text(value, country=country)
