"""How the values of conditions are said: what somebody has in a field, numbers, days, texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from habitue.audiences.fields import RuleField
from habitue.audiences.rule import Value, values_of
from habitue.audiences.rule_parts import DAYS_OPS
from habitue.audiences.spans import days_ahead, days_back
from habitue.audiences.wording import Phrase, Reader
from habitue.insights.catalogue import FieldKind
from habitue.kernel.text import gettext_noop as _

WHAT: Mapping[str, str] = {
    "is": _("“*%(value)s*”"),
    "is_not": _("“*%(value)s*”"),
    "contains": _("something with “*%(value)s*”"),
    "starts_with": _("“*%(value)s*” at the beginning"),
}
NUMBER: Mapping[str, str] = {
    "is": _("*%(value)s*"),
    "is_not": _("*%(value)s*"),
    "more_than": _("*more than %(value)s*"),
    "at_least": _("*at least %(value)s*"),
    "less_than": _("*less than %(value)s*"),
    "at_most": _("*at most %(value)s*"),
    "before": _("a day *before %(value)s*"),
    "after": _("a day *after %(value)s*"),
}


def has(label: str, kind: FieldKind, op: str, value: Value, reader: Reader) -> Phrase:
    """“have at least 5 in the field “points””."""
    if op == "is_known":
        return reader.phrase(_("have something in the field “%(field)s”"), field=label)
    if op == "is_unknown":
        return reader.phrase(_("have *nothing* in the field “%(field)s”"), field=label)
    message = _("have %(what)s in the field “%(field)s”")
    if op in ("is_not", "not_in_last_days", "not_in_next_days"):
        message = _("do *not* have %(what)s in the field “%(field)s”")
    return reader.phrase(message, what=what_is(kind, op, value, reader), field=label)


def what_is(kind: FieldKind, op: str, value: Value, reader: Reader, currency: str = "") -> Phrase:
    """“at least 5”, “a day in the last 30 days”, “something with “tea””; amounts in the currency, where it is given."""
    values = values_of(value)
    if op in ("in_next_days", "not_in_next_days", "anniversary_in_next_days"):
        message = _("their yearly day %(window)s") if op.startswith("anniversary") else _("a day %(window)s")
        return reader.phrase(message, window=days_ahead(int(values[0]), reader))
    if op in DAYS_OPS:
        return reader.phrase(_("a day %(window)s"), window=days_back(int(values[0]), reader))
    shown = [_shown(kind, text, reader, currency) for text in values]
    if op == "between" and kind in ("date", "instant"):
        return reader.phrase(_("a day *from %(first)s to %(last)s*"), first=shown[0], last=shown[-1])
    if op == "between":
        return reader.phrase(_("*%(first)s to %(last)s*"), first=shown[0], last=shown[-1])
    messages = WHAT if kind in ("text", "choice") else NUMBER
    if op == "one_of":
        return reader.any_of([reader.phrase(messages["is"], value=text) for text in shown])
    return reader.phrase(messages[op], value=shown[0])


def asked(field: RuleField, op: str, value: Value, reader: Reader) -> Phrase:
    """“at least 50 %”: what a condition asks of a field, whatever it is called."""
    if op in ("is_known", "is_unknown"):
        return reader.phrase(_("known") if op == "is_known" else _("not known"))
    named = dict(field.choices)
    if named:
        words = [reader.gettext(named.get(code, code)) for code in values_of(value)]
        what = reader.any_of([reader.phrase(WHAT["is"], value=word) for word in words])
    else:
        what = what_is(field.kind, op, value, reader, reader.currency if field.kind == "money" else "")
    is_not = op in ("is_not", "not_in_last_days", "not_in_next_days")
    return reader.phrase(_("*not* %(what)s"), what=what) if is_not else what


def _shown(kind: FieldKind, text: str, reader: Reader, currency: str) -> str:
    if currency:
        return reader.money(Decimal(text), currency)
    if kind == "share":
        return reader.percent(Decimal(text))
    if kind in ("number", "money"):
        return reader.number(Decimal(text))
    if kind in ("date", "instant"):
        return reader.day(date.fromisoformat(text))
    if kind == "boolean":
        return reader.gettext(_("yes") if text == "true" else _("no"))
    return text
