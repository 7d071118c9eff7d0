"""Why a customer stands where he or she stands, in words: the own rhythm and the silence since."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from habitue.insights.card import Said
from habitue.insights.groups import OVERDUE_AFTER
from habitue.insights.models.histories import Flags, Floats, Histories
from habitue.insights.rhythm import LEAST_DAYS
from habitue.kernel.text import gettext_noop as _
from habitue.kernel.text import ngettext_noop

EVERY = ngettext_noop("every %(count)s day", "every %(count)s days")
SILENT = ngettext_noop("silent for %(count)s day", "silent for %(count)s days")
AGO = ngettext_noop("%(count)s day ago", "%(count)s days ago")
APART = ngettext_noop("%(count)s day apart", "%(count)s days apart")
REASONS: Mapping[str, tuple[str, tuple[str, str], tuple[str, str]]] = {
    "overdue": (_("Orders about %(rhythm)s, %(silence)s."), EVERY, SILENT),
    "gone": (_("Ordered about %(rhythm)s, %(silence)s: hardly comes any more."), EVERY, SILENT),
    "on_time": (_("Orders about %(rhythm)s, the last time %(silence)s."), EVERY, AGO),
    "twice": (_("Bought twice, %(rhythm)s, the last time %(silence)s."), APART, AGO),
    "once": (_("Bought once, %(silence)s."), APART, AGO),
}
"""Each sentence, and how it counts the days of the usual pause and of the silence."""
RARE = 0.05
"""With a smaller chance to buy at all, no day is told on which somebody will."""


def own_rhythm(known: Histories, gaps: Floats) -> Floats:
    """The usual pause in days as all insights tell it, from the median pauses; NaN after one purchase.

    As in `rhythm.with_rhythm`: from three purchases on a week at least; between two it is the pause itself.
    """
    return np.where(known.repeats >= 2, np.maximum(gaps, LEAST_DAYS), np.maximum(gaps, 1.0))


def is_overdue(known: Histories, rhythm: Floats) -> Flags:
    """Whether each customer has been silent for more than twice the usual pause of three purchases or more."""
    return np.asarray((known.repeats >= 2) & (known.silence > OVERDUE_AFTER * rhythm))


def is_rare(buys: Floats) -> Flags:
    """Whether it is known that each customer hardly comes any more."""
    return np.asarray(buys < RARE)


def reason_codes(known: Histories, rhythm: Floats, buys: Floats) -> list[str]:
    """The code in REASONS of each customer."""
    late = is_overdue(known, rhythm)
    often = np.where(late & is_rare(buys), "gone", np.where(late, "overdue", "on_time"))
    codes = np.where(known.repeats == 0, "once", np.where(known.repeats == 1, "twice", often))
    found: list[str] = codes.tolist()
    return found


def reason(code: str, *, rhythm: float | None, silence: float) -> Said:
    """The sentence of one customer."""
    rounded = 0 if rhythm is None or rhythm != rhythm else round(rhythm)
    message, pause, since = REASONS[code]
    params = {"silence": _days(since, round(silence))}
    return Said(message, params if code == "once" else {"rhythm": _days(pause, rounded), **params})


def reasons(known: Histories, rhythm: Floats, buys: Floats) -> list[Said]:
    """The sentences of all customers."""
    rows = zip(reason_codes(known, rhythm, buys), rhythm.tolist(), known.silence.tolist(), strict=True)
    return [reason(code, rhythm=rhythm, silence=silence) for code, rhythm, silence in rows]


def _days(words: tuple[str, str], count: int) -> Said:
    return Said(words[0], {"count": count}, words[1])
