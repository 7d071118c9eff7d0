"""Tables of the pages: users, sessions, failed sign-ins, the code of the first set-up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from habitue.access.actor import Actor
from habitue.web import binding


def new_id() -> str:
    """A new id from the ids of the workspace."""
    return binding.workspace().context.ids.new()


class Users(BaseUserManager["User"]):
    """Finds users by address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with that address."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who works here; `email` is kept in lower case, `roles` names roles of `access.policy`."""

    class Theme(models.TextChoices):
        """How bright the pages are."""

        SYSTEM = "system", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    user_id = models.CharField(primary_key=True, max_length=32, default=new_id, editable=False)
    email = models.EmailField(_("E-mail"), unique=True, max_length=254)
    name = models.CharField(_("Name"), max_length=120)
    roles = models.JSONField(default=list)
    language = models.CharField(max_length=8, blank=True, default="")
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = Users()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        db_table = "web_users"

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> Actor:
        """The user as the library knows them."""
        return Actor(actor_id=self.user_id, name=self.name, roles=frozenset(self.roles))

    def get_session_auth_hash(self) -> str:
        """What a session is bound to: it ends when the password or the roles change."""
        bound = f"{self.password}\n{','.join(sorted(self.roles))}"
        return salted_hmac("habitue.web.session", bound, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """None: there is one secret key."""
        return iter(())


class Session(AbstractBaseSession):
    """A signed-in browser."""

    class Meta:
        db_table = "web_sessions"

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The class that loads and saves sessions."""
        from habitue.web.sessions import SessionStore

        return SessionStore


class LoginAttempt(models.Model):
    """A failed try to sign in; `account` is a keyed hash of the address typed in."""

    attempt_id = models.BigAutoField(primary_key=True)
    account = models.CharField(max_length=64, db_index=True)
    address = models.CharField(max_length=64, db_index=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "web_login_attempts"


class SetupCode(models.Model):
    """The hash of the code that opens the first set-up; at most one row."""

    code_hash = models.CharField(primary_key=True, max_length=64)
    issued_at = models.DateTimeField()

    class Meta:
        db_table = "web_setup_codes"
