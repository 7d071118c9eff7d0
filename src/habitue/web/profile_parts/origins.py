"""Names of sources and countries of people, for lists and for every why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ibis

from habitue.collect import sources
from habitue.web.templatetags import show

if TYPE_CHECKING:
    from habitue.workspace import Workspace


def source_names(ws: Workspace) -> Mapping[str, str]:
    """The name of every source by id; whoever may see a person may see where the data came from."""
    with ws.register.read() as conn:
        return {source.source_id: source.name for source in sources.listing(conn)}


def countries(ws: Workspace, kind: str) -> Sequence[tuple[str, str]]:
    """The countries that occur, as code and name in the reader's language, the most frequent first."""
    people = ws.context.lake.table("people")
    own = people.filter((people.kind == kind) & people.country.notnull())
    counted = own.group_by("country").aggregate(number=lambda table: table.count())
    order = [ibis.desc("number", nulls_first=False), ibis.asc("country", nulls_first=False)]
    rows = ws.lake.con.to_pyarrow(counted.order_by(order)).to_pylist()
    return [(row["country"], show.country(row["country"])) for row in rows]
