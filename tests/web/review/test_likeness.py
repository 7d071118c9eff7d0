"""Names that are one in another order or in other letters are told from names that are two."""

from __future__ import annotations

import pytest

from habitue.web.profile_parts.likeness import LETTERS, SWAPPED, likeness


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (("Elena", "Löwenreiter"), ("Löwenreiter", "Elena"), SWAPPED),
        (("Artjom", "Worobjow"), ("Артём", "Воробьёв"), LETTERS),
        (("Sergey", "Ivanov"), ("Сергей", "Иванов"), LETTERS),
        (("Elena", "Berg"), ("Elena", "Berg"), ""),
        (("Jan", "Berg"), ("Ian", "Berg"), ""),
        (("Артём", "Воробьёв"), ("Артём", "Волков"), ""),
        (("Anna", "Berg"), ("Артём", "Воробьёв"), ""),
        (("Elena", ""), ("", "Elena"), ""),
    ],
)
def test_a_name_is_known_again(one: tuple[str, str], other: tuple[str, str], told: str) -> None:
    first, second = ({"first_name": each[0], "last_name": each[1]} for each in (one, other))
    assert likeness(first, second) == told
    assert likeness(second, first) == told
