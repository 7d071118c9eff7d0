"""What the verbs of all subjects share."""

from __future__ import annotations

from collections.abc import Callable

from habitue.kernel.context import Context

Translate = Callable[[str], str]
Progress = Callable[[int, int], None]


class Verbs:
    """What all subjects share: the world they act on."""

    def __init__(self, ws: Context) -> None:
        self._ws = ws
