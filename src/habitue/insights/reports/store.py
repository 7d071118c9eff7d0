"""Runs a report on the workspace as it is now, and keeps the outcome in memory until facts or day change."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import ibis.expr.types as ir

from habitue.access.policy import allowed, require
from habitue.insights.orders import COMPLETED
from habitue.insights.reports.catalogue import Material, Report, reports
from habitue.insights.reports.hiding import without_small
from habitue.insights.reports.shape import Outcome, Row
from habitue.insights.rfm import rfm
from habitue.insights.store import PREFIX, card, stored
from habitue.kernel import state as numbers
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.profiles.replica import PRODUCTS

PAST_AFTER = timedelta(days=90)
"""When the last known order is older, reports look back from it instead of from today."""
LEARNT_ANEW = "next_order"
"""The insight whose files tell whether insights were learnt anew since."""
State = tuple[int, int, date, tuple[str, ...], int]
_kept: dict[tuple[str, str], tuple[State, Outcome]] = {}


def report(name: str) -> Report:
    """The report `name`; NotFound when there is none."""
    found = reports().get(name)
    if found is None:
        raise NotFound(what=_("report"), key=name)
    return found


def kept(ws: Context, name: str) -> Outcome | None:
    """The outcome when it is known for the facts and the day of now."""
    found = _kept.get((ws.register.url, name))
    return _for_reader(ws, found[1]) if found and found[0] == _state(ws) else None


def outcome(ws: Context, name: str) -> Outcome:
    """What the report says now. Raises PermissionMissing and NotFound."""
    require(ws.actor, "insights.read")
    wanted = report(name)
    known = kept(ws, name)
    if known is not None:
        return known
    state = _state(ws)
    made = wanted.compute(material(ws))
    _kept[ws.register.url, name] = (state, made)
    return _for_reader(ws, made)


def material(ws: Context) -> Material:
    """The facts of the workspace, up to now or to the end of its data."""
    events, people = ws.lake.table("events"), ws.lake.table("people")
    zone, currency = ws.config.workspace.timezone, ws.config.workspace.currency
    now = ws.clock.now()
    last = _last_order(ws, events)
    is_past = last is not None and now - last > PAST_AFTER
    as_of = last + timedelta(microseconds=1) if last is not None and is_past else now

    def rfm_at(at: datetime) -> ir.Table:
        if at == now:
            return stored(ws, "rfm").table
        return rfm(events, people, at=at, timezone=zone, currency=currency)

    return Material(
        events=events,
        people=people,
        consents=ws.lake.table("consents"),
        now=as_of,
        timezone=zone,
        currency=currency,
        rows=lambda table: _rows(ws, table),
        arrow=lambda table: ws.lake.con.to_pyarrow(table),
        keep=lambda table: _computed_once(ws, table),
        rfm=rfm_at,
        is_past=is_past,
        learnt=lambda name: _passed(ws, name),
    )


def _passed(ws: Context, name: str) -> ir.Table | None:
    """The table of an insight that learns; None before it was learnt, and where it did not pass its test."""
    known = card(ws, name)
    return stored(ws, name).table if known is not None and known.card.is_shown else None


def past_day(ws: Context) -> date | None:
    """The last day that reports look at when the data ends long before today, else None."""
    last = _last_order(ws, ws.lake.table("events"))
    is_past = last is not None and ws.clock.now() - last > PAST_AFTER
    return day_in(last, ws.config.workspace.timezone) if last is not None and is_past else None


def forget() -> None:
    """Take the kept outcomes out of memory."""
    _kept.clear()


def _last_order(ws: Context, events: ir.Table) -> datetime | None:
    told = events.filter((events["name"] == COMPLETED) & (events["at"] <= ws.clock.now()))
    found: datetime | None = _rows(ws, told.aggregate(last_at=told["at"].max()))[0]["last_at"]
    return found


def _for_reader(ws: Context, made: Outcome) -> Outcome:
    return made if allowed(ws.actor, "people.read") else without_small(made)


def _state(ws: Context) -> State:
    day = day_in(ws.clock.now(), ws.config.workspace.timezone)
    with ws.register.read() as conn:
        listed = numbers.read(conn, PRODUCTS)
    return ws.lake.sequence("facts"), ws.lake.sequence("people"), day, ws.lake.files(PREFIX + LEARNT_ANEW), listed


def _computed_once(ws: Context, table: ir.Table) -> ir.Table:
    """The table computed now, freed when nobody holds it any more; an empty lake has no engine to keep it."""
    return table.cache() if ws.lake.has("facts") and ws.lake.has("people") else table


def _rows(ws: Context, table: ir.Table) -> list[Row]:
    rows: list[Row] = ws.lake.con.to_pyarrow(table).to_pylist()
    return rows
