"""Counts the traps in the true people: shared telephones, namesakes, changed addresses."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from habitue.demo.shopping import History


def census(histories: tuple[History, ...]) -> tuple[tuple[str, int], ...]:
    """(what, how many people) for each trap that lies in the people themselves."""
    people = [history.person for history in histories]
    return (
        ("people who bought", sum(1 for history in histories if history.purchases)),
        ("people who bought once", sum(1 for history in histories if len(history.purchases) == 1)),
        ("people who left for good", sum(1 for history in histories if history.churned_on)),
        ("people sharing a landline", _shared(person.landline for person in people if person.landline)),
        ("people sharing an e-mail address", _shared(person.emails[-1][1] for person in people)),
        ("people with a namesake", _shared((person.first_name, person.last_name) for person in people)),
        (
            "people with the name of somebody at home",
            _shared((person.household, person.first_name, person.last_name) for person in people),
        ),
        ("people who changed their e-mail", sum(1 for person in people if len(person.emails) > 1)),
        ("people who changed their mobile number", sum(1 for person in people if len(person.mobiles) > 1)),
        ("people who moved", sum(1 for person in people if len(person.addresses) > 1)),
        ("people who changed their name", sum(1 for person in people if len(person.last_names) > 1)),
        ("people with a Cyrillic name", sum(1 for person in people if person.cyrillic)),
        ("people at a company", sum(1 for person in people if person.company)),
        ("companies", len({person.company.name for person in people if person.company})),
    )


def _shared(values: Iterable[Hashable]) -> int:
    """How many of the values are not alone."""
    return sum(count for count in Counter(values).values() if count > 1)
