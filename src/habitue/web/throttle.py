"""Slows down guessing of passwords, per account and per address, with the same answer for known and unknown."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from habitue.web.models import LoginAttempt

if TYPE_CHECKING:
    from habitue.workspace import Workspace

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures within the window are free; each further one doubles the wait, from one second."""

    free: int


PER_ACCOUNT = Limit(free=5)
PER_ADDRESS = Limit(free=30)


def wait(failures: Sequence[datetime], *, limit: Limit, now: datetime) -> timedelta:
    """How long to wait still after `failures`, which lie inside the window; zero when free to try."""
    if len(failures) < limit.free:
        return timedelta(0)
    pause = min(timedelta(seconds=2 ** min(len(failures) - limit.free, 20)), LONGEST)
    return max(max(failures) + pause - now, timedelta(0))


def waiting(ws: Workspace, *, email: str, address: str) -> timedelta:
    """How long this account and this address must wait before a password is looked at."""
    now = ws.clock.now()
    recent = LoginAttempt.objects.filter(at__gt=now - WINDOW)
    of_account = list(recent.filter(account=account_key(ws, email)).values_list("at", flat=True))
    of_address = list(recent.filter(address=address).values_list("at", flat=True))
    return max(
        wait(of_account, limit=PER_ACCOUNT, now=now),
        wait(of_address, limit=PER_ADDRESS, now=now),
    )


def failed(ws: Workspace, *, email: str, address: str) -> None:
    """Note a failed try, and forget those of more than a day ago."""
    now = ws.clock.now()
    LoginAttempt.objects.filter(at__lt=now - KEPT).delete()
    LoginAttempt.objects.create(account=account_key(ws, email), address=address[:64], at=now)


def succeeded(ws: Workspace, *, email: str) -> None:
    """Forget the failed tries of the account."""
    LoginAttempt.objects.filter(account=account_key(ws, email)).delete()


def account_key(ws: Workspace, email: str) -> str:
    """A keyed hash of the address, so that the table holds no address, typed passwords included."""
    typed = email.strip().lower().encode()
    return hmac.new(ws.secret("login-attempts"), typed, hashlib.sha256).hexdigest()
