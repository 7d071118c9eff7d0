"""Rows that say only who, when and how much: a day beside an amount is that of an order. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue.collect.files.candidates import holds_dates
from habitue.collect.files.headings import key, word_set

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.candidates import Candidate

_MADE = word_set(
    "createdat created creationdate datecreated createdon erstelltam erstellt angelegtam создан датасоздания"
)
# What a list of orders tells of a person besides: who it is, and where the goods go.
_OF_AN_ORDER = ("person.name", "person.first_name", "person.last_name", "person.customer_number", "person.email",
                "person.phone", "person.city", "person.country", "person.customer_since")  # fmt: skip


def date_the_orders(candidates: Sequence[Candidate], chosen: list[str | None]) -> None:
    """Beside a total, the day when the row was made is that of an order, unless the row says more of a person."""
    found = {target for target in chosen if target}
    persons = {target for target in found if target.startswith("person.")}
    if "order.total" not in found or "order.at" in found or not persons <= set(_OF_AN_ORDER):
        return
    for index, candidate in enumerate(candidates):
        made = chosen[index] == "person.customer_since" and key(candidate.heading) in _MADE
        if made and holds_dates(candidate):
            chosen[index] = "order.at"
            return
