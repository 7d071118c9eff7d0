"""Ways from any number on any page to the people behind it, and to an audience made of them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from habitue.audiences.rule import Consent, EventCount, Group, InsightIs, Rule, Trait, Window, encode
from habitue.insights.orders import COMPLETED

BUYERS_OF_A_YEAR = EventCount(COMPLETED, window=Window(kind="last_year"))
VALUABLE_AT_RISK = Group(
    rules=(
        InsightIs("rfm", "is_valuable", "is", "true"),
        InsightIs("rfm", "rfm_group", "is", "at_risk"),
    )
)
VALUABLE = InsightIs("rfm", "is_valuable", "is", "true")
MAY_BE_WRITTEN_TO = Group(rules=(Consent("newsletter", "email"), Trait("email", "is_known")))


def customer_group(code: str) -> Rule:
    """The people of one named group of customers."""
    return InsightIs("rfm", "rfm_group", "is", code)


def people_url(rule: Rule) -> str:
    """The list of the people who fulfil a rule."""
    return f"{reverse('audiences:people')}?{urlencode({'rule': encode(rule)})}"


def builder_url(rule: Rule, *, name: str = "", description: str = "") -> str:
    """The builder with this rule in it, not yet saved."""
    told = {"rule": encode(rule), "name": name, "description": description}
    return f"{reverse('audiences:new')}?{urlencode({key: value for key, value in told.items() if value})}"


def page_url(name: str, *args: str, fallback: str = "") -> str:
    """The address of a page of another area; `fallback` when that area has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return fallback


def person_url(profile_id: str) -> str:
    """The page of one person."""
    return page_url("people:person", profile_id)
