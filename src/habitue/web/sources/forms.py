"""Forms of sources: a new one, a key, the rules."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from habitue.access.api_keys import RATE_PER_MINUTE
from habitue.quality.policies import MEASURES
from habitue.web.sources.live import field_label

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]{1,253}/?")
_MEASURES = {
    "keep": _("Keep: take the message, leave out what cannot be read"),
    "quarantine": _("Quarantine: the message waits until it is put right"),
    "drop": _("Drop: only the reason is kept"),
}
_UNPLANNED = {
    "keep": _("Keep: every event is welcome"),
    "quarantine": _("Quarantine: the event waits until it is planned"),
    "drop": _("Drop: only the reason is kept"),
}


class KeyForm(forms.Form):
    """Which sites may use a key, and how fast."""

    origins = forms.CharField(
        label=_("Allowed websites"),
        required=False,
        max_length=4_000,
        help_text=_("One address a line, such as https://www.example.com. Empty: every website."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}),
    )
    rate = forms.IntegerField(
        label=_("Messages a minute, at most"), min_value=1, max_value=100_000_000, initial=RATE_PER_MINUTE
    )

    def clean_origins(self) -> list[str]:
        """The addresses, one a line."""
        found = [line.strip() for line in self.cleaned_data["origins"].splitlines() if line.strip()]
        wrong = next((line for line in found if not _ORIGIN.fullmatch(line)), None)
        if wrong is not None:
            raise forms.ValidationError(_("“%(line)s” is no address of a website."), params={"line": wrong[:100]})
        return found


class NewKeyForm(KeyForm):
    """A key for a source that exists."""

    kind = forms.ChoiceField(
        label=_("Kind of key"),
        initial="write",
        widget=forms.RadioSelect,
        choices=(
            ("write", _("Public: for websites and apps. It may claim, but change nothing that is known better.")),
            ("secret", _("Secret: for your own servers. What it says is trusted.")),
        ),
    )
    field_order: tuple[str, ...] = ("kind", "origins", "rate")


class NewSourceForm(NewKeyForm):
    """A source with its first key."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Such as Website, App, Till."))
    field_order = ("name", "kind", "origins", "rate")


class RulesForm(forms.Form):
    """What becomes of messages that break the dictionary."""

    broken_values = forms.ChoiceField(
        label=_("Values that cannot be read, such as an impossible date"),
        widget=forms.RadioSelect,
        choices=[(name, _MEASURES[name]) for name in MEASURES],
    )
    unplanned_events = forms.ChoiceField(
        label=_("Events that nobody planned"),
        widget=forms.RadioSelect,
        choices=[(name, _UNPLANNED[name]) for name in MEASURES],
    )
    planned = forms.CharField(
        label=_("Planned events of your own"),
        required=False,
        max_length=100_000,
        help_text=_("One name a line. The events of the dictionary are planned already."),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_planned(self) -> list[str]:
        """The names, one a line."""
        return [line.strip() for line in self.cleaned_data["planned"].splitlines() if line.strip()]


class CorrectionForm(forms.Form):
    """The values of a message that could not be read, to be put right; an empty one is left out."""

    def __init__(self, *args: Any, values: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, value in values.items():
            self.fields[f"value_{name}"] = forms.CharField(
                label=field_label(name), required=False, initial=value, max_length=2_000, widget=forms.TextInput
            )
        self._names = tuple(values)

    @property
    def changes(self) -> dict[str, str | None]:
        """What is to be changed, by field."""
        return {name: self.cleaned_data[f"value_{name}"].strip() or None for name in self._names}
