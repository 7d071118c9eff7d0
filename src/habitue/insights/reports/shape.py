"""What a report is made of: sentences with their values, tables with typed columns, charts, and who is behind a row.

Everything here is plain data. Pages, command line and files write the values as their readers do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

Kind = Literal[
    "text", "choice", "number", "decimal", "money", "share", "change", "points", "date", "month", "quarter",
    "calendar_month", "days", "country", "people", "steps",
]  # fmt: skip
"""How a value is written.

`choice` is a code with its msgid among the column's choices, `steps` several codes in order, `share` 0 to 1, `change`
a share of what was before, `points` a difference of shares, `month` and `quarter` their first day, `calendar_month` 1
to 12, `country` an ISO code, `people` a number of people that small groups must not show.
"""
Row = Mapping[str, Any]
OTHER = "\x00other"
UNKNOWN = "\x00unknown"
"""The codes of “all others” and “not known” in a text column; people may really be called other or unknown."""
SMALL = 10
"""Groups of fewer people are hidden from readers who may not see people."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value inside a sentence and how to write it; a `choice` brings its msgid as the value."""

    value: Any
    kind: Kind = "number"


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence: a msgid with `%(name)s` places and the values for them.

    It is worded so that numbers need no plural, for it is written in three languages.
    """

    text: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report's table; `label` is a msgid, `choices` are codes with their msgids."""

    name: str
    label: str
    kind: Kind = "text"
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chart:
    """One message: `kind` of drawing, and the columns that it draws.

    bars: `x` measures rows named by `y`. lines: `y` over `x`, one line a `series`. columns: `y` over `x`.
    heat: `y` by `x`, shaded by `shade`. flow: from `x` to `y`, as thick as `shade`. `low` and `high` are the ends of
    an interval where there is one.
    """

    kind: Literal["bars", "lines", "columns", "heat", "flow"]
    x: str
    y: str
    series: str = ""
    shade: str = ""
    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Has:
    """People with this trait."""

    trait: str
    op: str
    value: str | tuple[str, ...] = ""


@dataclass(frozen=True, slots=True)
class Did:
    """People who did something between two days, both included; `where` are (property, operator, value)."""

    event: str
    where: tuple[tuple[str, str, str], ...] = ()
    since: date | None = None
    until: date | None = None
    is_never: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """People of whom an insight says this."""

    insight: str
    name: str
    value: str
    op: str = "is"


Condition = Has | Did | Computed
Behind = Callable[[Row], Sequence[Condition]]


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its message: what it says, its columns and rows, perhaps a chart, and who is behind each row.

    `behind` gives the conditions that all hold of the people behind a row, none where no rule can say it.
    `note` is a msgid or a sentence that tells how to read it. A table of months begins with the newest; where it looks
    ahead, rows of `ahead_from` and later come first, the next month at the top, as in the chart.
    """

    name: str
    title: str
    says: Say
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    chart: Chart | None = None
    behind: Behind | None = None
    note: Say | None = None
    ahead_from: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report found: its main sentence and its sections; `warnings` say what cannot be known and why.

    Without sections there was not enough data, and the sentence says which is missing.
    """

    says: Say
    sections: tuple[Section, ...] = ()
    warnings: tuple[Say, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there was too little data to say anything."""
        return not self.sections


def hide_small(section: Section) -> Section:
    """The section without rows of fewer than SMALL people, for readers who may not see people."""
    counted = [column.name for column in section.columns if column.kind == "people"]
    kept = tuple(row for row in section.rows if all((row[name] or 0) >= SMALL for name in counted))
    return replace(section, rows=kept)
