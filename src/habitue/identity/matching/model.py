"""The model of a matching run: plain numbers that can be kept as JSON, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from habitue.identity.matching.ladders import top
from habitue.identity.matching.shapes import Array, Column

NOTHING_SAID, EQUAL, NEAR, DIFFERENT = range(4)
STATES = 4


@dataclass
class FieldModel:
    """What the levels of one field are worth.

    `m[state, level]` is the probability of a level among pairs that are one, given how the field's `parent` compares
    (nothing said, equal, near, different; always the same without a parent); `u[level]` the probability among pairs
    that are not. `plain_m` is `m` whatever the parent says.
    """

    column: Column
    parent: int
    m: Array
    u: Array
    plain_m: Array

    @property
    def levels(self) -> int:
        """How many levels there are, "nothing said" included."""
        return top(self.column.kind) + 1


@dataclass
class Relation:
    """Others that agree in one field, or in two, agree in more by the same cause: one address, one name, one company.

    `u[field]` is the probability of each level of a field among pairs that are not one but equal in all of `shared`.
    """

    shared: tuple[int, ...]
    u: dict[int, Array]


@dataclass
class Model:
    """Everything that scores a pair."""

    fields: list[FieldModel]
    relations: list[Relation]
    prior: float  # log odds that two records picked by chance are one
    shift: float = 0.0
    slope: float = 1.0
    link_at: float = 0.0
    review_at: float = -3.0
    pardon: float = 0.0  # log odds of what a relation explains that are not taken away
    version: int = 1

    def as_json(self) -> dict[str, Any]:
        """The model as plain data."""
        plain = asdict(self)
        for kept in plain["fields"]:
            for name in _TABLES:
                kept[name] = np.asarray(kept[name]).tolist()
        for kept in plain["relations"]:
            kept["u"] = {str(place): np.asarray(table).tolist() for place, table in kept["u"].items()}
        return plain

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Model:
        """The model that `as_json` told."""
        rest = {name: value for name, value in plain.items() if name not in {"fields", "relations"}}
        fields = [
            FieldModel(
                column=Column(**kept["column"]),
                parent=kept["parent"],
                **{name: np.array(kept[name], dtype=np.float64) for name in _TABLES},
            )
            for kept in plain["fields"]
        ]
        relations = [
            Relation(tuple(kept["shared"]), {int(place): np.array(table) for place, table in kept["u"].items()})
            for kept in plain["relations"]
        ]
        return Model(fields=fields, relations=relations, **rest)


_TABLES = ("m", "u", "plain_m")


def state(level: Array, last: int) -> Array:
    """How a parent compares: nothing said, equal, near or different."""
    table = np.full(last + 1, NEAR, dtype=np.int8)
    table[[0, 1]] = NOTHING_SAID, EQUAL
    table[last] = DIFFERENT
    found: Array = table[level]
    return found
