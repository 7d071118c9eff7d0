"""Recency, frequency and money of any table of orders, without a workspace.

>>> from habitue.insights import rfm_of_orders
>>> rfm_of_orders.fit("orders.csv").write("groups.csv")                                            # doctest: +SKIP
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from habitue.insights.books.book import OrderBook, order_book
from habitue.insights.card import Card, Said
from habitue.insights.groups import GROUPS
from habitue.insights.rfm import scored
from habitue.insights.scores import Scores
from habitue.kernel.lake import temporary_engine, temporary_rows
from habitue.kernel.text import gettext_noop as _

TOP_PARTS = 5
_EPOCH = date(1970, 1, 1)
_COLUMNS = (
    "customer", "group", "recency_days", "frequency", "monetary", "r", "f", "m", "rhythm_days", "yearly_money",
    "is_overdue", "is_valuable", "last_order_on",
)  # fmt: skip
_MONEY = ("monetary", "yearly_money", "m", "is_valuable")


def fit(
    orders: Any,
    *,
    customer: str | None = None,
    date: str | None = None,
    amount: str | None = None,
    as_of: date | None = None,
) -> Scores:
    """The group of each customer of a table of orders, with the figures and the scores from 1 to 5 behind it.

    Takes what `lifetime.fit` takes. Columns: customer, group (regular, good, promising, new, at_risk, lost, one_time),
    recency_days, frequency, monetary, r, f, m (5 is best), rhythm_days, yearly_money, is_overdue, is_valuable,
    last_order_on; who spent most comes first. Without amounts the columns of money are null. The reason says what the
    group means.
    """
    book = order_book(orders, customer=customer, date_column=date, amount=amount, as_of=as_of)
    return of_book(book)


def of_book(book: OrderBook) -> Scores:
    """The same for orders that were understood already."""
    with temporary_engine() as con:
        day = _EPOCH + timedelta(days=int(book.purchases.last_day))
        rows = con.to_pyarrow(scored(temporary_rows(con, "days", _days(book)), day))
    table = _named(rows, book).sort_by([("monetary", "descending"), ("customer", "ascending")])
    labels = [Said(GROUPS[code].definition) for code in table["group"].to_pylist()]
    return Scores(table, (_card(table, book),), book.notes, book.columns, book.currency, tuple(labels))


def _days(book: OrderBook) -> pa.Table:
    bought = book.purchases
    return pa.table(
        {
            "profile_id": pa.array(bought.customer),
            "on": pa.array(bought.day.astype(np.int32)).cast(pa.date32()),
            "orders": pa.array(np.ones(len(bought.day), np.int64)),
            "other_orders": pa.array(np.zeros(len(bought.day), np.int64)),
            "money": pa.array(np.nan_to_num(bought.money)).cast(pa.decimal128(18, 4), safe=False),
        }
    )


def _named(rows: pa.Table, book: OrderBook) -> pa.Table:
    names = pa.array(book.customers, pa.string()).take(rows["profile_id"].combine_chunks())
    table = rows.append_column("customer", names).rename_columns(
        [
            *({"rfm_group": "group", "last_on": "last_order_on"}.get(name, name) for name in rows.column_names),
            "customer",
        ]
    )
    table = table.select(_COLUMNS)
    if book.has_money and np.isfinite(book.purchases.money).any():
        return table
    for name in _MONEY:
        place = table.column_names.index(name)
        table = table.set_column(place, name, pa.nulls(table.num_rows, table.schema.field(name).type))
    return table


def _card(table: pa.Table, book: OrderBook) -> Card:
    said = [
        Said(
            _("%(group)s: %(people)s of %(all)s customers."),
            {"group": GROUPS[row["group"]].label, "people": row["count_all"], "all": table.num_rows},
        )
        for row in _counts(table)
    ]
    top = _top_share(table)
    if top is not None:
        message = _("The best fifth of the customers brought %(share)s%% of the money.")
        said.append(Said(message, {"share": top}))
    return Card("rfm", True, 0, tuple(said), people=table.num_rows, inputs=("Order Completed",))


def _counts(table: pa.Table) -> list[dict[str, Any]]:
    found = {row["group"]: row for row in table.group_by("group").aggregate([([], "count_all")]).to_pylist()}
    return [found[code] for code in GROUPS if code in found]


def _top_share(table: pa.Table) -> float | None:
    """What the best fifth brought in per cent, None without money."""
    money = np.sort(np.maximum(pc.fill_null(table["monetary"].cast(pa.float64()), 0.0).to_numpy(), 0))[::-1]
    total = float(money.sum())
    return round(100 * float(money[: -(-len(money) // TOP_PARTS)].sum()) / total, 1) if total > 0 else None
