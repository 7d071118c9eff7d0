"""What to do today: the few things where an hour is worth most, each with the list behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from habitue.access.policy import allowed
from habitue.collect.imports import Import
from habitue.insights.report import RfmReport
from habitue.kernel.context import Context
from habitue.web.rule_links import VALUABLE_AT_RISK, builder_url, customer_group, page_url, people_url
from habitue.web.templatetags.show import money_whole, number


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: `url` opens the list, `audience_url` (may be empty) makes an audience of it."""

    title: str
    why: str
    url: str
    audience_url: str = ""


def of_customers(ws: Context, report: RfmReport) -> Sequence[Task]:
    """What the insight of recency, frequency and money suggests."""
    may_list = allowed(ws.actor, "audiences.read")
    return [*_win_back(report), *(_second_purchase(report) if may_list else [])]


def of_imports(found: Sequence[Import], to_mend: Mapping[str, int]) -> Sequence[Task]:
    """Imports with rows that can be corrected; `to_mend` counts them by import id."""
    faulty = [(item, to_mend.get(item.import_id, 0)) for item in found if item.state == "done"]
    return [_set_aside(item, rows) for item, rows in faulty if rows]


def of_gaps(*, has_orders: bool, may_write: bool, import_url: str) -> Sequence[Task]:
    """What is missing before the figures say something; `import_url` is empty for readers who may not import."""
    if not import_url:
        return []
    orders = Task(
        gettext("Import orders or receipts"),
        gettext("with a date, an amount and who bought: then you see who comes back and who is leaving"),
        import_url,
    )
    consents = Task(
        gettext("Import consents"),
        gettext("such as the list of your newsletter: nobody may be written to yet"),
        import_url,
    )
    return [*([] if has_orders else [orders]), *([] if may_write else [consents])]


def of_refused(count: int) -> Sequence[Task]:
    """Records that share something, yet were not joined."""
    if not count:
        return []
    title = ngettext("%(count)s link was refused", "%(count)s links were refused", count)
    why = gettext("They share an e-mail, phone or number, but look like different people.")
    return [Task(title % {"count": number(count)}, why, reverse("home:refused"))]


def _win_back(report: RfmReport) -> list[Task]:
    if not report.at_risk:
        return []
    title = ngettext("Win back %(count)s valuable customer", "Win back %(count)s valuable customers", report.at_risk)
    why = gettext("%(money)s a year in danger: silent for more than twice their usual pause")
    name = gettext("Win back valuable customers")
    return [
        Task(
            title=title % {"count": number(report.at_risk)},
            why=why % {"money": money_whole(report.money_in_danger, report.currency)},
            url=reverse("insights:at_risk"),
            audience_url=builder_url(VALUABLE_AT_RISK, name=name),
        )
    ]


def _second_purchase(report: RfmReport) -> list[Task]:
    people = {item.group.code: item.people for item in report.groups}
    if people.get("new"):
        code, why = "new", gettext("bought once, not long ago: now a second purchase is won most easily")
    elif people.get("one_time"):
        code, why = "one_time", gettext("bought once, long ago: find out what first buyers lack")
    else:
        return []
    title = ngettext(
        "Second purchase: %(count)s one-time buyer", "Second purchase: %(count)s one-time buyers", people[code]
    )
    rule, name = customer_group(code), gettext("Second purchase")
    told = title % {"count": number(people[code])}
    return [Task(title=told, why=why, url=people_url(rule), audience_url=builder_url(rule, name=name))]


def _set_aside(item: Import, rows: int) -> Task:
    title = ngettext("%(count)s row was set aside", "%(count)s rows were set aside", rows)
    why = gettext("in %(file)s: look why, correct them, and import them again")
    url = page_url("imports:run", item.import_id)
    return Task(title % {"count": number(rows)}, why % {"file": item.file_name}, url)
