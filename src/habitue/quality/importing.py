"""Writes: bring a file in as a job, and take an import back."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
from sqlalchemy.engine import Connection

from habitue.access import policy
from habitue.audit import ledger
from habitue.collect import imports, products, repeats, sources
from habitue.collect.files.columns import ColumnGuess, guess_columns
from habitue.collect.files.mapping import Mapping
from habitue.collect.files.messages import messages
from habitue.collect.files.reading import read, sample
from habitue.collect.files.shapes import Batch, Format, Note, Record, Rejected
from habitue.collect.files.sniff import sniff
from habitue.kernel import jobs
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError, NotFound
from habitue.kernel.text import gettext_noop as _
from habitue.quality import gate, quarantine
from habitue.quality.file_intake import FileIntake, Tally

JOB_KIND = "import"
PREVIEW_ROWS = 1_000
IGNORED_HEADINGS = frozenset({"why it was set aside", "warum zurückgestellt", "почему отложено"})


class NothingMapped(HabitueError):
    """No column of the file means anything to us."""

    code = "nothing_mapped"
    message = _("No column of %(name)s was recognised, so nothing can be taken from it.")
    next_step = _("Choose for at least one column what it becomes.")


class ImportNotUndoable(HabitueError):
    """The import is still going on."""

    code = "import_not_undoable"
    message = _("This import is still going on and cannot be undone yet.")
    next_step = _("Wait until it has ended, or cancel it first.")


class ImportUndone(ImportNotUndoable):
    """The import was undone already."""

    code = "import_undone"
    message = _("This import was undone already. Nothing changed.")
    next_step = _("Look at the list of imports.")


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """The reading of one column: what it looks like and becomes, samples, and how many sampled cells have problems."""

    index: int
    heading: str
    looks_like: str
    target: str | None
    samples: tuple[str, ...]
    problems: int
    example: str
    why: str


@dataclass(frozen=True, slots=True)
class CellError:
    """A sampled cell that cannot be read; `message` is a msgid."""

    line: int
    column: str
    value: str
    message: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class Preview:
    """How a file would be read, before anything is stored; `customer_numbers` are those in the rows looked at."""

    file_name: str
    format: Format
    columns: tuple[PreviewColumn, ...]
    mapping: Mapping
    rows: tuple[tuple[str, ...], ...]
    sampled: int
    records: int
    set_aside: int
    errors: tuple[CellError, ...]
    notes: tuple[Note, ...]
    source_name: str
    is_remembered: bool
    rows_expected: int
    customer_numbers: frozenset[str] = frozenset()


def preview(
    ws: Context, path: Path, *, file_name: str, source_name: str = "", mapping: Mapping | None = None
) -> Preview:
    """Read the beginning of a file and say what each column becomes; stores nothing."""
    policy.require(ws.actor, "imports.run")
    fmt = sniff(path, filename=file_name)
    batch = sample(path, fmt, rows=PREVIEW_ROWS)
    guesses = guess_columns(batch.columns, batch.rows, fmt)
    name = source_name or source_name_of(file_name)
    remembered = None if mapping else _remembered(ws, name, batch.columns)
    chosen = mapping or remembered or _guessed(ws, guesses)
    found = list(records(ws, iter([batch]), chosen, fmt, source_id=sources.slug(name), received_at=ws.clock.now()))
    errors = [error for item in found for error in _errors(ws, item, batch.columns)]
    by_column: dict[str, int] = {}
    for error in errors:
        by_column[error.column] = by_column.get(error.column, 0) + 1
    columns = tuple(_column(guess, chosen, by_column) for guess in guesses)
    rejected = [item for item in found if isinstance(item, Rejected)]
    return Preview(
        file_name=file_name,
        format=fmt,
        columns=columns,
        mapping=chosen,
        rows=tuple(tuple("" if cell is None else str(cell) for cell in row) for row in batch.rows[:8]),
        sampled=len(batch.rows),
        records=len(found) - len(rejected),
        set_aside=sum(len(item.lines) or 1 for item in rejected),
        errors=tuple(errors[:200]),
        notes=(*fmt.notes, *batch.notes),
        source_name=name,
        is_remembered=remembered is not None,
        rows_expected=_rows_expected(path, fmt, batch),
        customer_numbers=_customer_numbers(found),
    )


def start(
    ws: Context,
    path: Path,
    *,
    file_name: str,
    source_name: str,
    mapping: Mapping | None = None,
    is_claimed: bool = False,
) -> tuple[str, jobs.Job]:
    """Copy the file in and queue its import; returns the import id and the job.

    With `is_claimed` the caller runs the job itself.
    """
    policy.require(ws.actor, "imports.run")
    reading = preview(ws, path, file_name=file_name, source_name=source_name, mapping=mapping)
    if not any(reading.mapping.targets):
        raise NothingMapped(name=file_name)
    source = sources.ensure(ws, name=reading.source_name)
    import_id = ws.ids.new()
    kept = _kept_file(ws, import_id)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, kept)
    with ws.register.write() as conn:
        values = {
            "import_id": import_id,
            "source_id": source.source_id,
            "file_name": file_name,
            "sha256": _sha256(kept),
            "byte_count": kept.stat().st_size,
            "columns": [column.heading for column in reading.columns],
            "mapping": reading.mapping.as_dict(),
            "actor_name": ws.actor.name,
            "started_at": ws.clock.now(),
        }
        imports.begin(conn, values)
        remembered = dict(zip(values["columns"], reading.mapping.targets, strict=True))  # type: ignore[call-overload]  # a list of headings
        sources.remember_mapping(
            conn, source.source_id, {"columns": remembered, "constants": reading.mapping.as_dict().get("constants", {})}
        )
        details = {"file_name": file_name, "source": source.source_id}
        ledger.record(conn, ws, verb="import.started", subject_kind="import", subject_id=import_id, details=details)
    arguments = {"format": msgspec.to_builtins(reading.format), "rows": reading.rows_expected}
    return import_id, jobs.enqueue(ws, kind=JOB_KIND, subject_id=import_id, args=arguments, is_claimed=is_claimed)


def run(
    ws: Context,
    job: jobs.Job,
    *,
    apply: Callable[[], object],
    records_of_import: Callable[[Connection, str], frozenset[str]],
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Carry a queued import out; raises JobCancelled when it was cancelled. What was taken until then stays.

    An import that has ended already is left as it is.
    """
    with ws.register.read() as conn:
        item = imports.get(conn, job.subject_id)
    if item.state != "running":
        return
    fmt = msgspec.convert(job.args["format"], Format)
    path = _kept_file(ws, item.import_id)
    rows = int(job.args["rows"])

    def heartbeat(tally: Tally) -> None:
        expected = max(rows, tally.rows_read) if rows else 0
        jobs.progress(ws, job.job_id, done=tally.rows_read, total=expected, claimed_at=job.started_at)
        if progress is not None:
            progress(tally.rows_read, expected)

    received_at = ws.clock.now()
    with ws.register.write() as conn:
        quarantine.forget(conn, import_id=item.import_id)
    apply()
    with ws.register.read() as conn:
        projected = records_of_import(conn, item.import_id)
    intake = FileIntake(
        ws,
        source_id=item.source_id,
        import_id=item.import_id,
        columns=item.columns,
        received_at=received_at,
        projected=projected,
        apply=apply,
        heartbeat=heartbeat,
    )
    state, error = "", None
    try:
        mapping = Mapping.from_dict(item.mapping)
        batches = read(path, fmt)
        intake.run(records(ws, batches, mapping, fmt, source_id=item.source_id, received_at=received_at))
        state = "done"
    except jobs.JobCancelled:
        state = "cancelled"
        raise
    except jobs.JobLost:
        raise
    except HabitueError as problem:
        state, error = "failed", str(problem)
        raise
    finally:
        # Without a verdict the process is dying or the disk is full: the file stays, and the job is taken up again.
        if state:
            with ws.register.write() as conn:
                values = {**intake.tally.as_dict(), "state": state, "error": error, "finished_at": ws.clock.now()}
                imports.update(conn, item.import_id, values)
            path.unlink(missing_ok=True)


def note_cancelled(ws: Context, import_id: str) -> None:
    """Close an import that was cancelled before it began."""
    with ws.register.write() as conn:
        imports.update(conn, import_id, {"state": "cancelled", "finished_at": ws.clock.now()})
    _kept_file(ws, import_id).unlink(missing_ok=True)


def require_undoable(ws: Context, import_id: str) -> None:
    """Check that an import may be undone by this actor, now."""
    policy.require(ws.actor, "imports.run")
    with ws.register.read() as conn:
        item = imports.get(conn, import_id)
    if item.state not in ("done", "cancelled", "failed"):
        raise ImportUndone if item.state == "undone" else ImportNotUndoable


def note_undone(ws: Context, import_id: str) -> Sequence[str]:
    """Note that an import was undone, after its events are gone; its records may come again.

    Returns the later imports of its source, which may have inherited events.
    """
    with ws.register.write() as conn:
        imports.update(conn, import_id, {"state": "undone", "undone_at": ws.clock.now()})
        imports.forget_records(conn, import_id)
        repeats.forget(conn, import_id)
        products.forget(conn, import_id)
        quarantine.forget(conn, import_id=import_id)
        ledger.record(conn, ws, verb="import.undone", subject_kind="import", subject_id=import_id)
        return imports.later_of_source(conn, import_id)


def source_name_of(file_name: str) -> str:
    """A readable name for the source of a file: `shop_orders (2).csv` becomes `Shop orders`."""
    stem = file_name.rsplit("/", 1)[-1].split(".", 1)[0]
    words = [word for word in stem.replace("-", "_").replace(" ", "_").split("_") if not word.strip("()").isdigit()]
    text = " ".join(word for word in words if word)
    return text[:1].upper() + text[1:] if text else "File"


def records(
    ws: Context, batches: object, mapping: Mapping, fmt: Format, *, source_id: str, received_at: datetime
) -> Sequence[Record | Rejected]:
    """The records of a file's batches, and the rows that cannot be read."""
    settings = ws.config.workspace
    return messages(  # type: ignore[return-value]  # an iterator serves as well
        batches,  # type: ignore[arg-type]
        mapping,
        fmt,
        source_id=source_id,
        country=settings.country,
        currency=settings.currency,
        timezone=settings.timezone,
        received_at=received_at,
    )


def _customer_numbers(found: Sequence[Record | Rejected]) -> frozenset[str]:
    told = (message for item in found if isinstance(item, Record) for message in item.messages)
    named = (entry for message in told for entry in message["context"].get("externalIds", ()))
    return frozenset(str(entry["id"]) for entry in named if entry["type"] == "customer_number")


def _remembered(ws: Context, source_name: str, columns: Sequence[str]) -> Mapping | None:
    with ws.register.read() as conn:
        source = sources.by_name(conn, source_name)
    if source is None or not source.mapping:
        return None
    known = source.mapping["columns"]
    fresh = [column for column in columns if column not in known and column.lower() not in IGNORED_HEADINGS]  # type: ignore[operator]
    if fresh:
        return None
    targets = tuple(known.get(column) for column in columns)  # type: ignore[attr-defined]
    return Mapping(targets=targets, constants=dict(source.mapping.get("constants") or {}))  # type: ignore[call-overload]


def _guessed(ws: Context, guesses: Sequence[ColumnGuess]) -> Mapping:
    ignored = IGNORED_HEADINGS
    targets = tuple(None if guess.heading.lower() in ignored else guess.target for guess in guesses)
    return Mapping(targets=targets, constants={})


def _column(guess: ColumnGuess, mapping: Mapping, problems: dict[str, int]) -> PreviewColumn:
    return PreviewColumn(
        index=guess.index,
        heading=guess.heading,
        looks_like=guess.looks_like,
        target=mapping.targets[guess.index],
        samples=guess.samples,
        problems=problems.get(guess.heading, 0),
        example=guess.samples[0] if guess.samples else "",
        why=guess.why,
    )


def _errors(ws: Context, item: Record | Rejected, columns: Sequence[str]) -> list[CellError]:
    if isinstance(item, Rejected):
        return []
    found = [
        CellError(p.line or item.line, p.column, str(p.value), p.message, {k: str(v) for k, v in p.params.items()})
        for p in item.problems
    ]
    for message in item.messages:
        if message["type"] == "identify":
            for problem in _check(ws, message["traits"]).problems:
                params = {key: str(value) for key, value in problem.params.items()}
                found.append(CellError(item.line, problem.field, problem.value, problem.message, params))
    return found


def _check(ws: Context, traits: dict[str, object]) -> gate.Checked:
    settings = ws.config.workspace
    return gate.check(traits, country=settings.country, today=day_in(ws.clock.now(), settings.timezone))


def _kept_file(ws: Context, import_id: str) -> Path:
    return ws.folder / "imports" / import_id


def _rows_expected(path: Path, fmt: Format, batch: Batch) -> int:
    """How many rows a file will have: known of Parquet, estimated from the first rows of plain text, else 0."""
    if fmt.kind == "parquet" and not fmt.gzip:
        return int(pq.ParquetFile(path).metadata.num_rows)
    if fmt.kind not in ("csv", "jsonl") or fmt.gzip or not batch.rows:
        return 0
    width = sum(len(str(cell)) + 1 for row in batch.rows for cell in row) / len(batch.rows)
    keys = sum(len(column) + 5 for column in batch.columns) if fmt.kind == "jsonl" else 0
    return max(len(batch.rows), round(path.stat().st_size / (width + keys)))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_import(ws: Context, import_id: str) -> imports.Import:
    """One import, for those who may see it."""
    policy.require(ws.actor, "imports.read")
    if not import_id:
        raise NotFound(what=_("import"), key=import_id)
    with ws.register.read() as conn:
        return imports.get(conn, import_id)
