"""When people buy: the year, the week, the day and the prices."""

from __future__ import annotations

from datetime import date, timedelta

from habitue.demo.chance import weighted
from habitue.demo.story import PRICE_RISE_PERMILLE_A_YEAR

_MONTHS = (1.0, 0.92, 0.98, 0.95, 0.85, 0.68, 0.6, 0.64, 0.9, 1.08, 1.45, 1.9)
_ONLINE_WEEKDAYS = (1.1, 1.0, 0.98, 0.95, 0.85, 0.82, 1.3)
_TILL_WEEKDAYS = (0.75, 0.8, 0.85, 0.95, 1.25, 1.9, 0.0)
BUSIEST = 1.9 * 1.9

ONLINE_HOURS = weighted(
    (hour, weight)
    for hour, weight in enumerate(
        (2, 1, 0, 0, 0, 1, 3, 5, 6, 7, 7, 6, 7, 7, 6, 6, 6, 7, 9, 12, 14, 13, 9, 5),
    )
)
TILL_HOURS = weighted(((10, 4), (11, 6), (12, 7), (13, 6), (14, 6), (15, 8), (16, 10), (17, 10), (18, 8)))


def easter(year: int) -> date:
    """Easter Sunday of a year, by Gauss."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def demand(day: date, *, till: bool) -> float:
    """How much is bought on `day`, 1 on an average one, at most `BUSIEST`."""
    level = _MONTHS[day.month - 1]
    if timedelta(0) <= easter(day.year) - day <= timedelta(days=16):
        level *= 1.35
    if day.month == 12 and day.day > 22:
        level *= 0.45
    return min(BUSIEST, level * (_TILL_WEEKDAYS if till else _ONLINE_WEEKDAYS)[day.weekday()])


def price_on(cents: int, *, start: date, day: date) -> int:
    """What costs `cents` in the year of `start` costs on `day`: prices rise each February, to full 10 cents."""
    rises = max(0, day.year - start.year + (0 if day.month >= 2 else -1))
    return (cents * (1000 + PRICE_RISE_PERMILLE_A_YEAR * rises) // 1000 + 5) // 10 * 10
