"""How well a message is proven: a public key may claim, but it may not command. Pure.

`claimed`: it came with a public write key. `proven`: it came with a secret key, or every identifier that it states
carries an HMAC. `confirmed`: files, and decisions of people who signed in.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from typing import Literal

Proof = Literal["claimed", "proven", "confirmed"]
CLAIMED: Proof = "claimed"
UNPROVABLE = frozenset({"anonymous_id", "record"})


def secret_name(source_id: str) -> str:
    """The name of a source's proof secret among the workspace's secrets."""
    return f"proof:{source_id}"


def sign(secret: bytes, value: str) -> str:
    """The proof of a user id or e-mail: HMAC-SHA256, hexadecimal; the key is the secret as hexadecimal text."""
    return hmac.new(secret.hex().encode(), value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def is_proven(secret: bytes, proofs: str | Sequence[str] | None, identifiers: Iterable[tuple[str, str]]) -> bool:
    """Whether every identifier of a message that names a person is covered by one of its proofs.

    One proof for a user id does not prove the e-mail beside it, or else everybody who may sign in could take over
    the profile of anybody whose address they know.
    """
    if not proofs:
        return False
    given = [proofs] if isinstance(proofs, str) else list(proofs)
    stated = [value for namespace, value in identifiers if namespace.partition(":")[0] not in UNPROVABLE]
    return bool(stated) and all(any(_same(sign(secret, value), each) for each in given) for value in stated)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.lower().encode("utf-8", "replace"))
