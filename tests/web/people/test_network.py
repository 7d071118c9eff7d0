"""The words in a picture of a network can be read where lines run past them."""

from __future__ import annotations

import re

from habitue.web.profile_parts.network import Dot, Network, Wire


def test_every_word_has_a_rim_in_the_colour_of_the_card_and_lies_above_the_lines() -> None:
    dots = [Dot("a", "Anna <Schmidt>", "person"), Dot("b", "anna@example.org", "e-mail"), Dot("c", "C-1", "number")]
    drawn = str(Network("Anna", dots, [Wire("a", "b"), Wire("a", "c", is_thought=True)]).svg)
    words = re.findall(r"<text [^>]*>", drawn)
    assert len(words) == 6
    assert all('paint-order="stroke"' in each and 'stroke="var(--card)"' in each for each in words)
    assert drawn.rindex("<line") < drawn.index("<text")
    assert "Anna &lt;Schmidt&gt;" in drawn
