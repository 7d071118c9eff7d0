"""The verbs of people: find and read them, join, separate and erase them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from habitue import flow
from habitue.access import policy
from habitue.identity import decide, explain
from habitue.profiles import reading, relations
from habitue.profiles.timeline import Moment
from habitue.verbs.verb import Verbs


class People(Verbs):
    """Find and read people, join and separate them."""

    def count(self, *, kind: str = "person") -> int:
        """How many people (or companies) there are."""
        return reading.count(self._ws, kind=kind)

    def listing(
        self, *, kind: str = "person", sort: str = "name", offset: int = 0, limit: int = 50, country: str | None = None
    ) -> reading.Page:
        """People by page; `sort` is name, last_seen, first_seen, city or events, with a minus for the other way."""
        return reading.listing(self._ws, kind=kind, sort=sort, offset=offset, limit=limit, country=country)

    def search(self, query: str, *, limit: int = 20) -> Sequence[reading.PersonRow]:
        """People found by anything: parts of names, e-mail, phone, customer and order numbers, city, company."""
        return reading.search(self._ws, query, limit=limit)

    def by_phone(self, number: str) -> Sequence[reading.PersonRow]:
        """The people whom a phone number belongs to, by any spelling."""
        return reading.by_phone(self._ws, number)

    def rows_of(self, profile_ids: Sequence[str]) -> Sequence[reading.PersonRow]:
        """The rows of some profiles, in the order asked for."""
        return reading.rows_of(self._ws, profile_ids)

    def get(self, profile_id: str) -> reading.Person:
        """One person; NotFound when nobody has that id."""
        return reading.person(self._ws, profile_id)

    def timeline(
        self,
        profile_id: str,
        *,
        names: Sequence[str] = (),
        before: tuple[datetime, int] | None = None,
        limit: int = 50,
    ) -> Sequence[Moment]:
        """What happened, newest first; `before` continues after the last moment that was shown."""
        return reading.moments(self._ws, profile_id, names=names, before=before, limit=limit)

    def identities(self, profile_id: str) -> explain.Explanation:
        """Why the records behind a profile are one person, and which links were refused."""
        policy.require(self._ws.actor, "people.read")
        with self._ws.register.read() as conn:
            return explain.explain(conn, reading.current_id(conn, profile_id))

    def contacts_of_company(self, company_name: str, *, also: Sequence[str] = ()) -> Sequence[reading.PersonRow]:
        """The people who work at a company by its name, and those of the profiles that are named."""
        return reading.contacts_of_company(self._ws, company_name, also=also)

    def relations(self, profile_id: str) -> Sequence[relations.Related]:
        """Company and colleagues, subsidiaries, household, who brought whom: shown beside a person, never merged."""
        return relations.of_profile(self._ws, profile_id)

    def separate(self, identifier_id: int, *, reason: str = "") -> None:
        """Take every link of one identifier back; both sides are as they were before."""
        flow.carry_out(self._ws, decide.separate(self._ws, identifier_id=identifier_id, reason=reason))

    def undo_link(self, a: int, b: int, *, reason: str = "") -> None:
        """Take one link back; both sides are as they were before."""
        flow.carry_out(self._ws, decide.undo_link(self._ws, a=a, b=b, reason=reason))

    def join(self, profile_ids: Sequence[str], *, reason: str = "") -> None:
        """Decide that two profiles are one person."""
        flow.carry_out(self._ws, decide.join(self._ws, profile_ids=profile_ids, reason=reason))

    def erase(self, profile_id: str) -> flow.Erased:
        """Erase one person from every table, the replica and the exports that we keep."""
        return flow.erase_person(self._ws, profile_id)
