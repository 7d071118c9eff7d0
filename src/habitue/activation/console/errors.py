"""Why a query has no answer, in plain words that point at the place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from habitue.kernel.console import Failed
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

_QUOTED = re.compile(r'near "(.*)"$', re.DOTALL)
_FOUND = re.compile(r'(?:column|table|Function with name|name) "?([\w.]+)"?', re.IGNORECASE)
_CANDIDATES = re.compile(r"(?:Candidate (?:bindings|tables)|Did you mean)[: ]+(.+)")
_LINE = re.compile(r"LINE (\d+): (.*)\n(\s*)\^")
_INNER = re.compile(r"\b(?:lake|ibis)_\w+")


class QueryFailed(HabitueError):
    """A query that cannot be answered."""

    code = "query_failed"
    message = _("The query cannot be answered: %(problem)s")
    next_step = _("Change the query and run it again.")


class QuerySyntax(QueryFailed):
    """It is not SQL."""

    code = "query_syntax"
    message = _("Line %(line)s, character %(column)s: the query cannot be read near “%(word)s”.")


class QueryTableUnknown(QueryFailed):
    """A table that is not offered."""

    code = "query_table_unknown"
    message = _("Line %(line)s, character %(column)s: there is no table “%(word)s” here.")
    next_step = _("These tables sound alike: %(near)s. All are listed beside the query, and by `habitue lake tables`.")


class QueryColumnUnknown(QueryFailed):
    """A column that the tables do not have."""

    code = "query_column_unknown"
    message = _("Line %(line)s, character %(column)s: there is no column “%(word)s” in these tables.")
    next_step = _("These columns sound alike: %(near)s.")


class QueryNotAllowed(QueryFailed):
    """More than reading the tables."""

    code = "query_not_allowed"
    message = _("Line %(line)s, character %(column)s: “%(word)s” may not be used here.")
    next_step = _("A query reads the tables that are listed, with the usual functions of SQL; nothing else is open.")


class QueryNotSelect(QueryFailed):
    """Not one single reading query."""

    code = "query_not_select"
    message = _("Only one query that reads may be run: it begins with SELECT, WITH or FROM.")


class QueryTooSlow(QueryFailed):
    """Its time is over."""

    code = "query_too_slow"
    message = _("The query was stopped after %(seconds)s seconds.")
    next_step = _("Ask for a shorter time or fewer columns, or look for a join without a condition.")


class QueryNotBegun(QueryFailed):
    """The machine was too busy to begin with it."""

    code = "query_not_begun"
    message = _("The machine is too busy just now: the query was not begun.")
    next_step = _("Run it again in a moment; nothing is wrong with the query.")
    retry_helps = True


class QueryStopped(QueryFailed):
    """Somebody stopped it."""

    code = "query_stopped"
    message = _("The query was stopped.")
    next_step = _("Nothing was changed.")


class QueryTooBig(QueryFailed):
    """More memory than a query may use."""

    code = "query_too_big"
    message = _("The query needs more memory than a query may use.")
    next_step = _("Ask for fewer rows or columns, or count and add up instead of listing.")


def told(failed: Failed, query: str, tables: Iterable[str], seconds: int) -> QueryFailed:
    """The failure as an error for people. Pure."""
    line, column = _line_and_column(query, failed)
    where = {"line": line, "column": column}
    names = list(tables)
    match failed.code:
        case "syntax":
            near = _QUOTED.search(failed.word)
            return QuerySyntax(word=near[1] if near else failed.word, **where)
        case "table":
            return QueryTableUnknown(word=failed.word, near=_near(failed.word, names), **where)
        case "function" | "node" | "name" | "parameter":
            return QueryNotAllowed(word=failed.word or "$", **where)
        case "several" | "not_a_select":
            return QueryNotSelect()
        case "time":
            return QueryTooSlow(seconds=seconds)
        case "busy":
            return QueryNotBegun()
        case "stopped":
            return QueryStopped()
        case "memory" | "size" | "too_long":
            return QueryTooBig()
    return _of_engine(failed, where, names)


def _of_engine(failed: Failed, where: dict[str, int], names: list[str]) -> QueryFailed:
    if failed.kind == "OutOfMemoryException":
        return QueryTooBig()
    words = failed.message.split("\n\nLINE ")[0]
    first = words.splitlines()[0] if words else failed.kind
    found = _FOUND.search(first)
    if failed.kind == "BinderException" and found and "not found" in first:
        candidates = _CANDIDATES.search(words)
        near = candidates[1].replace('"', "") if candidates else "–"
        return QueryColumnUnknown(word=found[1], near=_INNER.sub("…", near), **where)
    if failed.kind == "CatalogException" and found:
        return QueryTableUnknown(word=found[1], near=_near(found[1], names), **where)
    return QueryFailed(problem=_INNER.sub("…", first.partition(": ")[2] or first)[:300])


def _near(word: str, names: list[str]) -> str:
    return ", ".join(difflib.get_close_matches(word.lower(), names, n=3, cutoff=0.4) or names[:3])


def _line_and_column(query: str, failed: Failed) -> tuple[int, int]:
    """Where it is, counted from 1; the engine counts bytes."""
    if failed.place >= 0:
        before = query.encode()[: failed.place].decode(errors="replace")
        return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    marked = _LINE.search(failed.message)
    if marked is None:
        return 1, 1
    number = int(marked[1])
    shown = marked[2]
    place = max(0, len(marked[3]) - len(f"LINE {number}: "))
    whole = (query.splitlines() or [""])[min(number, len(query.splitlines()) or 1) - 1]
    start = whole.find(shown.strip(".")[:30].strip()) if shown.startswith("...") else 0
    return number, max(start, 0) + place + 1 - (3 if shown.startswith("...") else 0)
