"""Recency, frequency and money once more in plain Python, and shops to try both on."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
INSTANT = pa.timestamp("us", tz="UTC")
EVENTS = pa.schema(
    [
        ("seq", pa.int64()),
        ("profile_id", pa.string()),
        ("source_id", pa.string()),
        ("type", pa.string()),
        ("name", pa.string()),
        ("at", INSTANT),
        ("amount", pa.decimal128(18, 4)),
        ("currency", pa.string()),
        ("order_id", pa.string()),
        ("properties", pa.string()),
    ]
)
PEOPLE = pa.schema([("profile_id", pa.string()), ("kind", pa.string())])


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a made-up shop."""

    profile_id: str
    name: str
    at: datetime
    amount: Decimal | None = None
    currency: str | None = "EUR"
    order_id: str | None = None
    source_id: str = "shop"


def event_table(events: Sequence[Happened]) -> ir.Table:
    """The events in the shape of the lake."""
    rows = [
        {
            "seq": number,
            "profile_id": e.profile_id,
            "source_id": e.source_id,
            "type": "track",
            "name": e.name,
            "at": e.at,
            "amount": e.amount,
            "currency": e.currency,
            "order_id": e.order_id,
            "properties": "{}",
        }
        for number, e in enumerate(events, 1)
    ]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=EVENTS))


def people_table(profile_ids: Sequence[str], companies: Sequence[str] = ()) -> ir.Table:
    """Persons and companies in the shape of the lake, as far as the insight reads it."""
    rows = [{"profile_id": p, "kind": "company" if p in companies else "person"} for p in profile_ids]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=PEOPLE))


def _moments(rng: random.Random) -> list[datetime]:
    """When somebody ordered: in a rhythm, or anyhow; often around midnight, where days are easily told wrong."""
    silence, gap = rng.choice([-1, 0, 3, 15, 40, 90, 300, 800]), rng.choice([0, 1, 5, 7, 30, 90, 365])
    number = rng.choice([0, 1, 1, 2, 3, 4, 6])
    days = [silence + n * gap + rng.choice([0, 0, 0, 1, 9]) for n in range(number)]
    return [NOW - timedelta(days=day, minutes=rng.choice([0, 30 * rng.randint(0, 47)])) for day in days]


def _amount(rng: random.Random) -> Decimal | None:
    return rng.choice([None, Decimal(rng.randint(0, 3)), Decimal(rng.randint(0, 500_000)) / 100, Decimal("0.0003")])


def shop(seed: int) -> list[Happened]:
    """Events of up to 12 buyers: orders, cancellations, refunds, several currencies, some order numbers shared."""
    rng = random.Random(seed)
    events: list[Happened] = []
    for person in range(rng.randint(0, 12)):
        for at in _moments(rng):
            order_id = rng.choice([None, str(rng.randint(1, 60)), str(rng.randint(1, 60))])
            currency, source = rng.choice(["EUR", "EUR", "EUR", None, "CHF"]), rng.choice(["shop", "till"])
            who = f"p{person:02}"
            events.append(Happened(who, "Order Completed", at, _amount(rng), currency, order_id, source))
            later = at + timedelta(days=rng.randint(0, 60))
            what = rng.choice(["kept", "kept", "kept", "kept", "Order Cancelled", "Order Refunded"])
            if what != "kept":
                refund = _amount(rng) if what == "Order Refunded" else None
                events.append(Happened(who, what, later, refund, currency, order_id, source))
    return events


def _standing(events: Sequence[Happened]) -> list[Happened]:
    cancelled = {(e.source_id, e.order_id) for e in events if e.name == "Order Cancelled" and e.order_id is not None}
    return [e for e in events if (e.source_id, e.order_id) not in cancelled]


def _day(at: datetime, timezone: str) -> date:
    return at.astimezone(ZoneInfo(timezone)).date()


def _scores(values: dict[str, Decimal | int]) -> dict[str, int]:
    everyone = sorted(values.values())
    return {p: sum(other < value for other in everyone) * 5 // len(everyone) + 1 for p, value in values.items()}


def oracle(
    events: Sequence[Happened], persons: Sequence[str], *, at: datetime, timezone: str, currency: str
) -> dict[str, dict[str, object]]:
    """What `rfm` must say, person by person."""
    known = [e for e in events if e.at < at and e.profile_id in persons]
    standing = _standing(known)
    today = _day(at, timezone)
    days: dict[str, set[date]] = defaultdict(set)
    for e in standing:
        if e.name == "Order Completed":
            days[e.profile_id].add(_day(e.at, timezone))
    gaps = {p: _gaps(sorted(seen)) for p, seen in days.items()}
    returned = [median(own) for own in gaps.values() if own]
    shop_gap = max(float(median(returned)) if returned else 90.0, 7.0)
    rows: dict[str, dict[str, object]] = {}
    for p, seen in days.items():
        last = max(seen)
        has_own = len(seen) >= 3
        rhythm = max(float(median(gaps[p])), 7.0) if has_own else max(shop_gap, *gaps[p], 7.0)
        money, year, two_years, other = Decimal(0), Decimal(0), Decimal(0), 0
        bought = False
        for e in standing:
            if e.profile_id != p or e.name not in ("Order Completed", "Order Refunded"):
                continue
            on, own = _day(e.at, timezone), (e.currency or currency) == currency
            signed = (e.amount or Decimal(0)) * (1 if e.name == "Order Completed" else -1)
            recent = on > today - timedelta(days=730)
            if own:
                money += signed
                year += signed if on > last - timedelta(days=365) else 0
                two_years += signed if recent else 0
            if e.name == "Order Completed":
                other += not own
                bought = bought or recent
        silence = (today - last).days
        rows[p] = {
            "recency_days": silence, "frequency": len(seen), "monetary": money, "yearly_money": year,
            "money_two_years": two_years, "other_orders": other, "first_on": min(seen), "last_on": last,
            "rhythm_days": rhythm, "shop_gap_days": shop_gap, "has_own_rhythm": has_own,
            "is_overdue": has_own and silence > 2 * rhythm, "bought": bought,
            "rfm_group": _group_of(
                purchases=len(seen), silence_days=silence, rhythm_days=rhythm, shop_gap_days=shop_gap
            ),
        }  # fmt: skip
    _add_ranks(rows)
    return rows


def _add_ranks(rows: dict[str, dict[str, object]]) -> None:
    r = _scores({p: -row["recency_days"] for p, row in rows.items()})  # type: ignore[operator]
    f = _scores({p: row["frequency"] for p, row in rows.items()})  # type: ignore[misc]
    m = _scores({p: row["monetary"] for p, row in rows.items()})  # type: ignore[misc]
    recent = [row["money_two_years"] for row in rows.values() if row["bought"]]
    for p, row in rows.items():
        row["r"], row["f"], row["m"] = r[p], f[p], m[p]
        richer = sum(other > row["money_two_years"] for other in recent)  # type: ignore[operator]
        is_top = richer * 5 < len(recent)
        row["is_valuable"] = bool(row.pop("bought") and row["money_two_years"] > 0 and is_top)  # type: ignore[operator]


def _gaps(days: Sequence[date]) -> list[int]:
    return [(later - earlier).days for earlier, later in pairwise(days)]


def _group_of(*, purchases: int, silence_days: int, rhythm_days: float, shop_gap_days: float) -> str:
    late = silence_days / rhythm_days
    if purchases == 1:
        return "new" if late <= 2 else "one_time"
    if late > 4:
        return "lost"
    if late > 2:
        return "at_risk"
    if purchases == 2:
        return "promising"
    return "regular" if rhythm_days <= shop_gap_days else "good"
