"""Random rules: bulk, real time and a second evaluator in plain Python must name the same people, 2,000 times."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, get_args

from tests.rules.made_worlds import world
from tests.rules.oracle import members
from tests.rules.planted import with_bug
from tests.rules.three_ways import Counted, compare, made_rules, parts, simple_first
from tests.rules.world import NOW, ZONE, World, has_equal_times

from bench.figures import Figures, spent
from habitue.audiences.compile import compile_rule
from habitue.audiences.fields import kind_of
from habitue.audiences.rule import Rule, walk
from habitue.audiences.text_writing import written
from habitue.kernel import lake

RULES, SMALL = 2_000, 12
TOGETHER, STEPS, SEED = 25, 10, 100


def run(*, small: bool) -> Figures:
    """Compare every rule over a world of its own, then in stories; HABITUE_BENCH_RULES says how many rules."""
    figures = Figures("rules", is_live=not small)
    count = SMALL if small else int(os.environ.get("HABITUE_BENCH_RULES", RULES))
    asked = made_rules(count)
    con = lake.engine_in_process()
    _in_bulk(con, asked, figures)
    _planted(con, asked, figures)
    counted = Counted()
    with tempfile.TemporaryDirectory() as folder, spent() as work:
        for number, several in enumerate(parts(asked, TOGETHER)):
            steps = 2 if small else STEPS
            compare(Path(folder) / f"w{number}", several, seed=SEED + number, steps=steps, counted=counted)
            if not small:
                print(f"{counted.rules} rules in real time, {len(counted.wrong)} wrong answers", file=sys.stderr)
    figures.add("real time: rules", counted.rules, "")
    figures.add("real time: answers", counted.answers, "")
    figures.add("real time: wrong answers", len(counted.wrong), "", goal=0)
    share = 100 * counted.equal_times / max(counted.answers, 1)
    figures.add("real time: answers about people with equal timestamps", share, "%", goal=5, is_upper=False)
    figures.add("real time: CPU a rule, compiled, published and followed", work.cpu_seconds / counted.rules, "s")
    figures.notes += [counted.told(), *counted.wrong[:10]]
    return figures


def _found(con: Any, rule: Rule, made_up: World) -> list[str]:
    table = compile_rule(rule, made_up.tables(), now=NOW, timezone=ZONE, currency="EUR", kinds=kind_of)
    return sorted(con.to_pyarrow(table).column("profile_id").to_pylist())


def _in_bulk(con: Any, asked: Any, figures: Figures) -> None:
    kinds, wrong, equal = Counter[str](), 0, 0
    for seed, rule in enumerate(asked):
        made_up = world(seed)
        kinds.update(type(node).__name__ for _path, node in walk(rule))
        equal += has_equal_times(made_up)
        if _found(con, rule, made_up) != members(rule, made_up):
            wrong += 1
            figures.notes.append(f"wrong in bulk: {written(rule)}")
    figures.add("bulk: rules", len(asked), "")
    figures.add("bulk: wrong answers", wrong, "", goal=0)
    figures.add("bulk: people with equal timestamps", 100 * equal / len(asked), "%", goal=5, is_upper=False)
    figures.notes.append(f"conditions in bulk: {dict(kinds.most_common())}")


def _planted(con: Any, asked: Any, figures: Figures) -> None:
    """After how many rules a planted bug of each kind of condition is found."""
    for kind in get_args(Rule):
        tried = 0
        for seed, rule in enumerate(simple_first(asked)):
            wrong = with_bug(rule, kind)
            if wrong == rule:
                continue
            tried += 1
            made_up = world(seed)
            if _found(con, wrong, made_up) != members(rule, made_up):
                figures.add(f"planted bug in {kind.__name__}, found with rule", tried, "")
                break
        else:
            figures.notes.append(f"a planted bug in {kind.__name__} was not found among {tried} rules")
