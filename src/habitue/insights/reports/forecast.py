"""Revenue of the next months by a simple seasonal model, shown only where it beat the plain guesses here.

Level (the mean of the last six months without their season) times season (the month's part of a year, averaged over
whole years and pulled to one). Rolling back-test: from each of the last months, one to three months ahead, beside “same
as last month” and “same as a year ago”. The method with the smallest mean error makes the forecast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from statistics import mean, quantiles

from habitue.insights.days import minus_months
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.glance import NEEDS
from habitue.insights.reports.revenue import money_by_month, whole_months
from habitue.insights.reports.shape import Chart, Column, Outcome, Row, Say, Section, Value
from habitue.kernel.text import gettext_noop as _

YEAR, AHEAD, TESTED_AHEAD, ORIGINS = 12, 6, 3, 12
LEAST_MONTHS = 15
SEASON_TRUST = 1.0
"""How many years of an even season are added, so that one odd year does not make a season."""
Series = Sequence[float]
Method = Callable[[Series, int], float]


def seasonal(history: Series, ahead: int) -> float:
    """The value `ahead` months after the end of `history` (at least 12 months) by level times season."""
    years = len(history) // YEAR
    blocks = [history[len(history) - YEAR * (back + 1) : len(history) - YEAR * back] for back in range(years)]
    shares = [[value / mean(block) for value in block] for block in blocks if mean(block) > 0]
    if not shares:
        return 0.0
    season = [(sum(each) + SEASON_TRUST) / (len(each) + SEASON_TRUST) for each in zip(*shares, strict=True)]
    # Place k of every block is the month k + 1 after the end of the history, once a year is over.
    recent = [value / season[place] for place, value in enumerate(history[-YEAR:]) if season[place] > 0][-6:]
    return max(0.0, mean(recent) * season[(ahead - 1) % YEAR]) if recent else 0.0


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
    """Six months ahead with an interval, and how wrong the methods were."""
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
    ahead = _ahead(rows, series, best, tested[best])
    total = sum((row["money"] for row in ahead), Decimal(0))
    says = Say(
        _("We expect %(money)s in the next %(months)s months."),
        {"money": Value(total, "money"), "months": Value(AHEAD)},
    )
    if best != "seasonal":
        text = _(
            "The past of this shop cannot be forecast better than by “%(method)s”, so that is all we show: "
            "%(money)s in the next %(months)s months."
        )
        says = Say(text, {"method": Value(NAMES[best], "choice"), **says.values})
    return Outcome(says, (_section(rows, ahead, best), _tested(errors, best, mean(series[-YEAR:]))))


def _ahead(rows: Sequence[Row], series: Series, best: str, pairs: Sequence[tuple[float, float]]) -> list[Row]:
    ratios = sorted(true / told for told, true in pairs if told > 0)
    low, high = (
        (ratios[0], ratios[-1]) if len(ratios) < 10 else (quantiles(ratios, n=10)[0], quantiles(ratios, n=10)[-1])
    )
    last = rows[-1]["month"]
    made: list[Row] = []
    for ahead in range(1, AHEAD + 1):
        told = METHODS[best](series, ahead)
        made.append(
            {
                "month": minus_months(last, -ahead),
                "kind": "forecast",
                "money": Decimal(str(round(told, 2))),
                "low": Decimal(str(round(told * min(low, 1), 2))),
                "high": Decimal(str(round(told * max(high, 1), 2))),
            }
        )
    return made


def _section(rows: Sequence[Row], ahead: Sequence[Row], best: str) -> Section:
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
        note=Say(_("Eight times in ten the truth lay between “at least” and “at most” when tested on your own past.")),
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
