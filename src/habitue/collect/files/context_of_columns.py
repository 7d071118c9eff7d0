"""Settles what headings of several meanings mean, from the cells below them and the columns beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from habitue.collect.files.candidates import NUMERIC, fits, holds_clocks, holds_dates
from habitue.collect.files.dating import count_the_pieces, date_the_orders, name_the_orders
from habitue.collect.files.headings import key, snake, word_set
from habitue.collect.files.product_list import product_targets
from habitue.collect.files.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from habitue.collect.files.candidates import Candidate

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
    "line.name": (("line", "line.name"), ("order", "line.name"), ("contact", "contact.product")),
    "line.category": (("line", "line.category"), ("order", "line.category"), ("contact", "contact.reason")),
    "order.status": (
        ("order", "order.status"),
        ("subscription", "subscription.status"),
        ("payment", "payment.status"),
        ("contact", "contact.outcome"),
    ),
    "order.total": (("order", "order.total"), ("line", "order.total"), ("subscription", "subscription.amount")),
    "payment.method": (
        ("payment", "payment.method"),
        ("order", "order.payment_method"),
        ("line", "order.payment_method"),
    ),
    "order.channel": (("contact", "contact.channel"), ("order", "order.channel")),
    "person.notes": (("contact", "contact.note"), ("", "person.notes")),
    "person.source_channel": (("", "person.source_channel"),),
}  # fmt: skip
_SUBJECT_WORDS = {"id": "contact.ticket_id"}
_TIMES = {"order.at": "order.time", "contact.at": "contact.time"}
# A withdrawal without a column of yes and no counts only where the heading leaves no doubt what was left.
_LEFT_THE_LIST = re.compile("^(unsub|opt(ed)?out|newsletter|отпис|датаотпис)")
_LONG_TEXT = 60
_DESCRIPTIONS = word_set("description beschreibung описание")
# Rows that tell of something: what nobody knows about them belongs to it, not to the person.
_TELLING = frozenset({"order", "payment"})
_TELLING_TARGETS = frozenset(
    {"contact.at", "contact.ticket_id", "contact.note", "survey.at", "survey.survey", "survey.text"}
)
_AT_HOME = frozenset({"person.street", "person.postal_code", "person.birth_date"})
_OUR_NAMES = frozenset({"order_id", "payment_id", "products", "kind", "total", "currency"})
_CALL = frozenset({"contact.reason", "contact.agent", "contact.outcome", "contact.resolved", "contact.duration_s"})
_OF_PERSONS = frozenset(
    {
        "person.name",
        "person.first_name",
        "person.last_name",
        "person.customer_number",
        "person.user_id",
        "person.loyalty_card",
        "person.birth_date",
        "person.salutation",
        "person.title",
        "person.gender",
        "person.job_title",
        "person.mobile",
    }
)
_HAPPENINGS = ("order.", "line.", "payment.", "contact.", "survey.", "consent.", "subscription.")
_BOUGHT = frozenset({"order.total", "line.price", "line.total", "line.quantity"})
_OF_THE_CUSTOMER = re.compile("customer|client|kunde|member|mitglied|клиент|покупател|контрагент")
_OF_THE_EVENT = re.compile("note|message|comment|feedback|rating|notiz|nachricht|kommentar|bemerkung|коммент|ip$")


def settle(candidates: Sequence[Candidate]) -> list[str | None]:
    """The target of each column; a target is given once, to its best column, and the rest keep their own name."""
    first = [_by_cells(candidate, candidates) for candidate in candidates]
    of_products = product_targets(candidates, first)
    if of_products is not None:
        return of_products
    name_the_orders(candidates, first)
    date_the_orders(candidates, first)
    subjects = _subjects(first)
    if _is_contact_log(candidates, first, subjects):
        subjects.add("contact")
    chosen = [_in_context(candidate, target, subjects) for candidate, target in zip(candidates, first, strict=True)]
    _fill_gaps(candidates, chosen, subjects)
    _add_clocks(candidates, chosen)
    subjects = _subjects(chosen) | {"person", "company", "custom"}
    if _is_withdrawal(candidates, chosen):
        subjects.add("consent")
    kept = [target if target and target.partition(".")[0] in subjects else None for target in chosen]
    if "order" not in subjects:
        kept = [None if target and target.startswith("line.") else target for target in kept]
    if _is_company_list(kept):
        kept = [_of_company(target) for target in kept]
    return _once(candidates, kept, subjects if _tells(kept, subjects) else None)


def _is_company_list(targets: Sequence[str | None]) -> bool:
    """Whether rows are companies: a company's name or trade, and nothing that only a person has."""
    named = {target for target in targets if target}
    is_company = any(target.startswith("company.") or target == "person.company_name" for target in named)
    return is_company and named.isdisjoint(_OF_PERSONS) and not any(t.startswith(_HAPPENINGS) for t in named)


def _of_company(target: str | None) -> str | None:
    """The company's own contact data, in a list of companies."""
    if target is None or not target.startswith("person."):
        return target
    wanted = "company." + target.removeprefix("person.")
    return wanted if wanted in TARGETS else target


def _tells(targets: Sequence[str | None], subjects: set[str]) -> bool:
    """Whether the rows tell of something that happened rather than of people and what they are like."""
    found = set(filter(None, targets))
    is_subscription = "subscription.started_at" in found and not found & _AT_HOME
    return bool(subjects & _TELLING or found & _TELLING_TARGETS) or is_subscription


def _is_contact_log(candidates: Sequence[Candidate], targets: Sequence[str | None], subjects: set[str]) -> bool:
    """Whether dated rows say why somebody called, who answered or what came of it, and nothing was bought."""
    if subjects & {"order", "line", "contact"} or len(_CALL.intersection(filter(None, targets))) < 2:
        return False
    return any(key(candidate.heading) in DATES and holds_dates(candidate) for candidate in candidates)


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
    if word == "position" and candidate.looks in NUMERIC:
        return None
    return next((target for target in candidate.targets if fits(candidate, target)), None)


def _subjects(targets: Sequence[str | None]) -> set[str]:
    found = set(filter(None, targets))
    subjects = {subject for subject, anchors in _ANCHORS.items() if anchors & found}
    if "contact" in subjects and not found & _BOUGHT:
        subjects.discard("order")
    return subjects


def _in_context(candidate: Candidate, target: str | None, subjects: set[str]) -> str | None:
    if target is None and key(candidate.heading) in DATES and holds_dates(candidate):
        return next((name for subject, name in _DATE_OF if subject in subjects), None)
    if target not in _BY_SUBJECT:
        return target
    for subject, name in _BY_SUBJECT[target]:
        if subject in subjects or not subject:
            return "contact.note" if name == "contact.product" and _describes(candidate) else name
    return target


def _describes(candidate: Candidate) -> bool:
    return candidate.mean_length > _LONG_TEXT or key(candidate.heading) in _DESCRIPTIONS


def _fill_gaps(candidates: Sequence[Candidate], chosen: list[str | None], subjects: set[str]) -> None:
    """What becomes clear only once the subjects are: a lone date with amounts, long texts, a second id."""
    taken = set(filter(None, chosen))
    sold = bool(taken & {"order.total", "line.price", "line.quantity"})
    for index, candidate in enumerate(candidates):
        word = key(candidate.heading)
        if chosen[index] is None and word in DATES and sold and holds_dates(candidate):
            chosen[index] = "order.at"
        if chosen[index] == "line.name" and not sold and not subjects & {"order", "line"}:
            chosen[index] = "contact.note" if candidate.mean_length > _LONG_TEXT else None
        if (
            word in _SUBJECT_WORDS
            and "contact" in subjects
            and len(taken & {"person.email", "person.phone", "person.customer_number"}) > 1
        ):
            chosen[index] = _SUBJECT_WORDS[word]
    _number_the_orders(candidates, chosen)
    count_the_pieces(candidates, chosen)
    if "contact.note" in chosen and not subjects & {"order", "line"}:
        for index, target in enumerate(chosen):
            if target == "line.category":
                chosen[index] = "contact.reason"


def _add_clocks(candidates: Sequence[Candidate], chosen: list[str | None]) -> None:
    """Times of day belong to the date beside them; without one they are kept under their own name."""
    time_of = next((time for date, time in _TIMES.items() if date in chosen), None)
    for index, candidate in enumerate(candidates):
        is_time = chosen[index] in _TIMES.values() or (chosen[index] is None and key(candidate.heading) in DATES)
        if is_time:
            chosen[index] = time_of if holds_clocks(candidate) else None


def _is_withdrawal(candidates: Sequence[Candidate], chosen: Sequence[str | None]) -> bool:
    return any(
        target == "consent.withdrawn_at" and candidate.values and _LEFT_THE_LIST.match(key(candidate.heading))
        for candidate, target in zip(candidates, chosen, strict=True)
    )


def _number_the_orders(candidates: Sequence[Candidate], chosen: list[str | None]) -> None:
    """In a list of orders without a number, a column called only “No.” is the number."""
    if "order.at" not in chosen or "order.id" in chosen:
        return
    for index, candidate in enumerate(candidates):
        if chosen[index] is None and key(candidate.heading) == "nr":
            chosen[index] = "order.id"
            return


def _once(candidates: Sequence[Candidate], chosen: list[str | None], told: set[str] | None) -> list[str | None]:
    """Every target once; `told` are the subjects of rows that tell of something, None for rows about people."""
    order = sorted(range(len(chosen)), key=lambda index: (*_rank(candidates[index], chosen[index]), index))
    taken: set[str] = set()
    final: list[str | None] = [None] * len(chosen)
    for index in order:
        candidate, target = candidates[index], chosen[index]
        if target in taken:
            target = _next_best(candidate, target, taken)
        if target is None:
            target = _own_name(candidate, taken, told)
        if target:
            taken.add(target)
        final[index] = target
    return final


def _rank(candidate: Candidate, target: str | None) -> tuple[int, bool]:
    """Full columns before empty ones, first meanings before others; then the heading's own word before like cells."""
    return (0 if candidate.values else 2) + (
        0 if target in candidate.targets[:1] else 1
    ), target not in candidate.certain


def _next_best(candidate: Candidate, target: str | None, taken: set[str]) -> str | None:
    spare = {"person.phone": "person.mobile", "person.mobile": "person.phone", "person.street": "person.address_extra"}
    options = (*candidate.targets, spare.get(target or "", ""))
    for option in options:
        if (
            option
            and option not in taken
            and option.partition(".")[0] in ("person", "company")
            and fits(candidate, option)
        ):
            if option in ("person.customer_number", "person.user_id", "person.company_name"):
                continue
            return option
    return None


def _own_name(candidate: Candidate, taken: set[str], told: set[str] | None) -> str | None:
    if not candidate.values:
        return None
    word = key(candidate.heading)
    of_event = told is not None and not (_OF_THE_CUSTOMER.search(word) and not _OF_THE_EVENT.search(word))
    group, own = ("event" if of_event else "custom"), snake(candidate.heading)
    ours = [f"{subject}.{own}" for subject in told or ()] if of_event else [f"person.{own}"]
    known = (bool(told and told & _TELLING) and own in _OUR_NAMES) or any(target in TARGETS for target in ours)
    target, number = f"{group}.{own}", 2
    while target in taken or (known and number == 2):
        target = f"{group}.{own}_{number}"
        number += 1
    return target
