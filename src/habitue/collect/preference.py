"""Where an event may go, by what came with it: consent by category and the integrations object. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

Objection = Literal["consent", "integrations"]


def objection(kept: Mapping[str, Any] | None, *, destination: str, categories: Sequence[str] = ()) -> Objection | None:
    """Why an event may not go to `destination`, or None; `kept` is what stays with the event.

    `categories` are those that the destination is mapped to: it needs all of them to be true. Without a consent object
    there is nothing to enforce; an empty one refuses every category. Names of integrations are case sensitive;
    `All: false` makes the others an allow-list, and an explicit false always wins.
    """
    told = kept or {}
    if "consent" in told and categories and not _is_agreed(told["consent"], categories):
        return "consent"
    return None if _is_wanted(told.get("integrations"), destination) else "integrations"


def _is_agreed(consent: object, categories: Sequence[str]) -> bool:
    preferences = consent.get("categoryPreferences") if isinstance(consent, Mapping) else None
    if not isinstance(preferences, Mapping):
        return False
    return all(preferences.get(category) is True for category in categories)


def _is_wanted(integrations: object, destination: str) -> bool:
    if not isinstance(integrations, Mapping):
        return True
    own = integrations.get(destination)
    if own is None:
        return integrations.get("All", True) is not False
    return own is not False
