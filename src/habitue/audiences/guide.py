"""The language of rules as a guide: every form with examples, for the page of help and `docs/reference/rules.md`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from habitue.audiences.fields import own_fields, suggestions
from habitue.audiences.fixed_list import is_fixed
from habitue.audiences.guide_chapters import AUDIENCE, CHAPTERS, FIELD, LIST, VALUE, Chapter
from habitue.audiences.reading import listing
from habitue.audiences.text_writing import field_name, quoted
from habitue.kernel.context import Context


@dataclass(frozen=True, slots=True)
class Names:
    """What examples call by name: an audience, a fixed list by its id, a field of this business and a value of it.

    Empty where the workspace has none.
    """

    audience: str = ""
    list_id: str = ""
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A rule as text; it `is_usable` where the workspace has everything that it calls by name."""

    text: str
    is_usable: bool


def chapters() -> Sequence[Chapter]:
    """The guide from the simple to the rare."""
    return CHAPTERS


def names_of(ws: Context) -> Names:
    """What the examples of a workspace are filled with."""
    known = listing(ws)
    fields = {field.name: suggestions(ws, field.name, limit=1) for field in own_fields(ws)[:1]}
    name, seen = next(iter(fields.items()), ("", []))
    return Names(
        audience=next((audience.name for audience in known if not is_fixed(audience)), ""),
        list_id=next((audience.audience_id for audience in known if is_fixed(audience)), ""),
        field=name,
        value=seen[0].value if seen else "",
    )


def example(text: str, names: Names) -> Example:
    """An example of the guide in the words of a workspace; a name that it does not have stays as it stands."""
    is_usable = True
    for placed, name in (
        (quoted(AUDIENCE), quoted(names.audience) if names.audience else ""),
        (quoted(LIST), quoted(names.list_id) if names.list_id else ""),
        (field_name(FIELD), field_name(names.field) if names.field else ""),
        (quoted(VALUE), quoted(names.value) if names.value else ""),
    ):
        is_usable = is_usable and (placed not in text or bool(name))
        text = text.replace(placed, name or placed)
    return Example(text, is_usable)
