"""Customers who recommended the shop to others: numbers of customers, and who brought whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue.demo.chance import happens, stream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.demo.person import Person

OWN_CUSTOMER = "10000"
"""The shop itself; the numbers of customers go on from here."""
SHARE = 0.06


def customer_number(place: int) -> str:
    """The number of a customer; the first one has place 1."""
    return str(int(OWN_CUSTOMER) + place)


def recommender(seed: int, person: Person, earlier: Sequence[Person]) -> str:
    """The number of the customer who brought somebody new, by a chance of its own; empty for most.

    `earlier` are the customers so far in the order of their numbers; nobody is brought by themselves.
    """
    place = len(earlier)
    rng = stream(seed, f"referral {place + 1}")
    if not earlier or not happens(rng, SHARE):
        return ""
    chosen = rng.randrange(place)
    return "" if earlier[chosen].person_id == person.person_id else customer_number(chosen + 1)
