"""The form with which an audience is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from habitue.audiences.audience import MAX_DESCRIPTION, MAX_NAME
from habitue.collect.files.encoding import decide_encoding, survey
from habitue.kernel.errors import HabitueError
from habitue.web.audiences.choices import Option
from habitue.web.errors import told

MOST_BYTES = 5_000_000
_TOO_LONG = {"max_length": _("At most %(limit_value)s characters can be kept here; these are %(show_value)s.")}


class SaveForm(forms.Form):
    """Name, description, purpose and folder of an audience."""

    name = forms.CharField(label=_("Name"), max_length=MAX_NAME, error_messages=_TOO_LONG)
    description = forms.CharField(
        label=_("Description"),
        max_length=MAX_DESCRIPTION,
        required=False,
        error_messages=_TOO_LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        required=False,
        help_text=_("What these people are wanted for. It is asked again before every export."),
    )

    folder = forms.CharField(
        label=_("Folder"),
        max_length=MAX_NAME,
        required=False,
        error_messages=_TOO_LONG,
        help_text=_("Audiences of one folder stand together in the list."),
    )

    def __init__(self, *args: Any, purposes: Sequence[Option] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "description", "folder"):
            # A browser would cut what is too long without a word.
            self.fields[name].widget.attrs.pop("maxlength", None)
        open_yet = ("", _("not decided yet"))
        self.fields["purpose"].choices = [open_yet, *((option.value, option.label) for option in purposes)]


class PasteForm(forms.Form):
    """People by their addresses and numbers, pasted or in a file."""

    people = forms.CharField(
        label=_("E-mail addresses, phone, customer or card numbers"),
        required=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("One or several a line. Only people who are known already are put on the list."),
    )
    file = forms.FileField(
        label=_("Or a text or CSV file of them"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )

    def clean_file(self) -> str:
        """What the file holds, in whatever alphabet and encoding it was written."""
        file = self.cleaned_data.get("file")
        if not file:
            return ""
        if file.size > MOST_BYTES:
            most = {"most": MOST_BYTES // 1_000_000}
            raise forms.ValidationError(_("The file is larger than %(most)s MB. Give it in parts."), params=most)
        data = file.read()
        try:
            encoding, _notes = decide_encoding(survey([data], contiguous=True), name=file.name)
        except HabitueError as problem:
            shown = told(problem)
            raise forms.ValidationError(f"{shown.message} {shown.next_step}") from problem
        return str(data.decode(encoding, errors="replace")).replace("\0", "")

    def text(self) -> str:
        """What was pasted and what the file holds."""
        return f"{self.cleaned_data.get('people', '')}\n{self.cleaned_data.get('file', '')}"


class ListForm(PasteForm, SaveForm):
    """A fixed list and who is on it first."""

    field_order = ("name", "people", "file", "description", "purpose", "folder")
