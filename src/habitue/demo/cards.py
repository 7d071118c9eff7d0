"""Customer cards: thirteen digits with a check digit, one for each who shops in the stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from habitue.demo.chance import stream

if TYPE_CHECKING:
    from habitue.demo.shopping import History


def card_numbers(histories: tuple[History, ...], *, seed: int) -> dict[str, str]:
    """person_id → card number of everybody who bought with a card."""
    rng = stream(seed, "cards")
    given: dict[str, str] = {}
    taken: set[str] = set()
    for history in histories:
        while history.is_at_till and history.person.person_id not in given:
            twelve = f"29{rng.randrange(10**10):010d}"
            if twelve not in taken:
                taken.add(twelve)
                given[history.person.person_id] = twelve + _check_digit(twelve)
    return given


def _check_digit(twelve: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return str(-total % 10)
