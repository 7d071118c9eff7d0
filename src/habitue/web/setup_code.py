"""The code that `serve` prints, so that only who started the workspace can become its owner from elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from habitue.web.models import SetupCode, User

if TYPE_CHECKING:
    from habitue.workspace import Workspace

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
GROUPS, GROUP_LENGTH = 3, 4
FORWARDING = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


def issue(ws: Workspace) -> str | None:
    """A new code such as `K7QM-2XRD-9TPL`, which replaces the former; None when there is a user already."""
    if User.objects.exists():
        return None
    letters = [secrets.choice(ALPHABET) for _ in range(GROUPS * GROUP_LENGTH)]
    code = "-".join("".join(letters[i : i + GROUP_LENGTH]) for i in range(0, len(letters), GROUP_LENGTH))
    with transaction.atomic():
        SetupCode.objects.all().delete()
        SetupCode.objects.create(code_hash=_hash(code), issued_at=ws.clock.now())
    return code


def is_right(code: str) -> bool:
    """Whether `code` is the one issued last; case, spaces and hyphens do not matter."""
    typed = _hash(code)
    return any(hmac.compare_digest(typed, row.code_hash) for row in SetupCode.objects.all())


def is_local(*, address: str, host: str, headers: Mapping[str, str]) -> bool:
    """Whether the request was made on this machine itself: loopback both ways and through no proxy."""
    return (
        _is_loopback(address)
        and (host == "localhost" or _is_loopback(host.strip("[]")))
        and not any(name in headers for name in FORWARDING)
    )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
