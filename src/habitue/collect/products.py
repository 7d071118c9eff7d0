"""What imported lists say of products: name, category and brand by article number, where orders name a number alone.

Every import keeps its own rows, and the newest one speaks; so an import that is undone leaves what was said before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.register import bulk, metadata, upsert

DETAILS = ("name", "category", "brand")

products = sa.Table(
    "collect_products",
    metadata,
    sa.Column("import_id", sa.Text, primary_key=True),
    sa.Column("sku", sa.Text, primary_key=True),
    *(sa.Column(name, sa.Text) for name in DETAILS),
)


def note(conn: Connection, import_id: str, rows: Iterable[Mapping[str, str]]) -> None:
    """Keep what an import says of products; of the same number in one file the last row holds."""
    by_number = {row["sku"]: {"import_id": import_id, **dict.fromkeys(DETAILS), **row} for row in rows}
    bulk(conn, upsert(conn, products), list(by_number.values()))


def known(conn: Connection) -> list[Mapping[str, str | None]]:
    """Every product with what the newest import that names it says (sku, name, category, brand)."""
    place = sa.func.row_number().over(partition_by=products.c.sku, order_by=products.c.import_id.desc())
    newest = sa.select(products, place.label("place")).subquery()
    wanted = [newest.c[name] for name in ("sku", *DETAILS)]
    found = conn.execute(sa.select(*wanted).where(newest.c.place == 1).order_by(newest.c.sku))
    return [dict(row) for row in found.mappings()]


def version(conn: Connection) -> int:
    """A number that changes whenever `known` may say something else; 0 while there is no list."""
    count, newest = conn.execute(sa.select(sa.func.count(), sa.func.max(products.c.import_id))).one()
    return crc32(f"{count} {newest}".encode()) if count else 0


def forget(conn: Connection, import_id: str) -> None:
    """Take back what an import said."""
    conn.execute(sa.delete(products).where(products.c.import_id == import_id))
