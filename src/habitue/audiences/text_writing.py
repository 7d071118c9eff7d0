"""From the typed tree to text; `text.read` gives the same tree back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from habitue.audiences.grammar import words
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
    Value,
    Window,
    values_of,
)
from habitue.audiences.rule import Sequence as Steps

_NAME = re.compile(r"[^\W\d]\w*")
_BARE = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d{2}-\d{2}|true|false")
_AMOUNTS = {"at_least": ">=", "more_than": ">", "at_most": "<=", "less_than": "<"}
_OFTEN = {"at_least": "at least", "at_most": "at most", "exactly": "exactly"}
_DAYS = {
    "in_last_days": "within last", "not_in_last_days": "not within last", "in_next_days": "within next",
    "not_in_next_days": "not within next", "anniversary_in_next_days": "anniversary within next",
}  # fmt: skip
_PLAIN = {"is": "is", "is_not": "is not", "contains": "contains", "starts_with": "starts with", "before": "before",
          "after": "after", **_AMOUNTS}  # fmt: skip
_LENGTHS = ((1_440, "day"), (60, "hour"), (1, "minute"))
_STATES = {"is": "in audience", "was": "was in audience", "entered": "entered audience", "left": "left audience"}
WIDTH = 90


def written(rule: Rule, *, audience_names: Mapping[str, str] | None = None) -> str:
    """The rule as text; `audience_names` are the names of audiences by id, used where they are unambiguous."""
    names = dict(audience_names or {})
    several = list(names.values())
    known = {key: name for key, name in names.items() if several.count(name) == 1 and name not in names}
    if isinstance(rule, Group) and not rule.negate and len(rule.rules) > 1:
        parts = [_item(child, known) for child in rule.rules]
        joint = " and " if rule.match == "all" else " or "
        line = joint.join(parts)
        return line if len(line) <= WIDTH else f"\n{joint.strip()} ".join(parts)
    return _item(rule, known)


def _item(rule: Rule, names: Mapping[str, str]) -> str:
    if isinstance(rule, Group):
        return _group(rule, names)
    said = _leaf(rule, names)
    return f"not {said}" if getattr(rule, "negate", False) else said


def _group(rule: Group, names: Mapping[str, str]) -> str:
    before = "not " if rule.negate else ""
    if not rule.rules:
        return before + ("everybody" if rule.match == "all" else "nobody")
    parts = [_item(child, names) for child in rule.rules]
    if len(parts) == 1:
        return f"{before}{rule.match}({parts[0]})"
    joint = " and " if rule.match == "all" else " or "
    return f"{before}({joint.join(parts)})"


def _leaf(rule: Rule, names: Mapping[str, str]) -> str:
    match rule:
        case Trait():
            return f"{field_name(rule.field)} {comparison(rule.op, rule.value)}"
        case InsightIs():
            return f"insight {field_name(rule.insight)}.{field_name(rule.field)} {comparison(rule.op, rule.value)}"
        case EventCount():
            is_usual = (rule.op, rule.count) == ("at_least", 1)
            often = "" if is_usual else f" {_OFTEN[rule.op]} {rule.count} {'time' if rule.count == 1 else 'times'}"
            return f"did {quoted(rule.event)}{often}{_window(rule.window)}{_where(rule.where)}"
        case EventSum():
            currency = f" {rule.currency}" if rule.currency else ""
            path = "" if rule.property == "total" else f"{_path(rule.property)} "
            amount = f"{_AMOUNTS[rule.op]} {rule.amount:f}{currency}"
            return f"money {path}of {quoted(rule.event)} {amount}{_window(rule.window)}{_where(rule.where)}"
        case EventValue():
            head = f"{rule.measure}({_path(rule.property)}) of {quoted(rule.event)}"
            return f"{head} {comparison(rule.op, rule.value)}{_window(rule.window)}{_where(rule.where)}"
        case Steps():
            steps = ", ".join(_step(step, number) for number, step in enumerate(rule.steps))
            return f"sequence ({steps}){_window(rule.window)}"
        case Consent():
            channel = "" if rule.channel == "any" else f" by {field_name(rule.channel)}"
            return f"consent {field_name(rule.purpose)}{channel} is {rule.state}"
        case MayUse():
            return f"may use {field_name(rule.purpose)}"
        case InAudience():
            name = quoted(names.get(rule.audience_id, rule.audience_id))
            return f"{_STATES[rule.state]} {name}{_window(rule.window)}"
        case Related():
            return f"{rule.match} of {rule.by} ({_item(rule.rule, names)})"
        case Sample():
            return f"sample {quoted(rule.name)} {_percent(rule.first)} % to {_percent(rule.until)} %"
        case Place():
            return _place(rule)
        case Group():
            return _group(rule, names)


def comparison(op: str, value: Value) -> str:
    """`is "DE"`, `between 1 and 5`, `within last 30 days`."""
    if op in ("is_known", "is_unknown"):
        return op.replace("_", " ")
    values = values_of(value)
    if op == "one_of":
        return f"in {_value(value)}" if isinstance(value, str) else f"in ({', '.join(_value(v) for v in values)})"
    if op == "between":
        return f"between {_value(values[0])} and {_value(values[-1])}"
    if op in _DAYS:
        return f"{_DAYS[op]} {values[0]} days"
    return f"{_PLAIN[op]} {_value(values[0])}"


def _step(step: Step, number: int) -> str:
    what = f"{quoted(step.event)}{_where(step.where)}"
    if number == 0:
        return what
    within = ""
    if step.within_minutes:
        length, unit = next(pair for pair in _LENGTHS if step.within_minutes % pair[0] == 0)
        count = step.within_minutes // length
        within = f"within {count} {unit}{'' if count == 1 else 's'} "
    pairs = [f"{field_name(s.property)} = {field_name(s.of)}" if s.of else field_name(s.property) for s in step.same]
    same = f" same ({', '.join(pairs)})" if pairs else ""
    return f"{'not' if step.negate else 'then'} {within}{what}{same}"


def _window(window: Window) -> str:
    match window.kind:
        case "ever":
            return ""
        case "last_hours" | "last_days" | "last_months":
            unit = window.kind.removeprefix("last_").removesuffix("s")
            return f" in last {window.count} {unit}{'' if window.count == 1 else 's'}"
        case "last_year":
            return " in last year"
        case "this":
            return f" in this {window.unit}"
        case "last":
            return f" in previous {window.unit}"
        case "days_ago":
            return f" between {window.count} and {window.upto} days ago"
        case "since_event":
            return f" since last {quoted(window.event)}"
        case "between":
            if window.since is None:
                return f" until {window.until}"
            return f" from {window.since}" + (f" to {window.until}" if window.until else "")


def _where(tests: Sequence[PropertyTest]) -> str:
    if not tests:
        return ""
    return f" where ({' and '.join(f'{_path(t.property)} {comparison(t.op, t.value)}' for t in tests)})"


def _place(rule: Place) -> str:
    parts = ["near"]
    if rule.country:
        parts.append(f"country {quoted(rule.country)}")
    for word, texts in (("region", rule.regions), ("city", rule.cities), ("postcode", rule.postcodes)):
        if texts:
            parts.append(f"{word} ({', '.join(quoted(text) for text in texts)})")
    return " ".join(parts)


def _percent(share: int) -> str:
    return f"{(Decimal(share) / 100).normalize():f}"


def _path(name: str) -> str:
    head, dot, rest = name.partition(".")
    return f"{field_name(head)}.{field_name(rest)}" if dot else field_name(name)


def field_name(name: str) -> str:
    """A field as it is written: between backquotes where it could be read otherwise."""
    is_plain = _NAME.fullmatch(name) and name not in words() and not (len(name) == 3 and name.isupper())
    return name if is_plain else f"`{name}`"


def _value(text: str) -> str:
    return text if _BARE.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
