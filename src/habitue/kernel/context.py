"""What every room receives: register, lake, clock, ids, settings, actor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from habitue.kernel import keys
from habitue.kernel.clock import Clock
from habitue.kernel.config import Config
from habitue.kernel.ids import Ids
from habitue.kernel.register import Register

if TYPE_CHECKING:
    from habitue.kernel.lake import Lake


class ActorLike(Protocol):
    """Who acts: an id for the ledger, a name for people, roles for the policy."""

    @property
    def actor_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Context:
    """The outside world of one workspace, handed to every room as `ws`."""

    folder: Path
    config: Config
    register: Register
    lake: Lake
    clock: Clock
    ids: Ids
    actor: ActorLike
    master_key: bytes

    def secret(self, name: str) -> bytes:
        """The secret of 32 bytes for one use, derived from the master key."""
        return keys.derive(self.master_key, name)

    def as_actor(self, actor: ActorLike) -> Context:
        """The same world seen by another actor."""
        return replace(self, actor=actor)
