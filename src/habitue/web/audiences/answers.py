"""Why a person is in an audience or not, condition by condition, and their stays in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from habitue.access.policy import require
from habitue.audiences import reading, why
from habitue.audiences.around import Around
from habitue.audiences.fixed_list import is_fixed, list_of
from habitue.audiences.properties import AMOUNTS
from habitue.audiences.rule import EventSum, EventValue, Group, InAudience, InsightIs, Related, Sample
from habitue.audiences.stays import of_person
from habitue.audiences.why import Answer, Figure, Happened
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.profiles import reading as people_reading
from habitue.quality.dictionary import event_kind
from habitue.web.audiences.choices import MEASURES
from habitue.web.audiences.readable import fact_of
from habitue.web.audiences.turns import reason
from habitue.web.cards import said as said_of_insight
from habitue.web.profile_parts import may_we
from habitue.web.profile_parts.origins import source_names
from habitue.web.rule_links import person_url
from habitue.web.rule_sentences import asked, said
from habitue.web.templatetags.show import money, number

_GROUPS: Mapping[tuple[str, bool], str] = {
    ("all", False): _("All of these hold"),
    ("any", False): _("At least one of these holds"),
    ("all", True): _("Not all of these hold"),
    ("any", True): _("None of these holds"),
}
_ALONE: Mapping[str, str] = {
    "company": _("No company of this person is known."),
    "household": _("No household of this person is known."),
    "referral": _("Nobody is known who recommended this person or whom this person recommended."),
}
DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One of the people around: the name, the page, whether the condition inside holds, whether it is oneself."""

    name: str
    url: str
    holds: bool
    is_self: bool


def page(request: HttpRequest, audience_id: str, profile_id: str) -> HttpResponse:
    """Why a person is in an audience or not, and when they were."""
    ws = request.ws.context
    require(ws.actor, "people.read")
    audience = reading.get(ws, audience_id)
    found = why.why(ws, audience.rule, profile_id)
    with ws.register.read() as conn:
        kept = [stay for stay in of_person(conn, found.profile_id) if stay.audience_id == audience_id]
    by_hand = is_fixed(audience)
    sources = source_names(request.ws)
    shown = {
        "audience": audience,
        "person": people_reading.person(ws, profile_id).row,
        "person_url": person_url(found.profile_id),
        "why": found,
        "answers": [_told(ws, answer, found.profile_id, sources) for answer in found.answers],
        "stays": [
            {
                "stay": stay,
                "entered_why": reason(stay.entered_why, is_entry=True, by_hand=by_hand),
                "left_why": reason(stay.left_why, is_entry=False, by_hand=by_hand),
            }
            for stay in kept
        ],
    }
    return render(request, "audiences/why.html", shown)


def _told(ws: Context, answer: Answer, profile_id: str, sources: Mapping[str, str]) -> Mapping[str, Any]:
    return {
        "parts": said(ws, answer.rule),
        "group": _group(answer),
        "depth": min(answer.depth, DEEPEST),
        "holds": answer.holds,
        "values": [fact_of(name, value) for name, value in answer.values],
        "asked": asked(ws, answer.rule) if isinstance(answer.rule, InsightIs) else (),
        "because": said_of_insight(answer.because) if answer.because is not None else "",
        "figure": _compared(answer),
        "more": _more(answer),
        "is_told_by_itself": isinstance(answer.rule, Group | InAudience | Sample),
        "statements": [may_we.statement(each, sources) for each in answer.consents],
        "events": [
            {"label": gettext(event_kind(event.name).label), "at": event.at, "amount": _amount(event)}
            for event in answer.events
        ],
        "around": _around(answer),
        "neighbours": _neighbours(answer.around, profile_id),
    }


def _group(answer: Answer) -> str:
    """What a group asks of its conditions; empty for a single condition."""
    rule = answer.rule
    if not isinstance(rule, Group) or not rule.rules:
        return ""
    match = "any" if len(rule.rules) == 1 else rule.match
    return gettext(_GROUPS[match, rule.negate])


def _around(answer: Answer) -> str:
    """How many of the people around fulfil a condition, in words; empty for other conditions."""
    around = answer.around
    if around is None or not isinstance(answer.rule, Related):
        return ""
    if not around.people:
        return gettext(_ALONE[answer.rule.by])
    if not around.fitting:
        text = ngettext(
            "Fulfilled by nobody of %(count)s person:", "Fulfilled by nobody of %(count)s people:", around.people
        )
        return text % {"count": number(around.people)}
    text = ngettext(
        "Fulfilled by %(fitting)s of %(count)s person:",
        "Fulfilled by %(fitting)s of %(count)s people:",
        around.people,
    )
    return text % {"fitting": number(around.fitting), "count": number(around.people)}


def _neighbours(around: Around | None, profile_id: str) -> Sequence[Neighbour]:
    if around is None:
        return []
    return [
        Neighbour(each.name or each.email or "", person_url(each.profile_id), each.holds, each.profile_id == profile_id)
        for each in around.shown
    ]


def _compared(answer: Answer) -> str:
    """The figure that a condition compared, in words; empty for conditions without one."""
    if isinstance(answer.rule, EventValue):
        return _measured(answer.rule, answer.figure)
    if not isinstance(answer.figure, Decimal):
        return ""
    if isinstance(answer.rule, EventSum):
        return gettext("together %(amount)s") % {"amount": money(answer.figure, answer.rule.currency)}
    count = int(answer.figure)
    return ngettext("%(count)s time", "%(count)s times", count) % {"count": number(count)}


def _measured(rule: EventValue, figure: Figure) -> str:
    """“the average: €24.90”; empty where the sentence says it better."""
    if list_of(rule) is not None:
        return ""
    if figure is None:
        shown = gettext("not known")
    elif isinstance(figure, str):
        shown = figure
    elif rule.property in AMOUNTS and rule.measure != "distinct":
        shown = money(figure)
    else:
        shown = number(figure, 0 if figure == figure.to_integral_value() else 2)
    return f"{gettext(MEASURES[rule.measure])}: {shown}"


def _more(answer: Answer) -> str:
    """The counted events that are not listed, in words; empty when all of them are."""
    if answer.around is not None and answer.around.more:
        hidden = answer.around.more
        return ngettext("and %(count)s more", "and %(count)s more", hidden) % {"count": number(hidden)}
    if not answer.more:
        return ""
    if isinstance(answer.rule, EventSum):
        told = ngettext(
            "and %(count)s more, together %(amount)s", "and %(count)s more, together %(amount)s", answer.more
        )
        return told % {"count": number(answer.more), "amount": money(answer.more_money, answer.rule.currency)}
    return ngettext("and %(count)s more", "and %(count)s more", answer.more) % {"count": number(answer.more)}


def _amount(event: Happened) -> str:
    return "" if event.amount is None else money(event.amount, event.currency)
