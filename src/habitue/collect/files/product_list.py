"""Lists of products: rows that name an article and what it is, and nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue.collect.files.cells import Bad
from habitue.collect.files.headings import key
from habitue.collect.files.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.candidates import Candidate
    from habitue.collect.files.plan import Field, Plan
    from habitue.collect.files.shapes import Row

_NUMBER, _NAME, _CATEGORY, _BRAND = "line.sku", "line.name", "line.category", "line.brand"
_DETAILS = (_NAME, _CATEGORY, _BRAND)
_BESIDE = frozenset({"line.price", "line.quantity"})
_CATEGORIES = frozenset(key(headings[0]) for headings in TARGETS[_CATEGORY].headings.values())


def product_targets(candidates: Sequence[Candidate], targets: Sequence[str | None]) -> list[str | None] | None:
    """What the columns of a list of products mean; None where rows tell of people, orders or anything else, too.

    Without a name the kind of goods with the most different values is one.
    """
    # “Name” alone beside article numbers is the name of the article.
    targets = [_NAME if key(c.heading) == "name" else t for c, t in zip(candidates, targets, strict=True)]
    found = set(filter(None, targets))
    if _NUMBER not in found or found.isdisjoint(_DETAILS) or not found <= {_NUMBER, *_DETAILS, *_BESIDE}:
        return None
    places = {name: [i for i, target in enumerate(targets) if target == name] for name in (_NUMBER, *_DETAILS)}
    kinds = places[_CATEGORY]
    if not places[_NAME] and len(kinds) > 1:
        named = max(kinds, key=lambda place: len(set(candidates[place].values)))
        places[_NAME] = [named]
        kinds.remove(named)
    kinds.sort(key=lambda place: key(candidates[place].heading) not in _CATEGORIES)
    chosen: list[str | None] = [None] * len(targets)
    for name, columns in places.items():
        if columns:
            chosen[columns[0]] = name
    return chosen


def product_fields(plan: Plan) -> tuple[Field, ...]:
    """The columns that say what a product is, in a file that tells of no orders; none in any other."""
    lines = {field.name: field for field in plan.group("line")}
    if "order" in plan.fields or "sku" not in lines:
        return ()
    found = tuple(lines[name] for name in ("sku", "name", "category", "brand") if name in lines)
    return found if len(found) > 1 else ()


def product_of(fields: Sequence[Field], row: Row) -> dict[str, str] | None:
    """What a row says of a product, None without its number or anything else."""
    told = {field.name: field.memo[row[field.place]] for field in fields}
    known = {name: str(value) for name, value in told.items() if value is not None and type(value) is not Bad}
    return known if "sku" in known and len(known) > 1 else None
