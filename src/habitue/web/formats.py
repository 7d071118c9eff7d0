"""Numbers, money, dates as the reader writes them; pure functions of value and locale."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol

NOTHING = "—"
Number = int | float | Decimal


def locale_for(language: str, country: str) -> Locale:
    """The writing of `language`; English is written as in Britain except in the United States."""
    if language == "en":
        return Locale("en", "US" if country == "US" else "GB")
    return Locale(language)


def number(value: Number | None, locale: Locale, *, decimals: int = 0) -> str:
    """1234.5 with one decimal in German: 1.234,5."""
    if value is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    return _minus(format_decimal(value, format=pattern, locale=locale))


def money(value: Decimal | int | None, currency: str, locale: Locale, *, whole: bool = False) -> str:
    """€1,234.50 in English, 1.234,50 € in German; `whole` leaves out the cents."""
    if value is None:
        return NOTHING
    pattern = locale.currency_formats["standard"].pattern
    if get_currency_symbol(currency, locale)[-1:].isalpha():
        pattern = pattern.replace("¤#", "¤\u00a0#")
    if whole:
        pattern = pattern.replace("#,##0.00", "#,##0")
    return _minus(format_currency(value, currency, format=pattern, locale=locale, currency_digits=not whole))


def percent(value: Number | None, locale: Locale, *, decimals: int = 0) -> str:
    """0.314 with one decimal: 31.4% in English, 31,4 % in German."""
    if value is None:
        return NOTHING
    pattern = locale.percent_formats[None].pattern.replace(
        "#,##0", "#,##0" + ("." + "0" * decimals if decimals else "")
    )
    return _minus(format_percent(Decimal(str(value)), format=pattern, locale=locale))


def day(value: date | datetime | None, locale: Locale, zone: tzinfo) -> str:
    """12 May 1986; an instant is shown as the day it had in `zone`."""
    if value is None:
        return NOTHING
    local = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return format_date(local, format="medium", locale=locale)


def instant(value: datetime | None, locale: Locale, zone: tzinfo) -> str:
    """12 May 1986, 14:05 in `zone`."""
    if value is None:
        return NOTHING
    local = value.astimezone(zone)
    clock = format_datetime(local, format="HH:mm" if locale.territory != "US" else "h:mm a", locale=locale)
    return f"{format_date(local.date(), format='medium', locale=locale)}, {clock}"


def ago(value: datetime | None, locale: Locale, *, now: datetime) -> str:
    """3 days ago, in 2 hours."""
    return NOTHING if value is None else format_timedelta(value - now, add_direction=True, locale=locale)


def _minus(text: str) -> str:
    return text.replace("-", "−", 1)
