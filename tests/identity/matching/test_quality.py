"""The same defaults find most people in tables of different language and shape, and rarely join two."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from bench.made_tables import TABLES, Made

from habitue.identity.matching.outcome import Matched
from habitue.identity.matching.run import match_table

from .conftest import quality


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLES)
def test_people_and_organisations_are_found_without_settings(name: str) -> None:
    made = TABLES[name](600)
    print(name, dict(sorted(made.errors.items())))  # noqa: T201  # the distribution of the cases
    precision, recall = quality(match_table(made.table).clusters, made.truth)
    assert precision > 0.93
    assert recall > 0.75


def test_the_order_of_columns_does_not_matter(shop: Made, matched: Matched) -> None:
    turned = match_table(shop.table.select(list(reversed(shop.table.column_names))))
    before, after = quality(matched.clusters, shop.truth), quality(turned.clusters, shop.truth)
    assert abs(before[0] - after[0]) < 0.02
    assert abs(before[1] - after[1]) < 0.03


def test_without_headings_the_values_tell_as_much(shop: Made) -> None:
    nameless = shop.table.rename_columns([f"c{number}" for number in range(shop.table.num_columns)])
    precision, recall = quality(match_table(nameless).clusters, shop.truth)
    assert precision > 0.95
    assert recall > 0.9


def test_the_same_table_gives_the_same_result(shop: Made, matched: Matched) -> None:
    again = match_table(shop.table)
    assert np.array_equal(matched.clusters, again.clusters)
    assert matched.pairs.equals(again.pairs)


def test_households_are_not_people(matched: Matched, shop: Made) -> None:
    clusters = matched.clusters
    first = [name[:1].lower() if name else "" for name in shop.table["vorname"].to_pylist()]
    truth = np.array(shop.truth)
    wrong = [
        row for row in range(len(first)) if truth[row] != truth[clusters[row]] and first[row] and first[clusters[row]]
    ]
    assert len(wrong) < 0.03 * len(first)


def test_a_sessions_view_that_contradicts_the_others_is_thrown_away() -> None:
    from habitue.identity.matching.training import agreed

    good = [np.array([0, 0.9, 0.05, 0.05]), np.array([0, 0.8, 0.1, 0.1])]
    trap = [np.array([0, 0.4, 0.0, 0.6]), np.array([0, 0.8, 0.1, 0.1])]
    keep, why, about = agreed([good, good, good, trap], [frozenset()] * 4, [100.0, 90.0, 80.0, 500.0])
    assert keep == [True, True, True, False]
    assert "contradicts" in why[3]
    assert about[3] == 0


def test_a_source_that_holds_everybody_once_is_linked_one_to_one() -> None:
    rows = [(f"name{number}", f"p{number}@x.example", source) for number in range(60) for source in ("a", "b")]
    table = pa.table({"name": [r[0] for r in rows], "mail": [r[1] for r in rows], "src": [r[2] for r in rows]})
    found = match_table(table, source_column="src")
    sizes = np.unique(found.clusters, return_counts=True)[1]
    assert sizes.max() == 2
    sides = table["src"].to_pylist()
    assert all(sides[row] != sides[first] for row, first in enumerate(found.clusters) if row != first)
