"""Phrases for the days that everybody has a word for: of birth, of the first and of the last activity."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from habitue.audiences.rule import Trait, values_of
from habitue.audiences.spans import days_ahead, days_back
from habitue.audiences.wording import Phrase, Reader
from habitue.kernel.text import gettext_noop as _

_DAYS: Mapping[tuple[str, str], str] = {
    ("birth_date", "is"): _("were born *on %(day)s*"),
    ("birth_date", "before"): _("were born *before %(day)s*"),
    ("birth_date", "after"): _("were born *after %(day)s*"),
    ("birth_date", "between"): _("were born *from %(day)s to %(last)s*"),
    ("last_seen_at", "is"): _("were last seen *on %(day)s*"),
    ("last_seen_at", "before"): _("were last seen *before %(day)s*"),
    ("last_seen_at", "after"): _("were last seen *after %(day)s*"),
    ("last_seen_at", "between"): _("were last seen *from %(day)s to %(last)s*"),
    ("first_seen_at", "is"): _("were first seen *on %(day)s*"),
    ("first_seen_at", "before"): _("were first seen *before %(day)s*"),
    ("first_seen_at", "after"): _("were first seen *after %(day)s*"),
    ("first_seen_at", "between"): _("were first seen *from %(day)s to %(last)s*"),
}
_SPANS: Mapping[tuple[str, str], str] = {
    ("birth_date", "anniversary_in_next_days"): _("have their birthday %(window)s"),
    ("last_seen_at", "in_last_days"): _("were seen %(window)s"),
    ("last_seen_at", "not_in_last_days"): _("were *not* seen %(window)s"),
    ("first_seen_at", "in_last_days"): _("were first seen %(window)s"),
    ("first_seen_at", "not_in_last_days"): _("were *not* first seen %(window)s"),
}


def of_day(rule: Trait, reader: Reader) -> Phrase | None:
    """The phrase of a condition about such a day; None for every other condition."""
    which, values = (rule.field, rule.op), values_of(rule.value)
    if which in _SPANS:
        span = days_ahead if rule.op.startswith("anniversary") else days_back
        return reader.phrase(_SPANS[which], window=span(int(values[0]), reader))
    if which not in _DAYS:
        return None
    first, last = (reader.day(date.fromisoformat(values[end])) for end in (0, -1))
    return reader.phrase(_DAYS[which], day=first, last=last)
