"""Which properties each event has had, and of which kind: looked up once for every file of facts, then kept.

A file that was rewritten (an undo, an erasure) has another name, so what only it held is forgotten with it. One that
small files were put together into has what they had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa

from habitue.kernel import lake
from habitue.kernel.context import Context
from habitue.profiles.warehouse.kinds import CASTS, Kind, known_kind

SHAPES = pa.schema(
    [
        ("file_name", pa.string()),
        ("type", pa.string()),
        ("name", pa.string()),
        ("path", pa.string()),
        ("kind", pa.string()),
        ("misfits", pa.bool_()),
    ]
)
NAME = "event_shapes"
DEEPEST = 3
MOST_PATHS = 1_000
_LONGEST_KEY = 100
_UNSAFE = frozenset("\"'\\`$[]*")
_LEAVES: Mapping[str, Kind] = {
    "UBIGINT": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "DOUBLE": "decimal",
    "BOOLEAN": "flag",
    "VARCHAR": "text",
}
_STRUCTURES = """
    SELECT type, name, CAST(json_group_structure(CAST(properties AS JSON)) AS VARCHAR)
    FROM read_parquet($files) WHERE json_valid(properties) AND properties <> '{}' GROUP BY ALL
"""
lake.declare(NAME, SHAPES)


@dataclass(frozen=True, slots=True)
class Shape:
    """A property of an event in one file: `path` from the outside in, `misfits` when its kind does not hold all."""

    type: str
    name: str
    path: tuple[str, ...]
    kind: Kind
    misfits: bool


def renew(ws: Context) -> None:
    """Look into the files of facts that nobody has looked into yet; forget those that are gone."""
    files = ws.lake.files("facts")
    before = ws.lake.con.to_pyarrow(ws.lake.table(NAME)) if ws.lake.has(NAME) else SHAPES.empty_table()
    rows = before.to_pylist()
    seen = {row["file_name"] for row in rows}
    fresh = [file for file in files if file not in seen]
    if not fresh and seen <= set(files):
        return
    kept = [row for row in rows if row["file_name"] in files]
    con = ws.lake.engine()
    try:
        for file in fresh:
            kept.extend(_rows(con.con, file, str(ws.lake.path / file)))
    finally:
        con.disconnect()
    ws.lake.write(NAME, pa.Table.from_pylist(kept, schema=SHAPES), seq=ws.lake.sequence("facts"))


def follow_compaction(ws: Context, before: Sequence[str]) -> None:
    """Let the file that took the place of small ones have what was known of them; `before` are the files until then.

    Where one of them was not looked into, the new file is looked into as a whole.
    """
    if not ws.lake.has(NAME):
        return
    files = ws.lake.files("facts")
    gone, fresh = set(before) - set(files), [file for file in files if file not in before]
    rows = ws.lake.con.to_pyarrow(ws.lake.table(NAME)).to_pylist()
    if len(fresh) != 1 or not gone <= {row["file_name"] for row in rows}:
        return
    moved = [{**row, "file_name": fresh[0]} if row["file_name"] in gone else row for row in rows]
    kept = {msgspec.json.encode(row): row for row in moved}
    ws.lake.write(NAME, pa.Table.from_pylist(list(kept.values()), schema=SHAPES), seq=ws.lake.sequence("facts"))


def shapes(ws: Context) -> Sequence[Shape]:
    """What is known now; `renew` first."""
    if not ws.lake.has(NAME):
        return ()
    rows = ws.lake.con.to_pyarrow(ws.lake.table(NAME)).to_pylist()
    return [
        Shape(row["type"], row["name"], tuple(msgspec.json.decode(row["path"])), row["kind"], row["misfits"])
        for row in rows
        if row["type"] is not None
    ]


def _rows(con: Any, file: str, path: str) -> Iterator[dict[str, Any]]:
    """The rows of one file; one without events is remembered by an empty row."""
    found = con.execute(_STRUCTURES, {"files": [path]}).fetchall()
    yield {"file_name": file, "type": None, "name": None, "path": None, "kind": None, "misfits": False}
    for kind, name, structure in found:
        leaves = leaves_of(msgspec.json.decode(structure))
        misfits = _misfits(con, path, kind, name, leaves)
        for each, leaf in leaves.items():
            yield {
                "file_name": file,
                "type": kind,
                "name": name,
                "path": msgspec.json.encode(each).decode(),
                "kind": leaf,
                "misfits": each in misfits,
            }


def leaves_of(structure: object) -> dict[tuple[str, ...], Kind]:
    """The values inside a structure of JSON with their kinds; objects are taken apart, three deep. Pure."""
    found: dict[tuple[str, ...], Kind] = {}
    for path, kind in _leaves((), structure):
        if len(found) == MOST_PATHS:
            break
        found[path] = kind
    return found


def _leaves(path: tuple[str, ...], structure: object) -> Iterator[tuple[tuple[str, ...], Kind]]:
    if isinstance(structure, dict) and len(path) < DEEPEST:
        for key, inner in structure.items():
            if _is_safe(key):
                yield from _leaves((*path, key), inner)
    elif path and structure != "NULL":
        yield path, "list" if isinstance(structure, list) else _LEAVES.get(str(structure), "mixed")


def _is_safe(key: str) -> bool:
    """Whether a key can stand in a path of every engine; others stay in the column `properties`."""
    return 0 < len(key) <= _LONGEST_KEY and key.isprintable() and not _UNSAFE & set(key)


def _misfits(con: Any, path: str, kind: str, name: str, leaves: Mapping[tuple[str, ...], Kind]) -> set[tuple[str, ...]]:
    """The properties of which some value does not fit the kind that its column would have."""
    wanted = {each: CASTS[aim] for each, leaf in leaves.items() if (aim := known_kind(kind, each, leaf)) in CASTS}
    if not wanted:
        return set()
    columns = []
    for each, cast in wanted.items():
        value = f"json_extract_string(properties, '{json_path(each)}')"
        columns.append(f"count({value}) > count(TRY_CAST({value} AS {cast}))")
    met = "type = $type AND name = $name AND json_valid(properties)"
    query = f"SELECT {', '.join(columns)} FROM read_parquet($files) WHERE {met}"
    row = con.execute(query, {"files": [path], "type": kind, "name": name}).fetchone()
    return {each for each, is_misfit in zip(wanted, row, strict=True) if is_misfit}


def json_path(path: Sequence[str]) -> str:
    """A path as the engine in process writes it; its keys are safe."""
    return "$" + "".join(f'."{key}"' for key in path)
