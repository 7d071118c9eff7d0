"""The process that carries out one query of somebody: nothing but the tables that it is given, and bounded.

It reads one request (JSON) from its input. To its output it writes `B` when it begins with the query, then one answer:
`E` and an error as JSON, or `A` and the rows as an Arrow stream. It is started anew for every query, with an empty
environment, and killed when its time is over; so it may import the engine directly, which starts in a tenth of the
time.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import pyarrow as pa

from habitue.kernel.console_check import Refused, tables_of

_BATCH = 10_000
_MIB = 1 << 20
Give = Callable[[pa.RecordBatchReader, Mapping[str, Any], Any], None]


def answer(give: Give) -> None:
    """Answer the request on the standard input: `give` writes the rows of the query."""
    request = json.load(sys.stdin.buffer)
    bound(int(request["memory_mb"]), int(request["seconds"]))
    out = sys.stdout.buffer
    try:
        con = connect(int(request["memory_mb"]))
        out.write(b"B")
        out.flush()
        needed = needed_tables(con, request)
        prepare(con, request, needed)
        lock(con, request["paths"])
        reader = con.execute(request["query"]).to_arrow_reader(_BATCH)
        give(reader, request, out)
    except Refused as refused:
        fail({"code": refused.code, "word": refused.word, "place": refused.place})
    except duckdb.Error as error:
        fail({"code": "engine", "kind": type(error).__name__, "message": str(error)})
    except RecursionError:
        fail({"code": "too_long"})
    except (MemoryError, pa.ArrowMemoryError):
        fail({"code": "engine", "kind": "OutOfMemoryException", "message": ""})


def bound(memory_mb: int, seconds: int) -> None:
    """Let the system hold the limits too: memory, time of the processors, no file written, none left behind."""
    most = memory_mb * _MIB + 3_000 * _MIB  # what the engine maps without using it counts too
    for what, limit in (
        (resource.RLIMIT_AS, most),
        (resource.RLIMIT_CPU, 2 * seconds + 2),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (limit, limit))


def connect(memory_mb: int) -> duckdb.DuckDBPyConnection:
    """The engine in memory: two threads, no spilling to disk."""
    con = duckdb.connect(config={"threads": 2, "memory_limit": f"{memory_mb}MB", "temp_directory": ""})
    con.execute("SET TimeZone='UTC'")
    return con


def needed_tables(con: duckdb.DuckDBPyConnection, request: Mapping[str, Any]) -> frozenset[str]:
    """The tables that the query names; raises Refused for anything but one reading query."""
    row = con.execute("SELECT json_serialize_sql(CAST($query AS VARCHAR))", {"query": request["query"]}).fetchone()
    tree = json.loads(row[0]) if row else {}
    if tree.get("error"):
        if tree.get("error_type") == "not implemented":
            raise Refused("not_a_select", "", -1)
        place = str(tree.get("position", ""))
        raise Refused("syntax", str(tree.get("error_message", "")), int(place) if place.isdigit() else -1)
    own = con.execute("SELECT view_name FROM duckdb_views() UNION SELECT table_name FROM duckdb_tables()").fetchall()
    return tables_of(tree, request["tables"], {str(name).lower() for (name,) in own})


def prepare(con: duckdb.DuckDBPyConnection, request: Mapping[str, Any], needed: frozenset[str]) -> None:
    """Make the tables that the query needs."""
    for statement in request["preparation"]:
        con.execute(statement)
    for name in sorted(needed):
        con.execute(f'CREATE VIEW "{name}" AS {request["tables"][name]}')


def lock(con: duckdb.DuckDBPyConnection, paths: list[str]) -> None:
    """Close every other door: no file but these, no network, no extension, no setting."""
    con.execute("SET allowed_paths = $paths", {"paths": paths})
    con.execute("SET autoinstall_known_extensions = false")
    con.execute("SET autoload_known_extensions = false")
    con.execute("SET allow_community_extensions = false")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def write(reader: pa.RecordBatchReader, request: Mapping[str, Any], out: Any) -> None:
    """Write at most `limit` rows; the first byte waits for the last of them, so that an error can still be told."""
    left = int(request["limit"])
    batches: list[pa.RecordBatch] = []
    while left > 0 and (batch := next(reader, None)) is not None:
        part = batch.slice(0, left)
        left -= part.num_rows
        batches.append(part)
    out.write(b"A")
    with pa.ipc.new_stream(out, reader.schema) as stream:
        for batch in batches:
            stream.write_batch(batch)


def fail(error: Mapping[str, Any]) -> None:
    """Tell why there is no answer."""
    sys.stdout.buffer.write(b"E" + json.dumps(error).encode())


if __name__ == "__main__":
    answer(write)
