"""The trace that reading names and contact data leaves in the ledger: which tables, never the values or the query."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from habitue.activation.console.offers import Offers
from habitue.audit import ledger
from habitue.kernel.context import Context


def note(ws: Context, verb: str, query: str, tables: Iterable[str], **more: int) -> None:
    """One entry: the digest of the query, its tables, and numbers such as `rows` and `columns`."""
    digest = hashlib.sha256(query.encode()).hexdigest()
    details: dict[str, object] = {"query_sha256": digest, "tables": sorted(tables), **more}
    with ws.register.write() as conn:
        ledger.record(conn, ws, verb=verb, subject_kind="query", subject_id=digest[:16], details=details)


def are_personal(offered: Offers, names: Iterable[str]) -> bool:
    """Whether one of the tables may hold names or contact data; one that is not offered may."""
    return any(name not in offered.tables or offered.tables[name].is_personal for name in names)
