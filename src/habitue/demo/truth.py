"""`truth.csv` and `truth_people.csv`: what matching, insights and reports should find in the example shop."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from habitue.demo.tables import delimited

if TYPE_CHECKING:
    from collections.abc import Iterable

    from habitue.demo.shopping import History
    from habitue.demo.tables import TruthRow

HEADING = ("source_name", "file", "key_field", "record_key", "person_id", "household_id")
HEADING_PEOPLE = (
    *(
        "person_id",
        "household_id",
        "first_name",
        "last_name",
        "name_before",
        "gender",
        "birth_date",
        "country",
    ),
    *(
        "city",
        "company",
        "churned_on",
        "first_order_on",
        "last_order_on",
        "orders",
        "orders_online",
        "receipts",
    ),
    *("revenue_cents", "shipping_cents", "records"),
)


def truth_table(rows: Iterable[TruthRow]) -> bytes:
    """Who each record is, as UTF-8 CSV."""
    cells = ((row.source_name, row.file, row.key_field, row.record_key, row.person_id, row.household) for row in rows)
    return delimited(HEADING, cells, delimiter=",", encoding="utf-8", newline="\n")


def people_table(histories: tuple[History, ...], rows: Iterable[TruthRow]) -> bytes:
    """What each true person is and did, as UTF-8 CSV.

    `orders` counts what was not cancelled, receipts included; `revenue_cents` is goods less returns.
    """
    records = Counter(row.person_id for row in rows)
    cells = (_person(history, records[history.person.person_id]) for history in histories)
    return delimited(HEADING_PEOPLE, cells, delimiter=",", encoding="utf-8", newline="\n")


def _person(history: History, records: int) -> tuple[object, ...]:
    person = history.person
    kept = [purchase for purchase in history.purchases if purchase.state != "cancelled"]
    receipts = sum(1 for purchase in kept if purchase.store)
    before = person.last_names[0][1] if len(person.last_names) > 1 else ""
    return (
        *(person.person_id, person.household, person.first_name, person.last_name, before, person.gender),
        *(person.born, person.country, person.addresses[-1][1].city.name),
        *(person.company.name if person.company else "", history.churned_on or ""),
        *(kept[0].at.date() if kept else "", kept[-1].at.date() if kept else ""),
        *(len(kept), len(kept) - receipts, receipts),
        *(sum(purchase.kept_cents for purchase in kept), sum(purchase.shipping_cents for purchase in kept)),
        records,
    )
