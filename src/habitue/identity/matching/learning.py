"""One model from one table: sessions, then dependence between fields, then one refinement over all pairs at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from habitue.identity.matching import dependence, training
from habitue.identity.matching.blocking import Glasses, Key
from habitue.identity.matching.compare import compared
from habitue.identity.matching.crowds import Lean, leans, with_leans
from habitue.identity.matching.model import FieldModel, Model, Relation
from habitue.identity.matching.pairs import Population
from habitue.identity.matching.scoring import contributions
from habitue.identity.matching.shadow import PERSONAL
from habitue.identity.matching.shapes import Array, Column, KeyName, Values

SAMPLE = 250_000
FIRST_SAMPLE = 100_000
SESSION_SAMPLE = 40_000
CHANCE_PAIRS = 300_000
_ROUNDS = 8
_STRENGTH = 20.0
_MATCHES_BEFORE = 0.5  # that nobody stands twice in a handful of rows was never sure
_PLACES = frozenset({"street", "house", "postcode", "place", "country"})
_OF_PEOPLE = frozenset({"given", "family", "birth"})
_RELATED = 20.0  # pairs of others that a relation must rest on
_APART = 2.5  # log odds by which these must differ from ones on average
_MATTERS = 0.3  # log ratio from which agreement counts as related
_PARDON = 0.6  # the strongest of many relations, each measured with error, explains somewhat too much
_OTHERS = 0.2  # share of different ones among those who agree in two fields
_NARROWER = 0.75  # share of its pairs that a second field must leave out
_MORE = 1.5  # how much oftener others must agree who agree in two fields, beside those who agree in one of them
_OFTEN = 0.01
_SUPPOSED = 3.0  # log odds, 95 %, that two rows are one which hold the same address and nothing else
_ANCHOR = 0.3  # how much the sessions' view counts beside that of all pairs together


@dataclass
class Learnt:
    """The model and how it came to be."""

    model: Model
    sessions: list[training.Session]
    matches: float


@dataclass
class Agreeing:
    """Pairs picked by chance from those that agree in one field or in two, and how many such pairs there are."""

    shared: tuple[int, ...]
    compared: training.Patterns
    pairs: float


@dataclass
class Ground:
    """What does not depend on the keys: pairs picked by chance, and pairs that agree in something, already compared."""

    by_chance: Array
    agreeing: list[Agreeing]

    @staticmethod
    def of(fields: Sequence[Values], who: Population, *, seed: int) -> Ground:
        """Pick and compare."""
        rng = np.random.default_rng(seed)
        by_chance = compared(fields, *who.random(CHANCE_PAIRS, rng))
        shared = [place for place, field in enumerate(fields) if _is_shared(field.column)]
        found = [_agreeing(fields, (place,), fields[place].codes, rng) for place in shared]
        single = {each.shared[0]: each.pairs for each in found if each is not None}
        for one, two in combinations(single, 2):
            codes = dependence.joined(fields[one], fields[two])
            # Where nearly all pairs that agree in one field agree in the other, the one tells all.
            if dependence.pairs_of(codes) < _NARROWER * min(single[one], single[two]):
                found.append(_agreeing(fields, (one, two), codes, rng))
        return Ground(by_chance, [each for each in found if each is not None])


def _agreeing(
    fields: Sequence[Values], shared: tuple[int, ...], codes: Array, rng: np.random.Generator
) -> Agreeing | None:
    size = dependence.AGREEING_PAIRS if len(shared) == 1 else dependence.AGREEING_PAIRS // 2
    a, b = dependence.agreeing_pairs(codes, size, rng)
    if not len(a):
        return None
    return Agreeing(shared, training.patterns(compared(fields, a, b)), dependence.pairs_of(codes))


def learnt(
    fields: Sequence[Values], glasses: Glasses, keys: Sequence[Key], who: Population, pairs: tuple[Array, Array],
    ground: Ground, *, seed: int, say: Callable[[Key], KeyName], sample: int = SAMPLE,
) -> Learnt:  # fmt: skip
    """Train a model on at most `sample` of the candidate `pairs` of a table."""
    for field in fields:
        field.holders = field.counts
    rng = np.random.default_rng(seed)
    picked = np.arange(len(pairs[0]))
    if len(picked) > sample:
        picked = np.sort(rng.choice(len(picked), sample, replace=False))
    scale = len(pairs[0]) / max(len(picked), 1)
    a, b = pairs[0][picked], pairs[1][picked]
    levels = compared(fields, a, b)
    chance = [training.chance(field, ground.by_chance[:, place]) for place, field in enumerate(fields)]
    plain = [each.without(np.zeros(len(each.counts)), who.pairs) for each in chance]
    leaning = leans(fields, ground.by_chance, plain, rows=who.rows, pairs=who.pairs)
    told, m, matches = _sessions(fields, glasses, keys, (a, b), levels, plain, leaning, rng, say)
    model = _plain(fields, m, plain, matches * scale, who)
    matches = _refined(model, fields, (a, b), levels, scale, who, ground, chance, leaning)
    model.pardon = _PARDON
    if len(fields) == 1 and fields[0].column.kind in PERSONAL:
        _suppose(model, fields, (a, b), levels)
    return Learnt(model, told, matches)


def _sessions(
    fields: Sequence[Values], glasses: Glasses, keys: Sequence[Key], pairs: tuple[Array, Array], levels: Array,
    chance: list[Array], leaning: Mapping[int, Lean], rng: np.random.Generator, say: Callable[[Key], KeyName],
) -> tuple[list[training.Session], list[Array], float]:  # fmt: skip
    kinds = [field.column.kind for field in fields]
    found: list[list[Array]] = []
    used: list[frozenset[int]] = []
    sizes: list[float] = []
    names: list[tuple[KeyName, int]] = []
    for key in keys:
        made = glasses.key(key.atoms)
        rows = np.flatnonzero((made[pairs[0]] == made[pairs[1]]) & (made[pairs[0]] != 0))
        factor = 1.0
        if len(rows) > SESSION_SAMPLE:
            factor = len(rows) / SESSION_SAMPLE
            rows = np.sort(rng.choice(rows, SESSION_SAMPLE, replace=False))
        if len(kinds) - len(key.fields) < 2 or len(rows) < 20:
            continue
        m, share = training.session(levels[rows], chance, kinds, key.fields, leaning)
        found.append(m)
        used.append(key.fields)
        sizes.append(share * len(rows) * factor)
        names.append((say(key), int(len(rows) * factor)))
    keep, why, about = training.agreed(found, used, sizes, chance)
    told = []
    for (name, size), matches, kept, reason, field in zip(names, sizes, keep, why, about, strict=True):
        column = fields[field].column.name if field >= 0 else ""
        told.append(training.Session(name, size, round(matches, 1), kept, reason, column))
    m = training.together(found, used, keep, sizes, kinds)
    best = max((size for size, kept in zip(sizes, keep, strict=True) if kept), default=0.0)
    return told, m, max(best * 1.2, 5.0)


def _plain(fields: Sequence[Values], m: list[Array], chance: list[Array], matches: float, who: Population) -> Model:
    """A model in which every field stands alone."""
    made = [
        FieldModel(field.column, -1, np.tile(m[i], (4, 1)), chance[i].copy(), m[i].copy())
        for i, field in enumerate(fields)
    ]
    share = float(np.clip(matches / max(who.pairs, 1.0), 1e-12, 0.5))
    return Model(made, [], float(np.log(share / (1 - share))))


def _refined(
    model: Model, fields: Sequence[Values], pairs: tuple[Array, Array], levels: Array, scale: float, who: Population,
    ground: Ground, chance: list[training.Chance], leaning: Mapping[int, Lean],
) -> float:  # fmt: skip
    """Learn who depends on whom and train once more over all candidate pairs; returns the matches expected."""
    anchors = [field.plain_m.copy() for field in model.fields]
    matches = 0.0
    for turn in range(_ROUNDS):
        if turn in {0, 1, 3, 5}:
            model.relations = with_leans(_relations(model, fields, ground.agreeing), leaning)
        posterior = _posterior(model, fields, pairs, levels)
        matches = float(posterior.sum()) * scale
        share = float(np.clip((matches + _MATCHES_BEFORE) / max(who.pairs, 1.0), 1e-12, 0.5))
        model.prior = float(np.log(share / (1 - share)))
        _mind_matches(model, fields, pairs, levels, posterior, scale, who, chance)
        if turn >= 1:
            _take_m(model, fields, levels, posterior, anchors, choose=turn in {1, 2, 4})
    return matches


def _suppose(model: Model, fields: Sequence[Values], pairs: tuple[Array, Array], levels: Array) -> None:
    """With an address of one's own and nothing beside it nothing can be learnt: who has the same one is the same."""
    equal = np.flatnonzero(levels[:, 0] == 1)
    if not len(equal):
        return
    kept = model.fields[0]
    kept.m[:, 2:] = np.minimum(kept.m[:, 2:], kept.u[2:])
    weight = contributions(model, fields, levels[equal], pairs[0][equal], pairs[1][equal]).sum(axis=1)
    model.shift = _SUPPOSED - (float(np.median(weight)) + model.prior)


def places(columns: Sequence[Column]) -> frozenset[int]:
    """The fields of a table of people that say where they live; none when that leaves too little to tell them apart."""
    found = frozenset(place for place, column in enumerate(columns) if column.role in _PLACES)
    is_people = any(column.kind == "name" or column.role in _OF_PEOPLE for column in columns)
    return found if is_people and len(columns) - len(found) >= 3 else frozenset()


def _is_shared(column: Column) -> bool:
    """Whether people can share the value for a reason: not a birth date, not a number of one's own."""
    return column.kind != "date" and (column.kind != "code" or column.role in _PLACES)


def _relations(model: Model, fields: Sequence[Values], agreeing: Sequence[Agreeing]) -> list[Relation]:
    """What else others have in common that agree in a field or in two, wherever that can be told."""
    made: list[Relation] = []
    plain = [field.u for field in model.fields]
    m = [field.plain_m for field in model.fields]
    passive = places([field.column for field in fields])
    for each in agreeing:
        worth = min(1.0, each.pairs / max(each.compared.weight.sum(), 1.0))
        given, size, apart = dependence.among_agreeing(each.compared, m, plain, each.shared, worth, passive)
        if size < _RELATED or apart < _APART:
            continue
        if len(each.shared) > 1 and size < _OTHERS * worth * each.compared.weight.sum():
            continue  # hardly anybody else agrees in both: what is left are ones that look unlike
        kept = {
            child: given[child]
            for child in range(len(fields))
            if child not in each.shared and _matters(given[child], plain[child])
        }
        if kept and (len(each.shared) == 1 or _tells_more(kept, each.shared, made)):
            made.append(Relation(each.shared, kept))
    return made


def _tells_more(given: Mapping[int, Array], shared: tuple[int, ...], known: Sequence[Relation]) -> bool:
    """Whether two fields together explain what neither explains alone: a street alone is no household."""
    alone = [relation.u for relation in known if len(relation.shared) == 1 and relation.shared[0] in shared]
    return any(
        _near(table) > max(_MORE * max((_near(each[child]) for each in alone if child in each), default=0.0), _OFTEN)
        for child, table in given.items()
    )


def _matters(given: Array, plain: Array) -> bool:
    apart = max(abs(np.log(given[1] / plain[1])), abs(np.log(_near(given) / _near(plain))))
    return bool(apart > _MATTERS)


def _near(table: Array) -> float:
    """How often two agree or nearly agree."""
    return float(table[1:4].sum()) if len(table) > 4 else float(table[1])


def _posterior(model: Model, fields: Sequence[Values], pairs: tuple[Array, Array], levels: Array) -> Array:
    weight = contributions(model, fields, levels, *pairs).sum(axis=1) + model.prior
    made: Array = 1.0 / (1.0 + np.exp(-np.clip(weight, -50, 50)))
    return made


def _take_m(
    model: Model, fields: Sequence[Values], levels: Array, posterior: Array, anchors: list[Array], *, choose: bool
) -> None:
    strength = _ANCHOR * float(posterior.sum()) + _STRENGTH
    size = len(fields)
    if choose:
        gain = np.zeros((size, size))
        for child, parent in dependence.worth_trying(levels, posterior):
            gain[child, parent] = dependence.information(dependence.joint(levels, posterior, child, parent, fields))
        for field, parent in zip(model.fields, dependence.tree(gain), strict=True):
            field.parent = parent
    for child, field in enumerate(model.fields):
        field.plain_m = training.shares(levels[:, child], posterior, anchors[child], strength)
        if field.parent < 0:
            field.m = np.tile(field.plain_m, (4, 1))
            continue
        joint = dependence.joint(levels, posterior, child, field.parent, fields)
        field.m = dependence.smoothed(joint, field.plain_m)


def _mind_matches(
    model: Model, fields: Sequence[Values], pairs: tuple[Array, Array], levels: Array, posterior: Array, scale: float,
    who: Population, chance: list[training.Chance],
) -> None:  # fmt: skip
    """Take the matches out of what was counted by chance: of a person's ten records nine are no other people."""
    mean = 1.0 + 2.0 * float(posterior.sum()) * scale / max(who.rows, 1)
    for place, field in enumerate(fields):
        equal = np.flatnonzero(levels[:, place] == 1)
        field.holders = training.holders(field, pairs[0][equal], posterior[equal], scale=scale, mean=mean)
        chance[place].equal = training.equal_by_chance(field)
        reached = np.bincount(levels[:, place], weights=posterior, minlength=len(chance[place].counts)) * scale
        kept = model.fields[place]
        kept.u = chance[place].without(reached, who.pairs)


__all__ = ["Learnt", "learnt"]
