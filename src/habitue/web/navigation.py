"""The navigation on the left: entries that areas declare, shown to those who may follow them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from habitue.access.policy import HasRoles, allowed
from habitue.kernel.text import gettext_noop as _
from habitue.web.routing import PUBLIC, SIGNED_IN

if TYPE_CHECKING:
    from habitue.workspace import Workspace

SECTIONS: Mapping[str, str] = {
    "start": "",
    "customers": _("Customers"),
    "act": _("Act"),
    "understand": _("Understand"),
    "trust": _("Trust"),
    "end": "",
}


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One entry: `section` of SECTIONS, `label` a marked text, `url_name` such as `people:list`.

    `badge` gives the number of things that wait there; it runs for every page, so it must be one indexed count.
    """

    section: str
    label: str
    url_name: str
    icon: str
    permission: str
    order: int = 0
    badge: Callable[[Workspace], int] | None = None


@dataclass(frozen=True, slots=True)
class NavLink:
    """An entry as it is shown; `is_here` marks the one the reader is on."""

    label: str
    url: str
    icon: str
    is_here: bool
    badge: int


@dataclass(frozen=True, slots=True)
class NavSection:
    """A heading (may be empty) and its links."""

    label: str
    links: tuple[NavLink, ...]


def visible(entries: Iterable[NavEntry], actor: HasRoles) -> list[NavEntry]:
    """The entries that `actor` may follow, in order."""
    order = list(SECTIONS)
    kept = [entry for entry in entries if _may(entry, actor)]
    return sorted(kept, key=lambda entry: (order.index(entry.section), entry.order, entry.label))


def sections(entries: Iterable[NavEntry], ws: Workspace, path: str) -> Sequence[NavSection]:
    """The sections for the actor of `ws` who is on `path`."""
    shown = [(entry, reverse(entry.url_name)) for entry in visible(entries, ws.actor)]
    here = max((url for _entry, url in shown if path.startswith(url)), key=len, default="")
    found: dict[str, list[NavLink]] = {}
    for entry, url in shown:
        is_here = url == here and (url != "/" or path == "/")
        badge = entry.badge(ws) if entry.badge else 0
        found.setdefault(entry.section, []).append(NavLink(entry.label, url, entry.icon, is_here, badge))
    return [NavSection(SECTIONS[name], tuple(links)) for name, links in found.items()]


def _may(entry: NavEntry, actor: HasRoles) -> bool:
    return entry.permission in (PUBLIC, SIGNED_IN) or allowed(actor, entry.permission)
