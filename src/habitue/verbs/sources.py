"""The verbs of sources: their keys, their rules, what came to the door, and what waits in quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from habitue import flow
from habitue.access import api_keys, key_changes, policy
from habitue.collect import figures, sources, traffic
from habitue.collect.proof import secret_name
from habitue.profiles import arrivals
from habitue.quality import held, policies, releases, unreadable
from habitue.verbs.verb import Verbs


class Sources(Verbs):
    """Where data comes from."""

    def listing(self) -> Sequence[sources.Source]:
        """Every source, by name."""
        policy.require(self._ws.actor, "imports.read")
        with self._ws.register.read() as conn:
            return sources.listing(conn)

    def get(self, source_id: str) -> sources.Source:
        """One source."""
        policy.require(self._ws.actor, "imports.read")
        with self._ws.register.read() as conn:
            return sources.get(conn, source_id)

    def figures(self) -> Mapping[str, figures.SourceFigures]:
        """Events, people and the last event of every source."""
        policy.require(self._ws.actor, "imports.read")
        return figures.by_source(self._ws)

    def keys(self, source_id: str) -> Sequence[api_keys.ApiKey]:
        """The keys of a source, oldest first."""
        policy.require(self._ws.actor, "sources.edit")
        with self._ws.register.read() as conn:
            return api_keys.of_source(conn, source_id)

    def create_key(
        self,
        name: str,
        *,
        kind: api_keys.Kind = "write",
        allowed_origins: Sequence[str] = (),
        rate_per_minute: int = api_keys.RATE_PER_MINUTE,
    ) -> key_changes.Issued:
        """Make a key for the source of that name or id; a source that does not exist yet is made."""
        policy.require(self._ws.actor, "sources.edit")
        return key_changes.create(
            self._ws,
            source_id=sources.named(self._ws, name, kind="events").source_id,
            kind=kind,
            allowed_origins=allowed_origins,
            rate_per_minute=rate_per_minute,
        )

    def rotate_key(self, key_id: str, *, overlap: timedelta = timedelta(days=7)) -> key_changes.Issued:
        """Replace a key; the former one is valid for `overlap` from now on."""
        return key_changes.rotate(self._ws, key_id, overlap=overlap)

    def pause_key(self, key_id: str) -> api_keys.ApiKey:
        """Refuse messages with a key until it is resumed."""
        return key_changes.pause(self._ws, key_id)

    def resume_key(self, key_id: str) -> api_keys.ApiKey:
        """Take messages with a paused key again."""
        return key_changes.resume(self._ws, key_id)

    def revoke_key(self, key_id: str) -> api_keys.ApiKey:
        """Refuse messages with a key for good."""
        return key_changes.revoke(self._ws, key_id)

    def proof_secret(self, source_id: str) -> str:
        """The secret with which a server signs user ids and e-mails for messages that come with a public key."""
        policy.require(self._ws.actor, "sources.edit")
        return self._ws.secret(secret_name(source_id)).hex()

    def create(self, name: str) -> sources.Source:
        """The source of that name for messages of SDKs, made when there is none; it needs a key to be used."""
        policy.require(self._ws.actor, "sources.edit")
        return sources.ensure(self._ws, name=name, kind="events")

    def change_key(
        self, key_id: str, *, allowed_origins: Sequence[str] | None = None, rate_per_minute: int | None = None
    ) -> api_keys.ApiKey:
        """Change the sites that may use a key, and how many messages a minute it may send."""
        return key_changes.change(self._ws, key_id, allowed_origins=allowed_origins, rate_per_minute=rate_per_minute)

    def rules(self, source_id: str) -> policies.Policy:
        """What becomes of messages of a source that break the dictionary."""
        policy.require(self._ws.actor, "sources.read")
        with self._ws.register.read() as conn:
            return policies.of_source(conn, source_id)

    def change_rules(
        self,
        source_id: str,
        *,
        broken_values: str | None = None,
        unplanned_events: str | None = None,
        planned: Sequence[str] | None = None,
    ) -> policies.Policy:
        """Change the rules of a source: keep, quarantine or drop; what is not given stays."""
        self.get(source_id)
        return policies.change(
            self._ws, source_id, broken_values=broken_values, unplanned_events=unplanned_events, planned=planned
        )

    def outcomes(self) -> Mapping[str, Mapping[str, traffic.Outcome]]:
        """What the door answered so far, by source: `accepted`, or the code of a refusal; unknown keys under ""."""
        policy.require(self._ws.actor, "sources.read")
        with self._ws.register.read() as conn:
            return traffic.outcomes(conn)

    def by_minute(self, source_ids: Sequence[str], *, since: datetime) -> Mapping[str, Mapping[datetime, int]]:
        """How many messages came in each minute, by source."""
        policy.require(self._ws.actor, "sources.read")
        with self._ws.register.read() as conn:
            return traffic.by_minute(conn, source_ids, since)

    def refusals(self, source_id: str, *, limit: int = 50) -> Sequence[traffic.Refusal]:
        """The newest refusals of the door for a source, newest first."""
        policy.require(self._ws.actor, "sources.read")
        with self._ws.register.read() as conn:
            return traffic.last_refusals(conn, source_id, limit=limit)

    def arrived(self, source_id: str, *, limit: int = 20) -> Sequence[arrivals.Arrived]:
        """What a source brought last, among the last 20,000 events of all, newest first."""
        policy.require(self._ws.actor, "sources.read")
        with self._ws.register.read() as conn:
            return arrivals.newest_of_source(conn, source_id, limit=limit)

    def quarantine(
        self, source_id: str, *, states: Sequence[str] = ("open",), offset: int = 0, limit: int = 50
    ) -> Sequence[held.HeldMessage]:
        """Messages of a source that wait (`open`), or were `noted`, `released`, `dropped` or `discarded`."""
        policy.require(self._ws.actor, "sources.read")
        with self._ws.register.read() as conn:
            return held.listing(conn, source_id, states=states, offset=offset, limit=limit)

    def quarantined(self, held_id: str) -> held.HeldMessage:
        """One message of a quarantine."""
        policy.require(self._ws.actor, "sources.read")
        with self._ws.register.read() as conn:
            return held.get(conn, held_id)

    def quarantine_counts(self, source_id: str | None = None) -> Mapping[str, Mapping[tuple[str, str], int]]:
        """How many messages there are in quarantine, by source (all, or one) and there by (state, reason code)."""
        policy.require(self._ws.actor, "sources.read")
        with self._ws.register.read() as conn:
            return held.counts(conn, source_id)

    def correct(self, held_id: str, changes: Mapping[str, str | None]) -> None:
        """Change values of a message that waits; None takes one out. `replay` then brings it in."""
        releases.correct(self._ws, held_id, changes)

    def discard(self, held_id: str) -> None:
        """Decide that a message that waits is not wanted; its contents go."""
        releases.discard(self._ws, held_id)

    def replay(self, source_id: str, held_ids: Sequence[str] | None = None) -> int:
        """Bring in what waits of a source, or some of its messages, once; returns how many were tried.

        The rules decide anew: what still breaks them goes on waiting.
        """
        return flow.replay_quarantine(self._ws, source_id, held_ids)

    def unreadable(self) -> Sequence[unreadable.UnreadableFrame]:
        """What came through the door, could not be applied and was set aside whole."""
        return unreadable.listing(self._ws)

    def retry_unreadable(self) -> int:
        """Try to apply what was set aside once more; returns how many frames were tried."""
        return flow.replay_unreadable(self._ws)
