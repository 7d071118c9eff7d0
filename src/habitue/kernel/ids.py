"""Ids as an argument: UUIDv7 (RFC 9562), which sort by the time they were made."""

from __future__ import annotations

import os
from typing import Protocol

from habitue.kernel.clock import Clock, SystemClock, micros


class Ids(Protocol):
    """Makes new ids."""

    def new(self) -> str:
        """A new id, 32 hexadecimal digits."""
        ...


class Uuid7:
    """UUIDv7 ids from a clock and the system's random source."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def new(self) -> str:
        """A new id, 32 hexadecimal digits; later ids sort after earlier ones by the millisecond."""
        millis = micros(self._clock.now()) // 1000
        tail = int.from_bytes(os.urandom(10), "big")
        high, low = tail >> 68, tail & ((1 << 62) - 1)
        value = (millis << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low
        return f"{value:032x}"
