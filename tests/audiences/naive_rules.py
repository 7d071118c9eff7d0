"""Rules once more in plain Python, person by person, and made-up rules and people to try both on."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence as Sequence_
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import naive_more
import pyarrow as pa
from hypothesis import strategies as st

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
    Window,
)
from habitue.audiences.tables import Tables

NOW = datetime(2026, 3, 29, 10, 0, tzinfo=UTC)
ZONE = "Europe/Berlin"
INSTANT = pa.timestamp("us", tz="UTC")
MONEY = pa.decimal128(18, 4)
PEOPLE = pa.schema(
    [
        ("profile_id", pa.string()), ("kind", pa.string()), ("country", pa.string()), ("city", pa.string()),
        ("birth_date", pa.date32()), ("income", MONEY), ("last_seen_at", INSTANT), ("traits", pa.string()),
        ("region", pa.string()), ("postal_code", pa.string()),
    ]
)  # fmt: skip
EVENTS = pa.schema(
    [
        ("seq", pa.int64()), ("profile_id", pa.string()), ("source_id", pa.string()), ("name", pa.string()),
        ("at", INSTANT), ("amount", MONEY), ("currency", pa.string()), ("order_id", pa.string()),
        ("properties", pa.string()),
    ]
)  # fmt: skip
CONSENTS = pa.schema(
    [
        ("profile_id", pa.string()), ("purpose", pa.string()), ("channel", pa.string()),
        ("state", pa.string()), ("at", INSTANT),
    ]
)  # fmt: skip
MEMBERS = pa.schema([("audience_id", pa.string()), ("profile_id", pa.string())])
HISTORY = pa.schema(
    [("audience_id", pa.string()), ("profile_id", pa.string()), ("entered_at", INSTANT), ("left_at", INSTANT)]
)
RELATIONS = pa.schema([("profile_id", pa.string()), ("group_id", pa.string()), ("by", pa.string())])
ALLOWED = pa.schema([("profile_id", pa.string())])
RFM = pa.schema([("profile_id", pa.string()), ("rfm_group", pa.string()), ("frequency", pa.int64())])


@dataclass(frozen=True, slots=True)
class World:
    """Rows in the shape of the lake."""

    people: list[dict[str, Any]]
    events: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    members: list[dict[str, Any]]
    rfm: list[dict[str, Any]]
    history: list[dict[str, Any]] = field(default_factory=list)
    relations: list[dict[str, Any]] = field(default_factory=list)
    allowed: list[dict[str, Any]] = field(default_factory=list)

    def tables(self) -> Tables:
        """The rows as Ibis tables."""

        def table(rows: list[dict[str, Any]], schema: pa.Schema) -> Any:
            return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))

        return Tables(
            people=table(self.people, PEOPLE),
            events=table(self.events, EVENTS),
            consents=table(self.consents, CONSENTS),
            members=table(self.members, MEMBERS),
            insights={"rfm": table(self.rfm, RFM)},
            history=table(self.history, HISTORY),
            relations=table(self.relations, RELATIONS),
            allowed={"newsletter": table(self.allowed, ALLOWED)},
        )


# ---- the naive evaluator


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
            return _compare(_age(person["birth_date"]), rule.op, rule.value, int)
        case Trait():
            value, kind = _trait(person, rule.field)
            return _compare(value, rule.op, rule.value, kind)
        case InsightIs():
            row = next((r for r in world.rfm if r["profile_id"] == who), {})
            return _compare(row.get(rule.field), rule.op, rule.value, str if rule.field == "rfm_group" else Decimal)
        case EventValue():
            counting = [e for e in world.events if e["name"] == rule.event and _counts(e, rule, who, world)]
            tests = [t for t in rule.where if t.property.startswith("products.")]
            value = naive_more.measure(rule, counting, lambda p: all(_product(p, t) for t in tests))
            is_number = isinstance(value, Decimal | int)
            return _compare(value, rule.op, rule.value, Decimal if is_number else str)
        case Sequence():
            own = [e for e in world.events if e["profile_id"] == who and not _is_cancelled(e, world)]
            return naive_more.sequence_holds(rule, own, lambda e, s: _fits(e, s.where), NOW, ZONE) != rule.negate
        case Place():
            return naive_more.in_place(rule, person)
        case Sample():
            return naive_more.in_sample(rule, who)
        case MayUse():
            return ({"profile_id": who} in world.allowed) != rule.negate
        case Related():
            by_id = {p["profile_id"]: p for p in world.people if p["kind"] == "person"}
            return naive_more.around(
                rule, who, world.relations, list(by_id), lambda p: _holds(rule.rule, by_id[p], world)
            )
        case InAudience() if rule.state != "is":
            return naive_more.in_history(rule, who, world.history, NOW, ZONE) != rule.negate
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
    return naive_more.inside(event, rule.window, own, NOW, ZONE) and _fits(event, rule.where)


def _is_cancelled(event: dict[str, Any], world: World) -> bool:
    if event["name"] not in ("Order Completed", "Order Refunded") or event["order_id"] is None:
        return False
    same = [o for o in world.events if (o["source_id"], o["order_id"]) == (event["source_id"], event["order_id"])]
    return any(other["name"] == "Order Cancelled" for other in same)


def _fits(event: dict[str, Any], where: Sequence_[PropertyTest]) -> bool:
    about_products = [t for t in where if t.property.startswith("products.")]
    for test in where:
        if test in about_products:
            continue
        value = naive_more.value_of(event, test.property)
        if not _compare(value, test.op, test.value, Decimal if test.property in ("total", "score") else str):
            return False
    if not about_products:
        return True
    products = json.loads(event["properties"]).get("products", [])
    return any(all(_product(p, t) for t in about_products) for p in products)


def _product(product: dict[str, Any], test: PropertyTest) -> bool:
    return _compare(product.get(test.property[9:]), test.op, test.value, str)


def _consent(rule: Consent, who: str, world: World) -> str:
    rows = [c for c in world.consents if c["profile_id"] == who and c["purpose"] == rule.purpose]
    if rule.channel != "any":
        rows = [c for c in rows if c["channel"] in (rule.channel, "any")]
        newest = sorted(rows, key=lambda c: (c["at"], c["state"] == "withdrawn"))
        return str(newest[-1]["state"]) if rows else "unknown"
    stop = max((c["at"] for c in rows if c["state"] == "withdrawn" and c["channel"] == "any"), default=None)
    given = [c for c in rows if c["state"] == "given" and (stop is None or c["at"] > stop)]
    return "given" if given else "withdrawn" if rows else "unknown"


def _trait(person: dict[str, Any], field: str) -> tuple[Any, Any]:
    if field in ("birth_date", "last_seen_at"):
        return person[field], date if field == "birth_date" else datetime
    if field == "income":
        return person[field], Decimal
    if field in person:
        return person[field], str
    return json.loads(person["traits"]).get(field), Decimal if field == "children" else str


def _age(born: date | None) -> int | None:
    if born is None:
        return None
    today = NOW.astimezone(ZoneInfo(ZONE)).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _compare(value: Any, op: str, wanted: Any, kind: Any) -> bool:
    known = value is not None and value != ""
    if op in ("is_known", "is_unknown"):
        return known == (op == "is_known")
    if value is None:
        return op in ("is_not", "not_in_last_days", "not_in_next_days")
    texts = [wanted] if isinstance(wanted, str) else list(wanted)
    if kind in (date, datetime):
        return _compare_days(value, op, texts, kind)
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


def _compare_days(value: Any, op: str, texts: list[str], kind: Any) -> bool:
    day = value.astimezone(ZoneInfo(ZONE)).date() if kind is datetime else value
    if op in ("in_last_days", "not_in_last_days"):
        span = timedelta(days=int(texts[0]))
        today = NOW.astimezone(ZoneInfo(ZONE)).date()
        inside = NOW - span <= value < NOW if kind is datetime else today - span <= day <= today
        return inside == (op == "in_last_days")
    if op in ("in_next_days", "not_in_next_days"):
        span = timedelta(days=int(texts[0]))
        today = NOW.astimezone(ZoneInfo(ZONE)).date()
        inside = NOW <= value < NOW + span if kind is datetime else today <= day <= today + span
        return inside == (op == "in_next_days")
    if op == "anniversary_in_next_days":
        today = NOW.astimezone(ZoneInfo(ZONE)).date()
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


# ---- made-up people: from a seed, because a world is too large to draw value by value

_WORDS = ["DE", "de", "AT", "Köln", "KÖLN", "Straße", "Moskau", "Москва", "%", "_", "a'b", ""]
_EVENT_NAMES = ["Order Completed", "Order Completed", "Order Completed", "Order Refunded", "Opened"]
_PEOPLE = ["p0", "p1", "p2", "p3", "p4"]


def _instant(rng: random.Random) -> datetime:
    # Windows begin and end at these, and days at midnight.
    edge = NOW - timedelta(days=rng.choice([0, 1, 4, 90, 365]), microseconds=rng.choice([-1, 0, 1, 40_000_000_000]))
    midnight = datetime.combine(_day(rng), time(), ZoneInfo(ZONE)).astimezone(UTC)
    return rng.choice([edge, midnight, NOW - timedelta(hours=rng.randint(-40, 20_000), minutes=30)])


def _day(rng: random.Random) -> date:
    return date(2026, 4, 2) - timedelta(days=rng.randint(0, 480))


def _birthday(rng: random.Random) -> date:
    return date(2026 - rng.randint(13, 41), rng.choice([2, 3]), rng.randint(26, 28))


def _amount(rng: random.Random) -> Decimal | None:
    return rng.choice([None, Decimal(0), Decimal(rng.randint(0, 60)) / 4, Decimal(rng.randint(0, 60)) / 4])


def _properties(rng: random.Random) -> str:
    found: dict[str, Any] = {}
    if rng.random() < 0.7:
        found["channel"] = rng.choice(_WORDS)
    if rng.random() < 0.5:
        found["score"] = rng.choice([0, 1, "2.5", 35])
    if rng.random() < 0.6:
        keys = ["category", "brand"]
        found["products"] = [
            {key: rng.choice(_WORDS) for key in keys if rng.random() < 0.8} | {"quantity": rng.choice([1, 2, "2.5"])}
            for _ in range(rng.randint(0, 3))
        ]
    return json.dumps(found)


def _person(rng: random.Random, number: int) -> dict[str, Any]:
    traits = {"hobby": rng.choice(_WORDS), "children": rng.choice([0, 1, "2", "2.5"])}
    return {
        "profile_id": f"p{number}",
        "kind": "company" if number == 3 else "person",
        "country": rng.choice([None, *_WORDS]),
        "city": rng.choice([None, *_WORDS]),
        "birth_date": rng.choice([None, _birthday(rng), date(2004, 2, 29), date(2000, 3, 29), date(2000, 3, 30)]),
        "income": _amount(rng),
        "last_seen_at": rng.choice([None, _instant(rng), _instant(rng)]),
        "region": None,
        "postal_code": rng.choice([None, "04109", "0410", "D-1", "1010", "04 1"]),
        "traits": json.dumps({key: value for key, value in traits.items() if rng.random() < 0.7}),
    }


def _event(rng: random.Random, number: int) -> dict[str, Any]:
    return {
        "seq": number,
        "profile_id": rng.choice(_PEOPLE),
        "source_id": rng.choice(["shop", "shop", "till"]),
        "name": rng.choice([*_EVENT_NAMES, *_EVENT_NAMES, "Order Cancelled"]),
        "at": _instant(rng),
        "amount": _amount(rng),
        "currency": rng.choice(["EUR", "EUR", None, "CHF"]),
        "order_id": rng.choice([None, "1", "2", "3", "4", "5"]),
        "properties": _properties(rng),
    }


def world(seed: int) -> World:
    """Up to five people with events, consents, memberships and computed traits."""
    rng = random.Random(seed)
    consents = [
        {
            "profile_id": person,
            "purpose": "newsletter",
            "channel": channel,
            "state": rng.choice(["given", "withdrawn"]),
            "at": NOW - timedelta(days=rng.randint(0, 2)),
        }
        for person in _PEOPLE
        for channel in ("email", "phone", "any")
        if rng.random() < 0.4
    ]
    return World(
        people=[_person(rng, number) for number in range(rng.randint(3, 5))],
        events=[_event(rng, number) for number in range(rng.randint(4, 25))],
        consents=consents,
        members=[
            {"audience_id": audience, "profile_id": person}
            for audience in ("vip", "new")
            for person in _PEOPLE
            if rng.random() < 0.4
        ],
        rfm=[
            {"profile_id": person, "rfm_group": rng.choice(["regular", "lost"]), "frequency": rng.randint(1, 3)}
            for person in _PEOPLE
            if rng.random() < 0.7
        ],
        history=[_stay(rng, person) for person in _PEOPLE for _ in range(rng.randint(0, 2))],
        relations=[
            {"profile_id": person, "group_id": f"{by}{rng.randint(1, 2)}", "by": by}
            for by in ("company", "household")
            for person in _PEOPLE
            if rng.random() < 0.8
        ],
        allowed=[{"profile_id": person} for person in _PEOPLE if rng.random() < 0.5],
    )


def _stay(rng: random.Random, person: str) -> dict[str, Any]:
    ends = sorted([_instant(rng), _instant(rng)])
    left = rng.choice([None, ends[1]])
    return {"audience_id": rng.choice(["vip", "new"]), "profile_id": person, "entered_at": ends[0], "left_at": left}


# ---- made-up rules

_wanted = st.sampled_from([w for w in _WORDS if w] + ["k", "str", "моск"])
_numbers = st.sampled_from(["0", "1", "2.5", "35", "1000"])
_days = st.dates(date(2024, 12, 1), date(2026, 4, 2))
_event_names = st.sampled_from(_EVENT_NAMES)
_groups = st.sampled_from(["regular", "lost"])
_text_ops = st.sampled_from(["is", "is_not", "contains", "starts_with"])
_number_ops = st.sampled_from(["is", "is_not", "more_than", "at_least", "less_than", "at_most"])
_known_ops = st.sampled_from(["is_known", "is_unknown"])


def _texts(make: Any, fields: Sequence_[str]) -> st.SearchStrategy[Any]:
    field = st.sampled_from(fields)
    return st.one_of(
        st.builds(make, field, _text_ops, _wanted),
        st.builds(make, field, st.just("one_of"), st.lists(_wanted, min_size=1, max_size=3).map(tuple)),
        st.builds(make, field, _known_ops),
    )


def _numeric(make: Any, fields: Sequence_[str]) -> st.SearchStrategy[Any]:
    field = st.sampled_from(fields)
    pair = st.tuples(_numbers, _numbers)
    return st.one_of(
        st.builds(make, field, _number_ops, _numbers),
        st.builds(make, field, st.just("between"), pair),
        st.builds(make, field, _known_ops),
    )


_iso = _days.map(date.isoformat)
_next = st.sampled_from(["in_next_days", "not_in_next_days", "anniversary_in_next_days"])
_dated = st.one_of(
    st.builds(Trait, st.just("birth_date"), _next, st.sampled_from(["0", "1", "5", "340", "365"])),
    st.builds(Trait, st.just("last_seen_at"), st.just("in_next_days"), st.sampled_from(["1", "30"])),
    st.builds(Trait, st.sampled_from(["birth_date", "last_seen_at"]), st.sampled_from(["is", "before", "after"]), _iso),
    st.builds(Trait, st.just("last_seen_at"), st.just("between"), st.tuples(_iso, _iso)),
    st.builds(
        Trait,
        st.sampled_from(["birth_date", "last_seen_at"]),
        st.sampled_from(["in_last_days", "not_in_last_days"]),
        st.sampled_from(["1", "30", "365", "7000"]),
    ),
)
_ages = st.one_of(
    st.builds(Trait, st.just("age"), _number_ops, st.integers(13, 40).map(str)),
    st.builds(Trait, st.just("age"), st.just("between"), st.tuples(st.just("20"), st.integers(20, 40).map(str))),
)
_windows = st.one_of(
    st.just(Window()),
    st.builds(Window, st.just("last_days"), st.sampled_from([1, 4, 90, 365])),
    st.builds(Window, st.just("last_months"), st.sampled_from([1, 6, 13])),
    st.just(Window("last_year")),
    st.tuples(_days, _days).map(lambda pair: Window("between", since=min(pair), until=max(pair))),
    _days.map(lambda day: Window("between", since=day)),
    naive_more.new_windows,
    naive_more.new_windows,
)
_where = st.lists(
    st.one_of(
        _texts(PropertyTest, ["channel", "products.category", "products.category", "products.brand"]),
        _numeric(PropertyTest, ["total", "score"]),
    ),
    max_size=2,
).map(tuple)
_counts_of = st.builds(
    EventCount, _event_names, st.sampled_from(["at_least", "at_most", "exactly"]), st.integers(0, 3), _windows,
    st.one_of(st.just(()), _where), st.booleans(),
)  # fmt: skip
_sums_of = st.builds(
    EventSum, _event_names, st.sampled_from(["at_least", "at_most", "more_than", "less_than"]),
    st.sampled_from([Decimal(0), Decimal("12.25"), Decimal(20)]), st.just("total"),
    st.sampled_from(["", "EUR", "CHF"]), _windows, st.one_of(st.just(()), _where),
)  # fmt: skip
_consents = st.builds(
    Consent,
    st.just("newsletter"),
    st.sampled_from(["email", "any", "post"]),
    st.sampled_from(["given", "withdrawn", "unknown"]),
)
_audiences = st.builds(InAudience, st.sampled_from(["vip", "new"]), st.booleans())
_insights = st.one_of(
    st.builds(InsightIs, st.just("rfm"), st.just("rfm_group"), st.sampled_from(["is", "is_not"]), _groups),
    st.builds(InsightIs, st.just("rfm"), st.just("frequency"), _number_ops, _numbers),
)
_countries = st.builds(Trait, st.just("country"), st.sampled_from(["is", "is_not"]), _wanted)
_KINDS: list[st.SearchStrategy[Rule]] = [
    _texts(Trait, ["city", "hobby"]), _countries, _numeric(Trait, ["income", "children"]), _dated, _ages,
    _counts_of, _counts_of, _counts_of, _sums_of, _sums_of, _consents, _audiences, _insights,
]  # fmt: skip
_KINDS += naive_more.more_kinds(_windows, st.one_of(_countries, _counts_of, _consents))
_leaves: st.SearchStrategy[Rule] = st.integers(0, len(_KINDS) - 1).flatmap(lambda number: _KINDS[number])
rules: st.SearchStrategy[Rule] = st.recursive(
    _leaves,
    lambda child: st.builds(
        Group, st.sampled_from(["all", "any"]), st.lists(child, min_size=1, max_size=3).map(tuple), st.booleans()
    ),
    max_leaves=6,
)
seeds = st.integers(0, 2**32)
