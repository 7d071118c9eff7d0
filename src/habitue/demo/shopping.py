"""Lets the people shop: each at an own rhythm, until they are lost or the story ends.

Rates are gamma and the chances to leave after a purchase are beta distributed, as in the BG/NBD model; seasons
and weekdays thin the purchases out. So there are regulars, one-time buyers, valuable ones gone quiet, and lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from habitue.demo.baskets import Taste, basket, taste
from habitue.demo.chance import happens, stream, weighted
from habitue.demo.season import BUSIEST, ONLINE_HOURS, TILL_HOURS, demand
from habitue.demo.story import FREE_SHIPPING_CENTS, NEAREST_STORE, SHIPPING_CENTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from habitue.demo.baskets import Line
    from habitue.demo.person import Person

ONLINE_PAYMENTS = weighted(
    (("PayPal", 40), ("Rechnung", 24), ("Kreditkarte", 18), ("Lastschrift", 12), ("Vorkasse", 6))
)
TILL_PAYMENTS = weighted((("EC-Karte", 52), ("bar", 33), ("Kreditkarte", 10), ("Apple Pay", 5)))


@dataclass(frozen=True, slots=True)
class Purchase:
    """One order or receipt; `at` is local time, `returned` the lines sent back, `store` empty online.

    `state` is done, open (not shipped yet) or cancelled. Money is in cents.
    """

    person: Person
    at: datetime
    store: str
    lines: tuple[Line, ...]
    shipping_cents: int
    payment: str
    state: str
    returned: tuple[Line, ...] = ()
    returned_at: datetime | None = None

    @property
    def kept_cents(self) -> int:
        """The goods' worth that stayed sold: without shipping, without what came back, 0 when cancelled."""
        if self.state == "cancelled":
            return 0
        return sum(line.cents for line in self.lines) - sum(line.cents for line in self.returned)


@dataclass(frozen=True, slots=True)
class History:
    """What a person bought, oldest first; `churned_on` is the day of the last purchase of who left for good."""

    person: Person
    purchases: tuple[Purchase, ...]
    churned_on: date | None

    @property
    def is_online(self) -> bool:
        """Bought in the online shop at least once."""
        return any(not purchase.store for purchase in self.purchases)

    @property
    def is_at_till(self) -> bool:
        """Bought with the customer card in a store at least once."""
        return any(purchase.store for purchase in self.purchases)


@dataclass(frozen=True, slots=True)
class _Rhythm:
    first: date
    per_year: float
    leaves: float
    gifts_only: bool
    till_share: float
    taste: Taste


def histories(people: tuple[Person, ...], *, seed: int, start: date, until: date) -> tuple[History, ...]:
    """One history per person, in the order of the people; some never bought."""
    rng = stream(seed, "shopping")
    return tuple(_history(rng, person, start, until) for person in people)


def _history(rng: Random, person: Person, start: date, until: date) -> History:
    if happens(rng, 0.12):
        return History(person, (), None)
    rhythm = _rhythm(rng, person, start, until)
    made: list[Purchase] = []
    left = False
    for day in _days(rng, rhythm, until):
        till = happens(rng, rhythm.till_share)
        if till and day.weekday() == 6:
            day = day - timedelta(days=1)
        if day < start or (made and day < made[-1].at.date()):
            continue
        made.append(_purchase(rng, person, rhythm, day, till=till, start=start, until=until))
        if happens(rng, rhythm.leaves):
            left = True
            break
    churned_on = made[-1].at.date() if left and made else None
    return History(person, tuple(sorted(made, key=lambda purchase: purchase.at)), churned_on)


def _rhythm(rng: Random, person: Person, start: date, until: date) -> _Rhythm:
    city = person.addresses[-1][1].city.name
    near = city in NEAREST_STORE
    till_share = 0.02 if happens(rng, 0.06) else 0.0
    if near:
        till_share = rng.choice((0.0, 0.0, 0.0, 0.5, 0.3, 0.7, 1.0, 1.0, 1.0))
    span = (until - start).days
    grown = rng.random() ** 0.8 if not happens(rng, 0.2) else rng.random() * 0.08
    first = start + timedelta(days=int(grown * (span - 3)))
    gifts_only = happens(rng, 0.09)
    if gifts_only:
        first = date(first.year, rng.choice((11, 12)), rng.randrange(1, 22))
        first = min(max(first, start), until)
    per_year = max(0.25, rng.gammavariate(0.85, 4.6) * (1.35 if person.company else 1.0))
    leaves = rng.betavariate(0.55, 1.35)
    return _Rhythm(first, per_year, leaves, gifts_only, till_share, taste(rng, person, start))


def _days(rng: Random, rhythm: _Rhythm, until: date) -> Iterator[date]:
    """The days on which the person buys: the first one, then a thinned Poisson process."""
    yield rhythm.first
    moment, gap = 0.0, 365.25 / (rhythm.per_year * BUSIEST)
    reach = (until - rhythm.first).days
    while (moment := moment + rng.expovariate(1 / gap)) < reach + 1:
        day = rhythm.first + timedelta(days=int(moment))
        if rhythm.gifts_only and day.month not in (11, 12):
            continue
        if int(moment) > 0 and happens(rng, demand(day, till=rhythm.till_share > 0.5) / BUSIEST):
            yield day


def _purchase(
    rng: Random, person: Person, rhythm: _Rhythm, day: date, *, till: bool, start: date, until: date
) -> Purchase:
    hour = (TILL_HOURS if till else ONLINE_HOURS).draw(rng)
    at = datetime.combine(day, time(hour, rng.randrange(60)))
    lines = basket(rng, rhythm.taste, day, start=start)
    if till:
        store = NEAREST_STORE.get(person.addresses[-1][1].city.name) or rng.choice(("LE", "BE", "HH"))
        return Purchase(person, at, store, lines, 0, TILL_PAYMENTS.draw(rng), "done")
    goods = sum(line.cents for line in lines)
    shipping = 0 if goods >= FREE_SHIPPING_CENTS and person.country == "DE" else SHIPPING_CENTS[person.country]
    payment = ONLINE_PAYMENTS.draw(rng)
    if happens(rng, 0.022):
        return Purchase(person, at, "", lines, shipping, payment, "cancelled")
    state = "open" if (until - day).days <= 2 else "done"
    returned_at = at + timedelta(days=rng.randrange(4, 21), minutes=rng.randrange(600))
    if happens(rng, 0.045) and returned_at.date() <= until:
        back = (rng.choice(lines),) if happens(rng, 0.8) else lines
        return Purchase(person, at, "", lines, shipping, payment, state, back, returned_at)
    return Purchase(person, at, "", lines, shipping, payment, state)
