"""Comparisons of values once more in plain Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.rules.world import ZONE


def compare(value: Any, op: str, wanted: Any, kind: Any, now: datetime) -> bool:
    """Whether a value fits, compared as `kind`; what is not known fits only what it is not."""
    known = value is not None and value != ""
    if op in ("is_known", "is_unknown"):
        return known == (op == "is_known")
    if value is None:
        return op in ("is_not", "not_in_last_days", "not_in_next_days")
    texts = [wanted] if isinstance(wanted, str) else list(wanted)
    if kind in (date, datetime):
        return _compare_days(value, op, texts, kind, now)
    fold = (lambda text: str(text).strip().lower()) if kind is str else lambda text: kind(str(text))
    have, want = str(value).lower() if kind is str else kind(str(value)), [fold(text) for text in texts]
    return {
        "is": lambda: have == want[0],
        "is_not": lambda: have != want[0],
        "one_of": lambda: have in want,
        "contains": lambda: want[0] in have,
        "starts_with": lambda: have.startswith(want[0]),
        "more_than": lambda: have > want[0],
        "at_least": lambda: have >= want[0],
        "less_than": lambda: have < want[0],
        "at_most": lambda: have <= want[0],
        "between": lambda: want[0] <= have <= want[-1],
    }[op]()


def _compare_days(value: Any, op: str, texts: list[str], kind: Any, now: datetime) -> bool:
    day = value.astimezone(ZoneInfo(ZONE)).date() if kind is datetime else value
    if op in ("in_last_days", "not_in_last_days"):
        span = timedelta(days=int(texts[0]))
        today = now.astimezone(ZoneInfo(ZONE)).date()
        inside = now - span <= value < now if kind is datetime else today - span <= day <= today
        return inside == (op == "in_last_days")
    if op in ("in_next_days", "not_in_next_days"):
        span = timedelta(days=int(texts[0]))
        today = now.astimezone(ZoneInfo(ZONE)).date()
        inside = now <= value < now + span if kind is datetime else today <= day <= today + span
        return inside == (op == "in_next_days")
    if op == "anniversary_in_next_days":
        today = now.astimezone(ZoneInfo(ZONE)).date()
        coming = [today + timedelta(days=n) for n in range(int(texts[0]) + 1)]
        leap = {(2, 28), (2, 29)} if (day.month, day.day) == (2, 29) else {(day.month, day.day)}
        return any((c.month, c.day) in leap for c in coming) or int(texts[0]) >= 365
    want = [date.fromisoformat(text) for text in texts]
    return {
        "is": day == want[0],
        "before": day < want[0],
        "after": day > want[0],
        "between": want[0] <= day <= want[-1],
    }[op]
