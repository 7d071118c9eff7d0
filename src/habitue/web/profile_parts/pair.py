"""Two people side by side: what each field says for or against their being one, as table, sentence and waterfall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import exp
from typing import Any, Protocol

from django.utils.translation import gettext

from habitue.profiles.golden import Golden
from habitue.quality.dictionary import field as dictionary_field
from habitue.web.charts import colour
from habitue.web.drawing import Drawing, axis
from habitue.web.profile_parts.likeness import NAMES, likeness
from habitue.web.profile_parts.said import said
from habitue.web.templatetags.show import chance, number

FIELDS = (
    "first_name", "last_name", "birth_date", "email", "phone", "street", "postal_code", "city", "country",
    "company_name",
)  # fmt: skip
SAYS_LITTLE = 0.05
LONGEST = 40

ALIKE = 0.6
OTHERWISE = 0.05

Piece = tuple[str, bool]


class HasValues(Protocol):
    """A person, or one side of somebody who was joined."""

    @property
    def golden(self) -> Mapping[str, Golden]: ...
    @property
    def traits(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Side:
    """What some identifiers say."""

    golden: Mapping[str, Golden]
    traits: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both: pieces of the values with those that differ marked, the weight, and what it says.

    `is_shared` is told where nothing was weighed: both have a value of it in common.
    """

    label: str
    left: Sequence[Piece]
    right: Sequence[Piece]
    left_more: Sequence[str]
    right_more: Sequence[str]
    weight: float | None
    tone: str
    saying: str
    is_shared: bool = False
    likeness: str = ""


def lines(left: HasValues, right: HasValues, evidence: Mapping[str, Any]) -> list[Line]:
    """The fields of both people, those that weigh most first; fields that neither has are left out."""
    parts = {part["column"]: part for part in evidence.get("parts", ())}
    names = [*parts, *(name for name in FIELDS if name not in parts)]
    found = [_line(name, left, right, parts.get(name)) for name in names]
    return [line for line in found if line.left or line.right]


def sentence(evidence: Mapping[str, Any]) -> str:
    """Why, in one line: what speaks for them being one, then what speaks against, with its weight."""
    told = [part for part in evidence.get("parts", ()) if part["saying"] and abs(part["weight"]) > 0.35]
    favour = [_saying(part) for part in told if part["weight"] > 0]
    against = [f"{_saying(part)}: {weight(part['weight'])}" for part in told if part["weight"] < 0]
    return "; ".join(filter(None, [", ".join(favour), ", ".join(against)]))


def waterfall(evidence: Mapping[str, Any], score: float) -> Drawing | None:
    """How the weight adds up, from chance to probability; None without evidence."""
    parts = [part for part in evidence.get("parts", ()) if abs(part["weight"]) > SAYS_LITTLE]
    if not parts:
        return None
    start = float(evidence.get("start", 0.0))
    steps = [(gettext("Start"), 0.0, start, "ink-3")]
    at = start
    for part in parts:
        steps.append((_label(part), at, at + part["weight"], "chart-1" if part["weight"] > 0 else "alarm"))
        at += part["weight"]
    alone = 1 / (1 + exp(-at))
    is_alone = abs(alone - score) > OTHERWISE
    steps.append((chance(alone if is_alone else score), 0.0, at, "brass"))
    note = gettext("Each step of 1 makes it about three times as likely, or a third.")
    if is_alone:
        note += " " + gettext("Judged by all records of both it is %(share)s.") % {"share": chance(score)}
    rows = [[name, weight(until - since)] for name, since, until, _tone in steps]
    return Drawing(
        title=gettext("How the weight adds up"),
        describe=lambda width: _bars(steps, width),
        columns=[gettext("Field"), gettext("Weight")],
        rows=rows,
        note=note,
    )


def weight(value: float) -> str:
    """A weight for people: with its sign, one decimal."""
    text = number(abs(value), 1)
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text


def _bars(steps: Sequence[tuple[str, float, float, str]], width: int) -> Mapping[str, Any]:
    values: list[dict[str, Any]] = [
        {"name": name, "place": place, "since": min(since, until), "until": max(since, until), "tone": colour(tone),
         "said": weight(until - since)}
        for place, (name, since, until, tone) in enumerate(steps)
    ]  # fmt: skip
    names = [name for name, *_rest in steps]
    marks = axis(range(len(steps)), lambda place: names[int(place)], labelLimit=110, domain=False)
    y = {"field": "place", "type": "ordinal", "axis": marks}
    low, high = min(step["since"] for step in values), max(step["until"] for step in values)
    tone = {"field": "tone", "scale": None}
    scale = {"domain": [low - 1.5, high + 2.5], "nice": False}
    x = {"field": "since", "type": "quantitative", "axis": None, "scale": scale}
    return {
        "width": min(width, 440) - 130,
        "padding": {"left": 16, "right": 5, "top": 5, "bottom": 5},
        "height": {"step": 28},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "bar", "height": 16, "cornerRadius": 2},
                "encoding": {"y": y, "x": x, "x2": {"field": "until"}, "color": tone},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 5},
                "encoding": {"y": y, "x": {**x, "field": "until"}, "text": {"field": "said"}},
            },
        ],
    }


def _line(name: str, left: HasValues, right: HasValues, part: Mapping[str, Any] | None) -> Line:
    kind = dictionary_field(name).kind
    alike = likeness(left.traits, right.traits)
    sides = [[said(value, kind) for value in _values(person, name)] for person in (left, right)]
    one, other = (side[0] if side else "" for side in sides)
    marked = _differing(one, other)
    value = round(float(part["weight"]), 1) + 0.0 if part else None
    tone = "n" if value is None or abs(value) <= SAYS_LITTLE else "" if value > 0 else "a"
    return Line(
        label=gettext(dictionary_field(name).label),
        left=marked[0],
        right=marked[1],
        left_more=sides[0][1:],
        right_more=sides[1][1:],
        weight=value,
        tone=tone,
        saying=_saying(part) if part and part["saying"] else "",
        is_shared=part is None and not set(sides[0]).isdisjoint(sides[1]),
        likeness=gettext(alike) if alike and name in NAMES else "",
    )


def _values(person: HasValues, name: str) -> list[Any]:
    golden = person.golden.get(name)
    if golden is None:
        value = person.traits.get(name)
        return [] if value in (None, "") else [value]
    return list(dict.fromkeys([golden.value, *(other.value for other in golden.others)]))[:4]


def _differing(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, those marked in which they differ."""
    if not one or not other or one == other or max(len(one), len(other)) > LONGEST:
        return ([(one, False)] if one else []), ([(other, False)] if other else [])
    left: list[Piece] = []
    right: list[Piece] = []
    compared = SequenceMatcher(None, one, other, autojunk=False)
    if compared.ratio() < ALIKE:
        return [(one, False)], [(other, False)]
    for tag, a, b, c, d in compared.get_opcodes():
        if b > a:
            left.append((one[a:b], tag != "equal"))
        if d > c:
            right.append((other[c:d], tag != "equal"))
    return left, right


def _saying(part: Mapping[str, Any]) -> str:
    text = part["saying"]
    return gettext(text) % {"field": _label(part)}


def _label(part: Mapping[str, Any]) -> str:
    text = part["label"]
    return gettext(text)
