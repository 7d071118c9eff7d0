"""Which identifiers there are and how far each is trusted: configuration that can be changed later. Pure.

A namespace that is not named here counts as an identifier of people with middling trust; `customer_number:shop` has
the rules of `customer_number`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any, Literal

import msgspec
import re2

from habitue.collect.envelope import PRIORITY, namespace_kind
from habitue.collect.proof import Proof
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.email import is_blocked_email
from habitue.quality.normalise.phone import is_blocked_phone

PROOFS: Mapping[str, int] = {"claimed": 0, "proven": 1, "confirmed": 2}
MOST_PATTERNS, LONGEST_PATTERN = 200, 500
MOST_KNOWN = 4_096
_JUNK = frozenset(
    {"", "null", "none", "undefined", "nan", "n/a", "na", "unknown", "unbekannt", "anonymous", "guest", "0", "-1"}
)


class RulesInvalid(HabitueError):
    """The rules of identity cannot be used as they are."""

    code = "identity_rules_invalid"
    message = _("These rules cannot be used: %(problem)s")
    next_step = _("Correct the rules and try again; nothing was changed.")


class LimitInvalid(RulesInvalid):
    """A limit of a kind of identifier is no number that can hold."""

    code = "identity_limit_invalid"
    message = _("“%(kind)s” needs a whole number from 1 on, and days from 0 on.")


class SharedInvalid(RulesInvalid):
    """The number of people from which on a value links nobody is too small."""

    code = "identity_shared_invalid"
    message = _("The number of people from which on a value is shared has to be a whole number from 2 on.")


class PatternInvalid(RulesInvalid):
    """A pattern of values that link nobody cannot be read."""

    code = "identity_pattern_invalid"
    message = _("“%(pattern)s” is no pattern that can be read: %(problem)s")


class Namespace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The rules of one kind of identifier.

    `limit` is how many one person may have, within `window_days` (0: ever); a lower `priority` is trusted more;
    two of an `exclusive` kind never become one person; a message that is proven less than `proof` links nothing by it.
    """

    kind: Literal["person", "company"] = "person"
    priority: int = 5
    limit: int = 1_000
    window_days: int = 0
    exclusive: bool = False
    proof: Proof = "claimed"


class Pattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values of a namespace that say nothing about who somebody is: an RE2 expression that fits the whole value."""

    namespace: str
    expression: str


OTHER = Namespace()
NAMESPACES: Mapping[str, Namespace] = {
    "user_id": Namespace(priority=PRIORITY["user_id"], limit=1, exclusive=True),
    "company": Namespace(kind="company", priority=PRIORITY["company"], limit=1, exclusive=True),
    "customer_number": Namespace(priority=PRIORITY["customer_number"], limit=5),
    "loyalty_card": Namespace(priority=PRIORITY["loyalty_card"], limit=3),
    "email": Namespace(priority=PRIORITY["email"], limit=5),
    "phone": Namespace(priority=PRIORITY["phone"], limit=3),
    "anonymous_id": Namespace(priority=PRIORITY["anonymous_id"], limit=5, window_days=30),
    "record": Namespace(priority=PRIORITY["record"]),
}


class Rulebook(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """The rules of identity of one workspace.

    A value that was refused at more than `fan_out` different people is learnt to be shared, and links nobody any more.
    """

    namespaces: dict[str, Namespace] = msgspec.field(default_factory=lambda: dict(NAMESPACES))
    blocked: tuple[tuple[str, str], ...] = ()
    patterns: tuple[Pattern, ...] = ()
    fan_out: int = 10

    def of(self, namespace: str) -> Namespace:
        """The rules of a namespace."""
        known = self._of.get(namespace)
        if known is None:
            known = self.namespaces.get(namespace_kind(namespace), OTHER)
            if len(self._of) < MOST_KNOWN:
                self._of[namespace] = known
        return known

    @cached_property
    def _of(self) -> dict[str, Namespace]:
        """Rules by whole namespace, since they are asked for at every event."""
        return {}

    def priority(self, namespace: str) -> int:
        """How much a namespace is trusted; lower is more."""
        return self.of(namespace).priority

    @cached_property
    def is_blocked(self) -> Any:
        """`is_blocked(namespace, value)`: whether a value says nothing about who somebody is."""
        return lru_cache(maxsize=20_000)(self._is_blocked)

    @cached_property
    def _compiled(self) -> list[tuple[str, Any]]:
        return [(each.namespace, _compile(each.expression)) for each in self.patterns]

    @cached_property
    def _values(self) -> frozenset[tuple[str, str]]:
        return frozenset((namespace, value.strip().lower()) for namespace, value in self.blocked)

    def _is_blocked(self, namespace: str, value: str) -> bool:
        plain, kind = value.strip().lower(), namespace_kind(namespace)
        if plain in _JUNK or (kind, plain) in self._values:
            return True
        if (kind == "email" and is_blocked_email(value)) or (kind == "phone" and is_blocked_phone(value)):
            return True
        return any(of == kind and pattern.fullmatch(plain) for of, pattern in self._compiled)


DEFAULT = Rulebook()


def decode(text: str | bytes) -> Rulebook:
    """A rulebook from its JSON, checked; RulesInvalid tells what is wrong."""
    try:
        book = msgspec.json.decode(text, type=Rulebook)
    except msgspec.DecodeError as error:
        raise RulesInvalid(problem=str(error)) from None
    check(book)
    return book


def check(book: Rulebook) -> None:
    """Raise RulesInvalid when the rules contradict themselves or cost too much."""
    if len(book.patterns) > MOST_PATTERNS:
        raise RulesInvalid(problem=f"more than {MOST_PATTERNS} patterns")
    for pattern in book.patterns:
        if len(pattern.expression) > LONGEST_PATTERN:
            raise RulesInvalid(problem=f"{pattern.expression[:40]}…")
        _compile(pattern.expression)
    if book.fan_out < 2:
        raise SharedInvalid
    for name, rules in book.namespaces.items():
        if rules.limit < 1 or rules.window_days < 0:
            raise LimitInvalid(kind=name)


def _compile(expression: str) -> Any:
    try:
        return re2.compile(f"(?i:{expression})")
    except re2.error as error:
        raise PatternInvalid(pattern=expression, problem=_reason(error)) from None


def _reason(error: Exception) -> str:
    """What the library of expressions says, as text: it tells bytes."""
    told = error.args[0] if error.args else ""
    return told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
