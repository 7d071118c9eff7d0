"""From a saved rule to the raw texts of a form; `rule_of_draft` leads back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from habitue.audiences.fields import insight_field
from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    EventValue,
    Group,
    InAudience,
    InsightIs,
    MayUse,
    Place,
    PropertyTest,
    Related,
    Rule,
    Sample,
    Step,
    Trait,
    Window,
    values_of,
)
from habitue.audiences.rule import Sequence as Steps
from habitue.web.audiences.draft import BARE, PROPERTY, SAME, STEP, Draft
from habitue.web.audiences.shares import share_text

MATCHES: Mapping[tuple[str, bool], str] = {
    ("all", False): "all",
    ("any", False): "any",
    ("any", True): "none",
    ("all", True): "not_all",
}


LENGTHS = (("weeks", 10_080), ("days", 1_440), ("hours", 60), ("minutes", 1))
_SAID = LENGTHS[1:]
"""Seven days are told as such everywhere, never as a week."""


def draft_of_rule(rule: Rule) -> Draft:
    """The tree of a rule; the root is always a plain group of all."""
    if isinstance(rule, Group) and not rule.negate and (rule.rules or rule.match == "all"):
        return _draft(rule)
    return Draft("group", {"match": ("all",)}, (_draft(rule),))


def _draft(rule: Rule) -> Draft:
    match rule:
        case Group():
            return Draft("group", _texts(rule), tuple(_draft(child) for child in rule.rules))
        case EventCount() | EventSum() | EventValue():
            return Draft(_kind(rule), _texts(rule), tuple(_property(test) for test in rule.where))
        case Steps():
            return Draft(_kind(rule), _texts(rule), tuple(_step(step) for step in rule.steps))
        case Related():
            return Draft(_kind(rule), _texts(rule), (_within(rule.rule),))
        case _:
            return Draft(_kind(rule), _texts(rule))


def _within(rule: Rule) -> Draft:
    """What is asked of the people around, always drawn as a group."""
    if isinstance(rule, Group):
        return _draft(rule)
    return Draft("group", {"match": ("all",), BARE: ("yes",)}, (_draft(rule),))


def _step(step: Step) -> Draft:
    unit, length = next(pair for pair in _SAID if step.within_minutes % pair[1] == 0)
    texts = {"event": step.event, "negate": _yes(step.negate), "within_unit": unit if step.within_minutes else "any"}
    if step.within_minutes:
        texts["within_count"] = str(step.within_minutes // length)
    same = [Draft(SAME, _single({"property": each.property, "of": each.of})) for each in step.same]
    return Draft(STEP, _single(texts), (*(_property(test) for test in step.where), *same))


def _kind(rule: Rule) -> str:
    return str(type(rule).__struct_config__.tag)


def _texts(rule: Rule) -> Mapping[str, tuple[str, ...]]:
    match rule:
        case Trait():
            return {"field": (rule.field,), "op": (rule.op,), "value": values_of(rule.value)}
        case InsightIs():
            field = f"{rule.insight}.{rule.field}"
            known = insight_field(rule.insight, rule.field)
            is_share = known is not None and known.kind == "share"
            shown = tuple(share_text(text) if is_share else text for text in values_of(rule.value))
            return {"field": (field,), "op": (rule.op,), "value": shown}
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
        case EventValue():
            texts = {"measure": rule.measure, "event": rule.event, "property": rule.property, "op": rule.op}
            return {**_single(texts), "value": values_of(rule.value), **_window(rule.window)}
        case Steps():
            return {"negate": (_yes(rule.negate),), **_window(rule.window)}
        case MayUse():
            return _single({"purpose": rule.purpose, "negate": _yes(rule.negate)})
        case InAudience():
            how = f"not_{rule.state}" if rule.negate else rule.state
            return {**_single({"audience_id": rule.audience_id, "how": how}), **_window(rule.window)}
        case Place():
            several = {"regions": rule.regions, "cities": rule.cities, "postcodes": rule.postcodes}
            return {"country": (rule.country,), **several}
        case Related():
            return _single({"by": rule.by, "match": rule.match})
        case Sample():
            return _single({"name": rule.name, "first": percent(rule.first), "until": percent(rule.until)})
        case Group():
            return {"match": (MATCHES[rule.match, rule.negate],)}


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


def percent(hundredths: int) -> str:
    """Hundredths of a per cent as people write them: `1250` is `12.5`."""
    return f"{(Decimal(hundredths) / 100).normalize():f}"


def _single(texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {name: (text,) for name, text in texts.items()}


def _yes(value: bool) -> str:
    return "yes" if value else "no"
