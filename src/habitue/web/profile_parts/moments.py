"""What happened, by day: every moment with its label, icon, money, a sentence, and what else is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import TYPE_CHECKING, Any

from babel.dates import format_time
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from habitue.collect.envelope import TRAIT_TYPES
from habitue.kernel.text import gettext_noop as _
from habitue.profiles.timeline import Moment
from habitue.quality.dictionary import EVENTS, event_kind, property_of
from habitue.quality.dictionary import field as dictionary_field
from habitue.web.profile_parts.drawings import drawing
from habitue.web.profile_parts.said import said, word
from habitue.web.templatetags import show

if TYPE_CHECKING:
    from habitue.workspace import Workspace

LIMIT = 30
MOST_TURNS = 5
KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "orders": (_("Orders"), tuple(name for name in EVENTS if name.startswith("Order "))),
    "payments": (_("Payments"), tuple(name for name in EVENTS if name.startswith(("Payment ", "Subscription ")))),
    "service": (
        _("Service"),
        ("Contact Logged", *(name for name in EVENTS if name.startswith(("Ticket ", "Live Chat ")))),
    ),
    "answers": (_("Answers"), ("Survey Answered", "Product Reviewed", "Campaign Answered", "Mention Seen")),
    "consents": (_("Consents"), ("Consent Given", "Consent Withdrawn", "Unsubscribed")),
    "web": (_("Web"), tuple(n for n in EVENTS if n.startswith(("Product", "Cart", "Checkout", "Promotion", "Email")))),
    "records": (_("Details"), ("identify", "group")),
}
LABELS: Mapping[str, tuple[str, str]] = {
    "identify": (_("Details told"), "record"),
    "group": (_("Company details told"), "building-2"),
    "Identity Joined": (_("Joined by hand"), "link"),
    "Identity Separated": (_("Separated by hand"), "link"),
    "page": (_("Looked at a page"), "eye"),
}
DECISIONS = frozenset({"Identity Joined", "Identity Separated"})
SHOWN_APART = frozenset({"products", "currency", "order_id", "command"})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, written for the reader."""

    name: str
    quantity: str
    price: str
    note: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One moment as it is shown; texts are translated already."""

    icon: SafeString
    label: str
    money: str
    text: str
    tag: str
    time: str
    source: str
    lines: tuple[Line, ...]
    details: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The moments of one day of the workspace; `is_continued` when its heading stands above already."""

    on: date
    moments: tuple[Shown, ...]
    is_continued: bool


@dataclass(frozen=True, slots=True)
class Read:
    """Some moments, and the last one that was looked at when there may be more."""

    moments: Sequence[Moment]
    last: Moment | None


def read(ws: Workspace, profile_id: str, *, names: Sequence[str], before: tuple[datetime, int] | None) -> Read:
    """The next moments; without `names` those of any kind, but not every time that a source told details."""
    kept: list[Moment] = []
    last: Moment | None = None
    for _turn in range(MOST_TURNS):
        found = ws.people.timeline(profile_id, names=names, before=before, limit=LIMIT + 1)
        for moment in found[:LIMIT]:
            last = moment
            if names or moment.type not in TRAIT_TYPES:
                kept.append(moment)
            if len(kept) == LIMIT:
                break
        if len(found) <= LIMIT and (not found or last is found[-1]):
            return Read(kept, None)
        if len(kept) == LIMIT or last is None:
            break
        before = (last.at, last.seq)
    return Read(kept, last)


def days(
    moments: Sequence[Moment], sources: Mapping[str, str], zone: tzinfo, *, after: datetime | None
) -> Sequence[Day]:
    """The moments by day, newest first; `after` is the instant of the last one that was shown before."""
    shown_before = after.astimezone(zone).date() if after else None
    found = groupby(moments, key=lambda moment: moment.at.astimezone(zone).date())
    return [
        Day(on=on, moments=tuple(_shown(moment, sources, zone) for moment in group), is_continued=on == shown_before)
        for on, group in found
    ]


def position(moment: Moment) -> str:
    """Where to go on, for an address."""
    return f"{moment.at.isoformat()}~{moment.seq}"


def wanted_position(text: str | None) -> tuple[datetime, int] | None:
    """The place that an address names; None when it names none."""
    at, _tilde, seq = (text or "").partition("~")
    try:
        found = datetime.fromisoformat(at)
        return (found, int(seq)) if found.tzinfo else None
    except ValueError:
        return None


def _shown(moment: Moment, sources: Mapping[str, str], zone: tzinfo) -> Shown:
    label, icon = LABELS.get(moment.name) or _labelled(moment.name)
    return Shown(
        icon=drawing(icon),
        label=gettext(label),
        money=show.money(moment.amount, moment.currency or "") if moment.amount is not None else "",
        text=_text(moment),
        tag=moment.order_id or "",
        time=_time(moment.at.astimezone(zone)),
        source=sources.get(moment.source_id, "" if moment.source_id == "internal" else moment.source_id),
        lines=tuple(_line(product, moment.currency or "") for product in _products(moment.facts)),
        details=_details(moment),
    )


def _time(local: datetime) -> str:
    """The time of day; nothing at midnight, which is how sources write that they know the day only."""
    return format_time(local, format="short", locale=show.locale()) if local.time() != time.min else ""


def _labelled(name: str) -> tuple[str, str]:
    kind = event_kind(name)
    return kind.label, kind.icon


def _text(moment: Moment) -> str:
    """What a reader wants to know at first sight."""
    facts = moment.facts
    match moment.name:
        case "Contact Logged" | "Ticket Opened" | "Ticket Resolved" | "Ticket Reopened":
            return _joined(_known(facts, "channel"), _known(facts, "reason"), _outcome(facts))
        case "Survey Answered":
            quoted = gettext("“%(text)s”") % {"text": facts["text"]} if facts.get("text") else ""
            return _joined(_known(facts, "score"), _known(facts, "kind"), quoted)
        case "Consent Given" | "Consent Withdrawn":
            return _joined(gettext(str(facts.get("purpose", ""))), _known(facts, "channel"))
        case "Payment Made" | "Payment Failed" | "Payment Refunded":
            return _known(facts, "method")
        case "List Changed":
            is_on = facts.get("state") == "on"
            name = {"name": facts.get("list") or ""}
            return (gettext("put on “%(name)s”") if is_on else gettext("taken off “%(name)s”")) % name
    count = len(_products(facts))
    if count:
        items = ngettext("%(count)s article", "%(count)s articles", count) % {"count": show.number(count)}
        return _joined(items, _known(facts, "store") or _known(facts, "channel"))
    if moment.type in TRAIT_TYPES:
        names = [gettext(dictionary_field(name).label) for name in facts]
        return ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
    return _known(facts, "name")


def _outcome(facts: Mapping[str, object]) -> str:
    agent = str(facts.get("agent") or "")
    if facts.get("resolved") is True:
        return gettext("solved by %(agent)s") % {"agent": agent} if agent else gettext("solved")
    if facts.get("resolved") is False:
        return gettext("not solved yet")
    return agent


def _known(facts: Mapping[str, object], name: str) -> str:
    value = facts.get(name)
    return "" if value in (None, "") else word(str(value))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _products(facts: Mapping[str, object]) -> list[Mapping[str, Any]]:
    products = facts.get("products")
    return [item for item in products if isinstance(item, dict)] if isinstance(products, list) else []


def _line(product: Mapping[str, Any], currency: str) -> Line:
    note = [str(product[name]) for name in ("brand", "category", "sku") if product.get(name)]
    price = product.get("price")
    return Line(
        name=str(product.get("name") or product.get("sku") or ""),
        quantity=said(product.get("quantity", 1), "decimal"),
        price=show.money(decimal(price), currency) if decimal(price) is not None else "",
        note=" · ".join(note),
    )


def decimal(value: object) -> Decimal | None:
    """The amount that a fact tells, if it is one."""
    try:
        return None if value in (None, "") else Decimal(str(value))
    except InvalidOperation:
        return None


def _details(moment: Moment) -> tuple[tuple[str, str], ...]:
    if moment.name in DECISIONS:
        return ()
    currency = moment.currency or ""
    found = []
    for name, value in moment.facts.items():
        if name in SHOWN_APART or value in (None, "", [], {}):
            continue
        known = dictionary_field(name) if moment.type in TRAIT_TYPES else property_of(name)
        if isinstance(value, (list, dict)):
            continue
        found.append((gettext(known.label), said(value, known.kind, currency=currency)))
    return tuple(found)
