"""The verbs of purposes, the ledger and jobs."""

from __future__ import annotations

from collections.abc import Sequence

from habitue.access import policy
from habitue.audit import ledger
from habitue.kernel import jobs
from habitue.privacy import purposes
from habitue.verbs.verb import Verbs


class Purposes(Verbs):
    """What data may be used for."""

    def listing(self) -> Sequence[purposes.Purpose]:
        """Every purpose, by name."""
        with self._ws.register.read() as conn:
            return purposes.listing(conn)


class Ledger(Verbs):
    """What was done, by whom."""

    def listing(self, *, offset: int = 0, limit: int = 50, subject_id: str | None = None) -> Sequence[ledger.Entry]:
        """Entries, newest first."""
        policy.require(self._ws.actor, "ledger.read")
        with self._ws.register.read() as conn:
            return ledger.listing(conn, subject_id=subject_id, offset=offset, limit=limit)

    def count(self) -> int:
        """How many entries there are."""
        policy.require(self._ws.actor, "ledger.read")
        with self._ws.register.read() as conn:
            return ledger.count(conn)

    def first_broken(self) -> int | None:
        """The first entry that does not fit its hash; None when the ledger is whole."""
        policy.require(self._ws.actor, "ledger.read")
        with self._ws.register.read() as conn:
            return ledger.first_broken(conn)


class Jobs(Verbs):
    """Long work."""

    def get(self, job_id: str) -> jobs.Job:
        """One job."""
        policy.require(self._ws.actor, "imports.read")
        return jobs.get(self._ws, job_id)
