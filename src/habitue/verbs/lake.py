"""The lake for notebooks: its tables as expressions, data frames and SQL, with the permission of the actor."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from habitue.access import policy
from habitue.access.masks import sees_contacts
from habitue.activation.console import run as console
from habitue.activation.console import saved, traces
from habitue.activation.console.offers import Offers, offers
from habitue.activation.console.remove import remove
from habitue.activation.console.run import Answer, QueryFile
from habitue.activation.console.save import save
from habitue.activation.console.saved import SavedQuery
from habitue.activation.console.snapshot import Snapshot, write_snapshot
from habitue.kernel.context import Context
from habitue.kernel.errors import NotFound
from habitue.kernel.lake import Cluster
from habitue.kernel.text import gettext_noop as _
from habitue.kernel.unbound import Unbound, sql
from habitue.verbs.verb import Verbs

_WORD = re.compile(r"\w+")


class OpenLake(Verbs):
    """The tables for analysts: `tables`, `table`, `sql`, `pandas`, `polars`, `duckdb`, `snapshot`.

    Whoever may not take lists of people out sees names and contact data hidden. What is not named here is done by the
    replica itself.
    """

    def __init__(self, ws: Context) -> None:
        super().__init__(ws)
        self._con: Any = None
        self._queries = 0
        self._noted: set[tuple[str, frozenset[str]]] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ws.lake, name)

    def tables(self) -> list[str]:
        """The names of the tables: `users`, `accounts`, `tracks`, …, one for each event, one for each insight."""
        return list(self._offers().tables)

    def table(self, name: str) -> ir.Table:
        """One table as an Ibis expression on the engine of the workspace; NotFound when there is none.

        The replica's own tables (`people`, `events`, `facts` …) are given to those who see contact data.
        """
        offered = self._offers()
        if name in offered.tables:
            self._note(offered, "", {name})
            con = self._prepared(offered, {name})
            if isinstance(con, Cluster):
                return offered.tables[name].read(self._ws.lake, is_masked=self._is_masked())
            found: ir.Table = con.table(name)
            return found
        if self._is_masked():
            raise NotFound(what=_("table"), key=name)
        self._note(offered, "", {name})
        return self._ws.lake.table(name)

    def sql(self, query: str) -> ir.Table:
        """A query over the tables, as an Ibis expression: `.execute()` gives a pandas data frame.

        It runs in this process, or on the cluster of the workspace, as the engine's own SQL.
        """
        plain = query.strip().rstrip(";")
        offered = self._offers()
        named = {word.lower() for word in _WORD.findall(plain)} & set(offered.tables)
        con = self._prepared(offered, named)
        self._note(offered, plain, named)
        if isinstance(con, Cluster):
            return con.query(plain)
        self._queries += 1
        con.raw_sql(f"CREATE VIEW habitue_query_{self._queries} AS {plain}")
        found: ir.Table = con.table(f"habitue_query_{self._queries}")
        return found

    def pandas(self, table_or_query: str) -> Any:
        """A table or a query as a pandas data frame."""
        return self._expression(table_or_query).to_pandas()

    def polars(self, table_or_query: str) -> Any:
        """A table or a query as a Polars data frame; needs Polars, which is not installed with Habitué."""
        return self._expression(table_or_query).to_polars()

    def duckdb(self) -> Any:
        """A DuckDB connection in this process that knows every table."""
        con = self._ws.lake.engine()
        offered = self._offers()
        _prepare(con, self._ws, offered, offered.tables, self._is_masked())
        self._note(offered, "", offered.tables)
        return con.con

    def answer(self, query: str, *, limit: int = console.SHOWN_ROWS) -> Answer:
        """The first rows of a query, asked in a bounded process as the page does."""
        return console.run(self._ws, query, limit=limit)

    def download(self, query: str) -> QueryFile:
        """All rows of a query as CSV, names and contact data hidden; stands in the ledger."""
        return console.download(self._ws, query)

    def queries(self) -> Sequence[SavedQuery]:
        """The saved queries, by folder and name."""
        return saved.listing(self._ws)

    def saved(self, name: str) -> SavedQuery:
        """The saved query of that name; raises NotFound."""
        return saved.by_name(self._ws, name)

    def save_query(self, name: str, query: str, *, folder: str = "", query_id: str = "") -> SavedQuery:
        """Save a query under a name, or with `query_id` that one anew."""
        return save(self._ws, name=name, query=query, folder=folder, query_id=query_id)

    def remove_query(self, query_id: str) -> SavedQuery:
        """Forget a saved query; gives it back."""
        return remove(self._ws, query_id=query_id)

    def snapshot(self, folder: Path | str | None = None, *, purpose: str = "") -> Snapshot:
        """One Parquet file for each table, into `warehouse` of the workspace's folder or another one.

        Outside of the workspace's folder names and contact data are hidden unless a `purpose` is given.
        """
        return write_snapshot(self._ws, folder, purpose=purpose)

    def _expression(self, table_or_query: str) -> ir.Table:
        is_name = _WORD.fullmatch(table_or_query.strip()) is not None
        return self.table(table_or_query.strip()) if is_name else self.sql(table_or_query)

    def _prepared(self, offered: Offers, names: Iterable[str]) -> Any:
        """The connection that knows these tables: that of the cluster, else one of our own."""
        if isinstance(self._ws.lake.con, Cluster):
            for name in sorted(names):
                expression = offered.tables[name].read(self._ws.lake, is_masked=self._is_masked())
                self._ws.lake.con.offer(name, expression)
            return self._ws.lake.con
        if self._con is None:
            self._con = self._ws.lake.engine()
        _prepare(self._con, self._ws, offered, names, self._is_masked())
        return self._con

    def _note(self, offered: Offers, query: str, names: Iterable[str]) -> None:
        """Let the ledger know which tables with names or contact data were opened, each question once."""
        what = (query, frozenset(names))
        if what not in self._noted and not self._is_masked() and traces.are_personal(offered, what[1]):
            self._noted.add(what)
            traces.note(self._ws, "lake.read", query, what[1])

    def _offers(self) -> Offers:
        policy.require(self._ws.actor, "sql.run")
        return offers(self._ws)

    def _is_masked(self) -> bool:
        return not sees_contacts(self._ws.actor)


def _prepare(con: Any, ws: Context, offered: Offers, names: Iterable[str], is_masked: bool) -> None:
    source = Unbound(ws.lake)
    views = {name: sql(offered.tables[name].read(source, is_masked=is_masked)) for name in sorted(names)}
    for statement in source.preparation:
        con.raw_sql(statement)
    for name, view in views.items():
        con.raw_sql(f'CREATE OR REPLACE VIEW "{name}" AS {view}')
