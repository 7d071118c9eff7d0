"""Whether a rule makes sense: fields that exist, operators that fit them, values that can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from habitue.audiences.conditions import MAX_AGE
from habitue.audiences.fields import OPS, insight_field, is_field_name, is_own, trait_field
from habitue.audiences.properties import AMOUNTS, PRODUCTS, property_kind
from habitue.audiences.rule import (
    MANY_VALUES_OPS,
    MAX_COUNT,
    MAX_TEXT,
    NO_VALUE_OPS,
    Consent,
    EventCount,
    EventSum,
    EventValue,
    InAudience,
    InsightIs,
    MayUse,
    Place,
    PropertyTest,
    Rule,
    Sample,
    Sequence,
    Step,
    Trait,
    Value,
    Window,
    check_limits,
    values_of,
    walk,
)
from habitue.audiences.rule_parts import DAYS_OPS, NUMBER_MEASURES, other_of
from habitue.audiences.tables import AGE
from habitue.insights.catalogue import NUMBER_KINDS, FieldKind
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

MAX_DAYS = 36_500
MAX_MONTHS = 1_200
MINUTES_OF_DAY = 1_440
PARTS = 10_000
_MOST = Decimal(10) ** 13
_OWN_KINDS: tuple[FieldKind, ...] = ("text", "number", "date", "boolean")


class RuleInvalid(HabitueError):
    """A condition of the rule cannot be used; `path` tells which (`rule.0.2`)."""

    code = "rule_invalid"
    message = _("One condition cannot be used.")
    next_step = _("Correct this condition and try again.")


class FieldUnknown(RuleInvalid):
    """There is no such field, event or insight."""

    code = "rule_field_unknown"
    message = _("There is nothing called “%(name)s” to choose by.")
    next_step = _("Choose one from the list.")


class OperatorUnfit(RuleInvalid):
    """The operator does not fit the field."""

    code = "rule_operator_unfit"
    message = _("“%(name)s” cannot be compared in this way.")
    next_step = _("Choose another comparison.")


class ValueUnreadable(RuleInvalid):
    """A value is missing or cannot be read."""

    code = "rule_value_unreadable"
    message = _("“%(value)s” is not a value that fits here.")
    next_step = _("Enter a value, for example a whole number, an amount such as 12.50 or a day such as 2024-12-31.")


class SampleInvalid(RuleInvalid):
    """A part of everybody that ends before it begins, or does not lie within the whole."""

    code = "rule_sample_invalid"
    message = _("There is no part from %(first)s %% to %(until)s %%.")
    next_step = _("Enter the smaller share first and the larger one second, from 0 to 100.")


class SequenceInvalid(RuleInvalid):
    """The steps make no sense."""

    code = "rule_sequence_invalid"
    message = _("These steps cannot be used.")
    next_step = _("Begin with something that happened; a time limit and equal properties belong to a later step.")


class WindowInvalid(RuleInvalid):
    """The span of time makes no sense."""

    code = "rule_window_invalid"
    message = _("The span of time cannot be used.")
    next_step = _("Enter a number of days or months above zero, or a first day that is not after the last.")


def check_rule(rule: Rule) -> None:
    """Return when the rule can be used, else raise RuleTooLarge or a RuleInvalid with the place."""
    check_limits(rule)
    for path, node in walk(rule):
        check = _CHECKS.get(type(node))
        if check is not None:
            check(node, path)


def _trait(node: Trait, path: str) -> None:
    if not is_field_name(node.field):
        raise FieldUnknown(path=path, name=node.field)
    kind = trait_field(node.field).kind
    if is_own(node.field):
        kind = fitting_kind(kind, node.op, node.value)
    _condition(kind, node.field, node.op, node.value, path)
    if node.field == AGE and node.op not in NO_VALUE_OPS:
        for text in values_of(node.value):
            _whole(text, path, most=MAX_AGE)


def fitting_kind(known: FieldKind, op: str, value: Value) -> FieldKind:
    """The kind in which an own field is compared: `known` where operator and value fit it, else one that they fit.

    What an own field holds can change with every import; a saved rule must go on meaning what it says.
    """
    several: tuple[FieldKind, ...] = (known, *_OWN_KINDS)
    if_none: FieldKind = next((kind for kind in several if op in OPS[kind]), "text")
    return next((kind for kind in several if _fits(kind, op, value)), if_none)


def _fits(kind: FieldKind, op: str, value: Value) -> bool:
    try:
        _condition(kind, "", op, value, "")
    except RuleInvalid:
        return False
    return True


def _insight(node: InsightIs, path: str) -> None:
    field = insight_field(node.insight, node.field)
    if field is None:
        raise FieldUnknown(path=path, name=f"{node.insight}.{node.field}")
    _condition(field.kind, node.field, node.op, node.value, path)


def _event(node: EventCount | EventSum | EventValue, path: str) -> None:
    _event_name(node.event, path)
    _window(node.window, path)
    for number, test in enumerate(node.where):
        _property(test, f"{path}.where.{number}")
    if isinstance(node, EventValue):
        _measure(node, path)
        return
    if isinstance(node, EventCount):
        if not 0 <= node.count <= MAX_COUNT:
            raise ValueUnreadable(path=path, value=node.count)
        return
    if node.property not in AMOUNTS:
        raise FieldUnknown(path=path, name=node.property)
    _amount(str(node.amount), path)
    if node.currency and not (len(node.currency) == 3 and node.currency.isascii() and node.currency.isupper()):
        raise ValueUnreadable(path=path, value=node.currency)


def _event_name(name: str, path: str) -> None:
    if not name.strip() or name != name.strip() or len(name) > MAX_TEXT:
        raise FieldUnknown(path=path, name=name)


def _measure(node: EventValue, path: str) -> None:
    if not is_field_name(node.property.removeprefix(PRODUCTS)):
        raise FieldUnknown(path=path, name=node.property)
    kind: FieldKind = "number" if node.measure in NUMBER_MEASURES else property_kind(node.property, node.op)
    _condition(kind, node.property, node.op, node.value, path)


def _sequence(node: Sequence, path: str) -> None:
    if not node.steps or node.steps[0].negate:
        raise SequenceInvalid(path=path)
    if node.window.kind == "since_event":
        raise WindowInvalid(path=path)
    _window(node.window, path)
    for number, step in enumerate(node.steps):
        _step(step, f"{path}.steps.{number}", is_first=number == 0)


def _step(step: Step, path: str, *, is_first: bool) -> None:
    _event_name(step.event, path)
    if not 0 <= step.within_minutes <= MAX_DAYS * MINUTES_OF_DAY or (is_first and (step.within_minutes or step.same)):
        raise SequenceInvalid(path=path)
    for number, test in enumerate(step.where):
        _property(test, f"{path}.where.{number}")
    for same in step.same:
        for name in (same.property, other_of(same)):
            if not is_field_name(name):
                raise FieldUnknown(path=path, name=name)


def _place(node: Place, path: str) -> None:
    texts = (*node.regions, *node.cities, *node.postcodes)
    if not (node.country or texts) or any(not text.strip() for text in texts):
        raise ValueUnreadable(path=path, value="")
    if node.country and not (len(node.country) == 2 and node.country.isascii() and node.country.isalpha()):
        raise ValueUnreadable(path=path, value=node.country)


def _sample(node: Sample, path: str) -> None:
    if not is_field_name(node.name):
        raise FieldUnknown(path=path, name=node.name)
    if not 0 <= node.first < node.until <= PARTS:
        first, until = (f"{(Decimal(end) / 100).normalize():f}" for end in (node.first, node.until))
        raise SampleInvalid(path=path, first=first, until=until)


def _may_use(node: MayUse, path: str) -> None:
    if not is_field_name(node.purpose):
        raise FieldUnknown(path=path, name=node.purpose)


def _property(test: PropertyTest, path: str) -> None:
    if not is_field_name(test.property.removeprefix(PRODUCTS)):
        raise FieldUnknown(path=path, name=test.property)
    _condition(property_kind(test.property, test.op), test.property, test.op, test.value, path)


def _consent(node: Consent, path: str) -> None:
    for name in (node.purpose, node.channel):
        if not is_field_name(name):
            raise FieldUnknown(path=path, name=name)


def _in_audience(node: InAudience, path: str) -> None:
    if not is_field_name(node.audience_id):
        raise FieldUnknown(path=path, name=node.audience_id)
    if node.window.kind == "since_event" or (node.state == "is" and node.window != Window()):
        raise WindowInvalid(path=path)
    _window(node.window, path)


def _condition(kind: FieldKind, name: str, op: str, value: Value, path: str) -> None:
    if op not in OPS[kind] and not (op == "one_of" and kind in NUMBER_KINDS):
        raise OperatorUnfit(path=path, name=name, op=op)
    if op in NO_VALUE_OPS:
        return
    values = values_of(value)
    wanted = 2 if op == "between" else max(1, len(values)) if op in MANY_VALUES_OPS else 1
    if len(values) != wanted or any(not text.strip() for text in values):
        raise ValueUnreadable(path=path, value=", ".join(values))
    for text in values:
        _READ[kind if op not in DAYS_OPS else "days"](text, path)


def _window(window: Window, path: str) -> None:
    limits = {"last_hours": MAX_DAYS * 24, "last_days": MAX_DAYS, "last_months": MAX_MONTHS}
    if window.kind == "days_ago" and not 0 <= window.count < window.upto <= MAX_DAYS:
        raise WindowInvalid(path=path)
    if window.kind == "since_event":
        _event_name(window.event, path)
    if window.kind in limits and not 1 <= window.count <= limits[window.kind]:
        raise WindowInvalid(path=path)
    if window.kind == "between":
        if window.since is None and window.until is None:
            raise WindowInvalid(path=path)
        if window.since is not None and window.until is not None and window.since > window.until:
            raise WindowInvalid(path=path)
        for day in (window.since, window.until):
            if day is not None:
                _day(day.isoformat(), path)


def _whole(text: str, path: str, most: int = MAX_DAYS) -> None:
    if not (text.isascii() and text.isdigit() and int(text[:10]) <= most):
        raise ValueUnreadable(path=path, value=text)


def _amount(text: str, path: str) -> None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueUnreadable(path=path, value=text) from None
    if not number.is_finite() or abs(number) >= _MOST or round(number, 4) != number:
        raise ValueUnreadable(path=path, value=text)


def _day(text: str, path: str) -> None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueUnreadable(path=path, value=text) from None
    if not 1800 <= day.year <= 2200:
        raise ValueUnreadable(path=path, value=text)


def _truth(text: str, path: str) -> None:
    if text not in ("true", "false"):
        raise ValueUnreadable(path=path, value=text)


def _anything(_text: str, _path: str) -> None:
    """Every text will do."""


_READ: Mapping[str, Callable[[str, str], None]] = {
    "text": _anything,
    "choice": _anything,
    "number": _amount,
    "money": _amount,
    "share": _amount,
    "date": _day,
    "instant": _day,
    "boolean": _truth,
    "days": _whole,
}
_CHECKS: Mapping[type, Callable[..., None]] = {
    Trait: _trait,
    InsightIs: _insight,
    EventCount: _event,
    EventSum: _event,
    EventValue: _event,
    Sequence: _sequence,
    Place: _place,
    Sample: _sample,
    MayUse: _may_use,
    Consent: _consent,
    InAudience: _in_audience,
}
