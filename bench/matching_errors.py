"""What stands between a table and no errors: its wrong and its missed pairs by kind, with the fields that differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.matching_calibration import PAGE
from habitue.identity.matching import scoring
from habitue.identity.matching.blocking import Glasses
from habitue.identity.matching.compare import compared
from habitue.identity.matching.outcome import Matched

BEGIN, END = "<!-- errors, written by the bench -->", "<!-- end of errors -->"
MOST_PAIRS = 400_000
SHOWN = 3
NO_COMMON = "missed, agree in nothing that both fill in"
NO_KEY = "missed, agree in something, but in no key that pays"
UNLIKE = "missed, too unlike: below every threshold"
DOUBTFUL = "missed, doubtful: a question"
TORN = "missed, sure as a pair, but not as groups"
ONE_HOME = "wrong, one home or contact, other first name"
NAMESAKE = "wrong, same name, something else differs"
SHARED = "wrong, one home or contact, other name"
BARE = "wrong, nothing contradicts"
BY_OTHERS = "wrong, unlike as a pair, one group by others"
OTHER = "wrong, other"
MISSED = (NO_COMMON, NO_KEY, UNLIKE, DOUBTFUL, TORN)
WRONG = (ONE_HOME, SHARED, NAMESAKE, BARE, BY_OTHERS, OTHER)
_CONTACTS = frozenset({"email", "phone"})
_HOME = frozenset({"street", "postcode", "house"})


@dataclass(frozen=True)
class Errors:
    """Errors of one table: pairs by kind, and by kind the sets of fields that differ, most frequent first."""

    name: str
    right: int
    missed: int
    wrong: int
    kinds: Counter[str]
    differing: dict[str, Counter[str]]

    def told(self) -> list[str]:
        """A line for each kind that occurs."""
        lines = [f"{self.name}: {self.right:,} pairs found, {self.missed:,} missed, {self.wrong:,} wrong"]
        for kind in (*MISSED, *WRONG):
            if self.kinds[kind]:
                total = self.missed if kind in MISSED else self.wrong
                lines.append(f"  {kind}: {self.kinds[kind]:,} ({self.kinds[kind] / total:.0%}){self._fields(kind)}")
        return lines

    def _fields(self, kind: str) -> str:
        most = self.differing[kind].most_common(SHOWN)
        return "; " + ", ".join(f"{what} {count:,}" for what, count in most) if most else ""


def errors(name: str, found: Matched, truth: np.ndarray) -> Errors:
    """The errors of a run by kind, against the label of each row."""
    one = np.unique(found.clusters, return_inverse=True)[1]
    a, b = _within(truth)
    c, d = _within(one)
    is_missed, is_wrong = one[a] != one[b], truth[c] != truth[d]
    kinds: Counter[str] = Counter()
    differing: dict[str, Counter[str]] = {kind: Counter() for kind in (*MISSED, *WRONG)}
    for x, y, judge in ((a[is_missed], b[is_missed], _missed), (c[is_wrong], d[is_wrong], _wrong)):
        for start in range(0, len(x), MOST_PAIRS):
            part = slice(start, start + MOST_PAIRS)
            _count(found, x[part], y[part], judge(found, x[part], y[part]), kinds, differing)
    return Errors(name, int((~is_missed).sum()), int(is_missed.sum()), int(is_wrong.sum()), kinds, differing)


def table(found: Sequence[Errors]) -> str:
    """The kinds as rows, the tables as columns."""
    heads = [each.name for each in found]
    lines = ["| pairs | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for title, values in (("found", [e.right for e in found]), ("missed", [e.missed for e in found])):
        lines.append(_row(f"**{title}**", values))
    lines += [_row(kind.partition(", ")[2], [e.kinds[kind] for e in found]) for kind in MISSED]
    lines.append(_row("**wrong**", [e.wrong for e in found]))
    lines += [_row(kind.partition(", ")[2], [e.kinds[kind] for e in found]) for kind in WRONG]
    return "\n".join(lines)


def show(found: Sequence[Errors]) -> None:
    """Write the table into the page."""
    before, _begin, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _old, _end, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table(found)}\n{END}{after}", "utf-8")


def _row(title: str, values: Sequence[int]) -> str:
    return f"| {title} | " + " | ".join(f"{value:,}" if value else "–" for value in values) + " |"


def _within(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of rows of one group, the lower row first."""
    order = np.argsort(groups, kind="stable")
    cuts = np.flatnonzero(np.diff(groups[order])) + 1
    firsts, seconds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for rows in np.split(order, cuts):
        if len(rows) > 1:
            x, y = np.triu_indices(len(rows), 1)
            firsts.append(rows[x])
            seconds.append(rows[y])
    return np.concatenate(firsts), np.concatenate(seconds)


def _missed(found: Matched, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    assert found.model is not None
    levels, odds = _compared(found, a, b)
    tops = np.array([field.levels - 1 for field in found.model.fields])
    agrees = ((levels > 0) & (levels < tops)).any(axis=1)
    blocked = _blocked(found, a, b)
    kind = np.full(len(a), NO_COMMON, dtype=object)
    kind[agrees & ~blocked] = NO_KEY
    kind[blocked & (odds < found.model.review_at)] = UNLIKE
    kind[blocked & (odds >= found.model.review_at)] = DOUBTFUL
    kind[blocked & (odds >= found.model.link_at)] = TORN
    return kind


def _wrong(found: Matched, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    assert found.model is not None
    levels, odds = _compared(found, a, b)
    columns = [field.column for field in found.model.fields]
    tops = np.array([field.levels - 1 for field in found.model.fields])
    differs, agrees = levels == tops, (levels > 0) & (levels < tops)

    def some(held: np.ndarray, roles: frozenset[str]) -> np.ndarray:
        places = [place for place, column in enumerate(columns) if column.role in roles or column.kind in roles]
        return held[:, places].any(axis=1) if places else np.zeros(len(held), dtype=bool)

    names = frozenset({"given", "family", "name", "organisation"})
    together = some(agrees, _CONTACTS | _HOME)
    kind = np.full(len(a), OTHER, dtype=object)
    kind[some(agrees, names) & differs.any(axis=1) & ~some(differs, names)] = NAMESAKE
    kind[together & some(differs, names)] = SHARED
    kind[together & some(differs, frozenset({"given"}))] = ONE_HOME
    kind[~differs.any(axis=1)] = BARE
    kind[odds < found.model.link_at] = BY_OTHERS
    return kind


def _compared(found: Matched, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    assert found.model is not None
    levels = compared(found.fields, a, b)
    weight = scoring.contributions(found.model, found.fields, levels, a, b).sum(axis=1)
    return levels, scoring.odds(found.model, weight)


def _blocked(found: Matched, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Which pairs agree in a key; a small table has none and compares all."""
    if not found.keys:
        return np.ones(len(a), dtype=bool)
    glasses = Glasses(found.fields)
    met = np.zeros(len(a), dtype=bool)
    for key in found.keys:
        made = glasses.key(key.atoms)
        met |= (made[a] == made[b]) & (made[a] != 0)
    return met


def _count(
    found: Matched,
    a: np.ndarray,
    b: np.ndarray,
    kind: np.ndarray,
    kinds: Counter[str],
    differing: dict[str, Counter[str]],
) -> None:
    assert found.model is not None
    kinds.update(kind.tolist())
    levels = compared(found.fields, a, b)
    columns = [field.column.name for field in found.model.fields]
    tops = np.array([field.levels - 1 for field in found.model.fields])
    for row, name in zip(levels == tops, kind.tolist(), strict=True):
        apart = [columns[place] for place in np.flatnonzero(row)]
        differing[name]["differing in " + "+".join(apart) if apart else "differing in nothing"] += 1
