"""Roles and what they may do: pure policy, the same for pages, command line and library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

VERBS: Mapping[str, str] = {
    "people.read": _("see people"),
    "people.edit": _("change people, join and separate them"),
    "people.export": _("download lists of people"),
    "people.erase": _("erase people"),
    "imports.read": _("see imports"),
    "imports.run": _("import files and undo imports"),
    "sources.read": _("see sources, what arrives and what waits in quarantine"),
    "sources.edit": _("make and change the keys of sources"),
    "audiences.read": _("see audiences"),
    "audiences.edit": _("build and change audiences"),
    "insights.read": _("see insights"),
    "sql.run": _("ask the tables in SQL"),
    "exports.read": _("see what was exported"),
    "ledger.read": _("read the ledger"),
    "settings.read": _("see the settings"),
    "settings.edit": _("change the settings"),
    "users.edit": _("add and change users"),
}
_READ = frozenset({"people.read", "imports.read", "audiences.read", "insights.read", "exports.read", "settings.read"})
_ALL = frozenset(VERBS)

ROLES: Mapping[str, frozenset[str]] = {
    "owner": _ALL,
    "admin": _ALL - {"people.erase"},
    "analyst": _READ | {"audiences.edit", "sources.read", "sql.run"},
    "marketer": _READ | {"audiences.edit", "people.export"},
    "agent": frozenset({"people.read"}),
    "privacy_officer": _READ | {"people.erase", "people.export", "ledger.read"},
    "auditor": frozenset({"exports.read", "imports.read", "ledger.read", "settings.read"}),
    "system": _ALL,
}
ROLE_LABELS: Mapping[str, str] = {
    "owner": _("Owner"),
    "admin": _("Administrator"),
    "analyst": _("Analyst"),
    "marketer": _("Marketer"),
    "agent": _("Support agent"),
    "privacy_officer": _("Privacy officer"),
    "auditor": _("Auditor"),
}


class HasRoles(Protocol):
    """Anything that carries roles."""

    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...


class PermissionMissing(HabitueError):
    """The actor's roles do not allow the verb."""

    code = "permission_missing"
    message = _("%(name)s may not do this (%(verb)s). Nothing was changed.")
    next_step = _("Ask the owner of the workspace for a role that allows it.")


def allowed(actor: HasRoles, verb: str) -> bool:
    """Whether one of the actor's roles allows `verb`; an unknown verb is a programming error (KeyError)."""
    VERBS[verb]
    return any(verb in ROLES.get(role, frozenset()) for role in actor.roles)


def require(actor: HasRoles, verb: str) -> None:
    """Return when `verb` is allowed, else raise PermissionMissing."""
    if not allowed(actor, verb):
        raise PermissionMissing(name=actor.name, verb=verb)
