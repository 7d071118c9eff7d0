"""A browser that several people use one after the other: each of its times is an identifier of its own. Pure.

The first is `anonymous_id`, the second `anonymous_id:2`, with the same value.
"""

from __future__ import annotations

from habitue.identity.rules import DEVICE


def number(namespace: str) -> int:
    """Which of its times an identifier is, from 1; something that only looks like one is the first."""
    text = namespace.partition(":")[2]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def namespace(time: int) -> str:
    """The namespace of the n-th time."""
    return DEVICE if time < 2 else f"{DEVICE}:{time}"
