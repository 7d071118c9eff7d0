"""What the insights say of one person is said in words that need no explanation."""

from __future__ import annotations

from datetime import date
from typing import Any

from habitue.insights import of_person

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
