"""Who entered an audience and who left it, as its history shows them page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from habitue.access.masks import HIDDEN
from habitue.audiences import turns
from habitue.audiences.stays import WHY
from habitue.audiences.turns import Turn
from habitue.kernel.context import Context
from habitue.web import paging
from habitue.web.rule_links import person_url
from habitue.web.templatetags.show import called


def shown(ws: Context, request: HttpRequest, audience_id: str, *, by_hand: bool) -> Mapping[str, Any]:
    """The rows of a page and its pager."""
    page = paging.page(paging.wanted(request.GET.get("page")), turns.count(ws, audience_id))
    found = turns.turns(ws, audience_id, offset=page.offset, limit=page.size)
    return {"turns": [_row(turn, by_hand=by_hand) for turn in found], "page": page}


def reason(code: str | None, *, is_entry: bool, by_hand: bool) -> str:
    """Why a stay began or ended; on a fixed list people are put and taken off by hand, whoever noticed it how."""
    if not code:
        return ""
    if by_hand and code in ("published", "facts"):
        code = "added" if is_entry else "removed"
    return gettext(WHY[code])


def _row(turn: Turn, *, by_hand: bool) -> Mapping[str, Any]:
    is_seen = turn.profile_id is not None
    return {
        "turn": turn,
        "name": (called(turn.name) or turn.email or gettext("without a name")) if is_seen else HIDDEN,
        "url": person_url(turn.profile_id) if turn.profile_id is not None else "",
        "why": reason(turn.why, is_entry=turn.is_entry, by_hand=by_hand),
    }
