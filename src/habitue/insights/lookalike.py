"""People who are like those of an audience but are not in it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from habitue.insights.alike_words import apart
from habitue.insights.card import Card, Measure, Part, Rival, Said
from habitue.insights.catalogue import Facts, Insight, InsightField
from habitue.insights.models.histories import Flags, Floats
from habitue.insights.rfm import rfm
from habitue.kernel.text import gettext_noop as _

LEAST_SEEDS = 30
LEAST_AREA = 0.6
MOST_PLACES = 12
METHODS = {
    "logistic": _("logistic regression"),
    "boosting": _("decision trees"),
    "neighbours": _("nearest neighbours"),
}
INPUTS = ("Order Completed", "country", "gender", "birth_date", "source_channel")
_PLACES = ("country", "gender", "source_channel", "region")


@dataclass(frozen=True, slots=True)
class Lookalikes:
    """The others by likeness, most alike first (profile_id, likeness from 0 to 1), and the card of the test."""

    table: pa.Table
    card: Card


def lookalike(facts: Facts, seeds: Collection[str]) -> Lookalikes:
    """Everybody else by likeness to the `seeds` (profile ids); empty when they cannot be told from the others."""
    known = known_people(facts)
    people: list[str] = known["profile_id"].to_pylist()
    wanted = set(seeds)
    is_seed = np.array([each in wanted for each in people], dtype=bool)
    found = of_features(people, features(known), is_seed)
    if not found.card.is_shown:
        return found
    card = replace(found.card, sentences=(*found.card.sentences, *apart(known, is_seed)))
    return Lookalikes(found.table, card)


def of_features(people: list[str], rows: Floats, is_seed: Flags) -> Lookalikes:
    """The same on features that were made already."""
    # Only where somebody asks: the learners take a hundred megabytes, which a projector has better use for.
    from habitue.insights.models import figures, separation

    empty = pa.table({"profile_id": pa.array([], pa.string()), "likeness": pa.array([], pa.float64())})
    count, others = int(is_seed.sum()), int((~is_seed).sum())
    if min(count, others) < LEAST_SEEDS:
        message = _(
            "The audience has %(people)s people and there are %(others)s others; with fewer than %(least)s on "
            "one side nobody "
            "can be told to be alike."
        )
        said = Said(message, {"people": count, "others": others, "least": LEAST_SEEDS})
        return Lookalikes(empty, Card("lookalike", False, 0, (said,), people=count, inputs=INPUTS))
    found = separation.separate(rows, is_seed)
    area, near = found.areas[found.method], found.areas["neighbours"]
    error = figures.auc_error(area, count, others)
    is_shown = area - 2 * error > 0.5 and area >= LEAST_AREA and area > near
    params = {"area": round(100 * area), "people": count}
    if is_shown:
        message = _(
            "Of two people it had not seen before, one of the %(people)s of the audience and one other, the search "
            "took the right one for a member in %(area)s of 100 cases. Guessing would have been right in 50."
        )
    else:
        message = _(
            "The %(people)s people of the audience cannot be told from the others well enough: of two people, a member "
            "and another one, the search took the right one for a member in %(area)s of 100 cases; guessing has 50. So "
            "nobody is proposed."
        )
    parts = tuple(Part(*each) for each in figures.tenths(found.scores, is_seed.astype(float)))
    card = Card(
        insight="lookalike",
        is_shown=bool(is_shown),
        days=0,
        sentences=(Said(message, params),),
        method=found.method,
        method_label=METHODS[found.method],
        baseline_label=METHODS["neighbours"],
        people=count,
        measures=(
            Measure("auc", _("Members told from the others (half is chance)"), area, near, "share", "high"),
            _precision(found.scores, is_seed, count),
        ),
        rivals=tuple(
            Rival(name, METHODS[name], {"auc": value}, name == "neighbours") for name, value in found.areas.items()
        ),
        parts=parts,
        parts_label=_("share of members"),
        parts_unit="share",
        inputs=INPUTS,
    )
    if not is_shown:
        return Lookalikes(empty, card)
    rest = np.flatnonzero(~is_seed)
    order = rest[np.argsort(-found.scores[rest], kind="stable")]
    table = pa.table(
        {
            "profile_id": pa.array([people[index] for index in order], pa.string()),
            "likeness": pa.array(np.round(found.scores[order], 4)),
        }
    )
    return Lookalikes(table, card)


def _precision(scores: Floats, is_seed: Flags, count: int) -> Measure:
    """Among as many of the most alike as there are members, the share of members; beside it that among all."""
    top = np.argsort(-scores, kind="stable")[:count]
    label = _("Members among as many of the most alike, not seen before (beside: among all)")
    return Measure("precision", label, float(is_seed[top].mean()), float(is_seed.mean()), "share", "high")


def known_people(facts: Facts) -> pa.Table:
    """What is known of everybody, one row a person: how they buy, their age, where they live and came from."""
    everybody = facts.people.filter(facts.people.kind == "person")
    bought = rfm(facts.events, facts.people, at=facts.now, timezone=facts.timezone, currency=facts.currency)
    return _joined(everybody, bought).to_pyarrow().sort_by("profile_id")


def features(rows: pa.Table) -> Floats:
    """The same as numbers without gaps."""
    numbers = [
        _number(rows, "frequency"),
        _number(rows, "recency_days"),
        _number(rows, "monetary"),
        _number(rows, "yearly_money"),
        _number(rows, "birth_year"),
    ]
    columns = [np.nan_to_num(np.log1p(np.maximum(values, 0)), nan=0.0) for values in numbers]
    columns += [np.isfinite(numbers[0]).astype(float), np.isfinite(numbers[4]).astype(float)]
    for name in _PLACES:
        columns += _one_hot(rows[name].to_pylist())
    table = np.column_stack(columns)
    found: Floats = table[:, table.std(axis=0) > 1e-9]
    return found


def _joined(people: ir.Table, bought: ir.Table) -> ir.Table:
    known = people.select("profile_id", *_PLACES, birth_year=people.birth_date.year().cast("float64"))
    figures_of = bought.select(
        "profile_id",
        frequency=bought.frequency.cast("float64"),
        recency_days=bought.recency_days.cast("float64"),
        monetary=bought.monetary.cast("float64"),
        yearly_money=bought.yearly_money.cast("float64"),
    )
    return known.left_join(figures_of, "profile_id").drop("profile_id_right")


def _number(rows: pa.Table, name: str) -> Floats:
    found: Floats = rows[name].to_numpy(zero_copy_only=False).astype(float)
    return found


def _one_hot(cells: list[str | None]) -> list[Floats]:
    counted: dict[str, int] = {}
    for cell in cells:
        if cell:
            counted[cell] = counted.get(cell, 0) + 1
    often = sorted(counted, key=lambda cell: (-counted[cell], cell))[:MOST_PLACES]
    texts = np.array([cell or "" for cell in cells], dtype=object)
    return [(texts == cell).astype(float) for cell in often if counted[cell] >= 10]


INSIGHT = Insight(
    name="lookalike",
    label=_("Most alike"),
    question=_("Who is like the people of an audience, but is not in it?"),
    schema=pa.schema([("profile_id", pa.string()), ("alike", pa.string())]),
    fields=(InsightField("alike", "text", _("Most alike to the people of")),),
)
