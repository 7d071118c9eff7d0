"""Shares, which rules keep from 0 to 1 and people type in per cent; what is no number stays as it is."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation


def share_of(text: str) -> str:
    """70 as a rule keeps it: 0.7."""
    return _times(text, Decimal("0.01"))


def share_text(text: str) -> str:
    """0.7 as people type it: 70."""
    return _times(text, Decimal(100))


def _times(text: str, factor: Decimal) -> str:
    try:
        number = Decimal(text) * factor
    except InvalidOperation:
        return text
    return f"{number.normalize():f}" if number.is_finite() else text
