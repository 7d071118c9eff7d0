"""Which language and look a reader gets: their own choice, this browser's, what it asks for, the workspace's."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation.trans_real import parse_accept_lang_header

NAMES = {"en": "English", "de": "Deutsch", "ru": "Русский"}
COOKIE = "habitue_language"
THEME_COOKIE = "habitue_theme"
THEMES = ("system", "light", "dark")


def chosen(*, user: str, cookie: str, accept: str, offered: Sequence[str]) -> str:
    """The language to speak; `offered` are those of the workspace, its first one is the last resort."""
    for wish in (user, cookie, *_accepted(accept)):
        if wish in NAMES:
            return wish
    return next((language for language in offered if language in NAMES), "en")


def theme(*, user: str, cookie: str) -> str:
    """The look: the user's, else this browser's, else the system's."""
    return next((wish for wish in (user, cookie) if wish in THEMES), "system")


def _accepted(header: str) -> list[str]:
    return [tag.partition("-")[0] for tag, _weight in parse_accept_lang_header(header)]
