"""Filters that write values as the reader does, and tags the shell uses; loaded in every template."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime as DateTime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from django import template
from django.utils.translation import get_language, gettext

from habitue.access.policy import ROLE_LABELS
from habitue.access.policy import allowed as policy_allows
from habitue.web import binding, formats

register = template.Library()


def locale() -> Locale:
    """How the reader of this page writes."""
    return formats.locale_for(get_language() or "en", binding.workspace().config.workspace.country)


def _zone() -> ZoneInfo:
    return ZoneInfo(binding.workspace().config.workspace.timezone)


@register.filter
def number(value: formats.Number | None, decimals: int = 0) -> str:
    """`{{ people|number }}`, `{{ rate|number:2 }}`."""
    return formats.number(value, locale(), decimals=decimals)


@register.filter
def money(value: Decimal | None, currency: str = "") -> str:
    """`{{ total|money:order.currency }}`; without a currency that of the workspace."""
    return formats.money(value, currency or binding.workspace().config.workspace.currency, locale())


@register.filter
def money_whole(value: Decimal | None, currency: str = "") -> str:
    """Money without cents, for sums that are estimates anyway."""
    code = currency or binding.workspace().config.workspace.currency
    return formats.money(value, code, locale(), whole=True)


@register.filter
def percent(value: formats.Number | None, decimals: int = 0) -> str:
    """`{{ 0.314|percent:1 }}` is 31.4% in English."""
    return formats.percent(value, locale(), decimals=decimals)


@register.filter
def chance(value: float) -> str:
    """A probability that is never told as certain: `{{ 0.9999|chance }}` is over 99%."""
    shown = percent(min(value, 0.99))
    return gettext("over %(share)s") % {"share": shown} if value >= 0.995 else percent(value)


@register.filter
def date(value: Date | DateTime | None) -> str:
    """The day, in the time zone of the workspace."""
    return formats.day(value, locale(), _zone())


@register.filter
def datetime(value: DateTime | None) -> str:
    """Day and time, in the time zone of the workspace."""
    return formats.instant(value, locale(), _zone())


@register.filter
def ago(value: DateTime | None) -> str:
    """How long ago."""
    return formats.ago(value, locale(), now=binding.workspace().clock.now())


@register.filter
def translated(text: str | None) -> str:
    """A text that the library marked, in the reader's language."""
    return gettext(text) if text else ""


@register.filter
def called(name: str | None) -> str:
    """The name; somebody of whom only a number is known is “Customer 14911”."""
    if not name or any(letter.isalpha() for letter in name):
        return name or ""
    return gettext("Customer %(number)s") % {"number": name}


@register.filter
def country(code: str) -> str:
    """`DE` as the reader says it."""
    return str(locale().territories.get(code, code))


@register.filter
def currency(code: str) -> str:
    """`EUR` as the reader says it."""
    return f"{locale().currencies.get(code, code)} ({code})"


@register.filter
def role(name: str) -> str:
    """The name of a role for people."""
    return gettext(ROLE_LABELS.get(name, name))


@register.simple_tag(takes_context=True)
def may(context: template.Context, verb: str) -> bool:
    """`{% may "people.export" as may_export %}`: whether the reader's roles allow the verb."""
    return policy_allows(context["request"].ws.actor, verb)


@register.simple_tag(takes_context=True)
def sort_link(context: template.Context, column: str) -> dict[str, Any]:
    """`{% sort_link "name" as sort %}`: the address that sorts by `column`, and how it is sorted now."""
    request = context["request"]
    current = request.GET.get("sort", context.get("default_sort", ""))
    query = request.GET.copy()
    query["sort"] = f"-{column}" if current == column else column
    query.pop("page", None)
    direction = {column: "ascending", f"-{column}": "descending"}.get(current, "none")
    return {"url": f"?{query.urlencode()}", "direction": direction}
