"""What a probability is worth: how many of the pairs that are said to be one with 80 % are one, in ten steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import altair as alt
import numpy as np
import vl_convert

from habitue.identity.matching.answers import Answer
from habitue.identity.matching.asking import pairs_to_ask, with_answers
from habitue.identity.matching.outcome import Matched

DOCS = Path(__file__).parent.parent / "docs"
PICTURE = DOCS / "screens" / "matching-calibration.svg"
PAGE = DOCS / "identity.md"
BEGIN, END = "<!-- calibration, written by the bench -->", "<!-- end of calibration -->"
STEPS = 10
ANSWERS = (30, 200)
LEAST_PAIRS = 20


@dataclass(frozen=True)
class Curve:
    """Pairs in ten steps of the probability said: its mean, the share that are one, and how many pairs there are.

    `taught` is the gap that is left when people have answered so many questions as ANSWERS says.
    """

    name: str
    said: tuple[float, ...]
    true: tuple[float, ...]
    pairs: tuple[int, ...]
    taught: tuple[float, ...] = ()

    @staticmethod
    def of(name: str, said: np.ndarray, same: np.ndarray) -> Curve:
        """The curve of pairs with the probability said and whether they are one."""
        step = np.minimum((said * STEPS).astype(int), STEPS - 1)
        held = [number for number in range(STEPS) if (step == number).any()]
        parts = [step == number for number in held]
        return Curve(
            name,
            tuple(float(said[part].mean()) for part in parts),
            tuple(float(same[part].mean()) for part in parts),
            tuple(int(part.sum()) for part in parts),
        )

    @property
    def apart(self) -> float:
        """Mean probability said minus share that are one, in points."""
        return 100 * float(np.average(np.subtract(self.said, self.true), weights=self.pairs))

    @property
    def gap(self) -> float:
        """Mean distance between said and true over the steps, weighted by pairs, in points."""
        return 100 * float(np.average(np.abs(np.subtract(self.said, self.true)), weights=self.pairs))

    def __str__(self) -> str:
        return " ".join(f"{said:.2f}/{true:.2f}" for said, true in zip(self.said, self.true, strict=True))


def judged(name: str, found: Matched, truth: np.ndarray) -> Curve:
    """The curve of a run, and the gap that is left when labels answered questions; what was asked does not count."""
    a, b, said = (found.pairs[column].to_numpy() for column in ("a", "b", "probability"))
    same = truth[a] == truth[b]
    gaps = []
    for count in ANSWERS:
        asked = pairs_to_ask(found, count=count)
        taught = with_answers(found, [Answer(x, y, bool(truth[x] == truth[y])) for x, y in asked])
        met = set(asked)
        rest = np.array([pair not in met for pair in zip(a.tolist(), b.tolist(), strict=True)], dtype=bool)
        gaps.append(Curve.of(name, taught.pairs["probability"].to_numpy()[rest], same[rest]).gap)
    return replace(Curve.of(name, said, same), taught=tuple(gaps))


def show_calibration(curves: Sequence[Curve]) -> None:
    """Write the picture, and the table into the page."""
    draw(curves)
    page = PAGE.read_text("utf-8")
    before, _begin, rest = page.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table(curves)}\n{END}{after}", "utf-8")


def table(curves: Sequence[Curve]) -> str:
    """The curves as a table: a cell is the share of true pairs where 5, 15, 25 … % was said."""
    heads = [f"{(number + 0.5) / STEPS:.2f}"[1:] for number in range(STEPS)]
    heads += ["said − true", "mean gap", *(f"gap with {count} answers" for count in ANSWERS)]
    lines = ["| data | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for curve in curves:
        cells = ["–"] * STEPS
        for said, true, pairs in zip(curve.said, curve.true, curve.pairs, strict=True):
            if pairs >= LEAST_PAIRS:
                cells[min(int(said * STEPS), STEPS - 1)] = f"{true:.2f}"
        signed = f"{round(curve.apart, 1) + 0.0:+.1f}".replace("-", "−")
        gaps = [f"{gap:.1f}" for gap in (curve.gap, *curve.taught)]
        lines.append("| " + " | ".join([curve.name, *cells, signed, *gaps]) + " |")
    return "\n".join(lines)


def draw(curves: Sequence[Curve]) -> None:
    """Draw share of true pairs over probability said, with the line on which both are equal; one picture a table."""
    equal = alt.Chart(alt.Data(values=[{"said": 0, "true": 0}, {"said": 1, "true": 1}]))
    said, true = alt.X("said:Q", title="probability said"), alt.Y("true:Q", title="share that are one")
    pictures = []
    for curve in curves:
        steps = zip(curve.said, curve.true, curve.pairs, strict=True)
        rows = [{"said": said, "true": true} for said, true, pairs in steps if pairs >= LEAST_PAIRS]
        ideal = equal.mark_line(strokeDash=[4, 4], color="#888").encode(x=said, y=true)
        shown = alt.Chart(alt.Data(values=rows)).mark_line(point=True).encode(x=said, y=true)
        pictures.append(alt.layer(ideal, shown).properties(width=150, height=150, title=curve.name))
    PICTURE.write_text(vl_convert.vegalite_to_svg(alt.concat(*pictures, columns=4).to_json()), "utf-8")
