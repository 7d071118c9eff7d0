"""Making a list: purpose, kind of file, columns, and what it will hold, drawn anew after every choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from habitue.activation import columns, export
from habitue.activation.columns import DEFAULT_COLUMNS, ColumnUnknown, ExportColumn
from habitue.activation.export import ExportPreview
from habitue.activation.targets import TARGETS
from habitue.audiences import reading
from habitue.audiences.audience import Audience
from habitue.audiences.fields import own_fields
from habitue.audiences.rule import Rule, decode
from habitue.kernel.context import Context
from habitue.privacy import purposes
from habitue.privacy.purposes import BASES, Purpose
from habitue.web.errors import Told, told
from habitue.web.exports.order import moved, ordered
from habitue.web.rule_sentences import said

MAKE = "make"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody chose: an audience or a rule, a purpose (empty when open), a kind of file, columns in order."""

    audience_id: str
    rule_text: str
    purpose: str
    target: str
    columns: tuple[str, ...]

    @property
    def rule(self) -> Rule | None:
        """The rule when there is no audience."""
        return decode(self.rule_text) if self.rule_text and not self.audience_id else None

    def arguments(self) -> dict[str, Any]:
        """What `export.preview` and `export.run` take."""
        return {
            "purpose": self.purpose,
            "audience_id": self.audience_id or None,
            "rule": self.rule,
            "columns": self.columns,
            "target": self.target,
            "translate": gettext,
        }


def new(request: HttpRequest) -> HttpResponse:
    """The page, its fragment after a choice, and the making."""
    ws = request.ws.context
    if request.method == "POST":
        wish = _wish(request)
        if request.POST.get("do") == MAKE and wish.purpose:
            return _made(request, wish)
    else:
        wish = _first_wish(ws, request)
    if not wish.audience_id and not wish.rule_text:
        return render(request, "exports/choose.html", {"audiences": reading.listing(ws)})
    template = "exports/form.html" if request.htmx else "exports/new.html"
    shown = _shown(ws, wish, is_refused=request.POST.get("do") == MAKE)
    return render(request, template, {**shown, "is_picking": request.POST.get("picker") == "open"})


def _made(request: HttpRequest, wish: Wish) -> HttpResponse:
    made = export.run(request.ws.context, **wish.arguments(), name=gettext("People") if wish.rule_text else "")
    messages.success(request, gettext("The list is ready. The ledger says who made it, and what for."))
    return redirect(reverse("exports:show", args=(made.export_id,)))


def _first_wish(ws: Context, request: HttpRequest) -> Wish:
    audience_id, text = request.GET.get("audience", ""), request.GET.get("rule", "")
    purpose = request.GET.get("purpose", "")
    if audience_id:
        purpose = purpose or reading.get(ws, audience_id).purpose or ""
    return Wish(audience_id, text, purpose, request.GET.get("target", "xlsx"), DEFAULT_COLUMNS)


def _wish(request: HttpRequest) -> Wish:
    post = request.POST
    order = ordered(post.getlist("order"), post.getlist("column"))
    return Wish(
        audience_id=post.get("audience", ""),
        rule_text=post.get("rule", ""),
        purpose=post.get("purpose", ""),
        target=post.get("target", "xlsx"),
        columns=tuple(moved(order, post.get("do", ""))),
    )


def _shown(ws: Context, wish: Wish, *, is_refused: bool) -> dict[str, Any]:
    audience = reading.get(ws, wish.audience_id) if wish.audience_id else None
    rule = audience.rule if audience else wish.rule
    with ws.register.read() as conn:
        known = purposes.listing(conn)
    preview, problem = _preview(ws, wish)
    every = {column.name: column for column in columns.columns(own_fields(ws))}
    return {
        "wish": wish,
        "audience": audience,
        "parts": said(ws, rule) if rule is not None else (),
        "purposes": [_purpose_row(purpose) for purpose in known],
        "targets": list(TARGETS.values()),
        "chosen": [every[name] for name in wish.columns if name in every],
        "groups": _groups(list(every.values())),
        "preview": preview,
        "problem": problem,
        "is_refused": is_refused and not wish.purpose,
    }


def _preview(ws: Context, wish: Wish) -> tuple[ExportPreview | None, Told | None]:
    if not wish.purpose:
        return None, None
    try:
        return export.preview(ws, **wish.arguments()), None
    except ColumnUnknown as problem:
        return None, told(problem)


def _groups(every: Sequence[ExportColumn]) -> Mapping[str, list[ExportColumn]]:
    found: dict[str, list[ExportColumn]] = {}
    for column in every:
        found.setdefault(gettext(column.group), []).append(column)
    return found


def _purpose_row(purpose: Purpose) -> dict[str, str]:
    return {
        "purpose_id": purpose.purpose_id,
        "name": gettext(purpose.name),
        "why": gettext(purpose.why),
        "basis": gettext(BASES.get(purpose.basis, purpose.basis)),
    }


def audience_of(ws: Context, audience_id: str | None) -> Audience | None:
    """The audience of an export, archived or not; None when the list was made from a rule."""
    return reading.get(ws, audience_id) if audience_id and audience_id in reading.names(ws) else None
