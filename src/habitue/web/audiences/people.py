"""The list of the people who fulfil a rule: searched, sorted, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from habitue.audiences import membership
from habitue.audiences.membership import SORTS, MemberRow
from habitue.audiences.rule import MAX_TEXT, Group, Rule, Trait, decode
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.web import paging
from habitue.web.rule_links import person_url

SEARCHED = ("name", "email", "phone", "city", "company_name")
HEADINGS = (
    ("name", _("Person"), False),
    ("", _("E-mail"), False),
    ("city", _("City"), False),
    ("", _("Orders"), True),
    ("last_order", _("Last order"), False),
    ("money", _("Money"), True),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """One column: `url` sorts by it, empty where that is impossible."""

    label: str
    url: str
    is_sorted: bool
    is_number: bool


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """One person with the way to his or her page."""

    member: MemberRow
    url: str


def rule_of(request: HttpRequest) -> Rule:
    """The rule in the address; everybody when there is none. Raises RuleUnreadable."""
    text = request.POST.get("rule", "") or request.GET.get("rule", "")
    return decode(text) if text else Group()


def searched(rule: Rule, query: str) -> Rule:
    """The rule, narrowed to people whose name, address, number, city or company contains the words of `query`."""
    words = query[:MAX_TEXT].split()[:8]
    found = [Group(match="any", rules=tuple(Trait(field, "contains", word) for field in SEARCHED)) for word in words]
    return Group(rules=(rule, *found)) if found else rule


def shown(ws: Context, request: HttpRequest, rule: Rule) -> dict[str, Any]:
    """What the list needs: rows, headings, pager, how many of how many."""
    query = request.GET.get("q", "").strip()
    sort = request.GET.get("sort", "money")
    sort = sort if sort in SORTS else "money"
    wanted = searched(rule, query)
    counted = membership.count(ws, wanted)
    page = paging.page(paging.wanted(request.GET.get("page")), counted.people)
    rows = membership.members(ws, wanted, offset=page.offset, limit=page.size, sort=sort)
    return {
        "rows": [PeopleRow(row, person_url(row.profile_id)) for row in rows],
        "headings": _headings(request, sort),
        "page": page,
        "query": query,
        "sort": sort,
        "counted": counted,
    }


def _headings(request: HttpRequest, sort: str) -> Sequence[Heading]:
    found = []
    for column, label, is_number in HEADINGS:
        query = request.GET.copy()
        query["sort"] = column
        query.pop("page", None)
        url = f"?{query.urlencode()}" if column else ""
        found.append(Heading(label, url, column == sort, is_number))
    return found
