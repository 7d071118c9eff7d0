"""What goes into a basket: every person has tastes and favourites, and the season has a say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from habitue.demo.chance import Urn, happens, weighted
from habitue.demo.products import BY_CATEGORY, CATEGORIES, Product
from habitue.demo.season import price_on

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from habitue.demo.person import Person

_SHELVES = {
    category: weighted((product, product.weight) for product in products) for category, products in BY_CATEGORY.items()
}
_BASE = {
    "Grüntee": 13.0,
    "Schwarztee": 13.0,
    "Kräutertee": 11.0,
    "Früchtetee": 9.0,
    "Rooibos": 6.0,
    "Kaffee": 13.0,
    "Espresso": 9.0,
    "Teezubehör": 6.0,
    "Kannen & Tassen": 5.0,
    "Kaffeezubehör": 5.0,
    "Küche": 6.0,
    "Geschenke": 4.0,
}
_DURABLE = frozenset(("Teezubehör", "Kannen & Tassen", "Kaffeezubehör", "Geschenke"))
_NORTH = frozenset(("Hamburg", "Bremen", "Kiel", "Lübeck", "Rostock", "Norderstedt", "Wedel"))
_HOW_MANY = weighted(((1, 34), (2, 30), (3, 19), (4, 10), (5, 5), (6, 2)))
_PIECES = weighted(((1, 72), (2, 20), (3, 5), (4, 2), (6, 1)))


@dataclass(frozen=True, slots=True)
class Line:
    """One article in a purchase; money in cents."""

    product: Product
    quantity: int
    unit_cents: int

    @property
    def cents(self) -> int:
        """Quantity times price."""
        return self.quantity * self.unit_cents


@dataclass(frozen=True, slots=True)
class Taste:
    """The categories a person likes, and the articles bought again and again."""

    categories: Urn[str]
    favourites: tuple[Product, ...]
    is_business: bool


def taste(rng: Random, person: Person, start: date) -> Taste:
    """The taste of `person`, by age and region and chance."""
    liked = {category: _BASE[category] * rng.gammavariate(0.7, 1.4) + 0.05 for category in CATEGORIES}
    age = start.year - person.born.year
    if age < 38:
        _more(liked, 1.7, "Espresso", "Kaffeezubehör", "Grüntee")
    elif age > 58:
        _more(liked, 1.8, "Kräutertee", "Schwarztee", "Früchtetee")
    if person.addresses[-1][1].city.name in _NORTH or person.cyrillic:
        _more(liked, 2.2, "Schwarztee")
    urn = weighted(liked.items())
    drinks = [category for category in CATEGORIES if category not in _DURABLE and category != "Küche"]
    best = sorted(drinks, key=lambda category: -liked[category])[:3]
    favourites = tuple(_SHELVES[rng.choice(best)].draw(rng) for _ in range(rng.randrange(2, 5)))
    return Taste(urn, favourites, person.company is not None)


def basket(rng: Random, liked: Taste, day: date, *, start: date) -> tuple[Line, ...]:
    """One to six different articles with the prices of the day."""
    chosen: dict[str, Product] = {}
    for _ in range(_HOW_MANY.draw(rng)):
        product = _article(rng, liked, day)
        chosen[product.sku] = product
    return tuple(
        Line(product, _pieces(rng, product, liked), price_on(product.cents, start=start, day=day))
        for product in chosen.values()
    )


def _article(rng: Random, liked: Taste, day: date) -> Product:
    if happens(rng, 0.5):
        return rng.choice(liked.favourites)
    is_advent = (day.month == 11 and day.day > 10) or (day.month == 12 and day.day < 24)
    category = "Geschenke" if is_advent and happens(rng, 0.3) else liked.categories.draw(rng)
    product = _SHELVES[category].draw(rng)
    if "Adventskalender" in product.name and not is_advent:
        return rng.choice(liked.favourites)
    return product


def _pieces(rng: Random, product: Product, liked: Taste) -> int:
    if product.category == "Küche" and product.cents > 3000:
        return 1
    return _PIECES.draw(rng) * (rng.choice((2, 3, 4)) if liked.is_business else 1)


def _more(liked: dict[str, float], times: float, *categories: str) -> None:
    for category in categories:
        liked[category] *= times
