"""Measures, sequences, places, people around, samples and the history of audiences once more in plain Python."""

from __future__ import annotations

import calendar
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from habitue.audiences.rule import (
    EventValue,
    InAudience,
    MayUse,
    Place,
    PropertyTest,
    Related,
    Rule,
    Same,
    Sample,
    Sequence,
    Step,
    Window,
)

Rows = list[dict[str, Any]]
_NUMERIC = ("sum", "average", "min", "max")


def period_start(day: date, unit: str) -> date:
    """The first day of a period, found by walking back to it."""
    while not {
        "day": True,
        "week": day.isoweekday() == 1,
        "month": day.day == 1,
        "quarter": day.day == 1 and day.month in (1, 4, 7, 10),
        "year": day.day == 1 and day.month == 1,
    }[unit]:
        day -= timedelta(days=1)
    return day


def months_back(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def span_of(window: Window, now: datetime, zone: str) -> tuple[datetime, datetime]:
    """First instant inside and first after it."""
    where = ZoneInfo(zone)
    today = now.astimezone(where).date()

    def start(day: date) -> datetime:
        return datetime.combine(day, time(), where).astimezone(UTC)

    always = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
    if window.kind == "ever":
        return always
    if window.kind == "since_event":
        return always[0], now
    if window.kind == "last_hours":
        return now - timedelta(hours=window.count), now
    if window.kind == "last_days":
        return now - timedelta(days=window.count), now
    if window.kind == "days_ago":
        return now - timedelta(days=window.upto), now - timedelta(days=window.count)
    if window.kind == "this":
        return start(period_start(today, window.unit)), now
    if window.kind == "last":
        this = period_start(today, window.unit)
        return start(period_start(this - timedelta(days=1), window.unit)), start(this)
    if window.kind == "between":
        until = always[1] if window.until is None else start(window.until + timedelta(days=1))
        return (always[0] if window.since is None else start(window.since)), until
    return start(months_back(today, 12 if window.kind == "last_year" else window.count)), now


def inside(event: dict[str, Any], window: Window, own: Rows, now: datetime, zone: str) -> bool:
    """Whether an event lies in the window; `own` are all events of the person that stand."""
    since, until = span_of(window, now, zone)
    if not since <= event["at"] < until:
        return False
    if window.kind != "since_event":
        return True
    marks = [e for e in own if e["name"] == window.event and e["at"] < now]
    return bool(marks) and all((event["at"], event["seq"]) > (m["at"], m["seq"]) for m in marks)


def value_of(event: dict[str, Any], name: str) -> Any:
    """A property of an event."""
    if name in ("total", "amount"):
        return event["amount"]
    return event[name] if name in ("currency", "order_id") else json.loads(event["properties"]).get(name)


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
            if not all(is_absent(step, before, events[place + 1 : end], following is None) for step in missing):
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


# ---- made-up conditions

_events = st.sampled_from(["Order Completed", "Order Completed", "Opened", "Order Refunded"])
_words = st.sampled_from(["DE", "de", "AT", "Köln", "Straße", "Москва"])
_figures = st.sampled_from(["0", "1", "2", "2.5", "5", "35"])
_number_ops = st.sampled_from(["is", "is_not", "more_than", "at_least", "less_than", "at_most"])
new_windows = st.one_of(
    st.builds(Window, st.just("last_hours"), st.sampled_from([24, 96])),
    st.sampled_from([(1, 4), (4, 90), (90, 365), (0, 1)]).map(lambda p: Window("days_ago", p[0], upto=p[1])),
    st.builds(Window, st.sampled_from(["this", "last"]), unit=st.sampled_from(["week", "month", "quarter", "year"])),
    st.builds(Window, st.just("since_event"), event=_events),
)
_sequence_windows = st.one_of(
    st.just(Window()), st.just(Window("last_days", 365)), st.just(Window("this", unit="year"))
)
_tests = st.one_of(
    st.builds(
        PropertyTest, st.sampled_from(["channel", "products.category"]), st.sampled_from(["is", "is_not"]), _words
    ),
    st.builds(PropertyTest, st.just("score"), _number_ops, _figures),
)
_where = st.one_of(st.just(()), st.lists(_tests, max_size=1).map(tuple))


def _values(windows: st.SearchStrategy[Window]) -> st.SearchStrategy[Rule]:
    numbers = st.builds(
        EventValue, st.sampled_from(["sum", "average", "min", "max"]), _events,
        st.sampled_from(["total", "score", "products.quantity"]), _number_ops, _figures, windows, _where,
    )  # fmt: skip
    distinct = st.builds(
        EventValue, st.just("distinct"), _events, st.sampled_from(["channel", "products.category"]), _number_ops,
        st.sampled_from(["0", "1", "2", "3"]), windows, _where,
    )  # fmt: skip
    texts = st.builds(
        EventValue, st.sampled_from(["first", "last", "most_frequent"]), _events,
        st.sampled_from(["channel", "products.category", "products.brand"]),
        st.sampled_from(["is", "is_not", "contains", "starts_with"]), _words, windows, _where,
    )  # fmt: skip
    known = st.builds(
        EventValue, st.sampled_from(["first", "last", "most_frequent", "average", "min"]), _events,
        st.sampled_from(["channel", "products.category"]), st.sampled_from(["is_known", "is_unknown"]), st.just(""),
        windows, _where,
    )  # fmt: skip
    return st.one_of(numbers, distinct, texts, known)


_minutes = st.sampled_from([0, 60, 1_440, 2_880, 10_080, 129_600])
_same = st.one_of(
    st.just(()),
    st.just(()),
    st.just((Same("channel"),)),
    st.just((Same("order_id"),)),
    st.just((Same("channel", "score"),)),
)
_first = st.builds(Step, _events, _where)
_later = st.builds(Step, _events, _where, _minutes, _same, st.sampled_from([False, False, True]))
_sequences = st.builds(
    lambda first, later, window, negate: Sequence((first, *later), window, negate),
    _first, st.lists(_later, min_size=0, max_size=3), _sequence_windows, st.booleans(),
)  # fmt: skip
_codes = st.lists(st.sampled_from(["0", "04", "04 1", "D"]), max_size=2).map(tuple)
_places = st.builds(
    Place, st.sampled_from(["", "DE", "de", "AT"]), st.just(()), st.lists(_words, max_size=2).map(tuple), _codes
).filter(lambda p: bool(p.country or p.cities or p.postcodes))
_samples = st.sampled_from([(0, 1000), (0, 5000), (5000, 10_000), (2500, 7500), (0, 10_000)]).map(
    lambda pair: Sample("spring", *pair)
)


def more_kinds(windows: st.SearchStrategy[Window], leaves: st.SearchStrategy[Rule]) -> list[st.SearchStrategy[Rule]]:
    """Strategies of the kinds of this file; those that frequently differ stand twice."""
    values = _values(windows)
    history = st.builds(
        InAudience, st.sampled_from(["vip", "new"]), st.booleans(), st.sampled_from(["was", "entered", "left"]),
        st.one_of(st.just(Window()), st.just(Window("last_days", 4)), st.just(Window("days_ago", 1, upto=90))),
    )  # fmt: skip
    related = st.builds(
        Related, st.sampled_from(["company", "household"]), st.sampled_from(["any", "all", "none"]), leaves
    )
    may_use = st.builds(MayUse, st.just("newsletter"), st.booleans())
    return [values, values, values, _sequences, _sequences, _sequences, history, related, _places, _samples, may_use]
