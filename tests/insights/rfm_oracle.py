"""Recency, frequency and money once more in plain Python, and shops to try both on."""

from __future__ import annotations

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
from hypothesis import strategies as st

from habitue.insights.groups import group_of

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


def _instants() -> st.SearchStrategy[datetime]:
    # Around midnight and the change of the clocks days are easily told wrong; the rest is spread over four years.
    near = st.integers(0, 40).map(lambda n: NOW - timedelta(minutes=30 * n))
    spread = st.integers(-3, 1500).flatmap(
        lambda days: st.integers(0, 23).map(lambda hour: NOW - timedelta(days=days, hours=hour))
    )
    return st.one_of(spread, spread, near)


@st.composite
def shops(draw: st.DrawFn) -> list[Happened]:
    """Events of up to 12 buyers: orders, cancellations, refunds, several currencies, some order numbers shared."""
    events: list[Happened] = []
    amounts = st.one_of(
        st.none(), st.integers(0, 3).map(Decimal), st.decimals(0, 5000, places=2), st.decimals(0, 9, places=4)
    )
    currencies = st.sampled_from(["EUR", "EUR", "EUR", None, "CHF"])
    sources = st.sampled_from(["shop", "till"])
    for person in range(draw(st.integers(0, 12))):
        for _ in range(draw(st.integers(0, 7))):
            order_id = draw(st.one_of(st.none(), st.integers(1, 40).map(str)))
            order = Happened(
                f"p{person:02}", "Order Completed", draw(_instants()), draw(amounts), draw(currencies),
                order_id, draw(sources),
            )  # fmt: skip
            events.append(order)
            what = draw(st.sampled_from(["kept", "kept", "kept", "cancelled", "refunded"]))
            later = order.at + timedelta(days=draw(st.integers(0, 60)))
            if what != "kept":
                name = "Order Cancelled" if what == "cancelled" else "Order Refunded"
                refund = draw(amounts) if what == "refunded" else None
                events.append(
                    Happened(order.profile_id, name, later, refund, order.currency, order_id, order.source_id)
                )
    return events


def _standing(events: Sequence[Happened]) -> list[Happened]:
    cancelled = {
        (e.source_id, e.order_id) for e in events if e.name == "Order Cancelled" and e.order_id is not None
    }
    return [e for e in events if (e.source_id, e.order_id) not in cancelled]


def _day(at: datetime, timezone: str) -> date:
    return at.astimezone(ZoneInfo(timezone)).date()


def _scores(values: dict[str, Decimal | int]) -> dict[str, int]:
    everyone = sorted(values.values())
    return {
        p: sum(other < value for other in everyone) * 5 // len(everyone) + 1 for p, value in values.items()
    }


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
        rhythm = max(float(median(gaps[p])), 7.0) if has_own else shop_gap
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
            "rfm_group": group_of(
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
