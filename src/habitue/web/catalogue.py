"""The German and Russian texts: one catalogue `habitue` for library and pages, put over Django's own texts."""

from __future__ import annotations

import gettext
import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.trans_real import translation

LOCALE = Path(__file__).parent.parent / "locale"
DOMAIN = "habitue"
INSTALL_SECONDS = 60  # installers stamp files with the time of unpacking, in any order


def languages() -> tuple[str, ...]:
    """The languages with a catalogue; English needs none, its texts are the message ids."""
    return tuple(sorted(path.parent.parent.name for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")))


def load(language: str) -> gettext.GNUTranslations:
    """The texts of `language`: the compiled file, or the readable one when that is newer or alone."""
    folder = LOCALE / language / "LC_MESSAGES"
    compiled, readable = folder / f"{DOMAIN}.mo", folder / f"{DOMAIN}.po"
    if compiled.is_file() and compiled.stat().st_mtime + INSTALL_SECONDS >= readable.stat().st_mtime:
        return gettext.GNUTranslations(io.BytesIO(compiled.read_bytes()))
    with readable.open("rb") as file:
        catalog = read_po(file, locale=language, domain=DOMAIN)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return gettext.GNUTranslations(io.BytesIO(buffer.getvalue()))


def install() -> None:
    """Put our texts over Django's for every language; once per process, after Django's set-up."""
    for language in languages():
        translation(language).merge(load(language))
