"""Saves a query under a name."""

from __future__ import annotations

import re

import sqlalchemy as sa

from habitue.access import policy
from habitue.activation.console.saved import SavedQuery, key_of, load, queries, searched
from habitue.audit import ledger
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

MAX_NAME = 80
MAX_QUERY = 20_000
_UNKEPT = re.compile("[\0\ud800-\udfff]")


class QueryNotSaved(HabitueError):
    """A query without a name or text, or with too long a one."""

    code = "query_not_saved"
    message = _("This query was not saved: %(problem)s")
    next_step = _("Give it a name of at most 80 letters, and a query of at most 20,000.")


class QueryCharacter(QueryNotSaved):
    """A character that no database keeps as text: NUL, or half of a pair of surrogates."""

    code = "query_character"
    message = _("This query was not saved: it holds a character that cannot be kept (NUL or half a character).")
    next_step = _("Take that character out; it often comes along invisibly when a text is pasted.")


class QueryNameTaken(HabitueError):
    """Another saved query has the name."""

    code = "query_name_taken"
    message = _("There is a saved query “%(name)s” already.")
    next_step = _("Choose another name, or open that query and save it from there.")


def save(ws: Context, *, name: str, query: str, folder: str = "", query_id: str = "") -> SavedQuery:
    """Save a query, or with `query_id` that query anew.

    The ledger keeps that it was saved, neither its name nor its text. Raises PermissionMissing, QueryNotSaved,
    QueryNameTaken, and NotFound for an id that does not exist.
    """
    policy.require(ws.actor, "sql.run")
    name, folder, query = " ".join(name.split()), " ".join(folder.split()), query.strip()
    _check(name, folder, query)
    values = {"name": name, "name_key": key_of(name), "folder": folder, "query": query, "changed_at": ws.clock.now(),
              "changed_by": ws.actor.actor_id, "searched": searched(name, folder, query)}  # fmt: skip
    with ws.register.write() as conn:
        if query_id:
            load(conn, query_id)
        same = sa.select(queries.c.query_id).where(queries.c.name_key == key_of(name), queries.c.query_id != query_id)
        if conn.scalar(same) is not None:
            raise QueryNameTaken(name=name)
        if query_id:
            conn.execute(sa.update(queries).where(queries.c.query_id == query_id).values(**values))
        else:
            query_id = ws.ids.new()
            conn.execute(sa.insert(queries).values(query_id=query_id, **values))
        ledger.record(conn, ws, verb="query.saved", subject_kind="query", subject_id=query_id, details={})
        return load(conn, query_id)


def _check(name: str, folder: str, query: str) -> None:
    if not name:
        raise QueryNotSaved(problem=_("It has no name."))
    if not query:
        raise QueryNotSaved(problem=_("There is no query."))
    if len(name) > MAX_NAME or len(folder) > MAX_NAME:
        raise QueryNotSaved(problem=_("Its name is too long."))
    if len(query) > MAX_QUERY:
        raise QueryNotSaved(problem=_("The query is too long."))
    if any(_UNKEPT.search(text) for text in (name, folder, query)):
        raise QueryCharacter()
