"""Texts of the command line in the reader's language."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from functools import cache
from typing import Any

from habitue.access.policy import VERBS
from habitue.kernel.errors import HabitueError, Words

LANGUAGES = ("en", "de", "ru")
WORDS = frozenset({"what", "problem", "reason", "state"})
"""Parameters of messages that are words themselves."""


def language_of(environ: Mapping[str, str]) -> str:
    """The language that the environment asks for (LC_ALL, LC_MESSAGES, LANG), English when it is none of ours."""
    asked = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    return asked[:2] if asked[:2] in LANGUAGES else "en"


def text(language: str, message: str, params: Mapping[str, Any] | None = None) -> str:
    """A text of ours, filled."""
    if not message:
        return ""
    told = _catalogue(language).gettext(message)
    return told % params if params else told


def one_or_many(language: str, one: str, many: str, count: int) -> str:
    """The text about one or about many, as the language counts."""
    return _catalogue(language).ngettext(one, many, count)


def told(language: str, error: HabitueError) -> dict[str, object]:
    """The error as plain data in the reader's language."""
    params = {key: _word(language, key, value) for key, value in error.params.items()}
    return {
        **error.as_dict(),
        "message": text(language, error.message, params),
        "next_step": text(language, error.next_step, params),
    }


def _word(language: str, key: str, value: object) -> object:
    if key == "verb":
        return text(language, VERBS.get(str(value), str(value)))
    if isinstance(value, HabitueError):
        return told(language, value)["message"]
    if isinstance(value, Words):
        return ", ".join(text(language, word) for word in value)
    return text(language, value) if key in WORDS and isinstance(value, str) else value


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    from habitue.web import catalogue

    return catalogue.load(language)
