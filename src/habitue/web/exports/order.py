"""The order of the chosen columns: what is ticked stays where it was, what is new comes last."""

from __future__ import annotations

from collections.abc import Sequence


def ordered(order: Sequence[str], ticked: Sequence[str]) -> list[str]:
    """The ticked columns: first those of `order`, then the new ones."""
    chosen = dict.fromkeys(ticked)
    known = [name for name in dict.fromkeys(order) if name in chosen]
    return [*known, *(name for name in chosen if name not in known)]


def moved(order: Sequence[str], action: str) -> list[str]:
    """The order after `up:<name>` or `down:<name>`; other actions change nothing."""
    found = list(order)
    verb, _, name = action.partition(":")
    if name not in found or verb not in ("up", "down"):
        return found
    place = found.index(name)
    other = place - 1 if verb == "up" else place + 1
    if 0 <= other < len(found):
        found[place], found[other] = found[other], found[place]
    return found
