"""One new record against all known ones; records that come, change and go."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from bench.made_tables import Made

from habitue.identity.matching.online import Found, Index, saved, score_one
from habitue.identity.matching.outcome import Matched


@pytest.mark.parametrize("seed", [1, 2])
def test_online_weighs_a_record_exactly_as_bulk_does(shop: Made, matched: Matched, seed: int) -> None:
    assert matched.model is not None
    index = Index(matched)
    rng = np.random.default_rng(seed)
    seen = 0
    for row in rng.integers(0, shop.table.num_rows, 60).tolist():
        record = shop.table.slice(row, 1).to_pylist()[0]
        for found in score_one(index, record, at_least=0.01):
            if found.row == row:
                continue
            seen += 1
            assert abs(found.weight - matched.explain(min(row, found.row), max(row, found.row)).weight) < 1e-3
    assert seen > 20


def test_online_finds_somebody_with_a_slip_and_nobody_for_a_stranger(shop: Made, matched: Matched) -> None:
    assert matched.model is not None
    index = Index(matched)
    row = next(
        row for row, cell in enumerate(shop.table["mail"].to_pylist()) if cell and shop.table["geboren"][row].as_py()
    )
    record = shop.table.slice(row, 1).to_pylist()[0]
    record["nachname"] = record["nachname"] + "x"
    assert score_one(index, record)[0].row in {
        other for other in range(shop.table.num_rows) if matched.clusters[other] == matched.clusters[row]
    }
    stranger = {"vorname": "Qwertz", "nachname": "Asdfgh", "mail": "qq@nowhere.example", "geboren": "1901-01-31"}
    assert score_one(index, stranger, at_least=0.5) == []


def test_an_index_kept_up_to_date_answers_as_one_made_anew(shop: Made, matched: Matched) -> None:
    rows = shop.table.to_pylist()
    plain = saved(matched)
    rng = np.random.default_rng(3)
    known = {row: rows[row] for row in range(600)}
    index = Index.of_table(plain, _table(shop, known), known)
    for step in range(300):
        what, row = rng.integers(0, 3), int(rng.integers(0, len(rows)))
        if what == 0:
            index.put(row, rows[row])
            known[row] = rows[row]
        elif what == 1:
            assert index.drop(row) == (known.pop(row, None) is not None)
        elif row in known:
            known[row] = {**rows[row], "nachname": f"Neu{step}", "strasse": f"Am neuen Weg {step}"}
            index.put(row, known[row])
    assert len(index) == len(known)
    anew = Index.of_table(plain, _table(shop, known), known)
    seen = 0
    for row in rng.integers(0, len(rows), 80).tolist():
        one, two = (_told(score_one(each, rows[row], at_least=0.02)) for each in (index, anew))
        # How rare a value is, stays as the first run found it, so that doubtful pairs may fall on either side.
        sure = {found for told in (one, two) for found, chance in told.items() if chance > 0.3}
        seen += len(sure)
        assert sure <= one.keys() & two.keys()
    assert seen > 60


def test_the_model_kept_as_json_finds_what_the_run_finds(shop: Made, matched: Matched) -> None:
    plain = json.loads(json.dumps(saved(matched)))
    again, index = Index.of_table(plain, shop.table), Index(matched)
    for record in shop.table.slice(0, 40).to_pylist():
        assert _told(score_one(index, record)).keys() >= _told(score_one(again, record, at_least=0.5)).keys()


def test_a_record_that_was_dropped_is_found_by_nobody_and_its_values_are_gone(shop: Made, matched: Matched) -> None:
    index = Index(matched)
    record = {**shop.table.slice(0, 1).to_pylist()[0], "mail": "only.one@nowhere.example", "nachname": "Wolkenstein"}
    index.put(10_000, record)
    assert score_one(index, record)[0].record_id == 10_000
    assert all(found.record_id != 10_000 for found in score_one(index, record, but=10_000))
    assert index.drop(10_000)
    assert 10_000 not in index
    assert not index.drop(10_000)
    assert all(found.record_id != 10_000 for found in score_one(index, record))
    assert not any("wolkenstein" in text or "only.one" in text for text in _everything(index))


def _everything(index: Index) -> list[str]:
    return [text for later in index._later for text in (*later.field.texts, *later._texts, *later._known)]


def _table(shop: Made, known: dict[int, dict[str, str | None]]) -> pa.Table:
    return pa.Table.from_pylist(list(known.values()), schema=shop.table.schema)


def _told(found: list[Found]) -> dict[int, float]:
    return {each.record_id: each.probability for each in found}


def test_what_is_said_again_takes_no_room_and_an_index_of_gone_records_says_so(
    shop: Made, matched: Matched, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, index = shop.table.to_pylist(), Index(matched)
    monkeypatch.setattr("habitue.identity.matching.index.FEWEST_WORN", 100)
    size = len(index)
    for row, record in enumerate(rows):
        index.put(row, record)
    assert len(index._ids) == size
    half = set(range(size // 2 + 1))
    assert index.keep(half) == size - len(half)
    assert not index.is_worn
    assert index.keep(half - {0, 1, 2}) == 3
    assert index.is_worn
    assert 0 not in index
    assert len(index) == len(half) - 3
