from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from habitue.web import charts, formats, languages, paging

EN, DE, RU = (formats.locale_for(language, "DE") for language in ("en", "de", "ru"))
BERLIN = ZoneInfo("Europe/Berlin")


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("locale", "written"), [(EN, "€1,234.50"), (DE, "1.234,50 €"), (RU, "1 234,50 €")])
def test_money_is_written_as_the_reader_does(locale: object, written: str) -> None:
    assert _plain(formats.money(Decimal("1234.5"), "EUR", locale)) == written  # type: ignore[arg-type]  # parametrised


def test_whole_money_leaves_out_the_cents_even_of_yen_and_dinars() -> None:
    assert _plain(formats.money(Decimal("96300.4"), "EUR", EN, whole=True)) == "€96,300"
    assert _plain(formats.money(Decimal("5"), "JPY", EN)) == "JP¥5"
    assert _plain(formats.money(Decimal("5.123"), "KWD", EN)) == "KWD 5.123"


def test_numbers_and_shares_have_the_marks_of_the_language() -> None:
    assert formats.number(18402, DE) == "18.402"
    assert formats.number(Decimal("-3105.25"), EN, decimals=1) == "−3,105.2"
    assert _plain(formats.percent(0.314, EN, decimals=1)) == "31.4%"
    assert _plain(formats.percent(Decimal("0.5"), RU)) == "50 %"


def test_days_are_those_of_the_workspace() -> None:
    late = datetime(2024, 12, 31, 23, 30, tzinfo=UTC)
    assert formats.day(late, EN, BERLIN) == "1 Jan 2025"
    assert formats.instant(late, DE, BERLIN) == "01.01.2025, 00:30"
    assert formats.day(date(1986, 5, 12), EN, BERLIN) == "12 May 1986"


def test_what_is_not_known_is_a_dash() -> None:
    assert {formats.number(None, EN), formats.money(None, "EUR", EN), formats.day(None, EN, BERLIN)} == {"—"}


def test_how_long_ago_is_said_in_words() -> None:
    now = datetime(2026, 1, 10, tzinfo=UTC)
    assert formats.ago(now - timedelta(days=3), EN, now=now) == "3 days ago"
    assert formats.ago(now - timedelta(days=3), DE, now=now) == "vor 3 Tagen"
    assert formats.ago(now - timedelta(days=3), RU, now=now) == "3 дня назад"


@pytest.mark.parametrize(
    ("user", "cookie", "accept", "offered", "spoken"),
    [
        ("ru", "de", "en", ("en",), "ru"),
        ("", "de", "en", ("en",), "de"),
        ("", "xx", "fr-FR,de-AT;q=0.8", ("en",), "de"),
        ("", "", "fr", ("de", "en"), "de"),
        ("", "", "", (), "en"),
    ],
)
def test_the_language_is_chosen_from_the_nearest_wish(
    user: str, cookie: str, accept: str, offered: tuple[str, ...], spoken: str
) -> None:
    assert languages.chosen(user=user, cookie=cookie, accept=accept, offered=offered) == spoken


def test_pages_stay_inside_the_list() -> None:
    assert [paging.wanted(text) for text in (None, "x", "-3", "0", "7", "²")] == [1, 1, 1, 1, 7, 1]
    last = paging.page(99, 101)
    assert (last.number, last.first, last.last, last.previous, last.next) == (3, 101, 101, 2, None)
    empty = paging.page(1, 0)
    assert (empty.first, empty.last, empty.next) == (1, 0, None)


def _bars() -> dict[str, object]:
    return {
        "data": {"values": [{"who": "regulars <b>", "n": 3}, {"who": "others", "n": 5}]},
        "mark": "bar",
        "encoding": {
            "x": {"field": "who", "type": "nominal"},
            "y": {"field": "n", "type": "quantitative"},
            "color": {"value": charts.colour("chart-4")},
        },
    }


def test_a_chart_is_one_drawing_for_light_and_dark() -> None:
    drawing = charts.svg(_bars())
    assert 'fill="var(--chart-4)"' in drawing
    assert 'fill="var(--ink-3)"' in drawing
    assert "9e" not in drawing.partition("var(")[0]


def test_a_chart_needs_no_exception_from_the_security_policy() -> None:
    drawing = charts.svg(_bars())
    assert not [word for word in ("style=", "<style", "<script", "onclick", "href=", "<b>") if word in drawing]
    assert drawing.startswith("<svg ")
    assert "viewBox=" in drawing
