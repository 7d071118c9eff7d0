"""The verbs of imports: look at files, import them, take imports back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from habitue import flow
from habitue.access import policy
from habitue.collect import imports
from habitue.collect.files.mapping import Mapping as FileMapping
from habitue.collect.files.template import template
from habitue.kernel import jobs
from habitue.profiles import numbering
from habitue.quality import importing, quarantine, rehearsal, set_aside
from habitue.verbs.verb import Progress, Translate, Verbs


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
