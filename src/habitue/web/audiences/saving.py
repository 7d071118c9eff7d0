"""Saving from the builder: what is wrong is told beside the form, and what is newer is not overwritten unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from habitue.audiences import change, create, reading
from habitue.audiences.audience import (
    Audience,
    AudienceChangedMeanwhile,
    AudienceInCircle,
    AudienceNameInvalid,
    AudienceNameTaken,
    mark_of,
)
from habitue.audiences.wording import Part
from habitue.kernel.context import Context
from habitue.web.audiences.built import Built
from habitue.web.audiences.forms import SaveForm
from habitue.web.errors import Told, told
from habitue.web.forms import add_told
from habitue.web.rule_sentences import said


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Why nothing was saved: the audience is newer than the form. `seen` lets the next press go over that one."""

    told: Told
    parts: Sequence[Part]
    seen: str


def save(
    ws: Context, audience: Audience | None, built: Built, form: SaveForm, *, publish: bool, seen: str
) -> Audience | Overtaken | None:
    """The saved audience; None where the form says what is wrong."""
    texts = {name: form.cleaned_data[name] for name in ("name", "description", "folder")}
    purpose = form.cleaned_data["purpose"] or None
    try:
        if audience is None:
            return create.create(ws, rule=built.rule, purpose=purpose, publish=publish, **texts)
        return change.change(
            ws,
            audience_id=audience.audience_id,
            rule=built.rule,
            purpose=purpose,
            publish=publish,
            seen=seen,
            **texts,
        )
    except AudienceChangedMeanwhile as problem:
        return None if audience is None else _overtaken(ws, audience.audience_id, problem)
    except (AudienceNameTaken, AudienceNameInvalid) as problem:
        add_told(form, problem, "name")
    except AudienceInCircle as problem:
        add_told(form, problem)
    return None


def _overtaken(ws: Context, audience_id: str, problem: AudienceChangedMeanwhile) -> Overtaken:
    latest = reading.get(ws, audience_id)
    return Overtaken(told(problem), said(ws, latest.draft or latest.rule), mark_of(latest))
