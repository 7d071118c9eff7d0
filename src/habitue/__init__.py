"""Habitué: a customer database that finds out which records are the same person.

>>> import habitue
>>> from pathlib import Path
>>> lines = ["name,email,phone", "A. Krume,,+49 221 4710815", "Anna Krume,anna@krume.example,0221 4710815"]
>>> _ = Path("customers.csv").write_text("\\n".join(lines), "utf-8")
>>> ws = habitue.create("shop", name="Krume", country="DE")
>>> done = ws.imports.run("customers.csv")
>>> done.rows_read, done.rows_taken, done.people_new
(2, 2, 1)
>>> [person.name for person in ws.people.search("krume")]
['Anna Krume']
>>> [person.email for person in ws.people.by_phone("0049-221-4710815")]
['anna@krume.example']
>>> ws.imports.undo(done.import_id)
>>> ws.people.count()
0
>>> ws.close()

The verbs hang on subjects: `ws.people`, `ws.imports`, `ws.sources`, `ws.audiences`, `ws.insights`, `ws.exports`,
`ws.purposes`, `ws.ledger`, `ws.jobs`; the command line has the same ones. Whatever goes wrong is a `HabitueError`
with a code, a sentence and what to do next.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habitue.identity.matching.library import match
    from habitue.kernel.errors import HabitueError
    from habitue.workspace import Workspace
    from habitue.workspace import open_workspace as open

__all__ = ["HabitueError", "Workspace", "create", "match", "open"]

_LAZY = {
    "HabitueError": ("habitue.kernel.errors", "HabitueError"),
    "match": ("habitue.identity.matching.library", "match"),
    "Workspace": ("habitue.workspace", "Workspace"),
    "open": ("habitue.workspace", "open_workspace"),
}


def create(
    folder: Path | str,
    *,
    name: str = "My customers",
    country: str = "DE",
    currency: str = "EUR",
    timezone: str = "Europe/Berlin",
) -> Workspace:
    """Make a workspace in a new or empty folder and open it.

    `country` is ISO 3166 (two letters), `currency` ISO 4217, `timezone` an IANA name. Raises WorkspaceExists, and
    SettingInvalid for values that cannot be used.
    """
    from habitue.kernel.config import WorkspaceSettings
    from habitue.workspace import create_workspace

    settings = WorkspaceSettings(name=name, country=country, currency=currency, timezone=timezone)
    return create_workspace(folder, workspace=settings)


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _LAZY[name]
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
