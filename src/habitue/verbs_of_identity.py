"""The verbs of who is who: rules, shared values, decisions and their undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from habitue import flow
from habitue.access import policy
from habitue.identity import books, decide, listings, preview
from habitue.identity.rulebook import Rulebook
from habitue.verbs import Verbs


class Identity(Verbs):
    """Rules, shared values, and the decisions of people and matching runs."""

    def rules(self) -> Rulebook:
        """The rules that hold now."""
        policy.require(self._ws.actor, "settings.read")
        with self._ws.register.read() as conn:
            return books.current(conn)

    def preview_rules(self, book: Rulebook) -> preview.Preview:
        """Whom other rules would split and join; changes nothing."""
        return flow.preview_rules(self._ws, book)

    def change_rules(self, book: Rulebook) -> None:
        """Let other rules hold from the beginning on; everybody keeps their id."""
        flow.catch_up(self._ws, decide.change_rules(self._ws, book))

    def shared_values(self) -> Sequence[listings.SharedValue]:
        """Values that link nobody, since too many people have them or because somebody said so."""
        policy.require(self._ws.actor, "people.read")
        with self._ws.register.read() as conn:
            return listings.shared_values(conn)

    def judge(self, identifier_id: int, state: Literal["blocked", "allowed"], *, reason: str = "") -> None:
        """Say that a value links nobody (`blocked`), or that it does whatever it looks like (`allowed`)."""
        flow.catch_up(self._ws, decide.judge(self._ws, identifier_id=identifier_id, state=state, reason=reason))

    def decisions(self, *, limit: int = 50) -> Sequence[listings.Decision]:
        """The newest decisions of people."""
        policy.require(self._ws.actor, "people.read")
        with self._ws.register.read() as conn:
            return listings.newest(conn, limit=limit)

    def take_back(self, seqs: Sequence[int]) -> int:
        """Take decisions back, as if they had never been made; returns how many there were."""
        policy.require(self._ws.actor, "people.edit")
        with self._ws.register.read() as conn:
            known = [each.seq for each in listings.of_seqs(conn, seqs)]
        return self._undo(known, "identity.decision_undone", str(known[0]) if known else "")

    def undo_day(self, by: str, day: date) -> int:
        """Take back what one person decided on one day of the workspace's time zone; returns how many decisions."""
        policy.require(self._ws.actor, "people.edit")
        zone = ZoneInfo(self._ws.config.workspace.timezone)
        since = datetime.combine(day, time(), zone)
        until = datetime.combine(day + timedelta(days=1), time(), zone)
        with self._ws.register.read() as conn:
            known = [each.seq for each in listings.between(conn, by=by, since=since, until=until)]
        return self._undo(known, "identity.day_undone", f"{by}/{day.isoformat()}")

    def _undo(self, seqs: Sequence[int], verb: str, subject_id: str) -> int:
        if seqs:
            details = {"decisions": len(seqs)}
            position = decide.undo(self._ws, seqs=seqs, verb=verb, subject_id=subject_id, details=details)
            flow.catch_up(self._ws, position)
        return len(seqs)
