"""In words what sets some people apart from the others: how they buy, when they were born, where they live."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from habitue.insights.card import Said
from habitue.insights.models.histories import Flags, Floats
from habitue.kernel.text import gettext_noop as _

MOST = 4
LEAST_EFFECT = 0.2
"""Differences smaller than this many standard deviations are not told (Cohen 1988: a small effect)."""
LEAST_PEOPLE = 10
NUMBERS: Mapping[str, str] = {
    "frequency": _("They bought on %(own)s days on average, the others who bought on %(others)s."),
    "recency_days": _("Their last purchase is %(own)s days ago on average, that of the others %(others)s."),
    "monetary": _("They spent %(own)s on average, the others who bought %(others)s."),
    "birth_year": _("They were born in %(own)s on average, the others in %(others)s."),
}
SHARES: Mapping[str, str] = {
    "country": _("%(own)s of 100 live in the country %(value)s, of the others %(others)s."),
    "region": _("%(own)s of 100 live in the region %(value)s, of the others %(others)s."),
    "gender": _("Of %(own)s of 100 the gender is %(value)s, of the others of %(others)s."),
    "source_channel": _("%(own)s of 100 came by %(value)s, of the others %(others)s."),
}
BOUGHT = _("%(own)s of 100 have bought, of the others %(others)s.")


def apart(known: pa.Table, chosen: Flags) -> tuple[Said, ...]:
    """At most four sentences, the largest difference first; `chosen` has one flag a row of `known`."""
    has_bought = np.isfinite(_number(known, "frequency")).astype(float)
    found = [_share(BOUGHT, "", has_bought, chosen)]
    for name, message in NUMBERS.items():
        found.append(_mean(message, _number(known, name), chosen, digits=1 if name == "frequency" else 0))
    for name, message in SHARES.items():
        cells = np.array([cell or "" for cell in known[name].to_pylist()], dtype=object)
        kinds, counts = np.unique(cells[cells != ""].astype(str), return_counts=True)
        often = [kind for kind, count in zip(kinds, counts, strict=True) if count >= LEAST_PEOPLE]
        told = [_share(message, str(kind), (cells == kind).astype(float), chosen) for kind in often]
        found += sorted(told, key=lambda each: -each[0])[:1]
    found = sorted((each for each in found if each[0] >= LEAST_EFFECT), key=lambda each: -each[0])
    return tuple(said for _effect, said in found[:MOST])


def _share(message: str, value: str, flags: Floats, chosen: Flags) -> tuple[float, Said]:
    own, others = float(flags[chosen].mean()), float(flags[~chosen].mean())
    effect = abs(own - others) / max(float(flags.std()), 1e-9)
    params = {"own": round(100 * own), "others": round(100 * others)}
    return effect, Said(message, {**params, "value": value} if value else params)


def _mean(message: str, values: Floats, chosen: Flags, *, digits: int) -> tuple[float, Said]:
    known = np.isfinite(values)
    own, others = values[known & chosen], values[known & ~chosen]
    if min(len(own), len(others)) < LEAST_PEOPLE:
        return 0.0, Said(message)
    effect = abs(float(own.mean() - others.mean())) / max(float(values[known].std()), 1e-9)
    means = (round(float(each.mean()), digits) if digits else round(float(each.mean())) for each in (own, others))
    written = [str(each) if message == NUMBERS["birth_year"] else each for each in means]
    return effect, Said(message, {"own": written[0], "others": written[1]})


def _number(known: pa.Table, name: str) -> Floats:
    found: Floats = known[name].to_numpy(zero_copy_only=False).astype(float)
    return found
