"""The words of the language for people: what a terminal of the grammar is called, and what can come next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lark import UnexpectedInput

from habitue.audiences.grammar import literal_of, parser
from habitue.kernel.text import gettext_noop as _

_SAID = {
    "NAME": _("a field"),
    "QUOTED_NAME": "",
    "STRING": _('a text in "…"'),
    "NUMBER": _("a number"),
    "DATE": _("a day such as 2024-12-31"),
    "CURRENCY": _("a currency such as EUR"),
    "AMOUNT_OP": ">=, >, <=, <",
    "QUANTIFIER": "any of, all of, none of",
    "AROUND": "company, household, referral",
    "MEASURE": "sum(…), average(…), min(…), max(…), first(…), last(…), most_frequent(…), distinct(…)",
    "$END": _("the end"),
}
_ENDS = ("STRING", "NAME", "NUMBER")


@dataclass(frozen=True, slots=True)
class Completion:
    """What can come next: words of the language, and whether a field, a text or a number may stand there."""

    words: tuple[str, ...]
    fields: bool
    texts: bool
    start: int


def said_of_terminal(name: str) -> str:
    """What stands for a terminal in a message; empty for those that need not be told."""
    if name in _SAID:
        return _SAID[name]
    terminal = next((t for t in parser().terminals if t.name == name), None)
    return "" if terminal is None else literal_of(terminal)


def completion(text: str, position: int) -> Completion:
    """What can come next at a position of a text, for the word that is being written there."""
    before = text[:position]
    start = position
    while start > 0 and (before[start - 1].isalnum() or before[start - 1] == "_"):
        start -= 1
    typed = before[start:].lower()
    accepted = _accepted(before[:start])
    words = [word for name in accepted if name not in _SAID and (word := said_of_terminal(name))]
    fitting = sorted(word for word in words if word.startswith(typed) and word != typed)
    return Completion(tuple(fitting), "NAME" in accepted, "STRING" in accepted, start)


def _accepted(text: str) -> Sequence[str]:
    """The terminals that may follow a text; none when it is no beginning of a rule."""
    going = parser().parse_interactive(text)
    try:
        going.exhaust_lexer()
    except UnexpectedInput:
        return ()
    return sorted(going.accepts())  # type: ignore[no-untyped-call]  # the parser has no types here
