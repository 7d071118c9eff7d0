"""Why a customer stands where he or she stands, in words: the own rhythm and the silence since."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from habitue.insights.card import Said
from habitue.insights.groups import OVERDUE_AFTER
from habitue.insights.models.backtest import usual_pause
from habitue.insights.models.histories import Flags, Floats, Histories
from habitue.kernel.text import gettext_noop as _

REASONS: Mapping[str, str] = {
    "overdue": _("Orders about every %(rhythm)s days, silent for %(silence)s."),
    "on_time": _("Orders about every %(rhythm)s days, the last time %(silence)s days ago."),
    "twice": _("Bought twice, %(rhythm)s days apart, the last time %(silence)s days ago."),
    "once": _("Bought once, %(silence)s days ago."),
}


def is_overdue(known: Histories) -> Flags:
    """Whether each customer has been silent for more than twice the usual pause of three purchases or more."""
    return np.asarray((known.repeats >= 2) & (known.silence > OVERDUE_AFTER * usual_pause(known)))


def reason_codes(known: Histories) -> list[str]:
    """The code in REASONS of each customer."""
    late = is_overdue(known)
    codes = np.where(
        known.repeats == 0, "once", np.where(known.repeats == 1, "twice", np.where(late, "overdue", "on_time"))
    )
    found: list[str] = codes.tolist()
    return found


def rhythm_days(known: Histories) -> Floats:
    """The mean pause of each customer in days, NaN after one purchase, at least one day."""
    return np.maximum(np.rint(known.gap), 1.0)


def reason(code: str, *, rhythm: float | None, silence: float) -> Said:
    """The sentence of one customer."""
    rounded = 0 if rhythm is None or rhythm != rhythm else round(rhythm)
    return Said(REASONS[code], {"rhythm": rounded, "silence": round(silence)})


def reasons(known: Histories) -> list[Said]:
    """The sentences of all customers."""
    rows = zip(reason_codes(known), rhythm_days(known).tolist(), known.silence.tolist(), strict=True)
    return [reason(code, rhythm=rhythm, silence=silence) for code, rhythm, silence in rows]
