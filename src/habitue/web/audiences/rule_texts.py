"""From a saved rule to the raw texts of a form; `rule_of_draft` leads back."""

from __future__ import annotations

from collections.abc import Mapping

from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    Group,
    InAudience,
    InsightIs,
    PropertyTest,
    Rule,
    Trait,
    Window,
    values_of,
)
from habitue.audiences.text_writing import written
from habitue.web.audiences.draft import PROPERTY, Draft

MATCHES: Mapping[tuple[str, bool], str] = {
    ("all", False): "all",
    ("any", False): "any",
    ("any", True): "none",
    ("all", True): "not_all",
}


_IN_THE_FORM = (Trait, InsightIs, EventCount, EventSum, Consent, InAudience)


def draft_of_rule(rule: Rule) -> Draft:
    """The tree of a rule; the root is always a plain group of all."""
    if isinstance(rule, Group) and not rule.negate:
        return _draft(rule)
    return Draft("group", {"match": ("all",)}, (_draft(rule),))


def _draft(rule: Rule) -> Draft:
    if isinstance(rule, Group):
        match = MATCHES[rule.match, rule.negate]
        return Draft("group", {"match": (match,)}, tuple(_draft(child) for child in rule.rules))
    if isinstance(rule, EventCount | EventSum):
        return Draft(_kind(rule), _texts(rule), tuple(_property(test) for test in rule.where))
    if isinstance(rule, InAudience) and rule.state != "is":
        return _as_text(rule)
    return Draft(_kind(rule), _texts(rule)) if isinstance(rule, _IN_THE_FORM) else _as_text(rule)


def _as_text(rule: Rule) -> Draft:
    """A condition that has no controls of its own is a line of text."""
    return Draft("text", {"text": (written(rule),)})


def _kind(rule: Rule) -> str:
    return str(type(rule).__struct_config__.tag)


def _texts(rule: Rule) -> Mapping[str, tuple[str, ...]]:
    match rule:
        case Trait():
            return {"field": (rule.field,), "op": (rule.op,), "value": values_of(rule.value)}
        case InsightIs():
            field = f"{rule.insight}.{rule.field}"
            return {"field": (field,), "op": (rule.op,), "value": values_of(rule.value)}
        case EventCount():
            texts = {"event": rule.event, "op": rule.op, "count": str(rule.count), "negate": _yes(rule.negate)}
            return {**_single(texts), **_window(rule.window)}
        case EventSum():
            texts = {
                "event": rule.event,
                "op": rule.op,
                "amount": f"{rule.amount:f}",
                "amount_of": rule.property,
                "currency": rule.currency,
            }
            return {**_single(texts), **_window(rule.window)}
        case Consent():
            return _single({"purpose": rule.purpose, "channel": rule.channel, "state": rule.state})
        case InAudience():
            return _single({"audience_id": rule.audience_id, "negate": _yes(rule.negate)})
        case _:
            return {}


def _property(test: PropertyTest) -> Draft:
    return Draft(PROPERTY, {"property": (test.property,), "op": (test.op,), "value": values_of(test.value)})


def _window(window: Window) -> Mapping[str, tuple[str, ...]]:
    kind: str = window.kind
    if window.kind in ("this", "last"):
        kind = f"{'this' if window.kind == 'this' else 'previous'}_{window.unit}"
    return _single(
        {
            "window_kind": kind,
            "window_upto": str(window.upto or ""),
            "window_event": window.event,
            "window_count": str(window.count or ("0" if window.kind == "days_ago" else "")),
            "since": window.since.isoformat() if window.since else "",
            "until": window.until.isoformat() if window.until else "",
        }
    )


def _single(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: (text,) for name, text in texts.items()}


def _yes(value: bool) -> str:
    return "yes" if value else "no"
