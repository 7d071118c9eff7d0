"""Audiences to start from, each a usual question of a shop, with the places and products that the workspace knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from habitue.access.policy import require
from habitue.audiences.fields import product_suggestions, suggestions
from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    EventValue,
    Group,
    InsightIs,
    PropertyTest,
    Related,
    Rule,
    Sample,
    Step,
    Trait,
    Window,
)
from habitue.audiences.rule import (
    Sequence as Steps,
)
from habitue.insights.orders import COMPLETED
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _

VIEWED, ADDED, OPENED = "Product Viewed", "Product Added", "Email Opened"
MUCH = Decimal(500)
DAY_MINUTES = 1_440

_YEAR, _EVER = Window("last_year"), Window()
BUYING, LEAVING, NEWCOMERS, WRITING, PERSONS = (
    _("Good customers"), _("Silent ones"), _("New ones"), _("Newsletter and visits"), _("Who they are"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What templates are filled with: country of the workspace, its most frequent city, its two best categories.

    `city` is empty and `categories` are fewer than two while the data does not tell.
    """

    country: str
    city: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A name and the heading it stands under (msgids), and its rule."""

    name: str
    group: str
    rule: Rule


def known_of(ws: Context) -> Known:
    """What the data of a workspace tells for its templates."""
    require(ws.actor, "audiences.read")
    cities = suggestions(ws, "city", limit=1)
    categories = product_suggestions(ws, "category", limit=2)
    return Known(
        ws.config.workspace.country, cities[0].value if cities else "", tuple(found.value for found in categories)
    )


def templates(known: Known) -> Sequence[Template]:
    """Every template that can be filled in, in the order in which they are offered."""
    return [Template(name, group, rule) for name, group, make in _MADE if (rule := make(known)) is not None]


def _bought(window: Window = _EVER, *, times: int = 1, no: bool = False, what: str = "") -> EventCount:
    where = (PropertyTest("products.category", "is", what),) if what else ()
    return EventCount(COMPLETED, "at_least", times, window, where, negate=no)


def _all(*rules: Rule) -> Group:
    return Group(rules=rules)


def _days(count: int) -> Window:
    return Window("last_days", count)


def _bought_one_not_other(known: Known) -> Rule | None:
    if len(known.categories) < 2:
        return None
    return _all(_bought(what=known.categories[0]), _bought(what=known.categories[1], no=True))


def _favourite(known: Known) -> Rule | None:
    if not known.categories:
        return None
    return _all(EventValue("most_frequent", COMPLETED, "products.category", "is", known.categories[0]))


def _young_nearby(known: Known) -> Rule | None:
    place = Trait("city", "is", known.city) if known.city else Trait("country", "is", known.country)
    return _all(Trait("age", "between", ("20", "35")), place)


_NEWSLETTER = Consent("newsletter", "email")
_MADE: tuple[tuple[str, str, Callable[[Known], Rule | None]], ...] = (
    (_("Regulars"), BUYING, lambda _known: _all(InsightIs("rfm", "rfm_group", "is", "regular"))),
    (_("Bought four times in a year"), BUYING, lambda _known: _all(_bought(_YEAR, times=4))),
    (_("Spent much this year"), BUYING, lambda _known: _all(EventSum(COMPLETED, "at_least", MUCH, window=_YEAR))),
    (
        _("Large baskets"),
        BUYING,
        lambda _known: _all(EventValue("average", COMPLETED, "total", "at_least", "60", _YEAR)),
    ),
    (_("Bought one kind, never the other"), BUYING, _bought_one_not_other),
    (_("Favourite kind of product"), BUYING, _favourite),
    (_("One-time buyers"), BUYING, lambda _known: _all(EventCount(COMPLETED, "exactly", 1))),
    (
        _("Came back, then stayed away"),
        LEAVING,
        lambda known: _all(
            Trait("country", "is", known.country), _bought(_YEAR, times=2), _bought(_days(90), no=True)
        ),
    ),
    (
        _("Weekly buyers silent for a month"),
        LEAVING,
        lambda _known: _all(
            _bought(Window("days_ago", 30, upto=60), times=4), _bought(_days(30), no=True)
        ),
    ),
    (
        _("Win back valuable customers"),
        LEAVING,
        lambda _known: _all(
            InsightIs("rfm", "is_valuable", "is", "true"), InsightIs("rfm", "rfm_group", "is", "at_risk"), _NEWSLETTER
        ),
    ),
    (
        _("First purchase, not long ago"),
        NEWCOMERS,
        lambda _known: _all(
            InsightIs("rfm", "frequency", "is", "1"), InsightIs("rfm", "recency_days", "at_most", "30")
        ),
    ),
    (_("Seen first this month"), NEWCOMERS, lambda _known: _all(Trait("first_seen_at", "in_last_days", "30"))),
    (
        _("Bought again within a month"),
        NEWCOMERS,
        lambda _known: _all(Steps((Step(COMPLETED), Step(COMPLETED, within_minutes=30 * DAY_MINUTES)), _YEAR)),
    ),
    (
        _("Read our newsletter, never bought"),
        WRITING,
        lambda _known: _all(_NEWSLETTER, _bought(_EVER, no=True)),
    ),
    (
        _("Get our newsletter, opened none for half a year"),
        WRITING,
        lambda _known: _all(_NEWSLETTER, EventCount(OPENED, window=_days(180), negate=True)),
    ),
    (
        _("Visited, but did not buy"),
        WRITING,
        lambda _known: _all(Steps((Step(VIEWED), Step(COMPLETED, within_minutes=7 * DAY_MINUTES, negate=True)),
                                  _days(60))),
    ),
    (
        _("Left a basket behind"),
        WRITING,
        lambda _known: _all(Steps((Step(ADDED), Step(COMPLETED, within_minutes=DAY_MINUTES, negate=True)), _days(30))),
    ),
    (_("Birthday soon"), PERSONS, lambda _known: _all(Trait("birth_date", "anniversary_in_next_days", "30"))),
    (_("20 to 35, nearby"), PERSONS, _young_nearby),
    (
        _("Of a company that buys"),
        PERSONS,
        lambda _known: _all(Related("company", "any", EventCount(COMPLETED))),
    ),
    (_("One half of everybody, for a comparison"), PERSONS, lambda _known: _all(Sample("comparison", 0, 5_000))),
)  # fmt: skip
