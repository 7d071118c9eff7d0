"""The workspace that this process serves: Django knows one, so it is bound once before Django starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habitue.workspace import Workspace

_bound: list[Workspace] = []


def bind(ws: Workspace) -> None:
    """Make `ws` the workspace of this process."""
    _bound[:] = [ws]


def workspace() -> Workspace:
    """The workspace of this process, seen by nobody in particular; LookupError before `bind`."""
    if not _bound:
        raise LookupError("no workspace is bound; call habitue.web.project.configure(ws) first")
    return _bound[0]
