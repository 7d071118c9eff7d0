"""Cells that no spreadsheet takes for a formula.

A spreadsheet program runs what begins with = + - @ when it opens a CSV file, also behind spaces and quotes, and
some take full-width signs for the same. Such a cell gets an apostrophe in front. What is only a number, such as
-12,50 or the phone number +4915112345678, stays as it is: it does nothing, and with an apostrophe no newsletter
tool and no telephone could use it. In XLSX every text is written as a text cell, which is never run, so nothing
needs to be changed there.
"""

from __future__ import annotations

import re
import unicodedata

_SIGNS = frozenset("=+-@")
_QUOTES = frozenset("'\"`´‘’‚‛“”„‟«»‹›")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_PARTS = re.compile(r"([,;|])")


def csv_text(value: str) -> str:
    """The text as a cell of a CSV file: on one line, and neutral wherever a program might see a cell begin.

    Separators inside the text count too, for a reader that takes another separator than ours.
    """
    line = _BREAKS.sub(" ", value)
    if _NUMBER.fullmatch(line):
        return line
    parts = _PARTS.split(line)
    return "".join(part if number % 2 else _neutral(part) for number, part in enumerate(parts))


def is_dangerous(text: str) -> bool:
    """Whether a spreadsheet program might take the text for a formula."""
    for character in text:
        if _is_skipped(character):
            continue
        return unicodedata.normalize("NFKC", character)[:1] in _SIGNS
    return False


def _neutral(part: str) -> str:
    return f"'{part}" if is_dangerous(part) else part


def _is_skipped(character: str) -> bool:
    """Quotes, and what cannot be seen: white space, controls, marks, zero width, letters that no program knows."""
    return character in _QUOTES or character.isspace() or unicodedata.category(character)[0] in "CZM"
