"""What to do today: the few things where an hour is worth most, each with the list behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from habitue.audiences.proposals import Proposal
from habitue.collect.imports import Import
from habitue.kernel.text import gettext_noop as _
from habitue.web.rule_links import builder_url, page_url, people_url
from habitue.web.templatetags.show import money_whole, number, percent

_FORECAST: Mapping[str, str] = {
    "forecast": _("to be expected of them in 90 days, by the forecast that passed its test"),
    "danger": _("likely loss with them in 90 days, by the forecast that passed its test"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: `url` opens the list, `audience_url` (may be empty) makes an audience of it.

    `worth` is what such people brought before, told by `worth_note`; a `code` names a proposal that can be taken up.
    """

    title: str
    why: str
    url: str
    audience_url: str = ""
    worth: str = ""
    worth_note: str = ""
    code: str = ""


def of_proposals(found: Sequence[Proposal], *, currency: str) -> Sequence[Task]:
    """Groups worth an hour, in the order of their expected money."""
    return [_proposal(each, currency) for each in found]


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


def of_pairs(count: int) -> Sequence[Task]:
    """Pairs that wait for somebody to decide; the number is that of the review."""
    if not count:
        return []
    title = ngettext("%(count)s pair to decide", "%(count)s pairs to decide", count)
    why = gettext("They share something or look alike: the same person, or different people?")
    return [Task(title % {"count": number(count)}, why, reverse("review:pair"))]


def _proposal(found: Proposal, currency: str) -> Task:
    name = gettext(found.idea.label)
    title = gettext("%(proposal)s: %(people)s")
    worth, note = _worth(found, currency)
    return Task(
        title=title % {"proposal": name, "people": number(found.people)},
        why=gettext(found.idea.why),
        url=people_url(found.idea.rule),
        audience_url=builder_url(found.idea.rule, name=name, description=gettext(found.idea.why)),
        worth=worth,
        worth_note=note,
        code=found.idea.code,
    )


def _worth(found: Proposal, currency: str) -> tuple[str, str]:
    if found.expected is None:
        return "", gettext("too few people were like them before to say what they may bring")
    if found.by != "past":
        return money_whole(found.expected, currency), gettext(_FORECAST[found.by])
    text = gettext("As many people like them still spent this in 90 days; %(share)s of them bought.")
    share = percent(found.then_bought / found.then_people)
    return money_whole(found.expected, currency), text % {"share": share}


def _set_aside(item: Import, rows: int) -> Task:
    title = ngettext("%(count)s row was set aside", "%(count)s rows were set aside", rows)
    why = gettext("in %(file)s: look why, correct them, and import them again")
    url = page_url("imports:run", item.import_id)
    return Task(title % {"count": number(rows)}, why % {"file": item.file_name}, url)
