"""Messages a minute as small bars, drawn without a script."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from habitue.web.templatetags import show

MINUTES = 30
HEIGHT, STEP = 24, 4


def since(now: datetime) -> datetime:
    """The first minute that is drawn."""
    return now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES - 1)


def per_minute(counts: Mapping[datetime, int], now: datetime) -> list[int]:
    """The messages of each minute, the present one last."""
    first = since(now)
    return [counts.get(first + timedelta(minutes=number), 0) for number in range(MINUTES)]


def bars(numbers: list[int]) -> SafeString:
    """The drawing, told to those who cannot see it by its sum."""
    most = max(numbers, default=0) or 1
    drawn = [
        (number * STEP, HEIGHT - height, height)
        for number, count in enumerate(numbers)
        if (height := max(2, round(count * HEIGHT / most)) if count else 0)
    ]
    told = ngettext(
        "%(shown)s message in the last 30 minutes", "%(shown)s messages in the last 30 minutes", sum(numbers)
    ) % {"shown": show.number(sum(numbers))}
    rects = format_html_join("", '<rect x="{}" y="{}" width="3" height="{}" rx="1"/>', drawn)
    return format_html(
        '<svg class="spark" role="img" aria-label="{}" viewBox="0 0 {} {}" preserveAspectRatio="none"><title>{}</title>'
        '<path d="M0 {}H{}"/>{}</svg>',
        told,
        MINUTES * STEP,
        HEIGHT,
        told,
        HEIGHT - 0.5,
        MINUTES * STEP,
        rects,
    )
