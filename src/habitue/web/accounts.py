"""Users of the pages: creating, inviting, changing, deactivating; each change is told to the ledger."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from habitue.access.policy import ROLE_LABELS, ROLES
from habitue.audit import ledger
from habitue.kernel.errors import HabitueError, NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.web import binding

if TYPE_CHECKING:
    from habitue.web.models import User
    from habitue.workspace import Workspace

OWNER = "owner"
_with_users: set[str] = set()


class OwnerExists(HabitueError):
    """The first set-up was done already."""

    code = "owner_exists"
    message = _("This workspace has an owner already.")
    next_step = _("Sign in, or ask the owner to add you.")


class UserInvalid(HabitueError):
    """A name, address, password or role cannot be used."""

    code = "user_invalid"
    message = _("This account cannot be saved: %(problem)s")
    next_step = _("Correct it and try again.")


class EmailTaken(HabitueError):
    """Another user has this address."""

    code = "email_taken"
    message = _("There is an account with this e-mail address already.")
    next_step = _("Open that account in the list of users.")


class LastOwner(HabitueError):
    """A workspace must keep one active owner."""

    code = "last_owner"
    message = _("This is the only active owner of the workspace. Nothing was changed.")
    next_step = _("Make somebody else an owner first.")


class RoleTooHigh(HabitueError):
    """Nobody gives, takes or takes over powers that they do not have themselves."""

    code = "role_too_high"
    message = _("This account may do things that you may not. Nothing was changed.")
    next_step = _("Ask an owner of the workspace to do it.")


def has_users() -> bool:
    """Whether the bound workspace has any user; once true it is remembered."""
    url = binding.workspace().register.url
    if url not in _with_users and get_user_model().objects.exists():
        _with_users.add(url)
    return url in _with_users


def create_owner(ws: Workspace, email: str, name: str, password: str) -> str:
    """Create the first owner of `ws` and return the user id; Django is set up for `ws` when it is not yet.

    Raises OwnerExists when there is a user, UserInvalid for an address or password that cannot be used.
    """
    from habitue.web import project

    project.configure(ws)
    project.migrate()
    return add_first(ws, email=email, name=name, password=password).user_id


def add_first(ws: Workspace, *, email: str, name: str, password: str, language: str = "") -> User:
    """The first user, an owner, in one transaction with the check that there is none."""
    from habitue.web.models import SetupCode

    user = _new(ws, email=email, name=name, roles=[OWNER], language=language)
    _set_password(user, password)
    with transaction.atomic():
        if get_user_model().objects.exists():
            raise OwnerExists
        user.save(force_insert=True)
        SetupCode.objects.all().delete()
    _tell(ws.as_actor(user.actor), "user.added", user, {"roles": user.roles, "first": True})
    return user


def invite(ws: Workspace, *, email: str, name: str, roles: Collection[str]) -> User:
    """A new user without a password; they choose one on the page that `invitation` opens."""
    _require_powers(ws, roles)
    user = _new(ws, email=email, name=name, roles=roles)
    user.set_unusable_password()
    with transaction.atomic():
        if get_user_model().objects.filter(email=user.email).exists():
            raise EmailTaken
        user.save(force_insert=True)
    _tell(ws, "user.added", user, {"roles": user.roles})
    return user


def change(ws: Workspace, *, user_id: str, name: str, roles: Collection[str], is_active: bool) -> User:
    """Name, roles and whether the user may sign in; changed roles end their sessions."""
    with transaction.atomic():
        user = _found(user_id)
        _require_powers(ws, {*user.roles, *roles})
        _keep_an_owner(user, roles=roles, is_active=is_active)
        before = {"roles": user.roles, "is_active": user.is_active}
        user.name, user.roles, user.is_active = name.strip(), _checked_roles(roles), is_active
        user.save()
    after = {"roles": user.roles, "is_active": user.is_active}
    if before != after:
        _tell(ws, "user.changed", user, {"before": before, "after": after})
    return user


def choose_password(ws: Workspace, *, user: User, password: str) -> None:
    """A new password for `user`; it ends their sessions and spends their invitation."""
    _set_password(user, password)
    user.save(update_fields=["password"])
    _tell(ws, "user.password_changed", user, {})


def invitation(ws: Workspace, *, user_id: str) -> str:
    """The token with which the user may choose a password once, within three days."""
    user = _found(user_id)
    _require_powers(ws, user.roles)
    if not user.is_active:
        raise UserInvalid(problem=_("the account is switched off"))
    _tell(ws, "user.invited", user, {})
    return str(default_token_generator.make_token(user))


def invited(user_id: str, token: str) -> User | None:
    """The active user whose invitation `token` is, None when it is spent, too old or wrong."""
    user = get_user_model().objects.filter(user_id=user_id, is_active=True).first()
    return user if user is not None and default_token_generator.check_token(user, token) else None


def _new(ws: Workspace, *, email: str, name: str, roles: Collection[str], language: str = "") -> User:
    try:
        validate_email(email.strip())
    except ValidationError as problem:
        raise UserInvalid(problem=" ".join(problem.messages)) from problem
    return get_user_model()(
        email=email.strip().lower(),
        name=name.strip() or email.strip(),
        roles=_checked_roles(roles),
        language=language,
        created_at=ws.clock.now(),
    )


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise UserInvalid(problem=" ".join(problem.messages)) from problem
    user.set_password(password)


def _checked_roles(roles: Collection[str]) -> list[str]:
    if not roles or set(roles) - set(ROLE_LABELS):
        raise UserInvalid(problem=_("choose at least one role"))
    return sorted(set(roles))


def _found(user_id: str) -> User:
    user = get_user_model().objects.filter(user_id=user_id).first()
    if user is None:
        raise NotFound(what=_("user"), key=user_id)
    return user


def _keep_an_owner(user: User, *, roles: Collection[str], is_active: bool) -> None:
    if OWNER not in user.roles or not user.is_active or (OWNER in roles and is_active):
        return
    others = get_user_model().objects.filter(is_active=True).exclude(user_id=user.user_id)
    if not any(OWNER in other.roles for other in others):
        raise LastOwner


def assignable(ws: Workspace) -> list[str]:
    """The roles that the actor may give: those that allow nothing they may not do themselves."""
    return [role for role in ROLE_LABELS if ROLES[role] <= _powers(ws.actor.roles)]


def _require_powers(ws: Workspace, roles: Collection[str]) -> None:
    if not _powers(roles) <= _powers(ws.actor.roles):
        raise RoleTooHigh


def _powers(roles: Collection[str]) -> frozenset[str]:
    return frozenset(verb for role in roles for verb in ROLES.get(role, ()))


def _tell(ws: Workspace, verb: str, user: User, details: Mapping[str, object]) -> None:
    with ws.register.write() as conn:
        ledger.record(conn, ws.context, verb=verb, subject_kind="user", subject_id=user.user_id, details=details)
