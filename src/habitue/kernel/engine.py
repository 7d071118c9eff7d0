"""The engines of the lake: DuckDB in this process, or a Spark cluster; both taught the functions that rules need."""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from habitue.kernel.cluster import Cluster, engine_on_cluster
from habitue.kernel.memory import of_machine, share_mb

# As a JSON pointer, for there any name is a name: in a path `*` stands for every name, and a quote ends it.
_POINTER = "'/' || replace(replace(name, '~', '~0'), '/', '~1')"
MACROS = (
    f"""CREATE OR REPLACE MACRO habitue_json_text(document, name) AS
        TRY(json_extract_string(document, {_POINTER}))""",
    f"""CREATE OR REPLACE MACRO habitue_json_items(document, name) AS
        CASE WHEN json_type(document, {_POINTER}) = 'ARRAY'
        THEN json_extract(json_extract(document, {_POINTER}), '$[*]')::VARCHAR[] END""",
)


# DuckDB 2.0.0 puts small pieces of a selective join together, and when their texts come from several row groups of a
# Parquet file it gives up: "dict-surviving cache: global dictionary column 0 changed identity".
_NO_CACHING = "SET enable_caching_operators=false"


# A quotation mark inside a text of SQL is doubled, so that no text looks like this.
_SETTING = re.compile(r"GETVARIABLE\('(\w+)'\)", re.IGNORECASE)


@ibis.udf.scalar.builtin(name="habitue_json_text")  # type: ignore[untyped-decorator]  # of a library without types
def json_value(document: str, key: str) -> str:
    """The value under a name of a JSON object as text: a function that every engine of the lake is taught."""
    raise NotImplementedError("the engine computes this")


@ibis.udf.scalar.builtin(name="habitue_json_items")  # type: ignore[untyped-decorator]  # of a library without types
def json_elements(document: str, key: str) -> list[str]:
    """The elements of the array under a name of a JSON object, each as JSON; missing when there is no array."""
    raise NotImplementedError("the engine computes this")


def elements(table: ir.Table, document: str, key: str) -> ir.Table:
    """One row an element of the array under `key` of the JSON in the column `document`: `element`, itself JSON.

    Rows without such an array are left out, the document too. `key` is a plain name.
    """
    rest = [name for name in table.columns if name != document]
    if table.get_backend().name != "pyspark":
        return table.select(*rest, element=table[document].cast("json")[key].array.unnest())
    # Spark unnests no array that a function returns, unless it stands in a query of its own.
    array = f"from_json(get_json_object(`{document}`, '$.{key}'), 'array<string>')"
    listed = ", ".join(f"`{name}`" for name in rest)
    return table.alias("with_elements").sql(f"SELECT {listed}, explode({array}) AS element FROM with_elements")


def records(table: ir.Table, document: str, key: str, fields: Sequence[str]) -> ir.Table:
    """One row an object of the array under `key` of the JSON in the column `document`: its `fields` as text.

    The same as `elements` and `text_in`, with every document read once. Rows without such an array are left out.
    """
    rest = [name for name in table.columns if name != document]
    if table.get_backend().name == "pyspark":
        listed = elements(table, document, key)
        return listed.select(*rest, **{name: text_in(listed.element, name) for name in fields})
    read = _reader(key, tuple(fields))
    listed = table.select(*rest, element=read(table[document], _shape(key, fields))[key].unnest())
    return listed.select(*rest, **{name: listed.element[name] for name in fields})


def _shape(key: str, fields: Sequence[str]) -> str:
    return json.dumps({key: [dict.fromkeys(fields, "VARCHAR")]})


@cache
def _reader(key: str, fields: tuple[str, ...]) -> Any:
    """What reads a document into the shape of one key with its fields."""
    element = dt.Struct(dict.fromkeys(fields, dt.string))
    kind = dt.Struct({key: dt.Array(element)})

    def json_transform(document: str, shape: str) -> Any:
        raise NotImplementedError("the engine computes this")

    return ibis.udf.scalar.builtin(json_transform, signature=((dt.string, dt.string), kind))


def text_in(element: ir.Value, key: str) -> ir.StringValue:
    """The value under `key` of one of those elements as text, missing where there is none."""
    if not element.type().is_json():
        return json_value(element, key)
    value = element[key]
    return ibis.coalesce(value.str, value.cast("string").nullif("null"))


@ibis.udf.scalar.builtin(name="getvariable", signature=(("string",), "timestamp('UTC', 6)"))  # type: ignore[untyped-decorator]  # of a library without types
def _instant_setting(key: str) -> datetime:
    raise NotImplementedError("the engine computes this")


@ibis.udf.scalar.builtin(name="getvariable", signature=(("string",), "date"))  # type: ignore[untyped-decorator]  # of a library without types
def _day_setting(key: str) -> date:
    raise NotImplementedError("the engine computes this")


def set_instant(name: str) -> Any:
    """An instant that is told when the question is asked: see `prepare` and `answer`."""
    return _instant_setting(ibis.literal(name))


def set_day(name: str) -> Any:
    """A day that is told when the question is asked: see `prepare` and `answer`."""
    return _day_setting(ibis.literal(name))


def fellow(con: Any) -> Any:
    """A further cursor on the tables of an engine in process, for another thread, with plain plans.

    To plan a question well took ten times as long as to answer it of some hundred people (measured).
    """
    cursor = con.con.cursor()
    cursor.execute("SET TimeZone='UTC'")
    cursor.execute("PRAGMA disable_optimizer")
    return cursor


def prepare(cursor: Any, name: str, sql: str) -> frozenset[str]:
    """Keep a question under a name with a cursor of the engine in process; returns the settings that it asks for.

    What is kept is read once; the engine plans it at every asking, so new rows in its tables are seen.
    """
    cursor.execute(f"PREPARE {name} AS {_SETTING.sub(lambda found: f'${found[1]}', sql)}")
    return frozenset(_SETTING.findall(sql))


def answer(cursor: Any, name: str, settings: Mapping[str, datetime | date]) -> Mapping[str, Any]:
    """Ask a question that is kept; columns as arrays of numpy."""
    told = ", ".join(f"{setting} := {_literal(value)}" for setting, value in settings.items())
    columns: Mapping[str, Any] = cursor.execute(f"EXECUTE {name}({told})" if told else f"EXECUTE {name}").fetchnumpy()
    return columns


def _literal(value: datetime | date) -> str:
    return f"{'TIMESTAMPTZ' if isinstance(value, datetime) else 'DATE'} '{value.isoformat()}'"


def engine_in_process(*, memory_mb: int = 0, folder: Path | None = None) -> Any:
    """A new connection of the engine in process: UTC, two threads, and the functions of the lake.

    What it cannot hold in `memory_mb` (0: its share of the machine) goes into `folder`; without one it gives up then.
    """
    con = ibis.duckdb.connect(
        threads=2,
        memory_limit=f"{memory_mb or share_mb(of_machine())}MiB",
        temp_directory="" if folder is None else str(folder),
    )
    con.raw_sql("SET TimeZone='UTC'")
    con.raw_sql(_NO_CACHING)
    for macro in MACROS:
        con.raw_sql(macro)
    return con


def in_batches(table: ir.Table, rows: int) -> Iterator[pa.RecordBatch]:
    """The rows of an expression, so many at a time as the engine in process finds them; a cluster hands over all."""
    con = table.get_backend()
    if con.name != "duckdb":
        yield from con.to_pyarrow(table).to_batches(max_chunksize=rows)
        return
    # Ibis 12 has this as `to_pyarrow_batches`, which calls what DuckDB 2.0 has no more.
    yield from con._to_duckdb_relation(table).to_arrow_reader(rows)


def engine_errors() -> tuple[type[Exception], ...]:
    """What an engine raises when it cannot carry out a question: its own errors, those of Ibis and of Arrow."""
    import duckdb
    from ibis.common.exceptions import IbisError

    return (duckdb.Error, IbisError, pa.ArrowException)


def is_file_gone(error: Exception) -> bool:
    """Whether a question broke off because a file of the lake was taken away while it was read."""
    import duckdb

    return isinstance(error, duckdb.IOException | FileNotFoundError)


@contextlib.contextmanager
def temporary_engine(engine: str = "duckdb", *, memory: str = "1200MB") -> Iterator[Any]:
    """A connection for work that leaves nothing behind: `duckdb` in this process, `spark`, or `spark://host:7077`.

    DuckDB spills into a temporary folder beyond `memory`; `spark` is the session that is active, else a local one.
    """
    if engine != "duckdb":
        with _spark("local[2]" if engine == "spark" else engine) as con:
            yield con
        return
    with tempfile.TemporaryDirectory(prefix="habitue-engine-") as folder:
        con = ibis.duckdb.connect(threads=2, memory_limit=memory, temp_directory=folder)
        con.raw_sql(_NO_CACHING)
        try:
            yield con
        finally:
            con.disconnect()


def temporary_rows(con: Any, name: str, rows: pa.Table) -> ir.Table:
    """Rows as a table of a temporary engine; to a cluster they go over the network, for it may share no files."""
    if isinstance(con, Cluster):
        return con.given(name, rows)
    made: ir.Table = con.create_table(name, rows, temp=True)
    return made


def is_cluster(con: Any) -> bool:
    """Whether a temporary engine is a cluster, which spreads its work by itself."""
    return isinstance(con, Cluster)


@contextlib.contextmanager
def _spark(address: str) -> Iterator[Cluster]:
    from pyspark.sql import SparkSession

    was_active = SparkSession.getActiveSession() is not None
    con = engine_on_cluster(address)
    try:
        yield con
    finally:
        if not was_active:
            con.stop()
