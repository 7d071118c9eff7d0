"""How engaged each person is, and the best channel, weekday and hour to reach them, shrunk to the habits of all.

What does not foretell the own later behaviour better than the most common channel, day or hour is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from habitue.insights.acts import CHANNELS, Acts, Kind, acts_of
from habitue.insights.card import Card, Measure, Said
from habitue.insights.catalogue import Facts, Insight, InsightField, Learnt
from habitue.insights.models import preference
from habitue.insights.models.histories import Floats
from habitue.insights.models.preference import Hits
from habitue.insights.scores import column
from habitue.kernel.text import gettext_noop as _

RECENT_DAYS = 90
LEAST_PEOPLE = 50
MOST_TESTED = 50_000
WEEKDAYS = {
    "1": _("Monday"), "2": _("Tuesday"), "3": _("Wednesday"), "4": _("Thursday"), "5": _("Friday"), "6": _("Saturday"),
    "7": _("Sunday"),
}  # fmt: skip
NO_HOURS = _("Hour: cannot be known, because most of what people did is told with its day alone, without a time.")
HOURS = tuple(str(hour) for hour in range(24))
KINDS: Mapping[Kind, tuple[str, tuple[str, ...]]] = {
    "channel": (_("Channel"), tuple(CHANNELS)),
    "weekday": (_("Weekday"), tuple(WEEKDAYS)),
    "hour": (_("Hour"), HOURS),
}


def learn(facts: Facts) -> Learnt:
    """The insight of a workspace, one row for everybody who did something."""
    acts = acts_of(facts)
    last = int(acts.day.max(initial=0))
    cut = _day_of_share(acts, 0.75)
    few = acts.few(MOST_TESTED)
    before, after = few.day <= cut, few.day > cut
    hits = {kind: preference.tested(few.counts(kind, before), few.counts(kind, after)) for kind in KINDS}
    columns: dict[str, pa.Array] = {"profile_id": pa.array(acts.people, pa.string())}
    recent = acts.day > last - RECENT_DAYS
    counted = np.bincount(acts.person[recent], weights=acts.times[recent], minlength=len(acts.people))
    active: Floats = counted.astype(float)
    columns["engagement"] = column(_ranked(active), 3)
    columns["acts_90_days"] = pa.array(active).cast(pa.int64())
    for kind, (_label, values) in KINDS.items():
        columns |= _preferred(acts, kind, values, hits[kind])
    return Learnt(pa.table(columns), _card(hits, len(acts.people), has_hours=_has_hours(acts)))


def _has_hours(acts: Acts) -> bool:
    """Whether the time of day is known of at least half of what people did."""
    return bool(2 * acts.totals("hour").sum() >= acts.times.sum())


def _day_of_share(acts: Acts, share: float) -> int:
    """The day by whose end so much of everything had been done."""
    if not len(acts.day):
        return 0
    first = int(acts.day.min())
    done = np.cumsum(np.bincount(acts.day - first, weights=acts.times))
    return first + int(np.searchsorted(done, share * done[-1]))


def _preferred(acts: Acts, kind: Kind, values: tuple[str, ...], hits: Hits) -> dict[str, pa.Array]:
    """The best value of each person and its share with bounds, missing where there is none or the test failed."""
    figures = (f"{kind}_share", f"{kind}_low", f"{kind}_high")
    if not _passes(hits):
        nothing = {name: pa.nulls(len(acts.people), pa.float64()) for name in figures}
        return {f"best_{kind}": pa.nulls(len(acts.people), pa.string()), **nothing}
    overall = acts.totals(kind)
    parts = [preference.preferred(counts, hits.strength, overall) for counts in acts.in_blocks(kind)]
    best, share, low, high, seen = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("best", "share", "low", "high", "seen")
    )
    shown = seen > 0
    told = (column(np.where(shown, each, np.nan), 3) for each in (share, low, high))
    return {
        f"best_{kind}": pa.array(values, pa.string()).take(pa.array(best, mask=~shown)),
        **dict(zip(figures, told, strict=True)),
    }


def _passes(hits: Hits) -> bool:
    return hits.people >= LEAST_PEOPLE and hits.is_better


def _card(hits: Mapping[Kind, Hits], people: int, *, has_hours: bool) -> Card:
    said, measures = [], []
    for kind, found in hits.items():
        label = KINDS[kind][0]
        if kind == "hour" and not has_hours and not _passes(found):
            said.append(Said(NO_HOURS))
            continue
        if found.people < LEAST_PEOPLE:
            message = _(
                "%(kind)s: only %(people)s people did something before and after the day of the test; too few to know."
            )
            said.append(Said(message, {"kind": label, "people": found.people}))
            continue
        message = (
            _(
                "%(kind)s: what each one did most was right for %(own)s of 100 things they did later; what all "
                "together did most, for %(common)s."
            )
            if _passes(found)
            else _(
                "%(kind)s: what each one did most was right for %(own)s of 100 things they did later; what all "
                "together did most, for %(common)s. That is no real difference, so nothing of one’s own is shown."
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


INSIGHT = Insight(
    name="engagement",
    label=_("When and where to reach them"),
    question=_("How engaged is each person, and on which channel, day and hour are they best reached?"),
    learn=learn,
    fields=(
        InsightField("engagement", "share", _("Engagement (share of people who do less)")),
        InsightField("best_channel", "choice", _("Best channel"), tuple(CHANNELS.items())),
        InsightField("best_weekday", "choice", _("Best weekday"), tuple(WEEKDAYS.items())),
        InsightField("best_hour", "choice", _("Best hour"), tuple((hour, f"{hour}:00") for hour in HOURS)),
    ),
)
