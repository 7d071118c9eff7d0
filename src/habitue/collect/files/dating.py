"""Rows that say who, when and how much alone: a day beside an amount is an order's, a count its pieces. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from habitue.collect.files.candidates import holds_dates
from habitue.collect.files.headings import key, word_set, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.candidates import Candidate

_MADE = word_set(
    "createdat created creationdate datecreated createdon erstelltam erstellt angelegtam создан датасоздания"
)
# What a list of orders tells of a person besides: who it is, and where the goods go.
_OF_AN_ORDER = ("person.name", "person.first_name", "person.last_name", "person.customer_number", "person.email",
                "person.phone", "person.city", "person.country", "person.customer_since")  # fmt: skip


_UNNAMED = re.compile(r"^Column \d+$")
_COUNTS = (("nr", "of"), ("count", "of"), ("anzahl",), ("количество",), ("число",))


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


def count_the_pieces(candidates: Sequence[Candidate], chosen: list[str | None]) -> None:
    """In a list of orders that says nowhere how many pieces, a column such as “number of records” does."""
    if "order.at" not in chosen or "line.quantity" in chosen:
        return
    for index, candidate in enumerate(candidates):
        parts = words(candidate.heading)
        is_count = any(parts[: len(start)] == start and len(parts) > len(start) for start in _COUNTS)
        if chosen[index] is None and is_count and candidate.looks == "integer":
            chosen[index] = "line.quantity"
            return


def name_the_orders(candidates: Sequence[Candidate], chosen: list[str | None]) -> None:
    """Without headings, one column of days and one of money beside a number are who bought, when, for how much."""
    if not candidates or not all(_UNNAMED.match(candidate.heading) for candidate in candidates) or any(chosen):
        return
    days, amounts, numbers = (
        [index for index, candidate in enumerate(candidates) if candidate.looks in looks]
        for looks in (("date",), ("money",), ("integer", "id"))
    )
    if len(days) != 1 or len(amounts) != 1 or not numbers or not _come_again(candidates[numbers[0]]):
        return
    chosen[days[0]], chosen[amounts[0]], chosen[numbers[0]] = "order.at", "order.total", "person.customer_number"


def _come_again(candidate: Candidate) -> bool:
    """Whether the values are those of several, some of whom are there more than once."""
    return 1 < len(set(candidate.values)) < len(candidate.values)
