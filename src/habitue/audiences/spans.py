"""How often, and in which span of time, in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from habitue.audiences.rule import EventCount, Window
from habitue.audiences.wording import Part, Phrase, Reader
from habitue.kernel.text import gettext_noop as _
from habitue.quality.dictionary import event_kind

_PERIODS: Mapping[tuple[str, str], str] = {
    ("this", "day"): _("*today*"),
    ("this", "week"): _("*this week*"),
    ("this", "month"): _("*this month*"),
    ("this", "quarter"): _("*this quarter*"),
    ("this", "year"): _("*this year*"),
    ("last", "day"): _("*yesterday*"),
    ("last", "week"): _("*last week*"),
    ("last", "month"): _("*last month*"),
    ("last", "quarter"): _("*last quarter*"),
    ("last", "year"): _("*last year*"),
}


def times(rule: EventCount, reader: Reader) -> Phrase | None:
    """“at least twice”; None when it was never."""
    op, count = _plain(rule)
    if op == "at_least" and count == 0:
        return reader.phrase(_("*any number of times*"))
    if count == 0 and op in ("at_most", "exactly"):
        return None
    if op == "at_least":
        return _at_least(count, reader)
    if op == "at_most":
        return _at_most(count, reader)
    if op == "exactly":
        return _exactly(count, reader)
    return reader.counted(
        reader.ngettext("*not exactly %(count)s time*", "*not exactly %(count)s times*", count), count
    )


def window(span: Window, reader: Reader) -> Phrase:
    """“in the last 90 days”; empty for ever."""
    if span.kind in ("this", "last"):
        return reader.phrase(_PERIODS[span.kind, span.unit])
    if span.kind == "since_event":
        return reader.phrase(_("since the last “*%(event)s*”"), event=reader.gettext(event_kind(span.event).label))
    if span.kind == "days_ago":
        since = reader.phrase(_("between *%(count)s*"), count=reader.number(Decimal(span.count)))
        until = reader.ngettext("and *%(count)s day ago*", "and *%(count)s days ago*", span.upto)
        return (*since, Part(" "), *reader.counted(until, span.upto))
    if span.kind == "last_hours":
        template = reader.ngettext("in the *last %(count)s hour*", "in the *last %(count)s hours*", span.count)
        return reader.counted(template, span.count)
    if span.kind == "last_days":
        return days_back(span.count, reader)
    if span.kind == "last_year" or (span.kind == "last_months" and span.count == 12):
        return reader.phrase(_("in the *last year*"))
    if span.kind == "last_months" and span.count == 1:
        return reader.phrase(_("in the *last month*"))
    if span.kind == "last_months":
        template = reader.ngettext("in the *last %(count)s month*", "in the *last %(count)s months*", span.count)
        return reader.counted(template, span.count)
    if span.since is not None and span.until is not None:
        return reader.phrase(
            _("from *%(first)s* to *%(last)s*"), first=reader.day(span.since), last=reader.day(span.until)
        )
    if span.since is not None:
        return reader.phrase(_("since *%(first)s*"), first=reader.day(span.since))
    return reader.phrase(_("until *%(last)s*"), last=reader.day(span.until)) if span.until else ()


def days_back(count: int, reader: Reader) -> Phrase:
    """“in the last 90 days”; one day is 24 hours."""
    if count == 1:
        return reader.phrase(_("in the *last 24 hours*"))
    template = reader.ngettext("in the *last %(count)s day*", "in the *last %(count)s days*", count)
    return reader.counted(template, count)


def days_ahead(count: int, reader: Reader) -> Phrase:
    """“in the next 14 days”; of instants, one day is 24 hours."""
    template = reader.ngettext("in the *next %(count)s day*", "in the *next %(count)s days*", count)
    return reader.counted(template, count)


def _plain(rule: EventCount) -> tuple[str, int]:
    """Operator and number with the negation taken into them."""
    if not rule.negate:
        return rule.op, rule.count
    if rule.op == "at_least":
        return ("at_most", rule.count - 1) if rule.count > 0 else ("at_most", 0)
    if rule.op == "at_most":
        return "at_least", rule.count + 1
    return ("at_least", 1) if rule.count == 0 else ("not_exactly", rule.count)


def _at_least(count: int, reader: Reader) -> Phrase:
    if count == 1:
        return reader.phrase(_("*at least once*"))
    if count == 2:
        return reader.phrase(_("*at least twice*"))
    template = reader.ngettext("*at least %(count)s time*", "*at least %(count)s times*", count)
    return reader.counted(template, count)


def _at_most(count: int, reader: Reader) -> Phrase:
    if count == 1:
        return reader.phrase(_("*at most once*"))
    if count == 2:
        return reader.phrase(_("*at most twice*"))
    template = reader.ngettext("*at most %(count)s time*", "*at most %(count)s times*", count)
    return reader.counted(template, count)


def _exactly(count: int, reader: Reader) -> Phrase:
    if count == 1:
        return reader.phrase(_("*exactly once*"))
    if count == 2:
        return reader.phrase(_("*exactly twice*"))
    template = reader.ngettext("*exactly %(count)s time*", "*exactly %(count)s times*", count)
    return reader.counted(template, count)
