"""The builder: a form that is the rule, drawn anew by the server whenever its shape changes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.audiences import membership, reading
from habitue.audiences.audience import Audience, mark_of
from habitue.audiences.rule import Group, Rule, encode
from habitue.audiences.text import read
from habitue.audiences.text_writing import written
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError, NotFound
from habitue.kernel.rereading import again
from habitue.kernel.text import gettext_noop as _
from habitue.web.audiences import choices, draft, parts
from habitue.web.audiences.breakdown import ABOUT
from habitue.web.audiences.built import Built, rule_of_draft
from habitue.web.audiences.choices import Choices
from habitue.web.audiences.completions import completions
from habitue.web.audiences.draft import ROOT, Draft
from habitue.web.audiences.examples import examples
from habitue.web.audiences.forms import SaveForm
from habitue.web.audiences.lengths import followed
from habitue.web.audiences.people import rule_of
from habitue.web.audiences.pointing import pointed
from habitue.web.audiences.remarks import remarks
from habitue.web.audiences.rule_texts import draft_of_rule
from habitue.web.audiences.saving import Overtaken, save
from habitue.web.rule_links import people_url
from habitue.web.rule_sentences import said

SAVE = "save"
DRAFT = "draft"
TEXT = "text"


@dataclass(frozen=True, slots=True)
class Bench:
    """The tree in work: its lists to choose from, its draft, and the rule that it makes."""

    lists: Choices
    draft: Draft
    built: Built
    text_problem: HabitueError | None = None


def new(request: HttpRequest) -> HttpResponse:
    """A new audience; the address may bring a rule, a name and a description along."""
    told = {name: request.GET.get(name, "") for name in ("name", "description", "purpose")}
    return _page(request, None, draft_of_rule(rule_of(request)), told)


def edit(request: HttpRequest, audience_id: str) -> HttpResponse:
    """Change an audience."""
    audience = reading.get(request.ws.context, audience_id)
    told = {
        "name": audience.name,
        "description": audience.description,
        "purpose": audience.purpose or "",
        "folder": audience.folder,
    }
    start = _earlier(request, audience_id) or audience.draft or audience.rule
    return _page(request, audience, draft_of_rule(start), told)


def _earlier(request: HttpRequest, audience_id: str) -> Rule | None:
    """The published rule whose number the address holds, to be taken up again; NotFound where there is none."""
    wanted = request.GET.get("version", "")
    if not wanted:
        return None
    found = reading.versions_of(request.ws.context, audience_id)
    rule = next((version.rule for version in found if str(version.version) == wanted), None)
    if rule is None:
        raise NotFound(what=_("published rule"), key=wanted)
    return rule


@require_POST
def build(request: HttpRequest) -> HttpResponse:
    """The tree after a change, its sentence and its count, as fragments."""
    is_typed = request.GET.get("part") == "said"
    tree = draft.from_form(dict(request.POST.lists()))
    # What is only typed leaves the tree on the page as it is, and so does a rule that is saved: no number may change.
    bench = _bench(request, tree, but=request.POST.get("audience", ""), is_drawn=not is_typed)
    shown = _shown(request, bench)
    template = "audiences/typed.html" if is_typed else "audiences/built.html"
    return render(request, template, {**shown, "is_swapped": True})


def _page(request: HttpRequest, audience: Audience | None, start: Draft, told: Mapping[str, str]) -> HttpResponse:
    posted = request.method == "POST"
    but = audience.audience_id if audience else ""
    is_saving = posted and request.POST.get("do", SAVE) in (SAVE, DRAFT)
    tree = draft.from_form(dict(request.POST.lists())) if posted else start
    bench = _bench(request, tree, but=but, is_drawn=not is_saving)
    form = SaveForm(request.POST if posted else None, initial=told, purposes=bench.lists.purposes)
    seen, overtaken = request.POST.get("seen", "") if posted or audience is None else mark_of(audience), None
    if is_saving and form.is_valid() and bench.built.is_whole:
        publish = request.POST.get("do", SAVE) == SAVE
        saved = save(request.ws.context, audience, bench.built, form, publish=publish, seen=seen)
        if isinstance(saved, Overtaken):
            seen, overtaken = saved.seen, saved
        elif saved is not None:
            text = gettext("“%(name)s” is saved.") if publish else gettext("“%(name)s” is kept as a draft.")
            messages.success(request, text % {"name": saved.name})
            return redirect("audiences:show", audience_id=saved.audience_id)
    if not is_saving and posted:
        form = SaveForm(initial=request.POST.dict(), purposes=bench.lists.purposes)
    shown = _shown(request, bench)
    extra = {
        "audience": audience,
        "seen": seen,
        "overtaken": overtaken,
        "form": form,
        "is_refused": is_saving and not bench.built.is_whole,
        "action": request.path,
    }
    status = 422 if is_saving else 200
    return render(request, "audiences/builder.html", {**shown, **extra}, status=status)


def _bench(request: HttpRequest, tree: Draft, *, but: str, is_drawn: bool) -> Bench:
    """`is_drawn` says that the page will show the tree anew, so that a number may follow its unit."""
    problem: HabitueError | None = None
    if request.method == "POST" and request.POST.get("do") == TEXT:
        tree, problem = _from_text(request, tree)
    elif request.method == "POST":
        verb, name = request.POST.get("do", SAVE), request.headers.get("HX-Trigger-Name", "")
        if verb in (SAVE, DRAFT) or ":" in name:
            tree = draft.touched(tree, "" if verb in (SAVE, DRAFT) and ":" not in name else name)
        tree = draft.act(followed(tree, name) if is_drawn else tree, verb)
    lists = choices.of_workspace(request.ws.context, but=but)
    tree = parts.settled(tree, lists)
    return Bench(lists, tree, rule_of_draft(tree), problem)


def _from_text(request: HttpRequest, tree: Draft) -> tuple[Draft, HabitueError | None]:
    """The tree of the text that was typed, or the tree as it is and what is wrong with the text."""
    rule, problem = _read(request.ws.context, request.POST.get("rule_text", "").strip() or written(Group()))
    return (tree if rule is None else draft_of_rule(rule)), problem


def _read(ws: Context, text: str) -> tuple[Rule | None, HabitueError | None]:
    """The rule of a text, or what is wrong with it."""
    ids = {name: audience_id for audience_id, name in reading.names(ws).items()}
    try:
        return read(text, audience_ids=ids), None
    except HabitueError as problem:
        return None, problem


def _shown(request: HttpRequest, bench: Bench) -> dict[str, Any]:
    ws, rule, problem = request.ws.context, bench.built.rule, bench.text_problem
    text, about = encode(rule), again(lambda: membership.estimate(ws, rule))
    return {
        "root": parts.drawn(ws, bench.draft, bench.lists, bench.built.problems),
        "parts": said(ws, rule),
        "about": about,
        "stage": ABOUT if about else "",
        "counted": None if about else membership.count(ws, rule),
        "left_out": len(bench.built.problems),
        "rule_json": json.dumps(json.loads(text), indent=2, ensure_ascii=False),
        "rule": text,
        "places": _places(bench),
        "rule_text": _text_of(request, bench),
        "text_problem": None if problem is None else pointed(_text_of(request, bench), problem),
        "hints_url": reverse("audiences:hints"),
        "people_url": people_url(rule),
        "examples": () if bench.draft.rules else examples(ws),
        "focus": _focus(request, bench.draft),
        "values_url": reverse("audiences:values"),
        "build_url": reverse("audiences:build"),
    }


def _places(bench: Bench) -> str:
    """The numbers of the conditions of the root that the rule has, for their losses."""
    numbers = range(len(bench.draft.rules))
    if len(bench.built.rule.rules) == len(numbers):
        return ",".join(map(str, numbers))
    return ",".join(str(number) for number in numbers if f"{ROOT}.{number}" not in bench.built.problems)


def _text_of(request: HttpRequest, bench: Bench) -> str:
    """The rule as text; one that could not be read stays as it was typed."""
    if bench.text_problem is not None:
        return request.POST.get("rule_text", "")
    rule = bench.built.rule
    if not rule.rules:
        # Who begins to write does not have to take the word for everybody away first.
        return ""
    is_one = len(rule.rules) == 1 and rule.match == "all" and not rule.negate
    # A single condition stands without `all(…)`, which the root of the tree is anyway.
    shown = rule.rules[0] if is_one and not isinstance(rule.rules[0], Group) else rule
    return written(shown, audience_names=reading.names(request.ws.context))


@require_POST
def hints(request: HttpRequest) -> HttpResponse:
    """What is wrong with a text so far, and what can come next, as a fragment."""
    text = request.POST.get("rule_text", "")
    ws = request.ws.context
    rule, problem = _read(ws, text)
    position = request.POST.get("at", "")
    at = int(position) if position.isdecimal() else len(text)
    shown = {
        "text": text,
        "problem": None if problem is None else pointed(text, problem),
        "remarks": () if rule is None else remarks(ws, rule),
        "coming": completions(ws, text, at, but=request.POST.get("audience", "")),
    }
    return render(request, "audiences/hints.html", shown)


def _focus(request: HttpRequest, tree: Draft) -> str:
    """The path of the condition that was just added, or of the group that lost one."""
    verb, _, rest = request.POST.get("do", "").partition(":")
    path = rest.partition(":")[0]
    if verb == "remove":
        return path.rpartition(".")[0]
    if verb != "add":
        return ""
    node = tree
    for place in path.split(".")[1:]:
        if not place.isdecimal() or int(place) >= len(node.rules):
            return ROOT
        node = node.rules[int(place)]
    return f"{path}.{len(node.rules) - 1}"
