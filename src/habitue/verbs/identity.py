"""The verbs of who is who: rules, shared values, decisions and their undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Literal
from zoneinfo import ZoneInfo

from habitue import flow
from habitue.access import policy
from habitue.identity import books, decide, listings, preview, refusals, review, reviewing
from habitue.identity.matching.run import match_table
from habitue.identity.proposals import Matcher
from habitue.identity.rulebook import Rulebook
from habitue.kernel import jobs
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.profiles import matching
from habitue.verbs.verb import Verbs


class Identity(Verbs):
    """Rules, shared values, and the decisions of people and matching runs."""

    def rules(self) -> Rulebook:
        """The rules that hold now."""
        policy.require(self._ws.actor, "settings.read")
        with self._ws.register.read() as conn:
            return books.current(conn)

    def fan_out(self) -> int:
        """At how many people a value may be refused before it counts as shared."""
        policy.require(self._ws.actor, "people.read")
        with self._ws.register.read() as conn:
            return books.current(conn).fan_out

    def preview_rules(self, book: Rulebook) -> preview.Preview:
        """Whom other rules would split and join; changes nothing."""
        return flow.preview_rules(self._ws, book)

    def change_rules(self, book: Rulebook) -> None:
        """Let other rules hold from the beginning on; everybody keeps their id."""
        flow.carry_out(self._ws, decide.change_rules(self._ws, book))

    def shared_values(self) -> Sequence[listings.SharedValue]:
        """Values that link nobody, since too many people have them or because somebody said so."""
        policy.require(self._ws.actor, "people.read")
        with self._ws.register.read() as conn:
            return listings.shared_values(conn)

    def judge(self, identifier_id: int, state: Literal["blocked", "allowed"], *, reason: str = "") -> None:
        """Say that a value links nobody (`blocked`), or that it does whatever it looks like (`allowed`)."""
        flow.carry_out(self._ws, decide.judge(self._ws, identifier_id=identifier_id, state=state, reason=reason))

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
            known = listings.between(conn, by=by, since=since, until=until)
        return self._undo([each.seq for each in known], "identity.day_undone", f"{by}/{day.isoformat()}")

    def _undo(self, seqs: Sequence[int], verb: str, subject_id: str) -> int:
        if seqs:
            details = {"decisions": len(seqs)}
            position = decide.undo(self._ws, seqs=seqs, verb=verb, subject_id=subject_id, details=details)
            flow.carry_out(self._ws, position)
        return len(seqs)


class Matching(Verbs):
    """Compare everybody with everybody, and take that back."""

    def start(self) -> jobs.Job:
        """Queue a matching run; the worker carries it out."""
        return matching.start(self._ws)

    def run(self, *, matcher: Matcher = match_table) -> matching.Run:
        """Run matching at once, in this process."""
        job = matching.start(self._ws, is_claimed=True)
        flow.run_matching(self._ws, job, matcher=matcher)
        return matching.get(self._ws, job.subject_id)

    def job(self, run_id: str) -> jobs.Job | None:
        """The job of a run while it waits or runs."""
        return matching.job_of(self._ws, run_id)

    def cancel(self, run_id: str) -> None:
        """Ask a run to stop; what it linked until then stays and can be taken back."""
        matching.cancel(self._ws, run_id)

    def listing(self, *, limit: int = 20) -> Sequence[matching.Run]:
        """Matching runs, newest first."""
        return matching.listing(self._ws, limit=limit)

    def undo(self, run_id: str) -> int:
        """Take a run back, as if it had never been; returns how many links it had made."""
        return flow.undo_matching(self._ws, run_id)


class Review(Verbs):
    """Decide whether two are the same person, pair by pair."""

    def queue(self, *, limit: int = 20, kind: str = "") -> Sequence[review.Pair]:
        """The pairs that the actor may decide next, the most valuable first; `kind` is match, refusal or both."""
        policy.require(self._ws.actor, "people.edit")
        with self._ws.register.write() as conn:
            refusals.note(conn)
            return review.upcoming(conn, by=self._me, now=self._ws.clock.now(), limit=limit, kind=kind)

    def next(self, *, kind: str = "") -> review.Pair | None:
        """The next pair, kept for the actor for ten minutes; None when nothing waits."""
        for pair in self.queue(limit=5, kind=kind):
            with self._ws.register.write() as conn:
                if review.claim(conn, pair, by=self._me, now=self._ws.clock.now()):
                    return pair
        return None

    def get(self, a: int, b: int) -> review.Pair:
        """One pair; NotFound when it was never proposed."""
        policy.require(self._ws.actor, "people.edit")
        with self._ws.register.read() as conn:
            found = review.get(conn, a, b)
        if found is None:
            raise NotFound(what=_("pair"), key=f"{a}/{b}")
        return found

    def answer(self, a: int, b: int, word: Literal["same", "different"]) -> reviewing.Answered:
        """Decide a pair; tells how the automatic limit moved."""
        return reviewing.answer(self._ws, self.get(a, b), word, apply=partial(flow.catch_up, self._ws))

    def later(self, a: int, b: int) -> None:
        """Ask nobody about a pair until tomorrow."""
        self._put_off(a, b, for_everybody=True)

    def skip(self, a: int, b: int) -> None:
        """Leave a pair to the others."""
        self._put_off(a, b, for_everybody=False)

    def undo_last(self) -> int:
        """Take back what the actor decided last; the pair is asked about again. Returns 0 when there was nothing."""
        policy.require(self._ws.actor, "people.edit")
        return reviewing.take_back(self._ws, self._last(), apply=partial(flow.catch_up, self._ws))

    def last_answered(self) -> tuple[int, int] | None:
        """The pair that the actor decided last; None when there is none."""
        policy.require(self._ws.actor, "people.read")
        return next(((each.a, each.b) for each in self._last()), None)

    def _last(self) -> list[listings.Decision]:
        with self._ws.register.read() as conn:
            mine = [each for each in listings.newest(conn, limit=200) if each.by == self._me and each.a]
        return [each for each in mine if each.verb in ("same", "different")][:1]

    def standing(self) -> reviewing.Standing:
        """How far the queue is, how precise the matches were so far, and what the answers have set."""
        policy.require(self._ws.actor, "people.read")
        return reviewing.standing(self._ws)

    def conflicts(self) -> Sequence[review.Conflict]:
        """Pairs about which people said different things."""
        policy.require(self._ws.actor, "people.read")
        with self._ws.register.read() as conn:
            return review.conflicts(conn)

    def ask_again(self, a: int, b: int) -> None:
        """Put a decided pair into the queue again, for a second opinion; the answer holds until then."""
        self.get(a, b)
        with self._ws.register.write() as conn:
            review.reopen(conn, [(a, b)])

    def waiting(self) -> int:
        """How many pairs wait."""
        policy.require(self._ws.actor, "people.read")
        with self._ws.register.read() as conn:
            return review.waiting(conn)

    @property
    def _me(self) -> str:
        return self._ws.actor.actor_id

    def _put_off(self, a: int, b: int, *, for_everybody: bool) -> None:
        pair = self.get(a, b)
        with self._ws.register.write() as conn:
            review.put_off(conn, pair, by=self._me, now=self._ws.clock.now(), for_everybody=for_everybody)
