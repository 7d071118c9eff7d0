"""Forms of the reader's own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from habitue.web import languages


def _email() -> forms.EmailField:
    return forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))


def _new_password(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        help_text=_("At least 10 characters. A sentence of your own is easier to keep in mind than a riddle."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class SignInForm(forms.Form):
    """Address and password."""

    email = _email()
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SetupForm(forms.Form):
    """The first owner; `code` is asked for only when the page is opened from elsewhere."""

    code = forms.CharField(
        label=_("Set-up code"),
        help_text=_("It was printed where Habitué was started."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )
    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = _email()
    password = _new_password(_("Password"))
    language = forms.ChoiceField(label=_("Language"), choices=tuple(languages.NAMES.items()))

    def __init__(self, *args: Any, needs_code: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_code:
            del self.fields["code"]


class ChoosePasswordForm(forms.Form):
    """A first password after an invitation."""

    password = _new_password(_("Password"))


class ChangePasswordForm(forms.Form):
    """The old password and a new one."""

    old_password = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = _new_password(_("New password"))


class AppearanceForm(forms.Form):
    """Language and look; each may come alone."""

    language = forms.ChoiceField(choices=tuple(languages.NAMES.items()), required=False)
    theme = forms.ChoiceField(choices=[(name, name) for name in languages.THEMES], required=False)
