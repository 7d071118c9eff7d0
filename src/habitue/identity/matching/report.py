"""What a run did, as plain data: for a person to read, and for a program as JSON."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from habitue.identity.matching import scoring
from habitue.identity.matching.model import Model
from habitue.identity.matching.shapes import Array, Column, KeyName, Scored
from habitue.identity.matching.stages import Stage
from habitue.identity.matching.training import Session


@dataclass(frozen=True)
class UsedKey:
    """A blocking key in words and how many pairs it makes, by estimate."""

    key: KeyName
    pairs: int


@dataclass(frozen=True)
class Report:
    """Columns as they were understood, keys, sessions, thresholds, and how good the result should be."""

    rows: int
    clusters: int
    largest_cluster: int
    pairs_compared: int
    pairs_linked: int
    columns: list[Column]
    keys: list[UsedKey]
    sessions: list[Session]
    link_probability: float | None
    review_probability: float | None
    pairs_to_review: int
    expected_precision: float | None
    expected_recall: float | None
    seconds: float
    sources_without_duplicates: list[str] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"{self.rows:,} rows, {self.clusters:,} clusters, the largest of {self.largest_cluster:,} rows"]
        used = [each for each in self.columns if each.kind != "ignored"]
        lines += _list("Columns", (f"{each.name}: {each.why}, {each.filled:.0%} filled" for each in used))
        lines += _list("Left out", (f"{each.name}: {each.why}" for each in self.columns if each.kind == "ignored"))
        lines += _list("Compared where equal", (f"{_plain(each.key)}: {each.pairs:,} pairs" for each in self.keys))
        lines += _list("Trained on", (_plain(each.key) for each in self.sessions if each.kept))
        lost = (
            f"{_plain(each.key)}: {each.reason % {'column': each.about}}" for each in self.sessions if not each.kept
        )
        lines += _list("Training thrown away", lost)
        lines += _list("Sources that hold everybody once", self.sources_without_duplicates)
        if self.link_probability is not None and self.review_probability is not None:
            limits = f"Linked from {self.link_probability:.0%}, doubtful from {self.review_probability:.0%}"
            lines.append(f"{limits}: {self.pairs_to_review:,} pairs to review")
        if self.expected_precision is not None and self.expected_recall is not None:
            lines.append(f"Expected precision {self.expected_precision:.0%}, recall {self.expected_recall:.0%}")
        if self.rows > 1 and not self.keys:
            lines.append("Nothing could be compared: no column has values that few rows share; every row stays alone")
        lines.append(f"{self.pairs_compared:,} pairs compared in {self.seconds:.1f} s")
        return "\n".join(lines)


def _list(title: str, told: Iterable[str]) -> list[str]:
    lines = [f"  {each}" for each in told]
    return [f"{title}:", *lines] if lines else []


def _plain(key: KeyName) -> str:
    return " + ".join(f"{column} ({glass})" for column, glass in key)


def report_of(
    columns: Sequence[Column], keys: Sequence[tuple[KeyName, float]], sessions: Sequence[Session], *, begun: float,
    rows: int, compared: int = 0, pairs: Scored | None = None, clusters: Array | None = None,
    model: Model | None = None, once: Sequence[str] = (),
    stages: Sequence[Stage] = (),
) -> Report:  # fmt: skip
    """Put a report together; `begun` is when the run began, by the monotonic clock."""
    found = np.arange(rows) if clusters is None else clusters
    sizes = np.bincount(found, minlength=1) if rows else np.zeros(1, dtype=int)
    precision = recall = None
    linked = review = 0
    if pairs is not None and model is not None:
        chance = scoring.probabilities(model, pairs.weight)
        inside = found[pairs.a] == found[pairs.b]
        linked = int((sizes.astype(np.int64) * (sizes - 1) // 2).sum())
        precision = min(float(chance[inside].sum()) / max(linked, 1), 1.0) if linked else None
        recall = float(chance[inside].sum()) / max(float(chance.sum()), 1e-9)
        odds = scoring.odds(model, pairs.weight)
        review = int(((odds > model.review_at) & (odds < -model.review_at)).sum())
    return Report(
        rows=rows,
        clusters=len(np.unique(found)) if rows else 0,
        largest_cluster=int(sizes.max()) if rows else 0,
        pairs_compared=compared,
        pairs_linked=linked,
        columns=list(columns),
        keys=[UsedKey(key, int(size)) for key, size in keys],
        sessions=list(sessions),
        link_probability=_chance(model.link_at) if model else None,
        review_probability=_chance(model.review_at) if model else None,
        pairs_to_review=review,
        expected_precision=precision,
        expected_recall=recall,
        sources_without_duplicates=list(once),
        stages=list(stages),
        seconds=round(time.perf_counter() - begun, 3),
    )


def _chance(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))
