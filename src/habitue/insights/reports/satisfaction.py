"""What customers think: would they recommend us, are they content, over time and with how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Literal

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day, minus_months
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.intervals import Z, wilson
from habitue.insights.reports.shape import Chart, Column, Did, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import text_of
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import survey answers with a score and a date, or ask customers for one after a contact.")
ANSWERED = "Survey Answered"
NPS, CONTENT = "nps", "csat"
PROMOTERS_FROM, DETRACTORS_TO, CONTENT_FROM = 9, 6, 4
MONTHS, ENOUGH_A_MONTH = 24, 30


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Promoters less detractors as shares (−1 to 1), with the 95 % interval of that difference."""

    answers: int
    promoters: int
    detractors: int
    score: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Period:
    """Months, or quarters where months have too few answers; `label` is a msgid."""

    unit: Literal["M", "Q"]
    kind: Literal["month", "quarter"]
    label: str

    def end(self, since: date) -> date:
        """The last day of the period that begins on a day."""
        return minus_months(since, -1 if self.unit == "M" else -3) - timedelta(days=1)


def recommendation(answers: int, promoters: int, detractors: int) -> Recommendation:
    """The net promoter score of one group; the interval by the variance of a difference of two shares."""
    good, bad = promoters / answers, detractors / answers
    score = good - bad
    half = Z * sqrt(max(0.0, good + bad - score * score) / answers)
    return Recommendation(answers, promoters, detractors, score, max(-1.0, score - half), min(1.0, score + half))


def answers(events: ir.Table, *, timezone: str) -> ir.Table:
    """Answers with a score (profile_id, on, kind, score)."""
    told = events.filter(events["name"] == ANSWERED)
    rows = told.select(
        "profile_id",
        on=local_day(told["at"], timezone),
        kind=text_of(told.properties, "kind").fill_null(CONTENT),
        score=text_of(told.properties, "score").try_cast("float64"),
    )
    return rows.filter(rows.score.notnull())


def over_time(told: ir.Table, *, unit: Literal["M", "Q"]) -> ir.Table:
    """Answers by kind and month or quarter (kind, since, people, answers, promoters, detractors, content)."""
    dated = told.mutate(since=told["on"].truncate(unit).cast("date"))
    counted = dated.group_by("kind", "since").aggregate(
        people=dated.profile_id.nunique(),
        answers=dated.count(),
        promoters=(dated.score >= PROMOTERS_FROM).sum(),
        detractors=(dated.score <= DETRACTORS_TO).sum(),
        content=(dated.score >= CONTENT_FROM).sum(),
    )
    return counted.order_by("kind", "since")


def compute(m: Material) -> Outcome:
    """The two scores over time, each where answers of its kind are known."""
    first = minus_months(m.today.replace(day=1), MONTHS - 1)
    told = answers(m.events, timezone=m.timezone)
    told = m.keep(told.filter((told["on"] >= ibis.literal(first, type="date")) & (told["on"] <= m.today)))
    count = m.rows(told.aggregate(answers=told.count()))[0]["answers"]
    unit: Literal["M", "Q"] = "M" if count >= MONTHS * ENOUGH_A_MONTH else "Q"
    period = Period(unit, "month" if unit == "M" else "quarter", _("Month") if unit == "M" else _("Quarter"))
    rows = m.rows(over_time(told, unit=unit))
    scored = [row for row in rows if row["kind"] == NPS]
    content = [row for row in rows if row["kind"] == CONTENT]
    sections = [*([_nps(scored, period)] if scored else []), *([_content(content, period)] if content else [])]
    if not sections:
        return Outcome(Say(NEEDS))
    missing = () if scored else (Say(_("Nobody was asked for a recommendation from 0 to 10 yet (NPS).")),)
    return Outcome(sections[0].says, tuple(sections), missing)


def _nps(rows: Sequence[Row], period: Period) -> Section:
    told = []
    for row in rows:
        found = recommendation(row["answers"], row["promoters"], row["detractors"])
        told.append({**row, "score": found.score * 100, "low": found.low * 100, "high": found.high * 100})
    every = recommendation(*(sum(row[name] for row in rows) for name in ("answers", "promoters", "detractors")))
    return Section(
        NPS,
        _("Would they recommend us?"),
        Say(
            _(
                "The recommendation score is %(score)s (between %(low)s and %(high)s in 95 of 100 cases), from "
                "%(answers)s answers."
            ),
            {
                "score": Value(every.score * 100),
                "low": Value(every.low * 100),
                "high": Value(every.high * 100),
                "answers": Value(every.answers),
            },
        ),
        (
            Column("since", period.label, period.kind),
            Column("people", _("People"), "people"),
            Column("answers", _("Answers"), "number"),
            Column("promoters", _("9 or 10"), "number"),
            Column("detractors", _("0 to 6"), "number"),
            Column("score", _("Score"), "number"),
            Column("low", _("At least"), "number"),
            Column("high", _("At most"), "number"),
        ),
        tuple(told),
        Chart("lines", "since", "score", low="low", high="high"),
        lambda row: (Did(ANSWERED, (("kind", "is", NPS),), row["since"], period.end(row["since"])),),
        Say(_("The share of those who answer 9 or 10, less the share of those who answer 0 to 6, times 100 (NPS).")),
    )


def _content(rows: Sequence[Row], period: Period) -> Section:
    told = []
    for row in rows:
        low, high = wilson(row["content"], row["answers"])
        told.append({**row, "share": row["content"] / row["answers"], "low": low, "high": high})
    good, of = sum(row["content"] for row in rows), sum(row["answers"] for row in rows)
    low, high = wilson(good, of)
    return Section(
        CONTENT,
        _("Are they content after a contact?"),
        Say(
            _("%(share)s were content (between %(low)s and %(high)s in 95 of 100 cases), from %(answers)s answers."),
            {
                "share": Value(good / of, "share"),
                "low": Value(low, "share"),
                "high": Value(high, "share"),
                "answers": Value(of),
            },
        ),
        (
            Column("since", period.label, period.kind),
            Column("people", _("People"), "people"),
            Column("answers", _("Answers"), "number"),
            Column("content", _("4 or 5"), "number"),
            Column("share", _("Share"), "share"),
            Column("low", _("At least"), "share"),
            Column("high", _("At most"), "share"),
        ),
        tuple(told),
        Chart("lines", "since", "share", low="low", high="high"),
        lambda row: (Did(ANSWERED, (("kind", "is", CONTENT),), row["since"], period.end(row["since"])),),
        Say(_("The share of those who answer 4 or 5 of 5.")),
    )


REPORT = Report(
    name="satisfaction",
    label=_("What customers think"),
    question=_("Would customers recommend us, and are they content?"),
    needs=NEEDS,
    theme="opinions",
    compute=compute,
    departments=("service", "marketing"),
    order=51,
)
