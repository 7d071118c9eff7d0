"""Writes what a report found as its reader does; without Django and a request, so the command line uses it too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.units import format_unit

from habitue.insights.reports.shape import OTHER, UNKNOWN, Column, Outcome, Row, Say, Section, Value
from habitue.kernel.text import gettext_noop as _
from habitue.web import formats

WHOLE_FROM = 100
"""From this amount on cents say nothing."""


@dataclass(frozen=True, slots=True)
class Writer:
    """How one reader writes: `translate` turns a msgid into the reader's language."""

    translate: Callable[[str], str]
    locale: Locale
    currency: str
    timezone: str

    def say(self, sentence: Say) -> str:
        """The sentence with its values."""
        told = {name: self.value(value) for name, value in sentence.values.items()}
        return self.translate(sentence.text) % told

    def value(self, value: Value) -> str:
        """A value inside a sentence."""
        if value.kind == "choice":
            return self.translate(str(value.value))
        return self._write(value.value, value.kind)

    def cell(self, row: Row, column: Column) -> str:
        """The cell of a row."""
        value = row.get(column.name)
        if value is None:
            return formats.NOTHING
        if column.kind == "choice":
            return self.translate(column.choices.get(value, str(value)))
        if column.kind == "steps":
            return " → ".join(self.translate(column.choices.get(each, each)) for each in value)
        return self._write(value, column.kind)

    def label(self, row: Row, section: Section, name: str) -> str:
        """What names the row in a chart: the cell of a column, else the text under that name."""
        column = next((column for column in section.columns if column.name == name), Column(name, name))
        return self.cell(row, column)

    def headings(self, section: Section) -> list[str]:
        """The headings of the table."""
        return [self.translate(column.label) for column in section.columns]

    def axis(self, value: float, column: Column) -> str:
        """A value on the axis of a chart."""
        if column.kind == "money":
            return formats.money(Decimal(str(round(value, 2))), self.currency, self.locale, whole=True)
        return self._write(value, column.kind)

    def _write(self, value: Any, kind: str) -> str:
        if value is None:
            return formats.NOTHING
        if value in (OTHER, UNKNOWN):
            return self.translate(_("all others") if value == OTHER else _("not known"))
        write = _WRITERS.get(kind)
        return write(self, value) if write else str(value)


def _number(writer: Writer, value: Any) -> str:
    return formats.number(value, writer.locale)


def _decimal(writer: Writer, value: Any) -> str:
    return formats.number(value, writer.locale, decimals=1)


def _money(writer: Writer, value: Any) -> str:
    return formats.money(value, writer.currency, writer.locale, whole=abs(value) >= WHOLE_FROM)


def _share(writer: Writer, value: Any) -> str:
    return formats.percent(value, writer.locale, decimals=1 if 0 < abs(value) < 0.1 else 0)


def _change(writer: Writer, value: Any) -> str:
    return ("+" if value > 0 else "") + _share(writer, value)


def _points(writer: Writer, value: Any) -> str:
    return ("+" if value > 0 else "") + formats.number(value * 100, writer.locale, decimals=1)


def _date(writer: Writer, value: date | datetime) -> str:
    return formats.day(value, writer.locale, ZoneInfo(writer.timezone))


def _month(writer: Writer, value: date) -> str:
    return str(format_date(value, "LLLL yyyy", locale=writer.locale))


def _quarter(writer: Writer, value: date) -> str:
    return str(format_date(value, "QQQ yyyy", locale=writer.locale))


def _calendar_month(writer: Writer, value: int) -> str:
    return str(format_date(date(2000, int(value), 1), "LLLL", locale=writer.locale))


def _days(writer: Writer, value: Any) -> str:
    return str(format_unit(int(value), "duration-day", length="long", locale=writer.locale))


def _country(writer: Writer, value: str) -> str:
    return str(writer.locale.territories.get(value, value))


_WRITERS: dict[str, Callable[[Writer, Any], str]] = {
    "number": _number,
    "people": _number,
    "decimal": _decimal,
    "money": _money,
    "share": _share,
    "change": _change,
    "points": _points,
    "date": _date,
    "month": _month,
    "quarter": _quarter,
    "calendar_month": _calendar_month,
    "days": _days,
    "country": _country,
}


def short_period(day: date, kind: str, locale: Locale) -> str:
    """A quarter, or a month with the year where it begins one."""
    if kind == "quarter":
        return str(format_date(day, "QQQ yy", locale=locale))
    return str(format_date(day, "LLL yy" if day.month == 1 else "LLL", locale=locale))


def short_month(number: int, locale: Locale) -> str:
    """A month of any year."""
    return str(format_date(date(2000, number, 1), "LLL", locale=locale))


def in_reading_order(section: Section) -> Sequence[Row]:
    """The rows as a table shows them: what is to come from the next month on, then what was, the newest first.

    Charts go through time from left to right.
    """
    time = section.columns[0]
    if time.kind not in ("month", "quarter"):
        return section.rows
    start = section.ahead_from
    ahead = [row for row in section.rows if start is not None and row[time.name] >= start]
    past = [row for row in section.rows if start is None or row[time.name] < start]
    return [*ahead, *reversed(past)]


def plain_rows(writer: Writer, section: Section) -> Iterator[list[str]]:
    """The table for a file: headings, then values as programs read them (2024-12-31, 12.50, 0.314)."""
    yield writer.headings(section)
    for row in section.rows:
        yield [_plain(writer, row, column) for column in section.columns]


def plain(writer: Writer, outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain data with its sentences written; values stay values."""
    return {
        "says": writer.say(outcome.says),
        "warnings": [writer.say(warning) for warning in outcome.warnings],
        "sections": [
            {
                "name": section.name,
                "title": writer.translate(section.title),
                "says": writer.say(section.says),
                "note": writer.say(section.note) if section.note else "",
                "columns": [
                    {"name": column.name, "label": writer.translate(column.label), "kind": column.kind}
                    for column in section.columns
                ],
                "rows": [_plain_row(row, section.columns) for row in section.rows],
            }
            for section in outcome.sections
        ],
    }


def _plain_row(row: Row, columns: Sequence[Column]) -> dict[str, Any]:
    return {column.name: _known(row.get(column.name)) for column in columns}


def _known(value: Any) -> Any:
    return None if value in (OTHER, UNKNOWN) else value


def _plain(writer: Writer, row: Row, column: Column) -> str:
    value = row.get(column.name)
    if value is None:
        return ""
    if column.kind in ("choice", "steps", "text", "country"):
        return writer.cell(row, column) if column.kind != "country" else str(value)
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
