"""Django's parts as we use them: our own tables, and sign-in without Django's permission tables."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.auth.signals import user_logged_in
from django.contrib.contenttypes.apps import ContentTypesConfig


class WebConfig(AppConfig):
    """Users, sessions, tries to sign in."""

    name = "habitue.web"
    label = "web"


class SignInConfig(AuthConfig):
    """Passwords and sessions of django.contrib.auth; roles come from `access`, so no table of it is made."""

    def ready(self) -> None:
        """Note the time of sign-in, and leave out the rows for permissions."""
        from django.contrib.auth.models import update_last_login

        user_logged_in.connect(update_last_login, dispatch_uid="update_last_login")


class KindsConfig(ContentTypesConfig):
    """django.contrib.auth imports content types; their table is not made."""

    def ready(self) -> None:
        """Connect nothing: there are no rows to keep."""
