"""Whether a query only reads the tables that it may: told from the tree that the engine itself makes of it. Pure.

What is not known to be harmless is refused: statements, tables, table functions, functions, kinds of nodes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FUNCTIONS: Final = frozenset((Path(__file__).with_name("console_functions.txt")).read_text("utf-8").split())
OPERATORS: Final = frozenset(
    {
        "+", "-", "*", "/", "//", "%", "**", "^", "^@", "||", "&", "|", "<<", ">>", "~", "~~", "!~~", "~~*", "!~~*",
        "~~~", "->", "->>", "@", "@>", "<@", "&&", "!", "!__postfix",
    }
)  # fmt: skip
TABLE_FUNCTIONS: Final = frozenset({"range", "generate_series", "unnest"})
INNER: Final = "lake_"
_NAME: Final = re.compile(r"[^\W\d]\w*")
MOST_NODES: Final = 20_000
_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_TABLES: Final = frozenset({"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EMPTY", "EXPRESSION_LIST", "PIVOT"})
_MODIFIERS: Final = frozenset({"ORDER_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "DISTINCT_MODIFIER"})
_ORDERS: Final = frozenset({"ORDER_DEFAULT", "ASCENDING", "DESCENDING"})
_CLASSES: Final = frozenset(
    {
        "COLUMN_REF", "CONSTANT", "FUNCTION", "STAR", "COMPARISON", "CONJUNCTION", "CASE", "CAST", "BETWEEN",
        "OPERATOR", "SUBQUERY", "WINDOW", "LAMBDA", "LAMBDA_REF", "COLLATE", "POSITIONAL_REFERENCE", "TYPE",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """Why a query may not run: a code, the word in question, and where it stands (-1 when unknown)."""

    code: str
    word: str
    place: int


def tables_of(tree: Mapping[str, Any], known: Collection[str], inner: Collection[str]) -> frozenset[str]:
    """The tables that a query reads, of those that are `known`; raises Refused.

    A query may name parts of itself, but not as something that is there already (`inner`: what the tables are made
    of, and what the engine brings along), nor as a file: outside of that part the name would mean the other thing.
    """
    statements = tree["statements"]
    if len(statements) != 1:
        raise Refused("several", "", -1)
    if statements[0].get("named_param_map"):
        raise Refused("parameter", "", -1)
    found: set[str] = set()
    ends = {str(name).lower(): str(name) for name in known}
    named = {key.lower() for node in _dicts(statements) for key in _named(node)}
    for key in sorted(named):
        if key in inner or key.startswith(INNER) or not _NAME.fullmatch(key):
            raise Refused("name", key, -1)
    for number, node in enumerate(_dicts(statements)):
        if number > MOST_NODES:
            raise Refused("too_long", "", -1)
        table = _check(node)
        if table is None:
            continue
        if table.lower() in ends:
            found.add(ends[table.lower()])
        elif table.lower() not in named:
            raise Refused("table", table, _place(node))
    return frozenset(found)


def _check(node: Mapping[str, Any]) -> str | None:
    """Refuse what is not known; the name of the table when the node is one."""
    kind, kin = node.get("type"), node.get("class")
    if kin is not None:
        if kin not in _CLASSES:
            raise Refused("node", str(kin), _place(node))
        _check_function(node)
        return None
    if not isinstance(kind, str) or kind.endswith("_TYPE_INFO"):
        return None
    if kind == "BASE_TABLE":
        if node.get("schema_name") or node.get("catalog_name") or len(_path(node)) > 1:
            raise Refused("table", ".".join(filter(None, _path(node))) or str(node.get("table_name")), _place(node))
        return str(node["table_name"])
    if kind == "TABLE_FUNCTION":
        name = str(node["function"]["function_name"]).lower()
        if name not in TABLE_FUNCTIONS or _is_qualified(node["function"]):
            raise Refused("function", name, _place(node))
        return None
    if kind not in _NODES | _TABLES | _MODIFIERS | _ORDERS:
        raise Refused("node", kind, _place(node))
    return None


def _check_function(node: Mapping[str, Any]) -> None:
    if "function_name" not in node:
        return
    name = str(node["function_name"]).lower()
    is_known = name in FUNCTIONS or name in TABLE_FUNCTIONS or name in OPERATORS
    if not is_known or _is_qualified(node):
        raise Refused("function", name, _place(node))


def _is_qualified(node: Mapping[str, Any]) -> bool:
    return str(node.get("schema") or "") not in ("", "main") or bool(node.get("catalog")) or len(_path(node)) > 1


def _path(node: Mapping[str, Any]) -> list[str]:
    told = node.get("qualified_name")
    return [str(part) for part in told.get("path", ())] if isinstance(told, dict) else []


def _named(node: Mapping[str, Any]) -> Iterator[str]:
    """The names that the query gives to parts of itself."""
    ctes = node.get("cte_map")
    if isinstance(ctes, dict):
        yield from (str(entry["key"]) for entry in ctes.get("map", ()))
    if isinstance(node.get("cte_name"), str):
        yield node["cte_name"]


def _place(node: Mapping[str, Any]) -> int:
    place = node.get("query_location")
    return place if isinstance(place, int) and 0 <= place < 2**31 else -1


def _dicts(tree: object) -> Iterator[Mapping[str, Any]]:
    """Every object of the tree, from the outside in; without recursion, for a query may be deep."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
