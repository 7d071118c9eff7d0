"""Names of tables and columns: snake case, safe in SQL without quotes, never two alike. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from anyascii import anyascii

LONGEST: Final = 60
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OTHER: Final = re.compile(r"[^a-z0-9]+")
# What DuckDB, PostgreSQL or Spark take for a word of the language where a name is wanted.
RESERVED: Final = frozenset(
    {
        "all", "analyse", "analyze", "and", "anti", "any", "array", "as", "asc", "asof", "asymmetric",
        "authorization", "between", "binary", "both", "by", "case", "cast", "check", "collate", "collation",
        "column", "concurrently", "constraint", "create", "cross", "current_catalog", "current_date",
        "current_role", "current_schema", "current_time", "current_timestamp", "current_user", "default",
        "deferrable", "delete", "desc", "describe", "distinct", "do", "drop", "else", "end", "except", "exists",
        "false", "fetch", "filter", "for", "foreign", "freeze", "from", "full", "function", "generated", "glob",
        "grant", "group", "having", "ilike", "in", "initially", "inner", "insert", "intersect", "into", "is",
        "isnull", "join", "lambda", "lateral", "leading", "left", "like", "limit", "localtime",
        "localtimestamp", "map", "merge", "minus", "natural", "not", "notnull", "null", "offset", "on", "only",
        "or", "order", "outer", "overlaps", "partition", "pivot", "pivot_longer", "pivot_wider", "placing",
        "positional", "primary", "qualify", "references", "returning", "right", "row", "rows", "select", "semi",
        "session_user", "set", "show", "similar", "some", "struct", "summarize", "symmetric", "table",
        "tablesample", "then", "to", "trailing", "true", "union", "unique", "unnest", "unpivot", "update",
        "user", "using", "values", "variadic", "verbose", "view", "when", "where", "window", "with",
    }
)  # fmt: skip


def snake(text: str, *, prefix: str) -> str:
    """A name in snake case: `orderId` becomes order_id, `Заказ оформлен` zakaz_oformlen.

    `prefix` stands before what would not be a name: a digit, a word of SQL, nothing at all. What is too long is cut
    and ends with a digest of the whole, so that two long names stay two.
    """
    words = _CAMEL.sub("_", anyascii(text[:1_000])).lower()
    name = _OTHER.sub("_", words).strip("_")
    if not name:
        return f"{prefix}_{_digest(text)}"
    if name[0].isdigit() or name in RESERVED:
        name = f"{prefix}_{name}"
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 9]}_{_digest(text)}"


def unique(texts: Iterable[str], *, prefix: str, taken: Collection[str] = ()) -> Mapping[str, str]:
    """A name for each text, none of them in `taken`, no two alike.

    A text that is a name already keeps it; of others that would have the same, the later ones by the alphabet get a
    number. A taken name gets the prefix.
    """
    found: dict[str, str] = {}
    used = set(taken)
    for text in sorted(texts, key=lambda each: (snake(each, prefix=prefix) != each, each)):
        name = snake(text, prefix=prefix)
        if name in taken:
            name = f"{prefix}_{name}"
        wanted, number = name, 1
        while wanted in used:
            number += 1
            wanted = f"{name}_{number}"
        used.add(wanted)
        found[text] = wanted
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
