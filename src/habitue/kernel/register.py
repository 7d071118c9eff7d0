"""The register: one relational store on SQLite (WAL) or PostgreSQL, spoken to through SQLAlchemy Core."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, Literal, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.types import TypeDecorator, TypeEngine

from habitue.kernel.clock import from_micros, micros

BUSY_SECONDS = 5
# Pages that change again and again are then written to the register once for many transactions.
CHECKPOINT_PAGES = 32_768
Synchronous = Literal["FULL", "NORMAL"]

T = TypeVar("T")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant: integer microseconds in UTC on SQLite, timestamptz on PostgreSQL; aware datetimes in Python."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        if value is None:
            return None
        return value if dialect.name == "postgresql" else micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return from_micros(value)


class BigId(TypeDecorator[int]):
    """A 64-bit row number that SQLite can hand out itself (its rowid must be declared INTEGER)."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.Integer())
        return dialect.type_descriptor(sa.BigInteger())


class Memory:
    """What a process remembers of a register between transactions: one object of each kind, made when it is wanted.

    Whoever keeps something here must notice by the register itself when it no longer holds.
    """

    def __init__(self) -> None:
        self._kept: dict[type, object] = {}

    def of(self, kind: type[T]) -> T:
        """The object of a kind."""
        found = self._kept.get(kind)
        if not isinstance(found, kind):
            found = self._kept[kind] = kind()
        return found

    def forget(self) -> None:
        """Forget what the register tells anyway; what holds of the process itself (`is_of_process`) stays."""
        self._kept = {kind: kept for kind, kept in self._kept.items() if getattr(kind, "is_of_process", False)}


class Register:
    """Opens connections and transactions on one database.

    `write()` is one short transaction that holds the write lock from its start (BEGIN IMMEDIATE on SQLite);
    `read()` sees one consistent snapshot.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.memory = Memory()

    @property
    def is_sqlite(self) -> bool:
        """Whether the register is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading; nothing is kept of what it changes."""
        with self.engine.connect() as conn:
            yield conn
            conn.rollback()

    @contextlib.contextmanager
    def write(self, *, synchronous: Synchronous = "FULL") -> Iterator[Connection]:
        """One transaction: committed at the end of the block, rolled back when the block raises."""
        with self.engine.connect().execution_options(begin_mode="IMMEDIATE") as conn:
            if self.is_sqlite:
                _set_synchronous(conn, synchronous)
            with conn.begin():
                yield conn

    def forget_deleted(self) -> None:
        """Take what was deleted out of the files beside the register too: the log of changes is begun anew."""
        if self.is_sqlite:
            with self.engine.connect() as conn:
                conn.exec_driver_sql("COMMIT")
                conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                conn.exec_driver_sql("BEGIN")

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _set_synchronous(conn: Connection, level: Synchronous) -> None:
    dbapi: Any = conn.connection.dbapi_connection
    dbapi.execute(f"PRAGMA synchronous={level}")


def _engine(url: str) -> Engine:
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    options = {"options": "-c timezone=UTC"}
    return sa.create_engine(parsed, pool_pre_ping=True, connect_args=options, hide_parameters=True)


def _sqlite_engine(url: str) -> Engine:
    options = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=options, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _on_connect(dbapi: DBAPIConnection, _record: object) -> None:
        # The driver must not open transactions by itself: BEGIN is issued below, with the mode that we choose.
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            # What is deleted is overwritten, so that nothing of an erased person can be read from the file.
            "secure_delete=ON",
            "temp_store=MEMORY",
            "cache_size=-65536",
            f"wal_autocheckpoint={CHECKPOINT_PAGES}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(conn: Connection) -> None:
        mode = conn.get_execution_options().get("begin_mode", "DEFERRED")
        conn.exec_driver_sql(f"BEGIN {mode}")

    return engine


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Slices of at most `size`, since a statement takes a limited number of parameters."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def dialect_insert(conn: Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what to do on a conflict; both databases spell it the same."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def insert_ignoring(conn: Connection, table: sa.Table) -> sa.Insert:
    """An INSERT that leaves rows alone whose key is there already."""
    return dialect_insert(conn, table).on_conflict_do_nothing()


def upsert(conn: Connection, table: sa.Table, *, newer_by: sa.Column[Any] | None = None) -> sa.Insert:
    """An INSERT that overwrites the other columns of a row whose primary key is there already.

    With `newer_by`, only a row whose column is at least as great as the stored one overwrites.
    """
    keys = [column.name for column in table.primary_key.columns]
    insert = dialect_insert(conn, table)
    others = {c.name: insert.excluded[c.name] for c in table.columns if c.name not in keys}
    where = None if newer_by is None else insert.excluded[newer_by.name] >= newer_by
    return insert.on_conflict_do_update(index_elements=keys, set_=others, where=where)


def bulk(conn: Connection, statement: sa.Insert | sa.Update, rows: Sequence[dict[str, Any]]) -> None:
    """Run a statement for many rows past SQLAlchemy's handling of every single one; all rows have the same keys.

    The rows are changed in place: instants become what the database stores, where they are not so already.
    """
    if not rows:
        return
    keys = list(rows[0]) if isinstance(statement, sa.Insert) else None
    compiled = statement.compile(dialect=conn.dialect, column_keys=keys)
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(str(compiled), list(rows))
        return
    instants = [c.name for c in statement.table.columns if isinstance(c.type, Instant) and c.name in rows[0]]
    for name in instants:
        for row in rows:
            value = row[name]
            row[name] = micros(value) if isinstance(value, datetime) else value
    values = itemgetter(*(compiled.positiontup or ()))
    parameters = list(map(values, rows)) if len(compiled.positiontup or ()) > 1 else [(values(row),) for row in rows]
    conn.exec_driver_sql(str(compiled), parameters)


def write_rows(conn: Connection, table: sa.Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert many rows at the speed of the driver: executemany on SQLite, COPY on PostgreSQL.

    Values are as the database stores them; see `stored_instant`. A row is made when it is its turn, and then gone.
    """
    names = ", ".join(f'"{column}"' for column in columns)
    cursor: Any = conn.connection.cursor()
    if conn.dialect.name == "postgresql":
        with cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    with contextlib.closing(cursor):
        cursor.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})', rows)


def stored_instant(conn: Connection) -> Callable[[datetime], object]:
    """How the database stores an instant: the function from an aware datetime to what is written."""
    return _itself if conn.dialect.name == "postgresql" else micros


def as_stored(column: sa.Column[Any]) -> sa.TypeCoerce[Any]:
    """An instant as the database stores it, for what only compares it or writes it again: see `stored_instant`."""
    return sa.type_coerce(column, sa.BigInteger())


def _itself(at: datetime) -> datetime:
    return at


def among(conn: Connection, column: sa.Column[Any], items: Iterable[Any]) -> sa.ColumnElement[bool]:
    """`column IN (items)` as one parameter, whatever the number of items."""
    values = list(items)
    if conn.dialect.name == "postgresql":
        kind = postgresql.ARRAY(sa.BigInteger if isinstance(column.type, sa.Integer | BigId) else sa.Text)
        return column == sa.any_(sa.bindparam(None, values, type_=kind))
    each = sa.func.json_each(msgspec.json.encode(values).decode()).table_valued("value")
    return column.in_(sa.select(each.c.value))
