"""The figures of the home page, computed once for each state of the data and each day, and kept in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from habitue.audiences import membership
from habitue.insights.report import RfmReport, report
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.web.home.revenue import Revenue, revenue
from habitue.web.rule_links import BUYERS_OF_A_YEAR, MAY_BE_WRITTEN_TO

_kept: dict[str, tuple[tuple[int, int, date], Figures]] = {}


@dataclass(frozen=True, slots=True)
class Figures:
    """How the shop stands at the instant `as_of`."""

    as_of: datetime
    people: int
    buyers: int
    may_be_written_to: int
    revenue: Revenue
    rfm: RfmReport


def kept(ws: Context) -> Figures | None:
    """The figures when they are known for the data of now and the day of today."""
    found = _kept.get(ws.register.url)
    return found[1] if found and found[0] == _state(ws) else None


def last_known(ws: Context) -> Figures | None:
    """The newest figures that were computed, even when events have come since; None after a start of the server."""
    found = _kept.get(ws.register.url)
    return found[1] if found else None


def figures(ws: Context) -> Figures:
    """The figures, computed when they are not known."""
    known = kept(ws)
    if known is not None:
        return known
    state = _state(ws)
    contactable = membership.count(ws, MAY_BE_WRITTEN_TO)
    made = Figures(
        as_of=ws.clock.now(),
        people=contactable.of,
        buyers=membership.count(ws, BUYERS_OF_A_YEAR).people,
        may_be_written_to=contactable.people,
        revenue=revenue(ws, ws.clock.now()),
        rfm=report(ws),
    )
    _kept[ws.register.url] = (state, made)
    return made


def _state(ws: Context) -> tuple[int, int, date]:
    lake = ws.lake
    day = day_in(ws.clock.now(), ws.config.workspace.timezone)
    return lake.sequence("facts"), lake.sequence("people"), day
