"""Whom a row is about: the identifiers, the traits and the stable key of the person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from habitue.collect.files.cells import Memo
from habitue.collect.files.plan import Field, Plan, short_hash, values_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from habitue.collect.files.shapes import CellProblem, Row

_EXTERNAL = ("customer_number", "loyalty_card")
# An address without its parts is left out later; what a row says must not fall apart into several people then.
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$")
_NAMES = ("name", "first_name", "last_name")
_IN_CONTEXT = ("email", "phone", "name", "first_name", "last_name", "country")
_DESCRIBING = (
    *_NAMES,
    "middle_name",
    "birth_date",
    "street",
    "house_number",
    "postal_code",
    "city",
    "company_name",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the cells of a row describe them.

    `key` is None when the row names nobody; `record` is the key of what this file says about the person. `who`
    holds userId or anonymousId; `context` gives the externalIds and the few traits by which an event finds them.
    """

    key: str | None
    record: str
    who: dict[str, str]
    external_ids: tuple[dict[str, str], ...]
    traits: dict[str, Any]
    problems: tuple[CellProblem, ...]

    def context(self, record: str, *, with_traits: bool) -> dict[str, Any]:
        """The context of a message: externalIds, the record, and for events the finding traits."""
        found: dict[str, Any] = {}
        if self.external_ids:
            found["externalIds"] = list(self.external_ids)
        if with_traits:
            traits = {name: self.traits[name] for name in _IN_CONTEXT if name in self.traits}
            if "phone" not in traits and "mobile" in self.traits:
                traits["phone"] = self.traits["mobile"]
            if traits:
                found["traits"] = traits
        found["record"] = record
        return found

    def identify(self, timestamp: str) -> dict[str, Any]:
        """The identify message, without its messageId."""
        return {
            "type": "identify",
            **self.who,
            "traits": dict(self.traits),
            "timestamp": timestamp,
            "context": self.context(self.record, with_traits=False),
        }

    def track(self, event: str, properties: dict[str, Any], timestamp: str, record: str) -> dict[str, Any]:
        """A track message, without its messageId."""
        return {
            "type": "track",
            "event": event,
            **self.who,
            "properties": properties,
            "timestamp": timestamp,
            "context": self.context(record, with_traits=True),
        }


def person_reader(plan: Plan) -> Callable[[Row], Person]:
    """A function from a row to its person; rows with the same cells give the same object."""
    fields = plan.group("person")
    if not fields:
        nobody = Person(None, "", {}, (), {}, ())
        return lambda _row: nobody
    local = tuple(Field(place, *field[1:]) for place, field in enumerate(fields))
    pick = itemgetter(*(field.place for field in fields))
    single = len(fields) == 1
    memo = Memo(lambda cells: _person(plan, local, (cells,) if single else cells))
    return lambda row: memo[pick(row)]


def _person(plan: Plan, fields: tuple[Field, ...], cells: Row) -> Person:
    problems: list[CellProblem] = []
    traits = values_of(fields, cells, problems, 0)
    external = tuple({"type": kind, "id": traits.pop(kind)} for kind in _EXTERNAL if kind in traits)
    user = traits.pop("user_id", None)
    key = _key(external, user, traits)
    who: dict[str, str] = {}
    if user:
        who["userId"] = user
    elif key is not None and key.startswith("described:"):
        who["anonymousId"] = short_hash(f"{plan.source_id}\x1f{key}")
    for name in ("country", "language", "source_channel"):
        if name in plan.constants and key is not None:
            traits.setdefault(name, plan.constants[name])
    return Person(key, f"{key}{plan.aspect}", who, external, traits, tuple(problems))


def _key(external: tuple[dict[str, str], ...], user: str | None, traits: dict[str, Any]) -> str | None:
    for entry in external:
        return f"{entry['type']}:{entry['id']}"
    if user:
        return f"user:{user}"
    email = traits.get("email", "").lower()
    if _EMAIL.match(email):
        return f"email:{email}"
    phone = traits.get("phone") or traits.get("mobile")
    if phone and (digits := "".join(char for char in phone if char.isdigit() or char == "+")):
        return f"phone:{digits}"
    if not email and not any(name in traits for name in _NAMES):
        return None
    told = "\x1f".join(str(traits.get(name, "")).lower() for name in _DESCRIBING)
    return f"described:{short_hash(told + email)}"
