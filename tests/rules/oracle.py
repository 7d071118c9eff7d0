"""Who fulfils a rule, told person by person in plain Python; it shares no code with the library but the tree."""

from __future__ import annotations

import json
from collections.abc import Sequence as Sequence_
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

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
    Sequence,
    Trait,
)
from tests.rules import oracle_more, oracle_windows
from tests.rules.oracle_values import compare
from tests.rules.world import ZONE, World


def members(rule: Rule, world: World) -> list[str]:
    """Who fulfils the rule, told person by person."""
    persons = [p for p in world.people if p["kind"] == "person"]
    return sorted(p["profile_id"] for p in persons if _holds(rule, p, world))


def _holds(rule: Rule, person: dict[str, Any], world: World) -> bool:
    who = person["profile_id"]
    match rule:
        case Group():
            found = [_holds(child, person, world) for child in rule.rules]
            return (all(found) if rule.match == "all" else any(found)) != rule.negate
        case Trait(field="age"):
            return compare(_age(person["birth_date"], world.now), rule.op, rule.value, int, world.now)
        case Trait():
            value, kind = _trait(person, rule.field)
            return compare(value, rule.op, rule.value, kind, world.now)
        case InsightIs():
            row = next((r for r in world.rfm if r["profile_id"] == who), {})
            return compare(
                row.get(rule.field), rule.op, rule.value, str if rule.field == "rfm_group" else Decimal, world.now
            )
        case EventValue():
            counting = [e for e in world.events if e["name"] == rule.event and _counts(e, rule, who, world)]
            tests = [t for t in rule.where if t.property.startswith("products.")]
            value = oracle_more.measure(rule, counting, lambda p: all(_product(p, t, world) for t in tests))
            is_number = isinstance(value, Decimal | int)
            return compare(value, rule.op, rule.value, Decimal if is_number else str, world.now)
        case Sequence():
            own = [e for e in world.events if e["profile_id"] == who and not _is_cancelled(e, world)]
            return (
                oracle_more.sequence_holds(rule, own, lambda e, s: _fits(e, s.where, world), world.now, ZONE)
                != rule.negate
            )
        case Place():
            return oracle_more.in_place(rule, person)
        case Sample():
            return oracle_more.in_sample(rule, who)
        case MayUse():
            return ({"profile_id": who} in world.allowed) != rule.negate
        case Related():
            by_id = {p["profile_id"]: p for p in world.people if p["kind"] == "person"}
            return oracle_more.around(
                rule, who, world.relations, list(by_id), lambda p: _holds(rule.rule, by_id[p], world)
            )
        case InAudience() if rule.state != "is":
            return oracle_more.in_history(rule, who, world.history, world.now, ZONE) != rule.negate
        case InAudience():
            return ({"audience_id": rule.audience_id, "profile_id": who} in world.members) != rule.negate
        case Consent():
            return _consent(rule, who, world) == rule.state
        case EventCount():
            number = sum(1 for e in world.events if _counts(e, rule, who, world) and e["name"] == rule.event)
            found = {"at_least": number >= rule.count, "at_most": number <= rule.count, "exactly": number == rule.count}
            return found[rule.op] != rule.negate
        case EventSum():
            return _sum(rule, who, world)


def _sum(rule: EventSum, who: str, world: World) -> bool:
    total, wanted = Decimal(0), rule.currency or "EUR"
    for e in world.events:
        refund = rule.event == "Order Completed" and e["name"] == "Order Refunded"
        own = (e["currency"] or "EUR") == wanted and e["amount"] is not None
        if own and (e["name"] == rule.event or refund) and _counts(e, rule, who, world):
            total += -e["amount"] if refund else e["amount"]
    return {
        "at_least": total >= rule.amount,
        "at_most": total <= rule.amount,
        "more_than": total > rule.amount,
        "less_than": total < rule.amount,
    }[rule.op]


def _counts(event: dict[str, Any], rule: EventCount | EventSum | EventValue, who: str, world: World) -> bool:
    if event["profile_id"] != who or _is_cancelled(event, world):
        return False
    own = [e for e in world.events if e["profile_id"] == who and not _is_cancelled(e, world)]
    return oracle_windows.inside(event, rule.window, own, world.now, ZONE) and _fits(event, rule.where, world)


def _is_cancelled(event: dict[str, Any], world: World) -> bool:
    if event["name"] not in ("Order Completed", "Order Refunded") or event["order_id"] is None:
        return False
    same = [o for o in world.events if (o["source_id"], o["order_id"]) == (event["source_id"], event["order_id"])]
    return any(other["name"] == "Order Cancelled" for other in same)


def _fits(event: dict[str, Any], where: Sequence_[PropertyTest], world: World) -> bool:
    about_products = [t for t in where if t.property.startswith("products.")]
    for test in where:
        if test in about_products:
            continue
        value = oracle_windows.value_of(event, test.property)
        if not compare(value, test.op, test.value, Decimal if test.property in ("total", "score") else str, world.now):
            return False
    if not about_products:
        return True
    products = json.loads(event["properties"]).get("products", [])
    return any(all(_product(p, t, world) for t in about_products) for p in products)


def _product(product: dict[str, Any], test: PropertyTest, world: World) -> bool:
    return compare(product.get(test.property[9:]), test.op, test.value, str, world.now)


def _consent(rule: Consent, who: str, world: World) -> str:
    last: dict[str, dict[str, Any]] = {}
    told = [c for c in world.consents if c["profile_id"] == who and c["purpose"] == rule.purpose]
    for c in sorted(told, key=_by_time):
        last[c["channel"]] = c
    if rule.channel != "any":
        rows = sorted((c for channel, c in last.items() if channel in (rule.channel, "any")), key=_by_time)
        return str(rows[-1]["state"]) if rows else "unknown"
    everywhere = last.get("any")
    stop = everywhere["at"] if everywhere is not None and everywhere["state"] == "withdrawn" else None
    given = [c for c in last.values() if c["state"] == "given" and (stop is None or c["at"] > stop)]
    return "given" if given else "withdrawn" if last else "unknown"


def _by_time(statement: dict[str, Any]) -> tuple[datetime, bool]:
    return statement["at"], statement["state"] == "withdrawn"


def _trait(person: dict[str, Any], field: str) -> tuple[Any, Any]:
    if field in ("birth_date", "last_seen_at"):
        return person[field], date if field == "birth_date" else datetime
    if field == "income":
        return person[field], Decimal
    if field in person:
        return person[field], str
    return json.loads(person["traits"]).get(field), Decimal if field == "children" else str


def _age(born: date | None, now: datetime) -> int | None:
    if born is None:
        return None
    today = now.astimezone(ZoneInfo(ZONE)).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
