"""Templates as they are offered: under their headings, each with its sentence and the way to the builder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from habitue.audiences.templates import Template, known_of, templates
from habitue.audiences.wording import Part
from habitue.kernel.context import Context
from habitue.web.rule_links import builder_url
from habitue.web.rule_sentences import said


@dataclass(frozen=True, slots=True)
class Example:
    """A template with its sentence and the way to the builder."""

    name: str
    parts: Sequence[Part]
    url: str


@dataclass(frozen=True, slots=True)
class Offers:
    """The templates of one heading."""

    heading: str
    examples: Sequence[Example]


def examples(ws: Context) -> Sequence[Offers]:
    """Every template, with the places and products of the workspace."""
    found: dict[str, list[Example]] = {}
    for template in templates(known_of(ws)):
        found.setdefault(template.group, []).append(_example(ws, template))
    return [Offers(gettext(group), several) for group, several in found.items()]


def _example(ws: Context, template: Template) -> Example:
    name = gettext(template.name)
    return Example(name=name, parts=said(ws, template.rule), url=builder_url(template.rule, name=name))
