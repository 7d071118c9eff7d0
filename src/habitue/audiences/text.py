"""Rules as text that people write: `country is "DE" and did "Order Completed" at least 2 times in last year`.

`read` and `written` lead back and forth without loss. The language is described in `docs/reference/rules.md`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lark import Token, UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.exceptions import VisitError

from habitue.audiences.check import RuleInvalid, ValueUnreadable, check_rule
from habitue.audiences.grammar import parser
from habitue.audiences.rule import MAX_BYTES, InAudience, Rule, RuleTooLarge, check_limits
from habitue.audiences.text_reading import Leaf, Placed, Reading
from habitue.audiences.text_reading_parts import LiteralUnfit
from habitue.audiences.text_words import said_of_terminal
from habitue.kernel.errors import HabitueError, Words
from habitue.kernel.text import gettext_noop as _
from habitue.kernel.text import shortened

MAX_TEXT_OF_RULE = 20_000
SHOWN = 8
MOST_OF_WORD = 60
MOST_NEAR = 3
_MARKS = ('"', "`")


class RuleTextUnreadable(HabitueError):
    """The text is no rule; `line`, `column` and `length` tell the word, `expected` what could stand there."""

    code = "rule_text_unreadable"
    message = _("Line %(line)s, column %(column)s: “%(word)s” does not fit here. Possible: %(expected)s.")
    next_step = _("Correct this word; the page “How rules are written” shows every form.")


class RuleTextUnfinished(RuleTextUnreadable):
    """The text ends where more has to come; `expected` is what could stand there."""

    code = "rule_text_unfinished"
    message = _("Line %(line)s, column %(column)s: the text ends here. Expected: %(expected)s.")
    next_step = _("Write on, or take the last words away.")


class RuleTextUnclosed(HabitueError):
    """A text or a field between quotation marks has no end; `line` and `column` tell where it begins."""

    code = "rule_text_unclosed"
    message = _("Line %(line)s, column %(column)s: what begins here with %(word)s has no closing mark.")
    next_step = _("Close it with the same mark.")


class RuleTextInvalid(HabitueError):
    """A condition can be read but not used; `line` and `column` tell where it begins."""

    code = "rule_text_invalid"
    message = _("Line %(line)s, column %(column)s: %(problem)s")
    next_step = _("Correct this condition and try again.")


class AudienceUnheard(RuleInvalid):
    """A text speaks of an audience that does not exist."""

    code = "audience_unheard"
    message = _("There is no audience “%(name)s”.")
    next_step = _("Write the name of an audience as the list shows it.")


class AudienceMistaken(AudienceUnheard):
    """The same, where there are audiences of a similar name."""

    code = "audience_mistaken"
    message = _("There is no audience “%(name)s”. Did you mean %(near)s?")


@dataclass(frozen=True, slots=True)
class Problem:
    """Where a text is wrong: line and column from 1, the number of characters, and what could stand there."""

    line: int
    column: int
    length: int
    expected: tuple[str, ...]


def read(text: str, *, audience_ids: Mapping[str, str] | None = None) -> Rule:
    """The rule of a text; an empty one is everybody. `audience_ids` are the ids of all audiences by name.

    Without them every name is taken for an id. Raises RuleTextUnreadable, RuleTextUnclosed, RuleTextInvalid with the
    place, and RuleTooLarge.
    """
    if len(text) > MAX_TEXT_OF_RULE:
        raise RuleTooLarge(limit=MAX_TEXT_OF_RULE, what=_("characters"))
    try:
        tree = parser().parse(text if text.strip() else "everybody")
        placed: Placed = Reading(audience_ids or {}).transform(tree)
    except UnexpectedInput as problem:
        raise _unreadable(text, problem) from None
    except (VisitError, RecursionError) as problem:
        inner: object = getattr(problem, "orig_exc", problem)
        if isinstance(inner, LiteralUnfit):
            raise _unfit(inner.token) from None
        if not isinstance(inner, RecursionError):
            raise
        raise RuleTooLarge(limit=MAX_BYTES, what=_("characters")) from problem
    check_limits(placed.rule)
    _check(text, placed, audience_ids)
    return placed.rule


def problem_of(error: HabitueError) -> Problem | None:
    """The place of a problem that `read` raised."""
    told: dict[str, Any] = dict(error.params)
    if "line" not in told:
        return None
    return Problem(int(told["line"]), int(told["column"]), int(told.get("length", 1)), tuple(told.get("words", ())))


def _unfit(token: Token) -> RuleTextInvalid:
    """The problem of a literal, told as that of a value that cannot be read."""
    problem = ValueUnreadable(path="rule", value=shortened(str(token), MOST_OF_WORD))
    return RuleTextInvalid(line=token.line, column=token.column, problem=problem, length=len(token))


def _check(text: str, placed: Placed, audience_ids: Mapping[str, str] | None) -> None:
    for leaf in placed.leaves:
        try:
            check_rule(leaf.rule)
            if audience_ids is not None and isinstance(leaf.rule, InAudience):
                _check_audience(leaf.rule.audience_id, audience_ids)
        except RuleInvalid as problem:
            line, column, length = _word_of(text, leaf, problem)
            raise RuleTextInvalid(line=line, column=column, problem=problem, length=length) from None


def _check_audience(found: str, audience_ids: Mapping[str, str]) -> None:
    if found in audience_ids.values():
        return
    near = near_names(found, audience_ids)
    if near:
        raise AudienceMistaken(path="rule", name=found, near=", ".join(f"“{each}”" for each in near))
    raise AudienceUnheard(path="rule", name=found)


def near_names(name: str, known: Iterable[str]) -> Sequence[str]:
    """Those of `known` that are written much like a name, the nearest first. Pure."""
    folded = {each.casefold(): each for each in known}
    found = difflib.get_close_matches(name.casefold(), folded, n=MOST_NEAR, cutoff=0.75)
    return [folded[each] for each in found]


def offset_of(text: str, line: int, column: int) -> int:
    """The place in a text of a line and a column, both counted from 1."""
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1]) + column - 1


def _word_of(text: str, leaf: Leaf, problem: RuleInvalid) -> tuple[int, int, int]:
    """Where the word stands that a problem is about: line, column, length; the whole condition where none is told."""
    begin = offset_of(text, leaf.line, leaf.column)
    condition = text[begin : begin + leaf.length]
    word = str(problem.params.get("value") or problem.params.get("name") or "")
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", condition) if word else None
    if found is None:
        return leaf.line, leaf.column, leaf.length
    at = begin + found.start()
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at), len(word)


def _unreadable(text: str, problem: UnexpectedInput) -> HabitueError:
    allowed: Sequence[str] = ()
    line, column, word = problem.line, problem.column, ""
    if isinstance(problem, UnexpectedToken):
        allowed, word = sorted(problem.accepts or problem.expected), str(problem.token)
        if problem.token.type == "$END":
            line, column, word = _end(text)
    elif isinstance(problem, UnexpectedCharacters):
        allowed, word = sorted(problem.allowed or ()), text[problem.pos_in_stream or 0 :][:1]
        if word in _MARKS:
            rest = text[problem.pos_in_stream or 0 :].split("\n")[0]
            return RuleTextUnclosed(line=line, column=column, word=word, length=len(rest.rstrip()))
    words = tuple(dict.fromkeys(said for name in allowed if (said := said_of_terminal(name))))
    shown = Words((*words[:SHOWN], *(("…",) if len(words) > SHOWN else ())))
    return (RuleTextUnreadable if word else RuleTextUnfinished)(
        line=line,
        column=column,
        word=shortened(word, MOST_OF_WORD) or "…",
        expected=shown,
        words=words,
        length=max(1, len(word)),
    )


def _end(text: str) -> tuple[int, int, str]:
    """Where a text ends that should go on."""
    lines = text.rstrip().split("\n")
    return len(lines), len(lines[-1]) + 1, ""
