"""Who acts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: `actor_id` stands in the ledger, `name` is shown to people, `roles` decide what is allowed."""

    actor_id: str
    name: str
    roles: frozenset[str]


OWNER_BY_FOLDER = Actor(actor_id="folder", name="Owner of the folder", roles=frozenset({"owner"}))
SYSTEM = Actor(actor_id="system", name="Habitué", roles=frozenset({"system"}))
