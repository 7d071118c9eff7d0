"""Keys as the event door reads them: held in memory for a second, so that a change acts at once."""

from __future__ import annotations

import time
from datetime import datetime

from habitue.access import api_keys
from habitue.access.api_keys import ApiKey
from habitue.kernel.register import Register

USABLE_SECONDS = 60.0


class KeyCache:
    """The keys of a workspace by their hash; `load` reads them anew, `find` only looks."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._keys: dict[str, ApiKey] = {}
        self._loaded_at = float("-inf")

    @property
    def is_usable(self) -> bool:
        """Whether they are young enough to answer by while the register cannot be reached."""
        return time.monotonic() - self._loaded_at < USABLE_SECONDS

    def load(self) -> None:
        """Read all keys; raises what the register raises when it cannot be reached."""
        begun = time.monotonic()
        with self._register.read() as conn:
            found = api_keys.unrevoked(conn)
        self._keys = {key.secret_hash or api_keys.hash_of(key.public_key or ""): key for key in found}
        self._loaded_at = begun

    def find(self, text: str, now: datetime) -> ApiKey | None:
        """The active key that `text` is, if any."""
        key = self._keys.get(api_keys.hash_of(text))
        return key if key is not None and key.fits(text) and key.state(now) == "active" else None

    def known(self, text: str) -> ApiKey | None:
        """The key that `text` is, whether it may be used now or not."""
        return self._keys.get(api_keys.hash_of(text))
