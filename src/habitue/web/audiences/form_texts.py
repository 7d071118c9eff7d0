"""From the raw texts of one condition to values, numbers, days and spans of time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from habitue.audiences.check import ValueUnreadable, WindowInvalid
from habitue.audiences.rule import MANY_VALUES_OPS, NO_VALUE_OPS, Value, Window
from habitue.insights.catalogue import NUMBER_KINDS
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _
from habitue.web.audiences.draft import Draft
from habitue.web.audiences.shares import share_of


class ConditionUnfinished(HabitueError):
    """Something was not filled in yet."""

    code = "condition_unfinished"
    message = _("Not finished yet: a value is missing.")


def value_of(node: Draft, kind: str) -> Value:
    """The value or values of a comparison, in the canonical form of their kind."""
    op, texts = node.one("op"), node.many("value")
    if op in NO_VALUE_OPS:
        return ""
    if not texts or (op == "between" and len(texts) < 2):
        raise ConditionUnfinished()
    texts = tuple(_typed(text, kind) for text in texts)
    if op == "one_of":
        return texts
    return texts[:2] if op in MANY_VALUES_OPS else texts[0]


def window_of(node: Draft) -> Window:
    """The span of time of a condition."""
    kind = node.one("window_kind", "ever")
    word, _underscore, unit = kind.partition("_")
    if word in ("this", "previous"):
        return Window("this" if word == "this" else "last", unit=cast(Any, unit))
    if kind == "days_ago":
        return Window("days_ago", whole(node.one("window_count")), upto=whole(node.one("window_upto")))
    if kind == "since_event":
        return Window("since_event", event=filled(node.one("window_event")))
    if kind in ("last_hours", "last_days", "last_months"):
        return Window(kind=cast(Any, kind), count=whole(node.one("window_count")))
    if kind == "between":
        since, until = _day(node.one("since")), _day(node.one("until"))
        if since is None and until is None:
            raise ConditionUnfinished()
        return Window(kind="between", since=since, until=until)
    return Window(kind="last_year") if kind == "last_year" else Window()


def filled(text: str) -> str:
    """The text without spaces around it; raises ConditionUnfinished for none."""
    if not text.strip():
        raise ConditionUnfinished()
    return text.strip()


def whole(text: str) -> int:
    """A whole number; raises ConditionUnfinished and ValueUnreadable."""
    text = filled(text)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueUnreadable(path="", value=text)
    return int(text)


def amount_of(text: str) -> Decimal:
    """A number with decimals; raises ConditionUnfinished and ValueUnreadable."""
    try:
        found = Decimal(_number(filled(text)))
    except InvalidOperation:
        raise ValueUnreadable(path="", value=text) from None
    if not found.is_finite():
        raise ValueUnreadable(path="", value=text)
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text.strip() else None
    except ValueError:
        raise WindowInvalid(path="") from None


def _typed(text: str, kind: str) -> str:
    if kind not in NUMBER_KINDS:
        return text.strip()
    number = _number(text.replace("%", "") if kind == "share" else text)
    return share_of(number) if kind == "share" else number


def _number(text: str) -> str:
    """A number as people type it: `12,50` is 12.50; spaces do not matter."""
    plain = "".join(text.split())
    return plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
