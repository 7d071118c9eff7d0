"""What may come from outside: texts that both databases can store and index, no NUL, no name that is ours. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

MAX_IDENTIFIER = 512
LIST_CHANGED = "List Changed"
OURS = frozenset({LIST_CHANGED})
"""Names of events that tell what people decided here: no message from outside may bear one."""
_HASH_ROOM = 40


def bounded(text: str) -> str:
    """A text of at most 512 characters without NUL; two long ones that differ stay different."""
    if len(text) <= MAX_IDENTIFIER and "\0" not in text:
        return text
    bare = text.replace("\0", "")
    if len(bare) <= MAX_IDENTIFIER:
        return bare
    return f"{bare[: MAX_IDENTIFIER - _HASH_ROOM]}#{hashlib.blake2b(bare.encode(), digest_size=16).hexdigest()}"


def bounded_pairs(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(namespace, value) pairs with bounded values; those of which nothing is left are dropped."""
    for _, value in pairs:
        if not value or len(value) > MAX_IDENTIFIER or "\0" in value:
            break
    else:
        return list(pairs)
    return [(namespace, short) for namespace, value in pairs if (short := bounded(value))]


def without_nul(json: bytes) -> bytes:
    """JSON text without escaped NUL characters."""
    return json.replace(b"\\u0000", b"")
