"""Pages of what holds people apart: shared values, and the rules with a preview of what others would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import sqlalchemy as sa
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from habitue.identity.preview import Preview
from habitue.identity.rulebook import LimitInvalid, Pattern, PatternInvalid, Rulebook, check
from habitue.identity.tables import identifiers
from habitue.kernel.clock import day_in
from habitue.kernel.errors import HabitueError
from habitue.profiles.tables import people
from habitue.web.profile_parts.identities import NAMESPACES

if TYPE_CHECKING:
    from habitue.workspace import Workspace

MOST_SHOWN = 8
ASKED = ("user_id", "customer_number", "loyalty_card", "email", "phone", "anonymous_id")


@dataclass(frozen=True, slots=True)
class Day:
    """What one person decided on one day."""

    by: str
    name: str
    day: date
    count: int

    @property
    def iso(self) -> str:
        """The day as forms carry it."""
        return self.day.isoformat()


def days(ws: Workspace, *, limit: int = 20) -> Sequence[Day]:
    """The decisions of the last days by person, the newest first."""
    zone = ws.config.workspace.timezone
    told = [each for each in ws.identity.decisions(limit=2_000) if each.verb != "rules"]
    names = {each.by: each.by_name or each.by for each in reversed(told)}
    counted = Counter((day_in(each.at, zone), each.by) for each in told)
    rows = [Day(by, names[by], day, count) for (day, by), count in counted.items()]
    return sorted(rows, key=lambda row: (row.day, row.count), reverse=True)[:limit]


def name_of(ws: Workspace, identifier_id: int) -> str:
    """What to call the person whom an identifier belongs to."""
    query = sa.select(people.c.name, people.c.email).join(identifiers, identifiers.c.profile_id == people.c.profile_id)
    with ws.context.register.read() as conn:
        row = conn.execute(query.where(identifiers.c.identifier_id == identifier_id)).first()
    return (row.name or row.email or "") if row else ""


def shared(request: HttpRequest) -> HttpResponse:
    """The values that link nobody."""
    rows = [(each, gettext(_label(each.namespace))) for each in request.ws.identity.shared_values()]
    limit = request.ws.identity.fan_out()
    return render(request, "review/shared.html", {"rows": rows, "tab": "shared", "limit": limit})


@require_POST
def judge(request: HttpRequest) -> HttpResponse:
    """Say that a value links nobody, or that it does."""
    wanted, state = request.POST.get("identifier", ""), request.POST.get("state", "")
    if wanted.isdecimal() and state in ("blocked", "allowed"):
        request.ws.identity.judge(int(wanted[:18]), "blocked" if state == "blocked" else "allowed")
        messages.success(request, gettext("Done: everybody concerned is as if that had always been known."))
    return redirect("review:shared")


def rules(request: HttpRequest) -> HttpResponse:
    """The rules; other ones tell first what they would do."""
    book = request.ws.identity.rules()
    shown: dict[str, object] = {"tab": "rules"}
    typed = _written(book)
    if request.method == "POST":
        try:
            book = _asked(request, book)
            typed = _written(book)
            if request.POST.get("sure") == "yes":
                request.ws.identity.change_rules(book)
                messages.success(request, gettext("The new rules hold, for everything that ever came in."))
                return redirect("review:rules")
            shown |= _previewed(request.ws, request.ws.identity.preview_rules(book))
        except HabitueError as problem:
            shown["problem"] = gettext(problem.message) % problem.params
            typed |= {name: text for name, text in request.POST.items() if name in typed}
    limits = [(name, gettext(_label(name)), typed[f"limit-{name}"], typed[f"window-{name}"]) for name in ASKED]
    told = {"limits": limits, "patterns": typed["patterns"], "fan_out": typed["fan_out"]}
    return render(request, "review/rules.html", {**shown, **told})


def _written(book: Rulebook) -> dict[str, str]:
    """What stands in the fields of the form while these rules hold."""
    made = {"patterns": "\n".join(f"{each.namespace} {each.expression}" for each in book.patterns)}
    made["fan_out"] = str(book.fan_out)
    for name in ASKED:
        made[f"limit-{name}"] = str(book.of(name).limit)
        made[f"window-{name}"] = str(book.of(name).window_days)
    return made


def _previewed(ws: Workspace, preview: Preview) -> dict[str, object]:
    """What other rules would do, with the names of some whom they would split or join."""
    groups = [group[:MOST_SHOWN] for group in preview.joins[:MOST_SHOWN]]
    ids = {*preview.splits[:MOST_SHOWN], *(profile_id for group in groups for profile_id in group)}
    query = sa.select(people.c.profile_id, people.c.name, people.c.email).where(people.c.profile_id.in_(sorted(ids)))
    with ws.context.register.read() as conn:
        names = {row.profile_id: row.name or row.email or gettext("Without a name") for row in conn.execute(query)}
    splits = [(each, names[each]) for each in preview.splits if each in names]
    joins = [[(each, names[each]) for each in group if each in names] for group in groups]
    return {
        "preview": preview,
        "splits": splits,
        "more_splits": preview.split - len(splits),
        "joins": joins,
        "more_joins": preview.joined - sum(map(len, joins)),
    }


def _asked(request: HttpRequest, book: Rulebook) -> Rulebook:
    """The rulebook of a form; RulesInvalid when it makes none."""
    namespaces = dict(book.namespaces)
    for name in ASKED:
        limit, window = request.POST.get(f"limit-{name}", ""), request.POST.get(f"window-{name}", "") or "0"
        if not (limit.isdecimal() and window.isdecimal() and int(limit[:6])):
            raise LimitInvalid(kind=gettext(_label(name)))
        namespaces[name] = msgspec.structs.replace(book.of(name), limit=int(limit[:6]), window_days=int(window[:5]))
    told = [line.split(None, 1) for line in request.POST.get("patterns", "").splitlines() if line.strip()]
    bare = next((words for words in told if len(words) != 2), None)
    if bare is not None:
        raise PatternInvalid(pattern=bare[0], problem=gettext("a pattern needs a kind and an expression"))
    known = {*namespaces, *(each.namespace for each in book.patterns)}
    strange = next((kind for kind, _expression in told if kind not in known and not _is_seen(request.ws, kind)), None)
    if strange is not None:
        kinds = ", ".join(sorted(known))
        raise PatternInvalid(
            pattern=strange, problem=gettext("no kind is called so; kinds are %(kinds)s") % {"kinds": kinds}
        )
    fan_out = request.POST.get("fan_out", "")
    made = msgspec.structs.replace(
        book,
        namespaces=namespaces,
        patterns=tuple(Pattern(kind, expression.strip()) for kind, expression in told),
        fan_out=int(fan_out[:5]) if fan_out.isdecimal() else 0,
    )
    check(made)
    return made


def _is_seen(ws: Workspace, kind: str) -> bool:
    """Whether an identifier of the kind ever came in: a business may have kinds of its own, of which no rule speaks."""
    column = identifiers.c.namespace
    query = sa.select(column).where((column == kind) | column.startswith(f"{kind}:", autoescape=True)).limit(1)
    with ws.context.register.read() as conn:
        return conn.scalar(query) is not None


def _label(namespace: str) -> str:
    kind = namespace.partition(":")[0]
    return NAMESPACES.get(kind, kind)
