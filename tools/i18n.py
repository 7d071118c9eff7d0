"""Texts for translators: `python tools/i18n.py update | check | compile | missing LANG | merge LANG FILE`.

`update` reads every text that code and templates mark and puts new ones into the catalogues; `missing` writes the
untranslated ones as a small catalogue; `merge` takes a translated one back; `check` fails on untranslated, fuzzy
or obsolete entries and on parameters that differ; `compile` writes the .mo files.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "habitue"
LOCALE = SOURCE / "locale"
DOMAIN = "habitue"
LANGUAGES = ("de", "ru")
KEYWORDS: Mapping[str, object] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "ngettext_noop": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PARAMETER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def main(arguments: list[str]) -> int:
    """Run one verb; the exit code is 1 when `check` finds something."""
    verbs: Mapping[str, Callable[..., int]] = {
        "update": update,
        "check": check,
        "compile": compile_all,
        "missing": missing,
        "merge": merge,
    }
    if not arguments or arguments[0] not in verbs:
        click.echo(__doc__)
        return 2
    return verbs[arguments[0]](*arguments[1:])


def update() -> int:
    """Put the marked texts into every catalogue, drop those that nobody uses."""
    template = extracted()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        write(language, catalog)
    click.echo(f"{len(template)} texts in {', '.join(LANGUAGES)}")
    return 0


def check() -> int:
    """Print what is wrong with the catalogues."""
    template = extracted()
    problems = [problem for language in LANGUAGES for problem in wrong(language, read(language), template)]
    for problem in problems:
        click.echo(problem)
    return 1 if problems else 0


def compile_all() -> int:
    """Write the .mo file of every language."""
    for language in LANGUAGES:
        with path(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, read(language))
    return 0


def missing(language: str) -> int:
    """Print the untranslated texts of a language as a catalogue."""
    rest = Catalog(locale=language, domain=DOMAIN, charset="utf-8")
    for message in entries(read(language)):
        if not is_translated(message):
            rest.add(message.id, context=message.context, locations=message.locations, flags=message.flags)
    write_po(sys.stdout.buffer, rest, width=110, include_lineno=False, omit_header=True)
    return 0


def merge(language: str, file_name: str) -> int:
    """Take the translations of a catalogue over; it needs no header."""
    catalog = read(language)
    text = Path(file_name).read_text("utf-8")
    given = read_po(io.BytesIO(text.encode()), locale=language, domain=DOMAIN, charset="utf-8")
    taken = 0
    for message in entries(given):
        known = catalog.get(message.id, context=message.context)
        if known is not None and is_translated(message):
            known.string, taken = message.string, taken + 1
    write(language, catalog)
    click.echo(f"{taken} translations taken over")
    return 0


def extracted() -> Catalog:
    """All marked texts of code and templates."""
    catalog = Catalog(domain=DOMAIN, charset="utf-8")
    for file in sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("templates/**/*.html")]):
        place = file.relative_to(SOURCE).as_posix()
        for _line, message, _comments, context in found(file):
            if message and (not isinstance(message, tuple) or message[0]):
                catalog.add(message, locations=[(place, 0)], context=context)
    return catalog


def found(file: Path) -> Iterator[tuple[int, object, list[str], str | None]]:
    """The marked texts of one file; Django rewrites a template as Python calls first."""
    text = file.read_text("utf-8")
    if file.suffix == ".html":
        from django.utils.translation.template import templatize

        text = f"({templatize(text, origin=str(file))})"  # inside brackets Python does not mind the indentation
    return extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"})


def wrong(language: str, catalog: Catalog, template: Catalog) -> Iterable[str]:
    """What a translator must still do, one line each."""
    for message in entries(template):
        known = catalog.get(message.id, context=message.context)
        shown = message.id[0] if isinstance(message.id, tuple) else message.id
        if known is None or not is_translated(known):
            yield f"{language}: not translated: {shown!r}"
        elif known.fuzzy:
            yield f"{language}: fuzzy: {shown!r}"
        elif not same_parameters(known):
            yield f"{language}: other parameters: {shown!r}"
    for message in entries(catalog):
        if template.get(message.id, context=message.context) is None:
            yield f"{language}: nobody uses: {message.id!r}"


def same_parameters(message: Message) -> bool:
    """Whether every translated form uses parameters of the original, and all of them when there is one form."""
    originals = message.id if isinstance(message.id, tuple) else (message.id,)
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    wanted = {found[0] for text in originals for found in PARAMETER.finditer(text)}
    for text in strings:
        used = {found[0] for found in PARAMETER.finditer(text)}
        if used - wanted or (len(originals) == 1 and used != wanted):
            return False
    return True


def is_translated(message: Message) -> bool:
    """Whether every form has a text."""
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(strings)


def entries(catalog: Catalog) -> Iterator[Message]:
    """The messages without the header."""
    return (message for message in catalog if message.id)


def path(language: str) -> Path:
    """The readable catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """The catalogue of a language, empty when there is none yet."""
    if not path(language).is_file():
        return Catalog(
            locale=language,
            domain=DOMAIN,
            charset="utf-8",
            project="Habitué",
            copyright_holder="The Habitué authors",
            header_comment="# Texts of Habitué.",
            last_translator="The Habitué authors",
            language_team=language,
            fuzzy=False,
        )
    with path(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def write(language: str, catalog: Catalog) -> None:
    """Save it sorted and without line numbers, so that two people's changes rarely meet."""
    path(language).parent.mkdir(parents=True, exist_ok=True)
    with path(language).open("wb") as file:
        write_po(file, catalog, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
