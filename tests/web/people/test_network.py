"""The words in a picture of a network can be read where lines run past them."""

from __future__ import annotations

import re

from habitue.web.profile_parts.network import Dot, Network, Wire, _ring

NAMED = tuple(enumerate(("Peter", "Max", "Clara", "Josephine", "Ottilie"), start=1))


def test_every_word_has_a_rim_in_the_colour_of_the_card_and_lies_above_the_lines() -> None:
    dots = [Dot("a", "Anna <Schmidt>", "person"), Dot("b", "anna@example.org", "e-mail"), Dot("c", "C-1", "number")]
    drawn = str(Network("Anna", dots, [Wire("a", "b"), Wire("a", "c", is_thought=True)]).svg)
    words = re.findall(r"<text [^>]*>", drawn)
    assert len(words) == 6
    assert all('paint-order="stroke"' in each and 'stroke="var(--card)"' in each for each in words)
    assert drawn.rindex("<line") < drawn.index("<text")
    assert "Anna &lt;Schmidt&gt;" in drawn


def test_long_names_beside_each_other_are_shortened_instead_of_running_into_each_other() -> None:
    dots = [Dot("0", "Anna", ""), *(Dot(str(n), f"{name} Bergmann-Hohenstein", "Household") for n, name in NAMED)]
    drawn = str(Network("Anna", dots, [Wire("0", dot.key) for dot in dots[1:]]).svg)
    told = [
        (int(x), int(y), text) for x, y, text in re.findall(r'<text x="(\d+)" y="(\d+)"[^>]*>([^<]+)</text>', drawn)
    ]
    names = [(x, y, len(text) * 6) for x, y, text in told if text not in ("Household", "Anna")]
    assert len(names) == 5
    for number, (x, y, width) in enumerate(names):
        assert width / 2 <= x <= 320 - width / 2, "nothing runs over the edge"
        for other, line, its_width in names[:number]:
            assert abs(y - line) > 12 or abs(x - other) >= (width + its_width) / 2


def test_whoever_hangs_on_a_neighbour_stands_beside_it() -> None:
    dots = [Dot("m", "Holding", ""), Dot("a", "East", "Subsidiary"), Dot("b", "West", "Subsidiary"),
            Dot("c", "Eva", "Contact"), Dot("d", "Max", "Contact"), Dot("z", "Far East", "Subsidiary")]  # fmt: skip
    wires = [Wire("m", "a"), Wire("m", "b"), Wire("m", "c"), Wire("m", "d"), Wire("a", "z")]
    ring = [dot.label for dot in _ring(dots[1:], {"a", "b", "c", "d"}, wires)]
    assert abs(ring.index("East") - ring.index("Far East")) == 1
