"""The controls with which a span of time is chosen."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext

from habitue.web.audiences import choices
from habitue.web.audiences.choices import Choices
from habitue.web.audiences.controls import At, Control
from habitue.web.audiences.lengths import WAS, YEAR, was_drawn


def window(at: At, lists: Choices, *, without: Collection[str] = ()) -> list[Control]:
    """The list of spans of time, and what the chosen one needs."""
    kind = at.draft.one("window_kind", "ever")
    spans = [option for option in choices.plain(choices.WINDOWS) if option.value not in without]
    found = [at.select("window_kind", gettext("When"), spans, reshapes=True, value=kind)]
    if kind == "since_event":
        found.append(at.event("window_event", gettext("Since which event"), lists.events))
    if kind == "days_ago":
        found += [
            at.field("window_count", gettext("Days ago, later end"), "number"),
            at.word(gettext("and")),
            at.field("window_upto", gettext("Days ago, earlier end"), "number"),
            at.word(gettext("days ago")),
        ]
    units = {"last_hours": gettext("hours"), "last_days": gettext("days"), "last_months": gettext("months")}
    if kind in units:
        found += [at.field("window_count", gettext("How many"), "number"), at.word(units[kind])]
    if kind in (*units, "days_ago", YEAR):
        found.append(at.hidden(WAS["window_kind"], was_drawn(at.draft, "window_kind")))
    if kind == "between":
        found += [
            at.field("since", gettext("First day"), "date"),
            at.word(gettext("and")),
            at.field("until", gettext("Last day"), "date"),
        ]
    return found
