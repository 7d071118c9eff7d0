"""What an export can be made for, and how each writes its file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter

from habitue.activation.columns import ExportColumn
from habitue.activation.safe_cells import csv_text
from habitue.kernel.text import gettext_noop as _

Row = Sequence[object]
Translate = Callable[[str], str]
EXCEL_ROWS = 1_048_575
EXCEL_TEXT = 32_767
_GERMAN = "cp1252"


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of file: what for (msgids), its ending, and whether people or programs read its headings."""

    code: str
    label: str
    hint: str
    suffix: str
    is_for_people: bool


TARGETS: Mapping[str, Target] = {
    target.code: target
    for target in (
        Target("xlsx", _("Excel workbook"), _("For Excel, LibreOffice and Google Sheets."), ".xlsx", True),
        Target(
            "csv_german_excel",
            _("CSV for German Excel"),
            _("Semicolons, decimal commas and days such as 31.12.2024."),
            ".csv",
            True,
        ),
        Target(
            "csv_newsletter",
            _("CSV for newsletter tools"),
            _("The e-mail address first, English headings, UTF-8."),
            ".csv",
            False,
        ),
        Target("csv", _("CSV for programs"), _("Commas, points, days such as 2024-12-31, UTF-8."), ".csv", False),
    )
}


def write(
    target: Target,
    path: Path,
    columns: Sequence[ExportColumn],
    rows: Iterable[Row],
    *,
    timezone: str,
    translate: Translate,
) -> str:
    """Write the file and return its encoding.

    German Excel gets Windows-1252, and UTF-8 with a byte order mark when a character does not exist there.
    """
    zone = ZoneInfo(timezone)
    if target.code == "xlsx":
        _write_xlsx(path, columns, rows, zone, translate)
        return "xlsx"
    is_german = target.code == "csv_german_excel"
    encoding = "utf-8-sig" if is_german else "utf-8"
    fits = True
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=";" if is_german else ",", lineterminator="\r\n")
        for row in _texts(target, columns, rows, zone, translate):
            writer.writerow([csv_text(cell) for cell in row])
            fits = fits and is_german and _fits_german(row)
    if is_german and fits:
        _transcode(path)
        return _GERMAN
    return encoding


def headings(target: Target, columns: Sequence[ExportColumn], translate: Translate) -> list[str]:
    """The first row of the file."""
    if target.is_for_people:
        return [translate(column.label) for column in columns]
    return [column.name.replace(".", "_") for column in columns]


def text(value: object, column: ExportColumn, target: Target, zone: ZoneInfo, translate: Translate) -> str:
    """A value as the target writes it; missing values are empty."""
    german = target.code == "csv_german_excel"
    if value is None:
        return ""
    if isinstance(value, bool):
        return translate(_("yes") if value else _("no")) if target.is_for_people else str(value).lower()
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return local.strftime("%d.%m.%Y %H:%M") if german else local.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y") if german else value.isoformat()
    if isinstance(value, Decimal | int | float):
        number = _plain(Decimal(str(value)), is_money=column.kind == "money")
        return number.replace(".", ",") if german else number
    label = dict(column.choices).get(str(value)) if target.is_for_people else None
    return translate(label) if label else str(value)


def _texts(
    target: Target, columns: Sequence[ExportColumn], rows: Iterable[Row], zone: ZoneInfo, translate: Translate
) -> Iterable[list[str]]:
    yield headings(target, columns, translate)
    for row in rows:
        yield [text(value, column, target, zone, translate) for value, column in zip(row, columns, strict=True)]


def _plain(number: Decimal, *, is_money: bool) -> str:
    if is_money and number == round(number, 2):
        return f"{number:.2f}"
    shown = f"{number:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _fits_german(row: Sequence[str]) -> bool:
    try:
        "".join(row).encode(_GERMAN)
    except UnicodeEncodeError:
        return False
    return True


def _transcode(path: Path) -> None:
    narrow = path.with_suffix(".narrow")
    with path.open(encoding="utf-8-sig", newline="") as wide, narrow.open("w", encoding=_GERMAN, newline="") as file:
        for chunk in iter(lambda: wide.read(1 << 20), ""):
            file.write(chunk)
    narrow.replace(path)


def _write_xlsx(
    path: Path, columns: Sequence[ExportColumn], rows: Iterable[Row], zone: ZoneInfo, translate: Translate
) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        formats = {
            "money": book.add_format({"num_format": "#,##0.00"}),
            "share": book.add_format({"num_format": "0.0%"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        for place, heading in enumerate(headings(TARGETS["xlsx"], columns, translate)):
            sheet.write_string(0, place, heading, bold)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, 1):
            for place, (value, column) in enumerate(zip(row, columns, strict=True)):
                style = formats.get(column.kind)
                if value is None:
                    continue
                if isinstance(value, datetime):
                    sheet.write_datetime(number, place, value.astimezone(zone).replace(tzinfo=None), style)
                elif isinstance(value, date) and value.year >= 1900:
                    sheet.write_datetime(number, place, value, style)
                elif isinstance(value, Decimal | int | float) and not isinstance(value, bool):
                    sheet.write_number(number, place, value, style)
                else:
                    shown = text(value, column, TARGETS["xlsx"], zone, translate)
                    sheet.write_string(number, place, shown[:EXCEL_TEXT])
