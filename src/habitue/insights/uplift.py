"""What a message changed: the difference against a control group, and whom it moves, with intervals.

Where nothing can be separated from chance, the card says so and nobody is ranked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from habitue.insights.card import Card, Measure, Part, Said
from habitue.insights.models import qini
from habitue.insights.models.histories import Flags, Floats
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

LEAST_GROUP = 100
LEAST_CAME = 20
Z95 = 1.96
MOST_VALUES = 10
PARTS = 5
ORDER_IS_WORTH = _(
    "The order of people by effect is worth %(worth)s (Qini), between %(low)s and %(high)s in 95 of 100 samples, where "
    "0 is an order by lot and 1 a perfect one."
)


class UpliftColumnMissing(HabitueError):
    """A named column does not exist."""

    code = "uplift_column_missing"
    message = _("The table has no column “%(name)s”.")
    next_step = _("Use one of these: %(columns)s.")


@dataclass(frozen=True, slots=True)
class Difference:
    """The rates of both groups and their difference with its 95 % bounds (Newcombe's method on Wilson bounds)."""

    treated: int
    control: int
    treated_rate: float
    control_rate: float
    difference: float
    low: float
    high: float

    @property
    def is_certain(self) -> bool:
        """Whether the difference can be separated from chance."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Uplift:
    """The difference, the uplift of each row (NaN where nobody can be ranked), and the card."""

    difference: Difference
    scores: Floats
    card: Card


def fit(table: Any, *, treated: str, outcome: str, features: list[str] | None = None) -> Uplift:
    """Measure a campaign against its randomised control group, and rank by whom it moves.

    `table` is a pandas data frame or an Arrow table with one row a person; `treated` and `outcome` name columns of 0/1
    or true/false; `features` name what was known before the campaign (all other columns by default: leave out what is
    known only afterwards). Raises UpliftColumnMissing.
    """
    rows = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    for name in (treated, outcome, *(features or ())):
        if name not in rows.column_names:
            raise UpliftColumnMissing(name=name, columns=", ".join(rows.column_names))
    wanted = features if features is not None else [n for n in rows.column_names if n not in (treated, outcome)]
    return of_arrays(features_of(rows, wanted), _flags(rows[treated]), _flags(rows[outcome]))


def of_arrays(rows: Floats, treated: Flags, happened: Flags) -> Uplift:
    """The same on arrays: features, who was treated, who responded."""
    unknown = np.full(len(treated), np.nan)
    difference = compare(treated, happened)
    came = (int((happened & treated).sum()), int((happened & ~treated).sum()))
    if min(difference.treated, difference.control) < LEAST_GROUP or min(came) < LEAST_CAME:
        message = _(
            "With %(treated)s people written to and %(control)s in the control group, of whom %(came)s and "
            "%(quiet)s responded, "
            "too few responded to say what the message changed, or whom it moves."
        )
        params = {"treated": difference.treated, "control": difference.control, "came": came[0], "quiet": came[1]}
        changed = (_changed(difference),) if min(difference.treated, difference.control) else ()
        said = (*changed, Said(message, params))
        return Uplift(difference, unknown, Card("uplift", False, 0, said, people=len(treated)))
    scores = qini.uplift_scores(rows, treated, happened) if rows.shape[1] else np.zeros(len(treated))
    coefficient = qini.coefficient(scores, treated, happened)
    low, high = qini.interval(scores, treated, happened)
    is_shown = low > 0
    figures = {"worth": round(coefficient, 3), "low": round(low, 3), "high": round(high, 3)}
    if is_shown:
        message = _(
            "Whom the message moves can be foretold: writing first to those whom it moves most brings more than "
            "writing to anybody."
        )
    else:
        message = _(
            "Whom the message moves cannot be separated from chance. So nobody is ranked; choose the people by other "
            "reasons."
        )
    card = Card(
        insight="uplift",
        is_shown=bool(is_shown),
        days=0,
        sentences=(_changed(difference), Said(message)),
        details=(Said(ORDER_IS_WORTH, figures),),
        method="t_learner",
        method_label=_("two regressions, tested on people they had not seen"),
        baseline_label=_("everybody alike"),
        people=len(treated),
        measures=(
            Measure("difference", _("Difference of the response"), difference.difference, 0.0, "share", "high"),
            Measure("qini", _("Order of people by effect (0 by lot, 1 perfect)"), coefficient, 0.0, "number", "high"),
            Measure("qini_low", _("The same, lower bound"), low, 0.0, "number", "high"),
            Measure("qini_high", _("The same, upper bound"), high, None, "number", "high"),
        ),
        parts=_parts(scores, treated, happened),
        parts_label=_("difference of the response"),
        parts_unit="share",
    )
    return Uplift(difference, scores if is_shown else unknown, card)


def compare(treated: Flags, happened: Flags) -> Difference:
    """The response of both groups and their difference."""
    n, m = int(treated.sum()), int((~treated).sum())
    a, b = int((happened & treated).sum()), int((happened & ~treated).sum())
    p, q = a / max(n, 1), b / max(m, 1)
    (p_low, p_high), (q_low, q_high) = wilson(a, n), wilson(b, m)
    low = p - q - float(np.sqrt((p - p_low) ** 2 + (q_high - q) ** 2))
    high = p - q + float(np.sqrt((p_high - p) ** 2 + (q - q_low) ** 2))
    return Difference(n, m, p, q, p - q, low, high)


def wilson(count: int, size: int, z: float = Z95) -> tuple[float, float]:
    """The bounds of a share of `size` (Wilson 1927)."""
    if not size:
        return 0.0, 1.0
    share, square = count / size, z * z
    middle = (share + square / (2 * size)) / (1 + square / size)
    half = z * float(np.sqrt(share * (1 - share) / size + square / (4 * size * size))) / (1 + square / size)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _changed(difference: Difference) -> Said:
    params = {
        "treated": round(100 * difference.treated_rate, 2),
        "control": round(100 * difference.control_rate, 2),
        "difference": round(100 * difference.difference, 2),
        "low": round(100 * difference.low, 2),
        "high": round(100 * difference.high, 2),
    }
    if difference.is_certain:
        message = _(
            "Of those written to %(treated)s%% responded, of the control group %(control)s%%: a difference of "
            "%(difference)s "
            "points (between %(low)s and %(high)s)."
        )
    else:
        message = _(
            "Of those written to %(treated)s%% responded, of the control group %(control)s%%. The difference "
            "of %(difference)s "
            "points (between %(low)s and %(high)s) cannot be separated from chance."
        )
    return Said(message, params)


def _parts(scores: Floats, treated: Flags, happened: Flags) -> tuple[Part, ...]:
    """People by foretold uplift: mean foretold and real difference of each part, lowest first."""
    found = []
    for part in np.array_split(np.argsort(scores, kind="stable"), PARTS):
        t, c = part[treated[part]], part[~treated[part]]
        if len(t) and len(c):
            real = float(happened[t].mean() - happened[c].mean())
            found.append(Part(len(part), float(scores[part].mean()), real))
    return tuple(found)


def _flags(column: pa.ChunkedArray) -> Flags:
    values = column.to_pylist()
    return np.array([bool(value) and str(value).lower() not in ("0", "false", "no", "none") for value in values])


def features_of(rows: pa.Table, names: list[str]) -> Floats:
    """Numbers as they are, texts as one column a frequent value."""
    columns: list[Floats] = []
    for name in names:
        column = rows[name]
        if pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
            values = column.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)
            columns.append(np.nan_to_num(values))
            continue
        cells = [str(cell) for cell in column.to_pylist()]
        counted = sorted(Counter(cells).items(), key=lambda each: (-each[1], each[0]))
        texts = np.array(cells, dtype=object)
        columns += [(texts == cell).astype(float) for cell, _count in counted[:MOST_VALUES]]
    kept = [values for values in columns if len(values) and values.std() > 1e-9]
    return np.column_stack(kept) if kept else np.empty((rows.num_rows, 0))
