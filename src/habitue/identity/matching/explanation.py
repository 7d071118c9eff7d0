"""Why two records are one, or not: field by field, as data and as a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from habitue.identity.matching import scoring
from habitue.identity.matching.compare import compared
from habitue.identity.matching.ladders import LEVELS
from habitue.identity.matching.model import Model
from habitue.identity.matching.shapes import Kind, Values
from habitue.kernel.text import gettext_noop as _

Translate = Callable[[str], str]
RARE = 1.5
SAYS_LITTLE = 0.35

_ROLES: Mapping[str, str] = {
    "given": _("first name"),
    "family": _("surname"),
    "name": _("name"),
    "organisation": _("organisation"),
    "birth": _("birth date"),
    "email": _("e-mail"),
    "phone": _("phone"),
    "street": _("street"),
    "house": _("house number"),
    "postcode": _("postcode"),
    "place": _("town"),
    "birthplace": _("birthplace"),
    "country": _("country"),
}
_SAYINGS: Mapping[str, str] = {
    "equal": _("same %(field)s"),
    "rare": _("same %(field)s, a rare one"),
    "other form": _("%(field)s is another form of the same name"),
    "crosswise": _("%(field)s stands in the other column"),
    "one letter": _("%(field)s differs in a letter or two"),
    "one sign": _("%(field)s differs in one sign"),
    "one digit": _("%(field)s differs in one digit"),
    "initial": _("%(field)s is shortened"),
    "shares a word": _("%(field)s shares a word"),
    "contains": _("one %(field)s contains the other"),
    "alike": _("%(field)s is alike"),
    "nearly equal": _("%(field)s is nearly the same"),
    "mostly": _("%(field)s is mostly the same"),
    "half": _("%(field)s is half the same"),
    "a little": _("%(field)s is a little alike"),
    "same name part": _("%(field)s is the same before the @"),
    "same ending": _("%(field)s ends in the same digits"),
    "same beginning": _("%(field)s begins alike"),
    "day and month swapped": _("%(field)s has day and month swapped"),
    "two parts": _("%(field)s has two of three parts in common"),
    "same year": _("%(field)s has the year in common"),
    "different": _("%(field)s differs"),
}
_WEIGHTED = _("%(saying)s: %(weight)s")
_NOTHING = _("They say nothing that could be compared.")
FOR, AGAINST = ", ", "; "


@dataclass(frozen=True)
class Part:
    """What one field says: `saying` is a msgid with `%(field)s`, `weight` a natural logarithm of odds."""

    column: str
    label: str
    level: str
    saying: str
    weight: float
    left: str | None
    right: str | None


@dataclass(frozen=True)
class Explanation:
    """The parts of a pair's weight, strongest first; with `start` (log odds of chance) they add up to `weight`."""

    parts: tuple[Part, ...]
    start: float
    weight: float
    probability: float


def explained(model: Model, fields: Sequence[Values], a: int, b: int) -> Explanation:
    """Why the rows `a` and `b` are one, or not."""
    one, two = np.array([a]), np.array([b])
    levels = compared(fields, one, two)
    weights = scoring.contributions(model, fields, levels, one, two)[0] * model.slope
    texts = [(_text(field, a), _text(field, b)) for field in fields]
    rare = [
        float(scoring.rarity(kept, field, levels[:, place], one, two)[0])
        for place, (kept, field) in enumerate(zip(model.fields, fields, strict=True))
    ]
    return put_together(model, levels[0].tolist(), weights.tolist(), rare, texts)


def put_together(
    model: Model, levels: Sequence[int], weights: Sequence[float], rare: Sequence[float],
    texts: Sequence[tuple[str | None, str | None]],
) -> Explanation:  # fmt: skip
    """An explanation of levels and weights that are known already."""
    parts = []
    crossed = _crosswise(model, texts)
    for place, kept in enumerate(model.fields):
        level = levels[place]
        name = LEVELS[kept.column.kind][level - 1] if level else ""
        if place in crossed and name == "other form":
            name = "crosswise"
        is_rare = level == 1 and rare[place] > RARE and weights[place] > 1.0
        saying = _SAYINGS["rare" if is_rare else name] if level else ""
        label = _ROLES.get(kept.column.role, kept.column.name)
        parts.append(Part(kept.column.name, label, name, saying, float(weights[place]), *texts[place]))
    parts.sort(key=lambda part: -abs(part.weight))
    start = model.slope * model.prior + model.shift
    weight = start + float(sum(weights))
    return Explanation(tuple(parts), start, weight, float(1 / (1 + np.exp(-np.clip(weight, -60, 60)))))


def _crosswise(model: Model, texts: Sequence[tuple[str | None, str | None]]) -> frozenset[int]:
    """The two name fields, where one record holds first and last name the other way round."""
    names = [place for place, kept in enumerate(model.fields) if kept.column.kind == "name"]
    if len(names) != 2:
        return frozenset()
    (one_a, one_b), (two_a, two_b) = texts[names[0]], texts[names[1]]
    swapped = one_a is not None and one_a == two_b and two_a is not None and two_a == one_b
    return frozenset(names) if swapped else frozenset()


def sentence(explanation: Explanation, translate: Translate = str) -> str:
    """The explanation in one line: what speaks for, then what speaks against with its weight."""
    told = [part for part in explanation.parts if part.level and abs(part.weight) >= SAYS_LITTLE]
    if not told:
        return translate(_NOTHING)
    speaks_for = [_said(part, translate) for part in told if part.weight > 0]
    against = [
        translate(_WEIGHTED) % {"saying": _said(part, translate), "weight": f"{part.weight:+.1f}".replace("-", "−")}
        for part in told
        if part.weight < 0
    ]
    return AGAINST.join(filter(None, [FOR.join(speaks_for), FOR.join(against)]))


def _said(part: Part, translate: Translate) -> str:
    return translate(part.saying) % {"field": translate(part.label)}


def _text(field: Values, row: int) -> str | None:
    code = int(field.codes[row])
    return field.texts[code] if code >= 0 else None


def level_names(kind: Kind) -> tuple[str, ...]:
    """The levels of a kind, from equal to different."""
    return LEVELS[kind]
