"""What a plain function on a table of orders gives back: one row a customer, the cards of the tests, the notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from habitue.insights.card import Card, OneOrMany, Said, Translate, in_english
from habitue.insights.models.histories import Floats
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")


class OutputUnknown(HabitueError):
    """The name of the output ends in something that is neither CSV nor Parquet."""

    code = "output_unknown"
    message = _("%(name)s cannot be written: scores go out as .csv or .parquet.")
    next_step = _("End the name in .csv or .parquet.")


@dataclass(frozen=True, slots=True)
class Scores:
    """The result of an insight on a table of orders.

    `table` has one row a customer (or whatever the insight tells of); `why` is the sentence of each row, where there
    is one; `cards` are the tests, the first one that of the insight asked for; `notes` say what was left out.
    """

    table: pa.Table
    cards: tuple[Card, ...]
    notes: tuple[Said, ...]
    columns: Mapping[str, str]
    currency: str | None = None
    why: tuple[Said, ...] = ()

    @property
    def card(self) -> Card:
        """The test of the insight that was asked for."""
        return self.cards[0]

    @property
    def is_shown(self) -> bool:
        """Whether it passed its test."""
        return self.card.is_shown

    def told(self, translate: Translate = str, one_or_many: OneOrMany = in_english) -> pa.Table:
        """The table with a last column `reason` in the language of `translate`."""
        if not self.why:
            return self.table
        reasons = [each.text(translate, one_or_many) for each in self.why]
        return self.table.append_column("reason", pa.array(reasons, pa.string()))

    def sentences(self, translate: Translate = str, one_or_many: OneOrMany = in_english) -> list[str]:
        """What the tests said and what was left out, in plain sentences."""
        said = [*(each for card in self.cards for each in (*card.sentences, *card.details)), *self.notes]
        return list(dict.fromkeys(each.text(translate, one_or_many) for each in said))

    def summary(self, translate: Translate = str, one_or_many: OneOrMany = in_english) -> dict[str, Any]:
        """Everything but the rows, as plain data."""
        return {
            "customers": self.table.num_rows,
            "currency": self.currency,
            "columns": dict(self.columns),
            "sentences": self.sentences(translate, one_or_many),
            "cards": [card_data(card, translate) for card in self.cards],
        }

    def write(self, path: Path | str, translate: Translate = str, one_or_many: OneOrMany = in_english) -> Path:
        """Write the rows as CSV or Parquet, told by the ending of the name; raises OutputUnknown."""
        target, table = Path(path), self.told(translate, one_or_many)
        if target.suffix.lower() == ".parquet":
            pq.write_table(table, target, compression="zstd")
        elif target.suffix.lower() == ".csv":
            pa_csv.write_csv(_safe(table), target)
        else:
            raise OutputUnknown(name=target.name)
        return target


def card_data(card: Card, translate: Translate = str) -> dict[str, Any]:
    """A card as plain data, its words translated."""
    return {
        "insight": card.insight,
        "is_shown": card.is_shown,
        "method": card.method,
        "method_label": translate(card.method_label) if card.method_label else "",
        "baseline_label": translate(card.baseline_label) if card.baseline_label else "",
        "days": card.days,
        "tested_days": card.tested_days,
        "tests": card.tests,
        "people": card.people,
        "figures": {
            each.name: {"value": _plain(each.value), "baseline": _plain(each.baseline)} for each in card.measures
        },
        "rivals": [
            {"method": each.name, "is_baseline": each.is_baseline, **{k: _plain(v) for k, v in each.figures.items()}}
            for each in card.rivals
        ],
        "sentences": [each.text(translate) for each in (*card.sentences, *card.details)],
    }


def column(values: Floats, digits: int) -> pa.Array:
    """Numbers rounded, null where they are not known."""
    return pa.array(np.round(values, digits) + 0.0, pa.float64(), from_pandas=True)


def money(values: Floats) -> pa.Array:
    """Amounts in the lake's type, null where they are not known."""
    known = np.isfinite(values)
    cents = pa.array(np.round(np.where(known, values, 0.0), 2), pa.float64(), mask=~known)
    return cents.cast(pa.decimal128(18, 4), safe=False)


def dates(last_day: int, days: Floats) -> pa.Array:
    """The days after `last_day` as dates, null where not known; the first possible one is the day after."""
    known = np.isfinite(days)
    ahead = np.clip(np.ceil(np.where(known, days, 1.0)), 1, None)
    on = pa.array((last_day + ahead).astype(np.int32), pa.int32(), mask=~known)
    return on.cast(pa.date32())


def _safe(table: pa.Table) -> pa.Table:
    """Texts that a spreadsheet would take for a formula get an apostrophe in front."""
    for index, name in enumerate(table.column_names):
        if pa.types.is_string(table.schema.field(index).type):
            cells = [
                "'" + cell if cell and cell.startswith(_SPREADSHEET) else cell
                for cell in table.column(index).to_pylist()
            ]
            table = table.set_column(index, name, pa.array(cells, pa.string()))
    return table


def _plain(value: float | None) -> float | None:
    return None if value is None or value != value else round(float(value), 4)
