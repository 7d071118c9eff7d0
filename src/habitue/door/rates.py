"""How many messages a minute a key may send: a bucket per key that fills steadily."""

from __future__ import annotations

import math
from collections.abc import Callable

from habitue.access.api_keys import ApiKey
from habitue.door.answer import Refused


class Rates:
    """The buckets of all keys; `now` tells seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key: ApiKey, messages: int) -> None:
        """Count messages; Refused with 429 when the bucket does not hold as many."""
        now, most = self._now(), float(key.rate_per_minute)
        held, since = self._buckets.get(key.key_id, (most, now))
        held = min(most, held + (now - since) * most / 60)
        if held < min(messages, most):
            wait = math.ceil((min(messages, most) - held) * 60 / most)
            self._buckets[key.key_id] = (held, now)
            raise Refused(429, "rate_limited", f"The key may send {key.rate_per_minute} messages a minute.", wait)
        self._buckets[key.key_id] = (held - messages, now)
