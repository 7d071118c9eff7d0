"""What the insights say of one person is said in words that need no explanation."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from habitue.cli.texts import one_or_many, text
from habitue.insights import of_person
from habitue.insights.card import Said
from habitue.insights.reasons import reason

DAY = date(2026, 3, 29)


def said(sentences: of_person.Sentences) -> list[str]:
    """Each value with its bounds, in English."""
    return [" · ".join(each.text() for each in (value, within) if each) for value, within, _why in sentences]


def habit(**values: Any) -> dict[str, Any]:
    """The row of somebody of whom nothing is known but this."""
    kinds = ("channel", "weekday", "hour")
    return {f"best_{kind}": None for kind in kinds} | {f"{kind}_share": None for kind in kinds} | values


def test_habits_are_told_in_tens_and_hardly_one_in_ten_is_not_told() -> None:
    row = habit(best_channel="web", channel_share=0.91, best_hour="20", hour_share=0.09, best_weekday="2",
                weekday_share=0.04)  # fmt: skip
    assert said(of_person.habits(row, 90)) == [
        "Most active on the website · about 9 of 10 times",
        "Most active around 20:00 · about 1 of 10 times",
    ]
    always = habit(best_weekday="7", weekday_share=0.97)
    assert said(of_person.habits(always, 90)) == ["Most active on Sundays · nearly always"]
    assert of_person.habits(habit(), 90) == []


def test_no_day_is_told_of_somebody_who_hardly_comes_any_more() -> None:
    row = {"next_order_on": DAY, "next_order_from": DAY, "next_order_until": DAY, "chance": 0.0112}
    assert said(of_person.next_order(row, 90)) == ["hardly any more within 90 days"]
    assert "2026-03-29" in said(of_person.next_order(row | {"chance": 0.4}, 90))[0]
    assert "2026-03-29" in said(of_person.next_order(row | {"chance": None}, 90))[0]


def test_a_lower_bound_of_next_to_nothing_is_no_bound() -> None:
    row = {"expected_value": 12, "expected_value_low": 0.4, "expected_value_high": 30}
    assert of_person.lifetime(row, 90)[0][1] == Said("up to %(high)s in eight of ten cases", {"high": 30})
    assert said(of_person.lifetime(row | {"expected_value_low": 1}, 90)) == [
        "12 to expect in 90 days · between 1 and 30 in eight of ten cases"
    ]


def test_the_days_of_a_reason_are_counted_as_the_language_counts() -> None:
    assert reason("once", rhythm=None, silence=1).text() == "Bought once, 1 day ago."
    assert reason("twice", rhythm=1, silence=22).text() == "Bought twice, 1 day apart, the last time 22 days ago."
    told = reason("overdue", rhythm=22, silence=61)
    assert told.text() == "Orders about every 22 days, silent for 61 days."
    russian = partial(one_or_many, "ru")
    assert told.text(partial(text, "ru"), russian) == "Заказывает примерно раз в 22 дня, молчит 61 день."
    german = reason("once", rhythm=None, silence=1).text(partial(text, "de"), partial(one_or_many, "de"))
    assert german == "Hat einmal gekauft, vor 1 Tag."
