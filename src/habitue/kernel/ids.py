"""Ids as an argument: UUIDv7 (RFC 9562), which sort by the time they were made."""

from __future__ import annotations

import os
import threading
from typing import Protocol

from habitue.kernel.clock import Clock, SystemClock, micros

_BITS = 74
_STEP_BITS = 32


class Ids(Protocol):
    """Makes new ids."""

    def new(self) -> str:
        """A new id, 32 hexadecimal digits."""
        ...

    def several(self, count: int) -> list[str]:
        """So many new ids, which follow one another: for rows whose ids nobody has to be unable to guess."""
        ...


class Uuid7:
    """UUIDv7 ids from a clock and the system's random source; each sorts after the one made before it."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._last = (0, 0)

    def new(self) -> str:
        """A new id, 32 hexadecimal digits.

        Within a millisecond, and while the clock stands behind an earlier id, it counts on by a random step
        (RFC 9562, section 6.2, method 2).
        """
        return self.several(1)[0]

    def several(self, count: int) -> list[str]:
        """So many new ids, which follow one another: for rows whose ids nobody has to be unable to guess."""
        with self._lock:
            millis, tail = micros(self._clock.now()) // 1000, _random(_BITS)
            if millis <= self._last[0]:
                millis, tail = self._last[0], self._last[1] + 1 + _random(_STEP_BITS)
            if (tail + count) >> _BITS:
                millis, tail = millis + 1, _random(_BITS - 1)
            self._last = (millis, tail + max(count - 1, 0))
        return [f"{_value(millis, tail + place):032x}" for place in range(count)]


def _value(millis: int, tail: int) -> int:
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return (millis << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low


def _random(bits: int) -> int:
    return int.from_bytes(os.urandom((bits + 7) // 8), "big") & ((1 << bits) - 1)
