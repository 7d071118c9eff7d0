"""The verbs of audiences, fixed lists and what to do today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from habitue import flow
from habitue.audiences import (
    alike,
    archive,
    comparing,
    create,
    found_people,
    list_changes,
    membership,
    proposals,
    taken,
)
from habitue.audiences import reading as audience_reading
from habitue.audiences import why as reasons
from habitue.audiences.audience import Audience
from habitue.audiences.rule import Rule
from habitue.profiles import replica
from habitue.verbs.verb import Verbs


class Audiences(Verbs):
    """People who fulfil a rule."""

    def listing(self, *, archived: bool = False) -> Sequence[Audience]:
        """Audiences by name; with `archived` those that were put away."""
        return audience_reading.listing(self._ws, archived=archived)

    def get(self, audience_id: str) -> Audience:
        """One audience."""
        return audience_reading.get(self._ws, audience_id)

    def create(self, name: str, rule: Rule, *, description: str = "", purpose: str | None = None) -> Audience:
        """Keep a rule under a name."""
        return create.create(self._ws, name=name, rule=rule, description=description, purpose=purpose)

    def archive(self, audience_id: str) -> None:
        """Put an audience away; `restore` brings it back."""
        archive.archive(self._ws, audience_id=audience_id)

    def restore(self, audience_id: str) -> None:
        """Bring an archived audience back."""
        archive.restore(self._ws, audience_id=audience_id)

    def count(self, rule: Rule) -> membership.Count:
        """How many people fulfil a rule now, of how many."""
        return membership.count(self._ws, rule)

    def names(self) -> Mapping[str, str]:
        """The names of all audiences by id."""
        return audience_reading.names(self._ws)

    def why(self, audience_id: str, profile_id: str) -> reasons.Why:
        """Why a person is in an audience or not, condition by condition, with the facts."""
        return reasons.why(self._ws, audience_reading.get(self._ws, audience_id).rule, profile_id)

    def overlap(self, first: Rule, second: Rule) -> comparing.Overlap:
        """How many people two rules share, and how many only one of them holds."""
        return comparing.overlap(self._ws, first, second)

    def sizes(self, audience_id: str, *, days: int = 90) -> Sequence[comparing.Size]:
        """How many people belonged to an audience at the end of each day."""
        return comparing.sizes(self._ws, audience_id, days=days)

    def versions(self, audience_id: str) -> Sequence[audience_reading.Version]:
        """The rules that were published, the newest first."""
        return audience_reading.versions_of(self._ws, audience_id)

    def members(
        self, rule: Rule, *, offset: int = 0, limit: int = 50, sort: str = "money"
    ) -> Sequence[membership.MemberRow]:
        """The people who fulfil a rule now, page by page."""
        return membership.members(self._ws, rule, offset=offset, limit=limit, sort=sort)

    def find_alike(self, audience_id: str, *, wanted: int = 1_000) -> alike.Alike:
        """Find the people who are most like those of an audience but not in it, as many as wanted."""
        return flow.find_alike(self._ws, audience_id, wanted=wanted)

    def create_list(
        self,
        name: str,
        *,
        people: Sequence[str] = (),
        description: str = "",
        purpose: str | None = None,
        list_id: str = "",
    ) -> Audience:
        """Make a fixed list of people, given by their profile ids; it gets a new id where none is given."""
        made = list_changes.make(self._ws, name=name, description=description, purpose=purpose, list_id=list_id)
        self.put_on(made.audience_id, people)
        return made

    def freeze(self, audience_id: str, name: str) -> Audience:
        """Make a fixed list of everybody who belongs to an audience now."""
        source = audience_reading.get(self._ws, audience_id)
        people = list_changes.members_of(self._ws, source.rule)
        return self.create_list(name, people=people, description=source.description, purpose=source.purpose)

    def put_on(self, audience_id: str, people: Sequence[str]) -> int:
        """Put people (profile ids) on a fixed list; returns how many were not on it."""
        return self._changed(list_changes.put_on(self._ws, audience_id=audience_id, profile_ids=people))

    def take_off(self, audience_id: str, people: Sequence[str]) -> int:
        """Take people (profile ids) off a fixed list; returns how many were on it."""
        return self._changed(list_changes.take_off(self._ws, audience_id=audience_id, profile_ids=people))

    def find(self, texts: Sequence[str]) -> found_people.Found:
        """The people whose e-mail address, phone, customer or card number each text is, and the texts of nobody."""
        return found_people.find_people(self._ws, texts)

    def find_in_text(self, text: str) -> found_people.Found:
        """The same of a pasted text or the text of a CSV file."""
        return found_people.find_in_text(self._ws, text)

    def _changed(self, change: list_changes.ListChange) -> int:
        if change.position is not None:
            flow.catch_up(self._ws, change.position)
            replica.refresh(self._ws)
        return change.people

    def proposals(self) -> Sequence[proposals.Proposal]:
        """What to do today: groups worth an hour, most expected money first."""
        return proposals.proposals(self._ws)

    def take(self, code: str) -> taken.Taken:
        """Keep that a proposal is carried out today, and who its people are."""
        return taken.take(self._ws, code)

    def afterwards(self) -> Sequence[taken.Aftermath]:
        """What the people of the proposals taken up did since, the newest first."""
        return [taken.aftermath(self._ws, one) for one in taken.listing(self._ws)]
