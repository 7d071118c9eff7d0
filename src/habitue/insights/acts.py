"""What people did themselves, hour by hour: orders, visits of pages, opened mails, calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import compress
from typing import Any, Literal
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from habitue.insights.catalogue import Facts
from habitue.insights.models.histories import AnyInts, Flags, Floats, Ints
from habitue.insights.numbered import by_number, ids_of, numbered, present_in, size_of
from habitue.insights.orders import COMPLETED
from habitue.kernel.lake import in_batches, json_value
from habitue.kernel.text import gettext_noop as _

Kind = Literal["channel", "weekday", "hour"]
CHANNELS = {
    "email": _("E-mail"),
    "phone": _("Phone"),
    "sms": _("Text message"),
    "chat": _("Chat"),
    "letter": _("Letter"),
    "visit": _("Visit"),
    "store": _("Shop on site"),
    "web": _("Website"),
}
SIZES: Mapping[Kind, int] = {"channel": len(CHANNELS), "weekday": 7, "hour": 24}
BLOCK = 100_000
"""People at a time: the hours of a million at once would be several hundred megabytes."""
ROWS = 1_000_000
HOUR_SECONDS = 3600
_DAY, _WEEKDAY, _HOUR = range(3)
_CHANNEL_BITS, _HOUR_BITS = 4, 24
_CHANNEL_MASK, _HOUR_MASK = 2**_CHANNEL_BITS - 1, 2**_HOUR_BITS - 1


@dataclass(frozen=True, slots=True)
class Acts:
    """What people did: one row a person, hour and channel, by person, with how often.

    `channel` is a place in CHANNELS or -1, `moment` a row of `clock`: day since 1970, weekday (0 is Monday) and hour
    in the workspace's time zone, -1 where only the day is known: sources write that as midnight sharp.
    """

    people: list[str]
    person: npt.NDArray[np.int32]
    moment: npt.NDArray[np.int32]
    channel: npt.NDArray[np.int8]
    times: npt.NDArray[np.float32]
    clock: npt.NDArray[np.int32]

    @property
    def day(self) -> npt.NDArray[np.int32]:
        """The day of each row, since 1970."""
        found: npt.NDArray[np.int32] = self.clock[:, _DAY][self.moment]
        return found

    def few(self, most: int) -> Acts:
        """The acts of at most so many people, drawn at random but always the same ones."""
        if len(self.people) <= most:
            return self
        chosen = np.zeros(len(self.people), dtype=bool)
        chosen[np.random.default_rng(7).choice(len(self.people), most, replace=False)] = True
        keep, numbers = chosen[self.person], (np.cumsum(chosen) - 1).astype(np.int32)
        return Acts(
            people=list(compress(self.people, chosen.tolist())),
            person=numbers[self.person[keep]],
            moment=self.moment[keep],
            channel=self.channel[keep],
            times=self.times[keep],
            clock=self.clock,
        )

    def counts(self, kind: Kind, rows: Flags) -> Floats:
        """People by the values of a kind, for some rows."""
        values = self._values(kind)
        keep = rows & (values >= 0)
        return _counted(self.person[keep], values[keep], self.times[keep], len(self.people), SIZES[kind])

    def totals(self, kind: Kind) -> Floats:
        """How often everybody together did something of each value of a kind."""
        values = self._values(kind)
        keep = values >= 0
        found: Floats = np.bincount(values[keep], weights=self.times[keep], minlength=SIZES[kind]).astype(float)
        return found

    def in_blocks(self, kind: Kind) -> Iterator[Floats]:
        """People by the values of a kind, for some people after the others."""
        values = self._values(kind)
        for start in range(0, len(self.people), BLOCK):
            end = min(start + BLOCK, len(self.people))
            here = slice(*np.searchsorted(self.person, [start, end]).tolist())
            known = values[here] >= 0
            yield _counted(
                self.person[here][known] - start, values[here][known], self.times[here][known], end - start, SIZES[kind]
            )

    def _values(self, kind: Kind) -> npt.NDArray[np.integer]:
        if kind == "channel":
            return self.channel
        column = self.clock[:, _WEEKDAY if kind == "weekday" else _HOUR]
        found: npt.NDArray[np.integer] = column.astype(np.int8)[self.moment]
        return found


def acts_of(facts: Facts) -> Acts:
    """Everything that people did."""
    ids = numbered(facts.people)
    events = facts.events
    is_past = events["at"] < ibis.literal(facts.now, "timestamp('UTC')")
    own = events.filter(events.type.isin(["track", "page", "screen"]) & is_past)
    second = own["at"].epoch_seconds()
    hour = (second // HOUR_SECONDS * 2 + (second % HOUR_SECONDS == 0).cast("int64")).cast("int32")
    marked = by_number(own.select("profile_id", at_hour=hour, channel=_channel(own)), ids)
    person, hours, channel, times = _counts_of(in_batches(marked, ROWS))
    present, number = present_in(person, size_of(ids))
    clock, moment = _clock(hours, facts.timezone)
    people = list(compress(ids_of(facts), present.tolist()))
    return Acts(people, number.astype(np.int32), moment, channel, times, clock)


def _counts_of(batches: Iterable[pa.RecordBatch]) -> tuple[AnyInts, AnyInts, npt.NDArray[np.int8], Any]:
    """Person, hour, channel and number of everybody's acts, by person.

    The three are packed into one number each, which takes less room than a table of them and is sorted in place.
    """
    packed = np.concatenate([np.empty(0, np.int64), *(_packed(batch) for batch in batches)])
    packed.sort()
    first = np.flatnonzero(np.diff(packed, prepend=-1))
    times = np.diff(first, append=len(packed)).astype(np.float32)
    packed = packed[first]
    channel = ((packed & _CHANNEL_MASK) - 1).astype(np.int8)
    hours = (packed >> _CHANNEL_BITS & _HOUR_MASK).astype(np.int32)
    return (packed >> _CHANNEL_BITS + _HOUR_BITS).astype(np.int32), hours, channel, times


def _packed(batch: pa.RecordBatch) -> Ints:
    channel = pc.fill_null(pc.index_in(batch["channel"], pa.array(list(CHANNELS))), -1)
    person, hour, place = (
        np.asarray(each).astype(np.int64) for each in (batch["profile_id"], batch["at_hour"], channel)
    )
    return person << _CHANNEL_BITS + _HOUR_BITS | hour << _CHANNEL_BITS | place + 1


def _counted(
    person: npt.NDArray[np.int32], values: npt.NDArray[np.integer], times: npt.NDArray[np.float32], people: int,
    size: int,
) -> Floats:  # fmt: skip
    flat = np.bincount(person.astype(np.int64) * size + values, weights=times, minlength=people * size)
    found: Floats = flat.astype(float).reshape(people, size)
    return found


def _clock(hours: npt.NDArray[np.generic], timezone: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Day, weekday and hour of each different hour since 1970 in the workspace's zone, and each one's row there.

    Hours come doubled, odd where the hour is sharp.
    """
    zone = ZoneInfo(timezone)
    if not len(hours):
        return np.zeros((1, 3), np.int32), np.empty(0, np.int32)
    first = int(hours.min())
    late = hours.astype(np.int64) - first
    different: Ints = np.flatnonzero(np.bincount(late))
    place = np.zeros(int(different[-1]) + 1, np.int32)
    place[different] = np.arange(len(different))
    read = [_read(first + code, zone) for code in different.tolist()]
    return np.array(read, np.int32), place[late]


def _read(code: int, zone: ZoneInfo) -> tuple[int, int, int]:
    """Day, weekday and hour of a doubled hour; a sharp midnight tells the day alone."""
    at = datetime.fromtimestamp(code // 2 * HOUR_SECONDS, UTC).astimezone(zone)
    return at.toordinal() - 719_163, at.weekday(), -1 if code % 2 and not at.hour else at.hour


def _channel(events: ir.Table) -> ir.StringValue:
    name = events["name"].fill_null("").lower()
    stated = json_value(events.properties, "channel")
    # Most orders name no shop: to look for the word takes a tenth of the time of reading them.
    is_store = ibis.ifelse(
        events.properties.contains('"store"'), json_value(events.properties, "store").notnull(), ibis.literal(False)
    )
    return ibis.cases(
        (name.startswith("email"), "email"),
        (name.startswith("sms"), "sms"),
        (events["name"] == "Contact Logged", stated.lower()),
        ((events["name"] == COMPLETED) & is_store, "store"),
        ((events["name"] == COMPLETED) | events.type.isin(["page", "screen"]), "web"),
        else_=ibis.null("string"),
    )
