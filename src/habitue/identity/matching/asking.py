"""Questions to a person, and a finished run grouped anew with the answers."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

import numpy as np

from habitue.identity.matching import scoring
from habitue.identity.matching.answers import Answer, questions, taught
from habitue.identity.matching.compare import compared
from habitue.identity.matching.grouping import grouped
from habitue.identity.matching.outcome import Matched


def pairs_to_ask(matched: Matched, *, count: int = 30, seed: int = 7) -> list[tuple[int, int]]:
    """The pairs of rows whose answers would teach most, in the order to ask them."""
    if matched.model is None:
        return []
    pairs = matched.scored
    levels = compared(matched.fields, pairs.a, pairs.b)
    chosen = questions(pairs.a, pairs.b, matched.odds(), levels, count=count, seed=seed)
    return [(int(pairs.a[place]), int(pairs.b[place])) for place in chosen]


def with_answers(matched: Matched, answers: Sequence[Answer]) -> Matched:
    """The same run with answers taken as known: thresholds moved, rows grouped anew; the model is not trained again."""
    if matched.model is None or not answers:
        return matched
    model = deepcopy(matched.model)
    known = [*matched.known, *answers]
    taught(model, matched.fields, known)
    clusters, probability = grouped(model, matched.fields, matched.scored, matched.who, known)
    chance = scoring.probabilities(model, matched.scored.weight)
    inside = clusters[matched.scored.a] == clusters[matched.scored.b]
    sizes = np.bincount(clusters)
    linked = int((sizes.astype(np.int64) * (sizes - 1) // 2).sum())
    report = replace(
        matched.report,
        clusters=len(np.unique(clusters)),
        largest_cluster=int(sizes.max()),
        pairs_linked=linked,
        expected_precision=min(float(chance[inside].sum()) / max(linked, 1), 1.0) if linked else None,
        expected_recall=float(chance[inside].sum()) / max(float(chance.sum()), 1e-9),
    )
    return replace(matched, clusters=clusters, probability=probability, model=model, known=known, report=report)
