"""Forms of the settings."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from habitue.access.policy import ROLE_LABELS


class UserForm(forms.Form):
    """Name and roles of a user."""

    name = forms.CharField(label=_("Name"), max_length=120)
    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        help_text=_("What somebody may see and do. More than one role adds up."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, roles: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [(name, _(ROLE_LABELS[name])) for name in roles]


class AddUserForm(UserForm):
    """A new user; they choose their password themselves."""

    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    field_order = ("name", "email", "roles")
