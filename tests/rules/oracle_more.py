"""Measures, sequences, places, people around, samples and the history of audiences once more in plain Python."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from habitue.audiences.rule import EventValue, InAudience, Place, Related, Sample, Sequence, Step
from tests.rules.oracle_windows import Rows, inside, span_of, value_of

_NUMERIC = ("sum", "average", "min", "max")


def measure(rule: EventValue, counting: Rows, fits: Callable[[dict[str, Any]], bool]) -> Any:
    """The measure over the events that count; `fits` tests a product."""
    seen: list[tuple[datetime, int, Any]] = []
    for e in counting:
        if rule.property.startswith("products."):
            key = rule.property.removeprefix("products.")
            products = json.loads(e["properties"]).get("products", [])
            seen += [(e["at"], e["seq"], p.get(key)) for p in products if fits(p)]
        elif rule.property not in ("total", "amount") or (e["currency"] or "EUR") == "EUR":
            seen.append((e["at"], e["seq"], value_of(e, rule.property)))
    is_number = rule.measure in _NUMERIC or (rule.measure != "distinct" and _is_numeric(rule))
    read = [(at, seq, _number(v) if is_number else v) for at, seq, v in seen if v is not None]
    read = [(at, seq, v if is_number or isinstance(v, str) else str(v)) for at, seq, v in read if v is not None]
    values = [v for _at, _seq, v in read]
    if rule.measure == "distinct":
        return len(set(values))
    if rule.measure == "sum":
        return sum(values, Decimal(0))
    if not values:
        return None
    if rule.measure == "average":
        return sum(values, Decimal(0)) / len(values)
    if rule.measure in ("min", "max"):
        return min(values) if rule.measure == "min" else max(values)
    if rule.measure == "most_frequent":
        return min(values, key=lambda v: (-values.count(v), v))
    if rule.measure == "first":
        return min(read)[2]
    end = max((at, seq) for at, seq, _v in read)
    return min(v for at, seq, v in read if (at, seq) == end)


def _is_numeric(rule: EventValue) -> bool:
    known = rule.property in ("total", "amount", "products.quantity", "products.price", "score")
    return known or rule.op in ("more_than", "at_least", "less_than", "at_most", "between")


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


def sequence_holds(rule: Sequence, own: Rows, fits: Callable[[dict[str, Any], Step], bool], now: datetime,
                   zone: str) -> bool:  # fmt: skip
    """Whether some choice of events fits, by trying all of them."""
    events = sorted((e for e in own if e["at"] < now), key=lambda e: (e["at"], e["seq"]))

    def is_same(step: Step, event: dict[str, Any], before: dict[str, Any]) -> bool:
        pairs = [(_text(value_of(event, s.property)), _text(value_of(before, s.of or s.property))) for s in step.same]
        return all(a is not None and a == b for a, b in pairs)

    def found(step: Step, event: dict[str, Any], before: dict[str, Any]) -> bool:
        return event["name"] == step.event and fits(event, step) and is_same(step, event, before)

    def goes_on(number: int, place: int) -> bool:
        """Whether the steps from `number` on follow the event at `place`, which fitted the step that happened last."""
        before = events[place]
        following = next((n for n in range(number, len(rule.steps)) if not rule.steps[n].negate), None)
        missing = rule.steps[number : following if following is not None else len(rule.steps)]
        ends = range(place + 1, len(events)) if following is not None else [len(events)]
        for end in ends:
            if following is not None:
                step = rule.steps[following]
                limit = before["at"] + timedelta(minutes=step.within_minutes)
                if not found(step, events[end], before) or not inside(events[end], rule.window, own, now, zone):
                    continue
                if step.within_minutes and events[end]["at"] >= limit:
                    continue
            # What is awaited counts as well: "not within a week X, then X" asks for an X after that week.
            until = events[place + 1 : end + 1]
            if not all(is_absent(step, before, until, following is None) for step in missing):
                continue
            if following is None or goes_on(following + 1, end):
                return True
        return False

    def is_absent(step: Step, before: dict[str, Any], between: Rows, is_last: bool) -> bool:
        limit = before["at"] + timedelta(minutes=step.within_minutes)
        if is_last and step.within_minutes and limit > now:
            return False
        return not any(found(step, e, before) and (not step.within_minutes or e["at"] < limit) for e in between)

    first = rule.steps[0]
    return any(
        e["name"] == first.event and fits(e, first) and inside(e, rule.window, own, now, zone) and goes_on(1, n)
        for n, e in enumerate(events)
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def in_place(rule: Place, person: dict[str, Any]) -> bool:
    """Whether somebody lives there."""
    country, region, city, code = ((person[k] or "").lower() for k in ("country", "region", "city", "postal_code"))
    if rule.country and country != rule.country.lower():
        return False
    near = [region == r.lower() for r in rule.regions] + [city == c.lower() for c in rule.cities]
    near += [code.replace(" ", "").startswith(p.replace(" ", "").lower()) for p in rule.postcodes]
    return not near or any(near)


def in_sample(rule: Sample, profile_id: str) -> bool:
    """Whether the hash falls into the part."""
    place = int(hashlib.md5(f"{rule.name}:{profile_id}".encode()).hexdigest()[:8], 16)
    return rule.first * 2**32 <= place * 10_000 < rule.until * 2**32


def in_history(rule: InAudience, who: str, history: Rows, now: datetime, zone: str) -> bool:
    """Whether somebody belonged to an audience, entered or left it."""
    since, until = span_of(rule.window, now, zone)
    rows = [r for r in history if r["audience_id"] == rule.audience_id and r["profile_id"] == who]
    if rule.state == "was":
        return any(r["entered_at"] < until and (r["left_at"] is None or r["left_at"] > since) for r in rows)
    key = f"{rule.state}_at"
    return any(r[key] is not None and since <= r[key] < until for r in rows)


def around(rule: Related, who: str, relations: Rows, persons: list[str], holds: Callable[[str], bool]) -> bool:
    """Whether the people of some group of somebody fit."""
    groups = {r["group_id"] for r in relations if r["by"] == rule.by and r["profile_id"] == who}
    for group in groups:
        others = [r for r in relations if r["by"] == rule.by and r["group_id"] == group]
        found = [holds(r["profile_id"]) for r in others if r["profile_id"] in persons]
        if {"any": any(found), "all": all(found), "none": not any(found)}[rule.match]:
            return True
    return False
