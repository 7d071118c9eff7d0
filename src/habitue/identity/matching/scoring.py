"""The weight of a pair: the sum over the fields of log(m/u), rare values worth more, what one cause explains once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from habitue.identity.matching.model import FieldModel, Model, Relation, state
from habitue.identity.matching.shapes import Array, Values

NEAR_RARITY = 0.4
LEAST = 1e-12
PEOPLE_BEFORE = 100.0  # so many people of whom each has another value, for two of three rows are no two thirds of all


def contributions(
    model: Model, fields: Sequence[Values], levels: Array, a: Array, b: Array, shares: Sequence[Array] | None = None
) -> Array:
    """The weight of each field (columns) for each pair (rows), in natural logarithms of odds.

    `shares` are the fields' `rarity_by_value`, where they are known already.
    """
    rare = np.zeros(levels.shape, dtype=np.float32)
    for place, (kept, field) in enumerate(zip(model.fields, fields, strict=True)):
        share = None if shares is None else shares[place]
        rare[:, place] = rarity(kept, field, levels[:, place], a, b, share)
    return summed(model, levels, rare)


def rarities(model: Model, fields: Sequence[Values]) -> list[Array]:
    """What the rareness of each value of each field is worth."""
    return [rarity_by_value(kept, field) for kept, field in zip(model.fields, fields, strict=True)]


def summed(model: Model, levels: Array, rare: Array) -> Array:
    """The weight of each field for each pair, of its levels and of what the rareness of values adds."""
    found = np.zeros(levels.shape, dtype=np.float32)
    for place, field in enumerate(model.fields):
        table = log_ratio(field).astype(np.float32)
        found[:, place] = table[parent_states(model, levels, place), levels[:, place]]
    found += rare
    _explain_by_relation(model, levels, rare, found)
    return found


def _explain_by_relation(model: Model, levels: Array, rare: Array, found: Array) -> None:
    """Take away what a relation explains: of all relations that hold the one that explains most."""
    least = np.zeros(len(levels), dtype=np.float32)
    chosen = np.full(len(levels), -1, dtype=np.int16)
    found_by: list[tuple[Array, Array]] = []
    for number, relation in enumerate(model.relations):
        rows = np.flatnonzero(holds(relation, levels))
        change = _change(model, relation, levels[rows], rare[rows])
        total = change.sum(axis=1)
        better = total < least[rows]
        least[rows[better]] = total[better]
        chosen[rows[better]] = number
        found_by.append((rows, change))
    for number, (rows, change) in enumerate(found_by):
        mine = chosen[rows] == number
        kept = change[mine]
        total = np.minimum(kept.sum(axis=1, keepdims=True), np.float32(-1e-6))
        found[rows[mine]] += kept * np.maximum(1 + np.float32(model.pardon) / total, 0)


def holds(relation: Relation, levels: Array) -> Array:
    """Which pairs have in common what the relation rests on; of two fields one may be nearly equal."""
    found = levels[:, list(relation.shared)]
    near = (found >= 1) & (found <= 3)
    made: Array = near.all(axis=1) & (found == 1).any(axis=1)
    return made if len(relation.shared) > 1 else found[:, 0] == 1


def _change(model: Model, relation: Relation, levels: Array, rare: Array) -> Array:
    """What a relation changes in the weight of each field."""
    change = np.zeros(levels.shape, dtype=np.float32)
    for place, given in relation.u.items():
        plain = model.fields[place].u
        table = np.log(np.maximum(plain, LEAST)) - np.log(np.maximum(given, LEAST))
        table[0] = 0.0
        change[:, place] = table.astype(np.float32)[levels[:, place]]
        damped = np.log(max(given[1], LEAST)) / min(np.log(max(plain[1], LEAST)), -1e-6)
        change[:, place] -= np.float32(1.0 - min(max(damped, 0.0), 1.0)) * rare[:, place]
    return change


def parent_states(model: Model, levels: Array, place: int) -> Array:
    """How the parent of a field compares, for each pair; 0 where it has none."""
    parent = model.fields[place].parent
    if parent < 0:
        return np.zeros(len(levels), dtype=np.int8)
    return state(levels[:, parent], model.fields[parent].levels - 1)


def log_ratio(field: FieldModel) -> Array:
    """log(m/u) by state of the parent and level; 0 where nothing is said."""
    table = np.log(np.maximum(field.m, 1e-9)) - np.log(np.maximum(field.u, LEAST))
    table[:, 0] = 0.0
    return table


def rarity(model: FieldModel, field: Values, levels: Array, a: Array, b: Array, share: Array | None = None) -> Array:
    """What the rareness of the value adds to (or takes from) an agreement."""
    found = np.zeros(len(levels), dtype=np.float32)
    share = rarity_by_value(model, field) if share is None else share
    equal = np.flatnonzero(levels == 1)
    found[equal] = share[field.codes[a[equal]]]
    near = np.flatnonzero((levels >= 2) & (levels <= 3) & (levels < model.levels - 1))
    least = np.minimum(share[field.codes[a[near]]], share[field.codes[b[near]]])
    found[near] = NEAR_RARITY * least
    return found


def rarity_by_value(model: FieldModel, field: Values) -> Array:
    """log(mean chance of agreement / chance of agreeing on this value) for every value."""
    share = np.maximum(field.holders, 1.0) / (float(field.holders.sum()) + PEOPLE_BEFORE)
    made: Array = np.clip(np.log(max(model.u[1], LEAST)) - np.log(share), -6.0, 6.0).astype(np.float32)
    return made


def cached_rarity(model: FieldModel, field: Values) -> Array:
    """The same, kept with the field once training is over."""
    if "rarity" not in field.cache:
        field.cache["rarity"] = rarity_by_value(model, field)
    found: Array = field.cache["rarity"]
    return found


def probabilities(model: Model, weight: Array) -> Array:
    """The probability that a pair is one, of its weight (prior and calibration included)."""
    made: Array = 1.0 / (1.0 + np.exp(-np.clip(odds(model, weight), -60, 60)))
    return made


def odds(model: Model, weight: Array) -> Array:
    """Calibrated log odds of a weight."""
    made: Array = model.slope * (weight + model.prior) + model.shift
    return made
