"""The form with which an audience is saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from habitue.audiences.audience import MAX_DESCRIPTION, MAX_NAME
from habitue.web.audiences.choices import Option


class SaveForm(forms.Form):
    """Name, description, purpose and folder of an audience."""

    name = forms.CharField(label=_("Name"), max_length=MAX_NAME)
    description = forms.CharField(
        label=_("Description"),
        max_length=MAX_DESCRIPTION,
        required=False,
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
        help_text=_("Audiences of one folder stand together in the list."),
    )

    def __init__(self, *args: Any, purposes: Sequence[Option] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_yet = ("", _("not decided yet"))
        self.fields["purpose"].choices = [open_yet, *((option.value, option.label) for option in purposes)]
