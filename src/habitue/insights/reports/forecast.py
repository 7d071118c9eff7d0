"""Revenue of the next months by a simple seasonal model, shown only where it beat the plain guesses here.

Level (the mean of the last six months without their season) with half of its trend, times season (what a month is of
the centred mean of twelve, averaged over the years and pulled to one). Rolling back-test: from each of the last months,
one to three months ahead, beside “same as last month” and “same as a year ago”. The method with the smallest mean error
makes the forecast. Further ahead the band is widened by the square root of the distance. The month that runs is told
apart, by its days that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import sqrt
from statistics import mean, quantiles

from habitue.insights.days import minus_months
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.glance import NEEDS
from habitue.insights.reports.revenue import last_day, money_by_month, whole_months
from habitue.insights.reports.shape import Chart, Column, Outcome, Row, Say, Section, Value
from habitue.kernel.text import gettext_noop as _

YEAR, AHEAD, TESTED_AHEAD, ORIGINS = 12, 6, 3, 12
LEAST_MONTHS, HALF, DAMPING, LEAST_SEASON = 15, 6, 0.5, 0.05
SEASON_TRUST = 0.3
"""How many years of an even season are added, so that one odd year does not make a whole season."""
LEAST_TESTS = 10
"""With fewer tests the band reaches from the worst to the best of them."""
BAND = _(
    "When tested on your own past, one to %(tested)s months ahead, the truth lay between “at least” and “at most” "
    "eight times in ten. Months further ahead are not tested; there the band widens with the distance."
)
RUNNING = _(
    "The days of %(month)s that are left may bring another %(rest)s, which is not counted above. When tested on your "
    "own past, one to %(tested)s months ahead, the truth lay between “at least” and “at most” eight times in ten. "
    "Months further ahead are not tested; there the band widens with the distance."
)
Series = Sequence[float]
Method = Callable[[Series, int], float]


def seasonal(history: Series, ahead: int) -> float:
    """The value `ahead` months after the end of `history` (at least 12 months) by level, half a trend and season."""
    season = seasons(history)
    end = len(history)
    plain = [history[place] / season[place % YEAR] for place in range(end - min(end, YEAR), end)]
    level, before = mean(plain[-HALF:]), mean(plain[-YEAR:-HALF])
    # The middle of the last six months lies two and a half months before their end.
    grown = level + DAMPING * (level - before) / HALF * (ahead + (HALF - 1) / 2)
    return max(0.0, grown * season[(end + ahead - 1) % YEAR])


def seasons(history: Series) -> list[float]:
    """What each month of a year is of a usual one; place 0 is the month with which `history` begins.

    Months that no centred mean of twelve reaches yet are told by their own year.
    """
    ratios: list[list[float]] = [[] for _ in range(YEAR)]
    for place in range(HALF, len(history) - HALF):
        around = history[place - HALF : place + HALF + 1]
        usual = (sum(around) - (around[0] + around[-1]) / 2) / YEAR
        if usual > 0:
            ratios[place % YEAR].append(history[place] / usual)
    usual = mean(history[-YEAR:])
    for place in range(len(history) - YEAR, len(history)):
        if not ratios[place % YEAR] and usual > 0:
            ratios[place % YEAR].append(history[place] / usual)
    return [max(LEAST_SEASON, (sum(each) + SEASON_TRUST) / (len(each) + SEASON_TRUST)) for each in ratios]


def same_as_last_month(history: Series, _ahead: int) -> float:
    """The plain guess that nothing changes."""
    return max(0.0, history[-1])


def same_as_last_year(history: Series, ahead: int) -> float:
    """The plain guess that every month is as it was a year before."""
    return max(0.0, history[len(history) - YEAR + (ahead - 1) % YEAR])


METHODS: Mapping[str, Method] = {
    "seasonal": seasonal,
    "last_year": same_as_last_year,
    "last_month": same_as_last_month,
}
NAMES = {
    "seasonal": _("Level and season"),
    "last_year": _("Same as a year ago"),
    "last_month": _("Same as last month"),
}


def back_test(series: Series) -> dict[str, list[tuple[float, float]]]:
    """(forecast, truth) of every method from each of the last months, one to three months ahead."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in METHODS}
    for origin in range(max(YEAR, len(series) - ORIGINS), len(series)):
        for ahead in range(1, TESTED_AHEAD + 1):
            if origin + ahead > len(series):
                break
            for name, method in METHODS.items():
                found[name].append((method(series[:origin], ahead), series[origin + ahead - 1]))
    return found


def mean_error(pairs: Sequence[tuple[float, float]]) -> float:
    """The mean distance of forecast and truth."""
    return mean(abs(told - true) for told, true in pairs)


def compute(m: Material) -> Outcome:
    """The six months after the one that runs with an interval, and how wrong the methods were."""
    rows = whole_months(m, m.rows(money_by_month(m.events, timezone=m.timezone, currency=m.currency)))
    if not rows:
        return Outcome(Say(NEEDS))
    if len(rows) < LEAST_MONTHS:
        text = _("A forecast needs %(least)s whole months of orders, to know the season; there are %(months)s.")
        return Outcome(Say(text, {"least": Value(LEAST_MONTHS), "months": Value(len(rows))}))
    series = [float(row["money"]) for row in rows]
    tested = back_test(series)
    errors = {name: mean_error(pairs) for name, pairs in tested.items()}
    best = min(errors, key=errors.__getitem__)
    ahead = _ahead(rows[-1]["month"], m.today, series, best, tested[best])
    total = sum((row["money"] for row in ahead), Decimal(0))
    says = Say(
        _("From %(first)s to %(last)s we expect %(money)s in all."),
        {
            "first": Value(ahead[0]["month"], "month"),
            "last": Value(ahead[-1]["month"], "month"),
            "money": Value(total, "money"),
        },
    )
    if best != "seasonal":
        text = _(
            "The past of this shop cannot be forecast better than by “%(method)s”, so that is all we show: "
            "%(money)s in all from %(first)s to %(last)s."
        )
        says = Say(text, {"method": Value(NAMES[best], "choice"), **says.values})
    return Outcome(
        says,
        (
            _section(rows, ahead, best, _note(m.today, series, best, rows[-1]["month"])),
            _tested(errors, best, mean(series[-YEAR:])),
        ),
    )


def _ahead(last: date, today: date, series: Series, best: str, pairs: Sequence[tuple[float, float]]) -> list[Row]:
    """The forecast of the months that have not begun; `last` is the last whole one, the end of `series`."""
    low, high = _band(pairs)
    first = minus_months(last, -1)
    begun = _begun(last, today)
    made: list[Row] = []
    for place in range(AHEAD):
        ahead = begun + place + 1
        told, wider = METHODS[best](series, ahead), widened(ahead)
        made.append(
            {
                "month": minus_months(first, -(begun + place)),
                "kind": "forecast",
                "money": Decimal(str(round(told, 2))),
                "low": Decimal(str(round(told * low**wider, 2))),
                "high": Decimal(str(round(told * high**wider, 2))),
            }
        )
    return made


def _begun(last: date, today: date) -> int:
    """How many months after `last` have begun by the end of `today`: 1 while a month runs, else 0."""
    return 1 if today >= minus_months(last, -1) else 0


def _band(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Between which parts of a forecast eight of ten truths lay in the tests; at most 1 and at least 1."""
    ratios = sorted(true / told for told, true in pairs if told > 0)
    if len(ratios) < LEAST_TESTS:
        return (min(*ratios, 1.0), max(*ratios, 1.0)) if ratios else (0.0, 1.0)
    tenths = quantiles(ratios, n=10)
    return max(0.0, min(tenths[0], 1.0)), max(tenths[-1], 1.0)


def widened(ahead: int) -> float:
    """By which power the band is wider so many months ahead: as tested up to TESTED_AHEAD, then by the square root."""
    return max(1.0, sqrt(ahead / TESTED_AHEAD))


def rest_of_month(told: float, today: date) -> Decimal:
    """What of the forecast of the month of `today` falls on the days after it."""
    end = last_day(today.replace(day=1))
    return Decimal(str(round(told * (end - today).days / end.day, 2)))


def _note(today: date, series: Series, best: str, last: date) -> Say:
    tested = {"tested": Value(TESTED_AHEAD)}
    if not _begun(last, today):
        return Say(BAND, tested)
    rest = rest_of_month(METHODS[best](series, 1), today)
    return Say(RUNNING, {"month": Value(today.replace(day=1), "month"), "rest": Value(rest, "money"), **tested})


def _section(rows: Sequence[Row], ahead: Sequence[Row], best: str, note: Say) -> Section:
    past = [
        {"month": row["month"], "kind": "past", "money": row["money"], "low": None, "high": None} for row in rows[-24:]
    ]
    most = max(ahead, key=lambda row: row["money"])
    return Section(
        "forecast",
        _("The next months"),
        Say(
            _("The strongest month will be %(month)s with %(low)s to %(high)s."),
            {
                "month": Value(most["month"], "month"),
                "low": Value(most["low"], "money"),
                "high": Value(most["high"], "money"),
            },
        ),
        (
            Column("month", _("Month"), "month"),
            Column("kind", _("What it is"), "choice", {"past": _("what came in"), "forecast": NAMES[best]}),
            Column("money", _("Money"), "money"),
            Column("low", _("At least"), "money"),
            Column("high", _("At most"), "money"),
        ),
        (*past, *ahead),
        Chart("lines", "month", "money", series="kind", low="low", high="high"),
        note=note,
        ahead_from=ahead[0]["month"],
    )


def _tested(errors: Mapping[str, float], best: str, usual: float) -> Section:
    rows = tuple(
        {
            "method": name,
            "error": Decimal(str(round(error, 2))),
            "share": error / usual if usual else None,
        }
        for name, error in sorted(errors.items(), key=lambda item: item[1])
    )
    return Section(
        "tested",
        _("How wrong it was"),
        Say(
            _("Tested on the last months, “%(method)s” was wrong by %(error)s a month on average."),
            {"method": Value(NAMES[best], "choice"), "error": Value(rows[0]["error"], "money")},
        ),
        (
            Column("method", _("Way of forecasting"), "choice", NAMES),
            Column("error", _("Wrong by, a month"), "money"),
            Column("share", _("Of a usual month"), "share"),
        ),
        rows,
        Chart("bars", "error", "method"),
        note=Say(
            _("From each of the last twelve months we looked one to three months ahead, knowing only what was before.")
        ),
    )


REPORT = Report(
    name="forecast",
    label=_("Revenue in the next months"),
    question=_("What will come in, and how sure is that?"),
    needs=NEEDS,
    theme="money",
    compute=compute,
    departments=("sales",),
    order=21,
)
