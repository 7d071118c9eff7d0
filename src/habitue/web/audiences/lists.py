"""Fixed lists: made of pasted addresses, of a file or of an audience; people put on them and taken off by hand."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from habitue.audiences import found_people, list_changes, reading
from habitue.audiences.audience import AudienceNameInvalid, AudienceNameTaken
from habitue.web.audiences import choices
from habitue.web.audiences.forms import ListForm, PasteForm
from habitue.web.audiences.people import rule_of
from habitue.web.forms import add_told
from habitue.web.templatetags.show import date, number

SHOWN = 12


def new(request: HttpRequest) -> HttpResponse:
    """A new fixed list."""
    lists = choices.of_workspace(request.ws.context)
    form = ListForm(request.POST or None, request.FILES or None, purposes=lists.purposes)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        texts = {name: told[name] for name in ("name", "description", "folder")}
        # Before the list is made: a text that holds too much makes none.
        found = found_people.find_in_text(request.ws.context, form.text())
        try:
            made = list_changes.make(request.ws.context, purpose=told["purpose"] or None, **texts)
        except (AudienceNameTaken, AudienceNameInvalid) as problem:
            add_told(form, problem, "name")
        else:
            _put_on(request, made.audience_id, found)
            return redirect("audiences:show", audience_id=made.audience_id)
    return render(request, "audiences/list_new.html", {"form": form}, status=422 if request.method == "POST" else 200)


@require_POST
def add(request: HttpRequest, audience_id: str) -> HttpResponse:
    """Put people on a list: those of a pasted text, of a file, or one profile."""
    form, profile = PasteForm(request.POST, request.FILES), _profile(request)
    if form.is_valid():
        text = f"{form.text()}\n{profile}"
        _put_on(request, audience_id, found_people.find_in_text(request.ws.context, text))
    for said in (text for several in form.errors.values() for text in several):
        messages.error(request, said)
    return _back(request, audience_id)


@require_POST
def remove(request: HttpRequest, audience_id: str) -> HttpResponse:
    """Take one person off a list."""
    count = request.ws.audiences.take_off(audience_id, [_profile(request)])
    if count:
        messages.success(request, gettext("Taken off the list. The person stays as they are."))
    else:
        messages.info(request, gettext("This person was not on the list."))
    return _back(request, audience_id)


@require_POST
def freeze(request: HttpRequest) -> HttpResponse:
    """A list of the people who fulfil a rule or belong to an audience now; sent again, it leads to the list made."""
    ws = request.ws.context
    list_id = _new_id(request.POST.get("list_id", "")) or ws.ids.new()
    if list_id in reading.names(ws):
        return redirect("audiences:show", audience_id=list_id)
    audience_id = request.POST.get("audience", "")
    source = reading.get(ws, audience_id) if audience_id else None
    name = source.name if source else gettext("List")
    people = list_changes.members_of(ws, source.rule if source else rule_of(request))
    try:
        named = _free_name(request, f"{name}, {date(ws.clock.now())}")
        made = request.ws.audiences.create_list(named, people=people, list_id=list_id)
    except AudienceNameTaken:
        if list_id not in reading.names(ws):
            raise
        return redirect("audiences:show", audience_id=list_id)
    counted = ngettext("%(count)s person is on it.", "%(count)s people are on it.", len(people))
    text = gettext("“%(name)s” is a list now and stays as it is.") % {"name": made.name}
    messages.success(request, f"{text} {counted % {'count': number(len(people))}}")
    return redirect("audiences:show", audience_id=made.audience_id)


def _put_on(request: HttpRequest, audience_id: str, found: found_people.Found) -> None:
    count = request.ws.audiences.put_on(audience_id, found.profile_ids)
    said = ngettext("%(count)s person was put on the list.", "%(count)s people were put on the list.", count)
    messages.success(request, said % {"count": number(count)})
    if found.unknown:
        missing = len(found.unknown)
        said = ngettext("%(count)s is not known: %(texts)s", "%(count)s are not known: %(texts)s", missing)
        few = ", ".join(found.unknown[:SHOWN]) + (" …" if missing > SHOWN else "")
        messages.warning(request, said % {"count": number(missing), "texts": few})


def _new_id(text: str) -> str:
    """The id that a page gave out for the list to be made from it; empty for anything else."""
    try:
        return UUID(text).hex
    except ValueError:
        return ""


def _free_name(request: HttpRequest, name: str) -> str:
    taken = set(reading.names(request.ws.context).values())
    tries = (name, *(f"{name} ({number})" for number in range(2, len(taken) + 3)))
    return next(each for each in tries if each not in taken)


def _profile(request: HttpRequest) -> str:
    """The person whom a form names, empty where it names none; raises NotFound for nobody."""
    profile = request.POST.get("profile", "")
    return request.ws.people.get(profile).row.profile_id if profile else ""


def _back(request: HttpRequest, audience_id: str) -> HttpResponse:
    """To the page of the person whom the form came from, or to the list."""
    profile = _profile(request)
    if profile and request.POST.get("from") == "person":
        return redirect("people:person", profile_id=profile)
    return redirect("audiences:show", audience_id=audience_id)
