"""Whose consent was it, when somebody keeps apart what one message named? Where nobody can tell, the safer side. Pure.

A withdrawal counts for both sides, a consent for neither.
"""

from __future__ import annotations

from collections.abc import Sequence

from habitue.collect.envelope import Event
from habitue.identity.nodes import Resolved

GIVEN, WITHDRAWN = "Consent Given", "Consent Withdrawn"


def homes(resolved: Resolved) -> Sequence[tuple[Event, int]]:
    """The identifiers that statements about consent hang on."""
    if not resolved.doubtful:
        return resolved.homes
    unclear = {event.seq for event, _ in resolved.doubtful if event.name == GIVEN}
    certain = [(event, home) for event, home in resolved.homes if event.seq not in unclear]
    return [*certain, *((event, other) for event, other in resolved.doubtful if event.name == WITHDRAWN)]
