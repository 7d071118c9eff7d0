"""Yes and no in English, German and Russian."""

from __future__ import annotations

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import tidy

_YES = frozenset(
    [
        "yes",
        "y",
        "true",
        "t",
        "1",
        "on",
        "x",
        "✓",
        "✔",
        "☑",
        "checked",
        "ja",
        "j",
        "wahr",
        "an",
        "aktiv",
        "active",
        "да",
        "д",
        "истина",
        "вкл",
        "oui",
        "si",
        "sí",
        "ok",
        "1.0",
        "+",
    ]
)
_NO = frozenset(
    [
        "no",
        "n",
        "false",
        "f",
        "0",
        "off",
        "-",
        "–",
        "✗",
        "☐",
        "unchecked",
        "nein",
        "falsch",
        "aus",
        "inaktiv",
        "inactive",
        "нет",
        "н",
        "ложь",
        "выкл",
        "non",
        "0.0",
    ]
)
_UNREADABLE = _("“%(value)s” is neither yes nor no.")


def normalise_flag(value: str, *, country: str | None = None) -> Normalised | Problem:
    """`true` or `false`."""
    del country
    word = tidy(value).casefold()
    if word in _YES:
        return Normalised("true")
    if word in _NO:
        return Normalised("false")
    return Problem("flag_unreadable", _UNREADABLE, {"value": value[:200]})
