"""What a row says about consents: given, withdrawn, or first the one and later the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from habitue.collect.files.plan import values_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from habitue.collect.files.persons import Person
    from habitue.collect.files.plan import Plan
    from habitue.collect.files.shapes import CellProblem, Row

_PURPOSES = {
    "newsletter": ("newsletter", "email"),
    "email": ("newsletter", "email"),
    "phone": ("call", "phone"),
    "post": ("post", "post"),
}
_GIVEN, _WITHDRAWN = "Consent Given", "Consent Withdrawn"
_Statement = tuple[str, str | None]


def consents(plan: Plan, person: Person, row: Row, line: int, problems: list[CellProblem]) -> list[dict[str, Any]]:
    """Consent Given and Consent Withdrawn for every yes and no, and for every time of a withdrawal."""
    fields = plan.group("consent")
    values = values_of(fields, row, problems, line)
    names = [field.name for field in fields if field.name in _PURPOSES]
    tells_end = any(field.name == "withdrawn_at" for field in fields)
    is_implied = tells_end and not names
    known = _known(values, plan.constants)
    found: list[dict[str, Any]] = []
    for (purpose, channel), agreed in _answers(names, values, plan.constants, is_implied=is_implied).items():
        is_ended = agreed is False or len(names) < 2 or (agreed is None and purpose == "newsletter")
        left = values.get("withdrawn_at") if is_ended else None
        if agreed is None and left is None and not is_implied:
            continue
        about = {"purpose": purpose, "channel": channel}
        proof = {name: value for name, value in known.items() if channel == "email" or name != "double_opt_in_at"}
        record = f"{person.key}:consent:{purpose}:{channel}"
        statements = _statements(agreed, values, left, tells_end=tells_end)
        for event, at in statements:
            is_second = event == _WITHDRAWN and left is not None
            properties = about if is_second and len(statements) > 1 else {**about, **proof}
            key = f"{record}:withdrawn" if is_second else record
            found.append(person.track(event, dict(properties), at or plan.received, key))
    return found


def _known(values: Mapping[str, Any], constants: Mapping[str, str]) -> dict[str, Any]:
    """The proof of a consent: its words, its form, its confirmation."""
    source = values.get("source", constants.get("consent_source"))
    found = {
        "text": values.get("text", constants.get("consent_text")),
        "form": values.get("form") or source,
        "source": source if "form" in values else None,
        "double_opt_in_at": values.get("double_opt_in_at"),
    }
    return {name: value for name, value in found.items() if value}


def _answers(
    names: list[str], values: Mapping[str, Any], constants: Mapping[str, str], *, is_implied: bool
) -> dict[tuple[str, str], bool | None]:
    """Yes, no or nothing for each purpose and channel; of two columns for the same one a no counts."""
    if is_implied:
        told = values.keys() & {"at", "double_opt_in_at", "withdrawn_at"}
        return {_PURPOSES["newsletter"]: None} if told else {}
    found: dict[tuple[str, str], bool | None] = {}
    for name in names:
        purpose, channel = _PURPOSES[name]
        pair = (purpose if name == "newsletter" else constants.get("purpose", purpose), channel)
        before, now = found.get(pair), values.get(name)
        found[pair] = False if before is False or now is False else before or now
    return found


def _statements(
    agreed: bool | None, values: Mapping[str, Any], left: str | None, *, tells_end: bool
) -> list[_Statement]:
    """What was said and when (None: not known).

    A no in a file that tells when people left is as old as the file, not as the consent before it. Where a row
    says yes although it names a later withdrawal, the withdrawal holds.
    """
    at = values.get("at") or values.get("double_opt_in_at")
    if left is None:
        return [(_WITHDRAWN, None if tells_end else at) if agreed is False else (_GIVEN, at)]
    if at is None or at == left or (at > left and agreed is False):
        return [(_WITHDRAWN, left)]
    return [(_GIVEN, at), (_WITHDRAWN, left)]
