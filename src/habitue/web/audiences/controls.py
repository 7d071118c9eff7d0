"""The controls of the builder: words between them, lists to choose from, fields to fill in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from habitue.quality.dictionary import event_kind
from habitue.web.audiences.choices import Option
from habitue.web.audiences.draft import Draft


@dataclass(frozen=True, slots=True)
class Control:
    """One control: a word between controls, a list to choose from, or a field to fill in.

    A control that `reshapes` the condition has the tree drawn anew when it changes.
    """

    kind: str
    label: str = ""
    name: str = ""
    ident: str = ""
    value: str = ""
    options: tuple[tuple[str, tuple[Option, ...]], ...] = ()
    input_type: str = "text"
    suggest: str = ""
    of_event: str = ""
    reshapes: bool = False


@dataclass(frozen=True, slots=True)
class At:
    """Makes the controls of one node."""

    draft: Draft
    path: str

    def word(self, text: str) -> Control:
        """A word between controls."""
        return Control("word", label=text)

    def hidden(self, name: str, value: str | None = None) -> Control:
        """A value that is only carried along: the given one, or that of the draft."""
        return Control("hidden", name=f"{self.path}:{name}", value=self.draft.one(name) if value is None else value)

    def select(
        self,
        name: str,
        label: str,
        options: Sequence[Option],
        *,
        reshapes: bool = False,
        value: str | None = None,
        number: int = 0,
    ) -> Control:
        """A list to choose from; a value that is not in it is offered as well."""
        text = self.draft.one(name, options[0].value if options else "") if value is None else value
        every = list(options)
        if text and all(option.value != text for option in every):
            every.append(Option(text, text))
        groups: dict[str, list[Option]] = {}
        for option in every:
            groups.setdefault(option.group, []).append(option)
        listed = tuple((group, tuple(several)) for group, several in groups.items())
        return Control(
            "select", label, f"{self.path}:{name}", self._ident(name, number), text, listed, reshapes=reshapes
        )

    def event(self, name: str, label: str, options: Sequence[Option], *, reshapes: bool = False) -> Control:
        """A list of events; one that was never seen here is offered under its label as well."""
        chosen = self.draft.one(name)
        if chosen and all(option.value != chosen for option in options):
            options = [*options, Option(chosen, gettext(event_kind(chosen).label))]
        return self.select(name, label, options, reshapes=reshapes)

    def field(
        self,
        name: str,
        label: str,
        input_type: str,
        *,
        value: str | None = None,
        number: int = 0,
        suggest: str = "",
        of_event: str = "",
        reshapes: bool = False,
    ) -> Control:
        """A field to fill in; `suggest` is the trait, or the property of an event, whose values are offered."""
        text = self.draft.one(name) if value is None else value
        ident = self._ident(name, number)
        full = f"{self.path}:{name}"
        return Control("input", label, full, ident, text, (), input_type, suggest, of_event, reshapes)

    def _ident(self, name: str, number: int) -> str:
        return f"{self.path}-{name}-{number}".replace(".", "_")
