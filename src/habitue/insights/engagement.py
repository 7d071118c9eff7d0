"""How engaged each person is, and the best channel, weekday and hour to reach them, shrunk to the habits of all.

What does not foretell the own later behaviour better than the most common channel, day or hour is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import compress
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from habitue.insights.card import Card, Measure, Said
from habitue.insights.catalogue import Facts, Insight, InsightField, Learnt
from habitue.insights.models import preference
from habitue.insights.models.histories import Flags, Floats, Ints
from habitue.insights.models.preference import Hits
from habitue.insights.numbered import by_number, ids_of, numbered, present_in, size_of
from habitue.insights.orders import COMPLETED
from habitue.insights.scores import column
from habitue.kernel.lake import json_value
from habitue.kernel.text import gettext_noop as _

RECENT_DAYS = 90
LEAST_PEOPLE = 50
MOST_TESTED = 50_000
HOUR_MICROS = 3_600_000_000
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
WEEKDAYS = {
    "1": _("Monday"), "2": _("Tuesday"), "3": _("Wednesday"), "4": _("Thursday"), "5": _("Friday"), "6": _("Saturday"),
    "7": _("Sunday"),
}  # fmt: skip
HOURS = tuple(str(hour) for hour in range(24))
KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "channel": (_("Channel"), tuple(CHANNELS)),
    "weekday": (_("Weekday"), tuple(WEEKDAYS)),
    "hour": (_("Hour"), HOURS),
}


@dataclass(frozen=True, slots=True)
class Acts:
    """What people did: one row a person, hour and channel (-1 for none), with how often; days since 1970."""

    people: list[str]
    person: Ints
    day: Ints
    weekday: Ints
    hour: Ints
    channel: Ints
    times: Floats

    def few(self) -> Acts:
        """The acts of at most 50,000 people, drawn at random but always the same ones, to test with."""
        if len(self.people) <= MOST_TESTED:
            return self
        chosen = np.zeros(len(self.people), dtype=bool)
        chosen[np.random.default_rng(7).choice(len(self.people), MOST_TESTED, replace=False)] = True
        keep, numbers = chosen[self.person], np.cumsum(chosen) - 1
        return Acts(
            people=list(compress(self.people, chosen.tolist())),
            person=numbers[self.person[keep]],
            day=self.day[keep],
            weekday=self.weekday[keep],
            hour=self.hour[keep],
            channel=self.channel[keep],
            times=self.times[keep],
        )

    def counts(self, kind: str, rows: Flags) -> Floats:
        """People by the values of a kind, for some rows."""
        size = len(KINDS[kind][1])
        values: Ints = getattr(self, kind)
        keep = rows & (values >= 0)
        place = self.person[keep] * size + values[keep]
        flat = np.bincount(place, weights=self.times[keep], minlength=len(self.people) * size)
        found: Floats = flat.astype(float).reshape(len(self.people), size)
        return found


def acts_of(facts: Facts) -> Acts:
    """Everything that people did themselves: orders, visits of pages, opened mails, calls."""
    ids = numbered(facts.people)
    events = facts.events
    is_past = events["at"] < ibis.literal(facts.now, "timestamp('UTC')")
    own = by_number(events.filter(events.type.isin(["track", "page", "screen"]) & is_past), ids)
    hour = (own["at"].epoch_seconds() // 3600).cast("int32")
    marked = own.select(person="profile_id", at_hour=hour, channel=_channel(own))
    rows = marked.group_by("person", "at_hour", "channel").aggregate(times=lambda t: t.count()).to_pyarrow()
    present, person = present_in(rows["person"].to_numpy(), size_of(ids))
    day, weekday, local = _local(rows["at_hour"].to_numpy().astype(np.int64), facts.timezone)
    return Acts(
        people=ids_of(ids, present),
        person=person,
        day=day,
        weekday=weekday,
        hour=local,
        channel=_channel_numbers(rows["channel"]),
        times=rows["times"].to_numpy().astype(float),
    )


def _channel_numbers(names: pa.ChunkedArray) -> Ints:
    """The place of each name among CHANNELS, -1 where there is none."""
    found = pc.fill_null(pc.index_in(names, pa.array(list(CHANNELS))), -1)
    return np.asarray(found).astype(np.int64)


def learn(facts: Facts) -> Learnt:
    """The insight of a workspace, one row for everybody who did something."""
    acts = acts_of(facts)
    last = int(acts.day.max(initial=0))
    everything = np.ones(len(acts.day), dtype=bool)
    cut = _day_of_share(acts, 0.75)
    few = acts.few()
    before, after = few.day <= cut, few.day > cut
    hits = {kind: preference.tested(few.counts(kind, before), few.counts(kind, after)) for kind in KINDS}
    columns: dict[str, pa.Array] = {"profile_id": pa.array(acts.people, pa.string())}
    recent = acts.day > last - RECENT_DAYS
    counted = np.bincount(acts.person[recent], weights=acts.times[recent], minlength=len(acts.people))
    active: Floats = counted.astype(float)
    columns["engagement"] = column(_ranked(active), 3)
    columns["acts_90_days"] = pa.array(active).cast(pa.int64())
    for kind, (_label, values) in KINDS.items():
        columns |= _preferred(acts.counts(kind, everything), kind, values, hits[kind])
    return Learnt(pa.table(columns), _card(hits, len(acts.people)))


def _day_of_share(acts: Acts, share: float) -> int:
    """The day by whose end so much of everything had been done."""
    if not len(acts.day):
        return 0
    first = int(acts.day.min())
    done = np.cumsum(np.bincount(acts.day - first, weights=acts.times))
    return first + int(np.searchsorted(done, share * done[-1]))


def _preferred(counts: Floats, kind: str, values: tuple[str, ...], hits: Hits) -> dict[str, pa.Array]:
    found = preference.preferred(counts, hits.strength)
    shown = (found.seen > 0) & _passes(hits)
    best = [values[index] if here else None for index, here in zip(found.best.tolist(), shown.tolist(), strict=True)]
    return {
        f"best_{kind}": pa.array(best, pa.string()),
        f"{kind}_share": column(np.where(shown, found.share, np.nan), 3),
        f"{kind}_low": column(np.where(shown, found.low, np.nan), 3),
        f"{kind}_high": column(np.where(shown, found.high, np.nan), 3),
    }


def _passes(hits: Hits) -> bool:
    return hits.people >= LEAST_PEOPLE and hits.is_better


def _card(hits: Mapping[str, Hits], people: int) -> Card:
    said, measures = [], []
    for kind, found in hits.items():
        label = KINDS[kind][0]
        if found.people < LEAST_PEOPLE:
            message = _(
                "%(kind)s: only %(people)s people did something before and after the day of the test; too few to know."
            )
            said.append(Said(message, {"kind": label, "people": found.people}))
            continue
        message = (
            _("%(kind)s: the own best one was right for %(own)s of 100 later acts, the most common one for %(common)s.")
            if _passes(found)
            else _(
                "%(kind)s: the own best one was right for %(own)s of 100 later acts, the most common one for "
                "%(common)s. That is "
                "no better than chance, so no own one is shown."
            )
        )
        said.append(Said(message, {"kind": label, "own": round(100 * found.own), "common": round(100 * found.common)}))
        measures.append(Measure(f"hits_{kind}", label, found.own, found.common, "share", "high"))
    return Card(
        insight="engagement",
        is_shown=any(_passes(found) for found in hits.values()),
        days=RECENT_DAYS,
        sentences=tuple(said),
        method="empirical_bayes",
        method_label=_("own habits, drawn to those of all"),
        baseline_label=_("the most common one"),
        tests=1,
        people=people,
        measures=tuple(measures),
        inputs=("Order Completed", "Email Opened", "Email Link Clicked", "Contact Logged"),
    )


def _ranked(active: Floats) -> Floats:
    """The share of people who did less in the last days, from 0 to 1."""
    ordered = np.sort(active)
    found: Floats = np.searchsorted(ordered, active, side="left") / max(len(active), 1)
    return found


def _channel(events: ir.Table) -> ir.StringValue:
    name = events["name"].fill_null("").lower()
    stated, is_store = json_value(events.properties, "channel"), json_value(events.properties, "store").notnull()
    return ibis.cases(
        (name.startswith("email"), "email"),
        (name.startswith("sms"), "sms"),
        (events["name"] == "Contact Logged", stated.lower()),
        ((events["name"] == COMPLETED) & is_store, "store"),
        ((events["name"] == COMPLETED) | events.type.isin(["page", "screen"]), "web"),
        else_=ibis.null("string"),
    )


def _local(hours: Ints, timezone: str) -> tuple[Ints, Ints, Ints]:
    """Day since 1970, weekday (0 is Monday) and hour of each hour since 1970, in the workspace's time zone."""
    zone = ZoneInfo(timezone)
    different, place = np.unique(hours, return_inverse=True)
    local = [datetime.fromtimestamp(int(hour) * 3600, UTC).astimezone(zone) for hour in different]
    table = np.array([(at.toordinal() - 719_163, at.weekday(), at.hour) for at in local] or [(0, 0, 0)], dtype=np.int64)
    rows = table[place] if len(hours) else np.empty((0, 3), np.int64)
    return rows[:, 0], rows[:, 1], rows[:, 2]


INSIGHT = Insight(
    name="engagement",
    label=_("When and where to reach them"),
    question=_("How engaged is each person, and on which channel, day and hour are they best reached?"),
    learn=learn,
    fields=(
        InsightField("engagement", "number", _("Engagement (share of people who do less, 0 to 1)")),
        InsightField("best_channel", "choice", _("Best channel"), tuple(CHANNELS.items())),
        InsightField("best_weekday", "choice", _("Best weekday"), tuple(WEEKDAYS.items())),
        InsightField("best_hour", "choice", _("Best hour"), tuple((hour, hour) for hour in HOURS)),
    ),
)
