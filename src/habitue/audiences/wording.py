"""Words of a sentence in the reader's language: templates with strong passages, lists, numbers, days and money."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from habitue.kernel.text import gettext_noop as _

_TOKEN = re.compile(r"%\((\w+)\)s|(\*)")
_ENDS = re.compile(r",? +(?=[.,:)])|,(?=[.,)])")
_SPACES = re.compile(r" {2,}")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; `strong` pieces carry what the reader chose."""

    text: str
    strong: bool = False


Phrase = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: gettext and ngettext of the language, its locale, the names of audiences by id, the usual currency."""

    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]
    locale: Locale
    audience_names: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""

    def phrase(self, message: str, **values: str | Phrase) -> Phrase:
        """The translated template with its values put in; what stands between asterisks is strong."""
        return fill(self.gettext(message), values)

    def counted(self, template: str, count: int) -> Phrase:
        """A template that was chosen by ngettext, with its number put in."""
        return fill(template, {"count": self.number(Decimal(count))})

    def number(self, value: Decimal) -> str:
        """1,234.5 as the reader writes it."""
        return str(format_decimal(value.normalize() if value else Decimal(0), format="#,##0.####", locale=self.locale))

    def percent(self, value: Decimal) -> str:
        """0.314: 31.4% in English, 31,4 % in German."""
        pattern = self.locale.percent_formats[None].pattern.replace("#,##0", "#,##0.####")
        return str(format_percent(value, format=pattern, locale=self.locale))

    def money(self, value: Decimal, currency: str) -> str:
        """An amount as the reader writes it, without cents when there are none."""
        whole = value == value.to_integral_value()
        return str(
            format_currency(value, currency, locale=self.locale, currency_digits=not whole)
            if not whole
            else format_currency(
                value, currency, format=_whole_pattern(self.locale), locale=self.locale, currency_digits=False
            )
        )

    def day(self, value: date) -> str:
        """31 December 2024 as the reader writes it."""
        return str(format_date(value, format="long", locale=self.locale))

    def country(self, code: str) -> str:
        """The name of a country, or the code itself."""
        return str(self.locale.territories.get(code.upper(), code))

    def language(self, code: str) -> str:
        """The name of a language, or the code itself."""
        return str(self.locale.languages.get(code.lower(), code))

    def all_of(self, phrases: Sequence[Phrase]) -> Phrase:
        """Phrases joined by commas and “and”."""
        return self._listed(phrases, _("%(first)s and %(last)s"))

    def any_of(self, phrases: Sequence[Phrase]) -> Phrase:
        """Phrases joined by commas and “or”."""
        return self._listed(phrases, _("%(first)s or %(last)s"))

    def _listed(self, phrases: Sequence[Phrase], joint: str) -> Phrase:
        if len(phrases) < 2:
            return phrases[0] if phrases else ()
        first = phrases[0]
        for phrase in phrases[1:-1]:
            first = (*first, Part(", "), *phrase)
        return self.phrase(joint, first=first, last=phrases[-1])


def fill(template: str, values: Mapping[str, str | Phrase]) -> Phrase:
    """The parts of a template: `%(name)s` is replaced, asterisks begin and end strong passages.

    Only the template is searched, never a value, so that no text of a user can change the sentence.
    """
    parts: list[Part] = []
    strong, position = False, 0
    for token in _TOKEN.finditer(template):
        parts.append(Part(template[position : token.start()], strong))
        position = token.end()
        if token.group(2):
            strong = not strong
            continue
        value = values.get(token.group(1), "")
        pieces = (Part(value, strong),) if isinstance(value, str) else value
        parts.extend(Part(piece.text, piece.strong or strong) for piece in pieces)
    parts.append(Part(template[position:], strong))
    return tuple(part for part in parts if part.text)


def tidy(phrase: Phrase) -> Phrase:
    """The phrase with single spaces, none before a full stop, comma or colon, and neighbours of one kind joined.

    After an abbreviation such as “2025 г.” the full stop of the sentence is left out. So is a comma that ends a clause
    where the sentence or the bracket ends with it.
    """
    joined: list[Part] = []
    for part in phrase:
        before = joined[-1].text if joined else " "
        text = _SPACES.sub(" ", part.text)
        if before.endswith(" ") or not joined:
            text = text.lstrip(" ")
        if text[:1] in (".", ",", ":", ")") and before.endswith(" ") and joined:
            joined[-1] = Part(before.rstrip(" "), joined[-1].strong)
        if text == "." and before.endswith("."):
            continue
        if not text:
            continue
        if joined and joined[-1].strong == part.strong:
            joined[-1] = Part(joined[-1].text + text, part.strong)
        else:
            joined.append(Part(text, part.strong))
    return tuple(Part(_ENDS.sub("", part.text), part.strong) for part in joined if part.text)


def _whole_pattern(locale: Locale) -> str:
    pattern = str(locale.currency_formats["standard"].pattern).split(";")[0]
    return pattern.replace(".00", "")
