"""When something happened, told by clocks that may be wrong. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

Odd = Literal["future", "before_1990"]
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
TOLERANCE = timedelta(minutes=5)


def happened(
    received_at: datetime, timestamp: datetime | None, original: datetime | None, sent: datetime | None
) -> tuple[datetime, Odd | None]:
    """The instant that stands, and what is odd about it.

    It is what the message states; else, where the sender's clock can be compared, `received_at - (sent - original)`.
    SDKs of RudderStack write `original` by themselves, so a `timestamp` beside it is what the caller meant.
    """
    if timestamp is not None and timestamp.tzinfo is UTC and EARLIEST <= timestamp <= received_at:
        return timestamp, None
    at = _utc(timestamp)
    if at is None:
        original, sent = _utc(original), _utc(sent)
        at = original or received_at
        if original is not None and sent is not None:
            at = _corrected(received_at, original, sent) or at
    if at > received_at + TOLERANCE:
        return at, "future"
    return at, "before_1990" if at < EARLIEST else None


def _corrected(received_at: datetime, original: datetime, sent: datetime) -> datetime | None:
    try:
        return received_at - (sent - original)
    except OverflowError:
        return None


def _utc(value: datetime | None) -> datetime | None:
    """None for what has no place in the calendar of UTC, such as the first hours of year 1 in Asia."""
    if value is None or value.tzinfo is UTC:
        return value
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        return None
