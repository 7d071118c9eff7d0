"""Known pairs, questions, explanations, and the model as JSON."""

from __future__ import annotations

import json

import numpy as np
from bench.made_tables import Made

from habitue.identity.matching import scoring
from habitue.identity.matching.answers import Answer
from habitue.identity.matching.asking import pairs_to_ask, with_answers
from habitue.identity.matching.compare import compared
from habitue.identity.matching.explanation import sentence
from habitue.identity.matching.model import Model
from habitue.identity.matching.outcome import Matched
from habitue.identity.matching.run import match_table

from .conftest import quality


def test_what_somebody_decided_holds_whatever_the_model_thinks(shop: Made, matched: Matched) -> None:
    clusters = matched.clusters
    joined = next((int(first), row) for row, first in enumerate(clusters) if first != row)
    apart = (0, next(row for row in range(1, len(clusters)) if clusters[row] != clusters[0]))
    found = match_table(shop.table, known_different=[joined], known_same=[apart])
    assert found.clusters[joined[0]] != found.clusters[joined[1]]
    assert found.clusters[apart[0]] == found.clusters[apart[1]]


def test_thirty_answers_do_not_make_it_worse(shop: Made, matched: Matched) -> None:
    asked = pairs_to_ask(matched, count=30)
    assert 0 < len(asked) <= 30
    answers = [Answer(a, b, shop.truth[a] == shop.truth[b]) for a, b in asked]
    better = with_answers(matched, answers)
    before, after = quality(matched.clusters, shop.truth), quality(better.clusters, shop.truth)
    assert sum(after) > sum(before) - 0.01
    assert all((better.clusters[each.a] == better.clusters[each.b]) == each.same for each in answers if not each.same)


def test_contributions_add_up_to_the_weight_of_the_pair(matched: Matched) -> None:
    pairs = matched.pairs.slice(0, 200)
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    parts = matched.contributions(a, b)
    total = np.sum([parts[name].to_numpy() for name in parts.column_names], axis=0)
    assert matched.model is not None
    start = matched.model.slope * matched.model.prior + matched.model.shift
    np.testing.assert_allclose(total + start, pairs["weight"].to_numpy(), atol=1e-3)


def test_a_pair_is_explained_in_a_sentence(shop: Made, matched: Matched) -> None:
    best = int(np.argmax(matched.odds()))
    told = matched.explain(int(matched.scored.a[best]), int(matched.scored.b[best]))
    assert told.probability > 0.99
    assert "same " in sentence(told)
    assert abs(told.start + sum(part.weight for part in told.parts) - told.weight) < 1e-6


def test_what_speaks_against_is_told_with_its_weight(matched: Matched) -> None:
    doubtful = [
        (int(a), int(b))
        for a, b, odds in zip(matched.scored.a, matched.scored.b, matched.odds(), strict=True)
        if odds < 0
    ]
    told = [sentence(matched.explain(a, b)) for a, b in doubtful[:200]]
    assert any("differs: −" in each for each in told)


def test_the_model_survives_json(matched: Matched) -> None:
    assert matched.model is not None
    again = Model.from_json(json.loads(json.dumps(matched.model.as_json())))
    a, b = matched.scored.a[:500], matched.scored.b[:500]
    levels = compared(matched.fields, a, b)
    one = scoring.contributions(matched.model, matched.fields, levels, a, b).sum(axis=1)
    two = scoring.contributions(again, matched.fields, levels, a, b).sum(axis=1)
    np.testing.assert_allclose(one, two, atol=1e-3)
