"""The page of help on the language of rules: every form as text, as a sentence, and as a way to the builder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from habitue.access.policy import allowed
from habitue.audiences import guide, reading
from habitue.audiences.guide import Names
from habitue.audiences.guide_chapters import AUDIENCE, LIST, Chapter, Form
from habitue.audiences.rule import Rule
from habitue.audiences.text import read
from habitue.audiences.wording import Part
from habitue.kernel.context import Context
from habitue.web.rule_links import builder_url
from habitue.web.rule_sentences import said

CODE = "`"
KEPT = 512
Pieces = Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Shown:
    """An example: its text, its sentence, and the address of the builder with it, empty where it cannot be tried."""

    text: str
    parts: Sequence[Part]
    url: str


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form with its examples; `remark` is in pieces, of which some are code."""

    name: str
    remark: Pieces
    examples: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class ShownChapter:
    """A chapter of the page."""

    code: str
    name: str
    remark: Pieces
    forms: Sequence[ShownForm]


def page(request: HttpRequest) -> HttpResponse:
    """The whole guide, with the audiences and fields that the workspace has."""
    ws = request.ws.context
    names, ids = guide.names_of(ws), {name: key for key, name in reading.names(ws).items()}
    shown = [_chapter(ws, chapter, names, ids) for chapter in guide.chapters()]
    return render(request, "audiences/guide.html", {"chapters": shown})


def _chapter(ws: Context, chapter: Chapter, names: Names, ids: Mapping[str, str]) -> ShownChapter:
    forms = [_form(ws, form, names, ids) for form in chapter.forms]
    return ShownChapter(chapter.code, gettext(chapter.name), pieces(chapter.remark), forms)


def _form(ws: Context, form: Form, names: Names, ids: Mapping[str, str]) -> ShownForm:
    return ShownForm(gettext(form.name), pieces(form.remark), [_shown(ws, text, names, ids) for text in form.examples])


def _shown(ws: Context, text: str, names: Names, ids: Mapping[str, str]) -> Shown:
    found = guide.example(text, names)
    # A name that stays as it stands in the guide is that of no audience here.
    known = ids if found.is_usable else {**ids, AUDIENCE: AUDIENCE, LIST: LIST}
    rule = _read(found.text, tuple(known.items()))
    may_try = found.is_usable and allowed(ws.actor, "audiences.edit")
    return Shown(found.text, said(ws, rule), builder_url(rule) if may_try else "")


@lru_cache(maxsize=KEPT)
def _read(text: str, ids: tuple[tuple[str, str], ...]) -> Rule:
    """Reading a hundred texts takes longer than showing them; they change only when audiences do."""
    return read(text, audience_ids=dict(ids))


def pieces(remark: str) -> Pieces:
    """A remark in the reader's language, cut into words and code."""
    texts = gettext(remark).split(CODE) if remark else []
    return [(text, bool(number % 2)) for number, text in enumerate(texts) if text]
