"""The verbs of a workspace by subject: thin, so that every room stays usable on its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from habitue import flow
from habitue.access import policy
from habitue.activation import export, exports
from habitue.activation.columns import DEFAULT_COLUMNS
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
from habitue.audit import ledger
from habitue.collect import imports
from habitue.collect.files.mapping import Mapping as FileMapping
from habitue.collect.files.template import template
from habitue.identity import decide, explain
from habitue.insights import report
from habitue.insights import store as insight_store
from habitue.insights.card_store import KeptCard
from habitue.insights.reports import catalogue, store
from habitue.insights.reports.shape import Outcome
from habitue.kernel import jobs
from habitue.kernel.context import Context
from habitue.privacy import purposes
from habitue.profiles import numbering, reading, relations, replica
from habitue.profiles.timeline import Moment
from habitue.quality import importing, quarantine, rehearsal, set_aside

Translate = Callable[[str], str]
Progress = Callable[[int, int], None]


class Verbs:
    """What all subjects share: the world they act on."""

    def __init__(self, ws: Context) -> None:
        self._ws = ws


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


class Imports(Verbs):
    """Bring files in, and take imports back."""

    def preview(
        self, path: Path | str, *, file_name: str = "", source_name: str = "", mapping: FileMapping | None = None
    ) -> importing.Preview:
        """How a file would be read; stores nothing."""
        name = file_name or Path(path).name
        return importing.preview(self._ws, Path(path), file_name=name, source_name=source_name, mapping=mapping)

    def same_numbers(self, preview: importing.Preview) -> numbering.SameNumbers | None:
        """The other source that knows most of the customer numbers of a file that was previewed."""
        return numbering.same_numbers(self._ws, preview.customer_numbers, source_name=preview.source_name)

    def rehearse(self, path: Path | str, preview: importing.Preview) -> rehearsal.Rehearsed:
        """What would become of every row of a file that was previewed; stores nothing."""
        return rehearsal.rehearse(self._ws, Path(path), preview)

    def start(
        self, path: Path | str, *, file_name: str = "", source_name: str = "", mapping: FileMapping | None = None
    ) -> tuple[str, jobs.Job]:
        """Queue the import of a file; the worker carries it out. Returns the import id and the job."""
        return self._start(path, file_name, source_name, mapping, is_claimed=False)

    def run(
        self,
        path: Path | str,
        *,
        file_name: str = "",
        source_name: str = "",
        mapping: FileMapping | None = None,
        progress: Progress | None = None,
    ) -> imports.Import:
        """Import a file at once, in this process; `progress(rows done, rows expected)` is called now and then."""
        import_id, job = self._start(path, file_name, source_name, mapping, is_claimed=True)
        flow.run_import(self._ws, job, progress=progress)
        return self.get(import_id)

    def _start(
        self, path: Path | str, file_name: str, source_name: str, mapping: FileMapping | None, *, is_claimed: bool
    ) -> tuple[str, jobs.Job]:
        return importing.start(
            self._ws,
            Path(path),
            file_name=file_name or Path(path).name,
            source_name=source_name,
            mapping=mapping,
            is_claimed=is_claimed,
        )

    def listing(self, *, offset: int = 0, limit: int = 50) -> Sequence[imports.Import]:
        """Imports, newest first."""
        policy.require(self._ws.actor, "imports.read")
        with self._ws.register.read() as conn:
            return imports.listing(conn, offset=offset, limit=limit)

    def get(self, import_id: str) -> imports.Import:
        """One import."""
        return importing.require_import(self._ws, import_id)

    def job(self, import_id: str) -> jobs.Job | None:
        """The job of an import."""
        policy.require(self._ws.actor, "imports.read")
        return next(iter(jobs.of_subject(self._ws, import_id)), None)

    def cancel(self, import_id: str) -> None:
        """Stop a running import; what was taken until then stays and can be undone."""
        policy.require(self._ws.actor, "imports.run")
        job = self.job(import_id)
        if job is None:
            return
        if jobs.cancel(self._ws, job.job_id):
            importing.note_cancelled(self._ws, import_id)

    def undo(self, import_id: str) -> None:
        """Take an import back, as if it had never happened."""
        flow.undo_import(self._ws, import_id)

    def set_aside(
        self, import_id: str, *, state: str = "open", offset: int = 0, limit: int = 50
    ) -> Sequence[quarantine.Quarantined]:
        """Rows that were set aside (`open`), or values that were left out of taken rows (`noted`)."""
        policy.require(self._ws.actor, "imports.read")
        with self._ws.register.read() as conn:
            return quarantine.listing(conn, import_id=import_id, state=state, offset=offset, limit=limit)

    def reasons(self, import_id: str, *, state: str = "open") -> Mapping[str, int]:
        """How many rows were set aside, by reason code."""
        policy.require(self._ws.actor, "imports.read")
        with self._ws.register.read() as conn:
            return quarantine.count_by_code(conn, import_id=import_id, state=state)

    def set_aside_file(self, import_id: str, translate: Translate) -> bytes:
        """The rows set aside as a workbook with their reasons, to be corrected and imported again."""
        return set_aside.workbook(self._ws, import_id, translate)

    def template(self, language: str, translate: Translate) -> bytes:
        """A workbook with explained headings to start from."""
        return template(language, translate)


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


class Exports(Verbs):
    """Lists as files, for a purpose."""

    def preview(
        self,
        audience_id: str,
        *,
        purpose: str,
        columns: Sequence[str] = DEFAULT_COLUMNS,
        target: str = "xlsx",
        translate: Translate = export.untranslated,
    ) -> export.ExportPreview:
        """Who would be in the list, and who not and why; writes nothing."""
        return export.preview(
            self._ws, audience_id=audience_id, purpose=purpose, columns=columns, target=target, translate=translate
        )

    def run(
        self,
        audience_id: str,
        *,
        purpose: str,
        columns: Sequence[str] = DEFAULT_COLUMNS,
        target: str = "xlsx",
        translate: Translate = export.untranslated,
    ) -> exports.Export:
        """Write the list into the folder `exports`; the ledger keeps who took what, how many, for which purpose."""
        return export.run(
            self._ws, audience_id=audience_id, purpose=purpose, columns=columns, target=target, translate=translate
        )

    def listing(self, *, offset: int = 0, limit: int = 50) -> Sequence[exports.Export]:
        """Exports, newest first."""
        return exports.listing(self._ws, offset=offset, limit=limit)

    def path(self, export_id: str) -> Path:
        """The file of an export that is still kept."""
        return exports.path(self._ws, export_id)


class Insights(Verbs):
    """Whom to care about, and why."""

    def rfm(self) -> report.RfmReport:
        """Customers by recency, frequency and money, the best fifth, and who is about to leave."""
        policy.require(self._ws.actor, "insights.read")
        return report.report(self._ws)

    def people_at_risk(self, *, offset: int = 0, limit: int = 20) -> Sequence[report.PersonAtRisk]:
        """Valuable customers who are overdue against their own rhythm, most money first."""
        policy.require(self._ws.actor, "insights.read")
        return report.people_at_risk(self._ws, offset=offset, limit=limit)

    def card(self, name: str) -> KeptCard | None:
        """How an insight fared when it was tested on the past; None before the first time."""
        policy.require(self._ws.actor, "insights.read")
        return insight_store.card(self._ws, name)

    def due(self) -> Sequence[str]:
        """The insights that are to be learnt anew."""
        policy.require(self._ws.actor, "insights.read")
        return insight_store.due(self._ws)

    def learn(self, names: Sequence[str] = (), *, progress: Progress | None = None) -> Sequence[str]:
        """Learn insights anew, in this process: the named ones, else those that are due; returns which."""
        policy.require(self._ws.actor, "audiences.edit")
        return flow.learn(self._ws, names, progress=progress)


class Reports(Verbs):
    """Questions that a business asks, each answered by a sentence and its tables."""

    def listing(self) -> Sequence[catalogue.Report]:
        """Every report, in the order in which the pages show them."""
        policy.require(self._ws.actor, "insights.read")
        return list(catalogue.reports().values())

    def get(self, name: str) -> Outcome:
        """What the report says now; NotFound when there is none of that name."""
        return store.outcome(self._ws, name)


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
