"""A remark beside a condition that can be used and yet says nothing: it holds for everybody, or for nobody."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _
from habitue.web.audiences.draft import Draft

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class SpanUpsideDown(HabitueError):
    """The first bound of a span is above the second."""

    code = "span_upside_down"
    message = _("Nothing lies between %(first)s and %(last)s.")
    next_step = _("Enter the smaller value first.")


class CountAlways(HabitueError):
    """Everybody did something at least zero times."""

    code = "count_always"
    message = _("“At least 0 times” holds for everybody.")
    next_step = _("Enter 1 or more, or choose “exactly 0 times” for those who did not.")


class CountNever(HabitueError):
    """Nobody did something less than zero times."""

    code = "count_never"
    message = _("“Not at least 0 times” holds for nobody.")
    next_step = _("Enter 1 or more.")


def senseless(node: Draft) -> HabitueError | None:
    """What is senseless about one condition of a draft; None where nothing is. Pure."""
    if node.kind == "event_count" and node.one("op", "at_least") == "at_least":
        count = _number(node.one("count"))
        return None if count != 0 else CountNever() if node.one("negate") == "yes" else CountAlways()
    values = node.many("value")
    if node.one("op") != "between" or len(values) != 2 or not _is_upside_down(*values):
        return None
    return SpanUpsideDown(first=values[0], last=values[1])


def _is_upside_down(first: str, last: str) -> bool:
    if _DAY.fullmatch(first) and _DAY.fullmatch(last):
        return first > last
    low, high = _number(first), _number(last)
    return low is not None and high is not None and low > high


def _number(text: str) -> Decimal | None:
    """A number as people type it, None for what is none."""
    try:
        found = Decimal("".join(text.replace("%", "").split()).replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
