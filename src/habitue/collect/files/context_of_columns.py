"""Settles what headings of several meanings mean, from the cells below them and the columns beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from habitue.collect.files.headings import key, snake, word_set
from habitue.collect.files.moments import moment
from habitue.collect.files.targets import TARGETS, kind_of_target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.shapes import Cell


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column with the targets its heading may mean, best first, and what its cells look like."""

    index: int
    heading: str
    looks: str
    targets: tuple[str, ...]
    values: tuple[Cell, ...]
    mean_length: float


_NUMERIC = frozenset({"integer", "number", "money", "flag"})
_FITS = {
    "email": frozenset({"email"}),
    "phone": frozenset({"phone", "integer", "number", "id"}),
    "date": frozenset({"date", "integer", "number"}),
    "instant": frozenset({"date", "integer", "number"}),
    "money": _NUMERIC | {"id", "phone"},
    "number": _NUMERIC,
    "integer": _NUMERIC,
    "duration": _NUMERIC | {"text", "date"},
    "flag": frozenset({"flag"}),
}  # fmt: skip
# What makes a group of targets a subject of the file: without one of them its other columns mean nothing.
_ANCHORS = {
    "order": frozenset({"order.id", "order.at", "order.invoice"}),
    "line": frozenset({"line.sku", "line.quantity", "line.price", "line.total"}),
    "payment": frozenset({"payment.amount"}),
    "contact": frozenset({"contact.at", "contact.channel", "contact.ticket_id", "contact.note", "contact.direction"}),
    "survey": frozenset({"survey.score", "survey.text"}),
    "subscription": frozenset({"subscription.plan"}),
    "consent": frozenset({"consent.newsletter", "consent.email", "consent.phone", "consent.post"}),
}
DATES = word_set(
    "date datum дата time timestamp zeitpunkt время datetime day tag unix epoch unixtime unixtimestamp zeit "
    "датаивремя когда dateandtime"
)
_CUSTOMER = word_set("customer client kunde клиент покупатель контрагент")
_DATE_OF = (
    ("order", "order.at"),
    ("contact", "contact.at"),
    ("survey", "survey.at"),
    ("payment", "payment.at"),
    ("consent", "consent.at"),
)
_BY_SUBJECT = {
    "line.name": (("line", "line.name"), ("order", "line.name"), ("contact", "contact.note")),
    "line.category": (("line", "line.category"), ("order", "line.category"), ("contact", "contact.reason")),
    "order.status": (
        ("order", "order.status"),
        ("subscription", "subscription.status"),
        ("payment", "payment.status"),
        ("contact", "contact.outcome"),
    ),
    "order.total": (("order", "order.total"), ("line", "order.total"), ("subscription", "subscription.amount")),
    "order.channel": (("contact", "contact.channel"), ("order", "order.channel")),
    "person.notes": (("contact", "contact.note"), ("", "person.notes")),
    "person.source_channel": (("", "person.source_channel"),),
}  # fmt: skip
_SUBJECT_WORDS = {"id": "contact.ticket_id"}


def _fits(candidate: Candidate, target: str) -> bool:
    kind = kind_of_target(target)
    if kind == "postal_code":
        return _some_fit(candidate, kind)
    allowed = _FITS.get(kind)
    if allowed is None or not candidate.values:
        return True
    if candidate.looks in allowed or (kind in ("date", "instant") and _holds_dates(candidate)):
        return True
    return kind != "flag" and candidate.looks == "text" and len(candidate.values) > 0 and _some_fit(candidate, kind)


def _some_fit(candidate: Candidate, kind: str) -> bool:
    """Whether enough cells of a mixed column may still be of the kind: digits for numbers, an @ for e-mail."""
    mark = "@" if kind == "email" else None
    if not candidate.values:
        return True
    good = 0
    for cell in candidate.values:
        text = str(cell)
        good += mark in text if mark else any(char.isdigit() for char in text)
    return good >= len(candidate.values) * 0.5


def settle(candidates: Sequence[Candidate]) -> list[str | None]:
    """The target of each column; a target is given once, to its best column, and the rest keep their own name."""
    first = [_by_cells(candidate, candidates) for candidate in candidates]
    subjects = _subjects(first)
    chosen = [_in_context(candidate, target, subjects) for candidate, target in zip(candidates, first, strict=True)]
    _fill_gaps(candidates, chosen, subjects)
    subjects = _subjects(chosen) | {"person", "company", "custom"}
    kept = [target if target and target.partition(".")[0] in subjects else None for target in chosen]
    if "order" not in subjects:
        kept = [None if target and target.startswith("line.") else target for target in kept]
    return _once(candidates, kept)


def _by_cells(candidate: Candidate, others: Sequence[Candidate]) -> str | None:
    """The first target of the heading that the cells allow."""
    word = key(candidate.heading)
    if candidate.looks == "flag" and candidate.values:
        consent = {"person.email": "consent.email", "person.phone": "consent.phone", "person.mobile": "consent.phone"}
        for target in candidate.targets:
            if target in consent:
                return consent[target]
        if word in ("post", "brief", "letter", "почта", "письмо"):
            return "consent.post"
    if word in _CUSTOMER and candidate.values and candidate.looks in ("name", "text"):
        return "person.name"
    if (
        word == "name"
        and candidate.looks in ("id", "integer")
        and any("line.quantity" in other.targets for other in others)
    ):
        return "order.id"
    if word == "title" and candidate.mean_length > 12:
        return "line.name"
    if word == "position" and candidate.looks in _NUMERIC:
        return None
    return next((target for target in candidate.targets if _fits(candidate, target)), None)


def _subjects(targets: Sequence[str | None]) -> set[str]:
    return {subject for subject, anchors in _ANCHORS.items() if anchors.intersection(filter(None, targets))}


def _in_context(candidate: Candidate, target: str | None, subjects: set[str]) -> str | None:
    if target is None and key(candidate.heading) in DATES and _holds_dates(candidate):
        return next((name for subject, name in _DATE_OF if subject in subjects), None)
    if target not in _BY_SUBJECT:
        return target
    for subject, name in _BY_SUBJECT[target]:
        if subject in subjects or not subject:
            return name
    return target


def _fill_gaps(candidates: Sequence[Candidate], chosen: list[str | None], subjects: set[str]) -> None:
    """What becomes clear only once the subjects are: a lone date with amounts, long texts, a second id."""
    taken = set(filter(None, chosen))
    sold = bool(taken & {"order.total", "line.price", "line.quantity"})
    for index, candidate in enumerate(candidates):
        word = key(candidate.heading)
        if chosen[index] is None and word in DATES and sold and _holds_dates(candidate):
            chosen[index] = "order.at"
        if chosen[index] == "line.name" and not sold and not subjects & {"order", "line"}:
            chosen[index] = "contact.note" if candidate.mean_length > 60 else None
        if (
            word in _SUBJECT_WORDS
            and "contact" in subjects
            and len(taken & {"person.email", "person.phone", "person.customer_number"}) > 1
        ):
            chosen[index] = _SUBJECT_WORDS[word]
    _number_the_orders(candidates, chosen)
    if "contact.note" in chosen and not subjects & {"order", "line"}:
        for index, target in enumerate(chosen):
            if target == "line.category":
                chosen[index] = "contact.reason"


def _number_the_orders(candidates: Sequence[Candidate], chosen: list[str | None]) -> None:
    """In a list of orders without a number, a column called only “No.” is the number."""
    if "order.at" not in chosen or "order.id" in chosen:
        return
    for index, candidate in enumerate(candidates):
        if chosen[index] is None and key(candidate.heading) == "nr":
            chosen[index] = "order.id"
            return


def _holds_dates(candidate: Candidate) -> bool:
    return candidate.looks == "date" or (
        bool(candidate.values)
        and all(moment(cell, order="DMY", year_now=2030) is not None for cell in candidate.values)
    )


def _once(candidates: Sequence[Candidate], chosen: list[str | None]) -> list[str | None]:
    order = sorted(range(len(chosen)), key=lambda index: (_rank(candidates[index], chosen[index]), index))
    taken: set[str] = set()
    final: list[str | None] = [None] * len(chosen)
    for index in order:
        candidate, target = candidates[index], chosen[index]
        if target in taken:
            target = _next_best(candidate, target, taken)
        if target is None:
            target = _own_name(candidate, taken)
        if target:
            taken.add(target)
        final[index] = target
    return final


def _rank(candidate: Candidate, target: str | None) -> int:
    """Full columns come before empty ones, first meanings of a heading before others."""
    return (0 if candidate.values else 2) + (0 if target in candidate.targets[:1] else 1)


def _next_best(candidate: Candidate, target: str | None, taken: set[str]) -> str | None:
    spare = {"person.phone": "person.mobile", "person.mobile": "person.phone", "person.street": "person.address_extra"}
    options = (*candidate.targets, spare.get(target or "", ""))
    for option in options:
        if (
            option
            and option not in taken
            and option.partition(".")[0] in ("person", "company")
            and _fits(candidate, option)
        ):
            if option in ("person.customer_number", "person.user_id", "person.company_name"):
                continue
            return option
    return None


def _own_name(candidate: Candidate, taken: set[str]) -> str | None:
    if not candidate.values:
        return None
    name = target = f"custom.{snake(candidate.heading)}"
    number = 2
    while target in taken or (number == 2 and f"person.{snake(candidate.heading)}" in TARGETS):
        target = f"{name}_{number}"
        number += 1
    return target
