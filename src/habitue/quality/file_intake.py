"""A file's records through the gate into the journal; what cannot be taken goes to quarantine, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from habitue.collect import imports, products, projection, repeats
from habitue.collect.files.cells import iso
from habitue.collect.files.headings import key as plain_key
from habitue.collect.files.shapes import Record, Rejected
from habitue.collect.message import Gap, encode_body
from habitue.collect.repeats import Repeat
from habitue.kernel.clock import day_in
from habitue.kernel.context import Context
from habitue.kernel.text import gettext_noop as _
from habitue.quality import gate, quarantine
from habitue.quality.quarantine import Quarantined

BATCH_MESSAGES = 500
# Whoever sends events meanwhile waits behind a group: a quarter of a second at most.
GROUP_FRAMES = 4
GROUP_REPEATS = 20_000
HEARTBEAT_SECONDS = 5.0
SET_ASIDE, NOTED = "open", "noted"
NOBODY_LEFT = _("What should say who this is cannot be read, so the row would belong to nobody.")
_TELLING = ("email", "phone", "mobile", "name", "first_name", "last_name", "company_name")
_CONTACT_TRAITS = ("email", "phone", "mobile", "first_name", "last_name")


@dataclass(slots=True)
class Tally:
    """What became of the rows so far."""

    rows_read: int = 0
    rows_taken: int = 0
    rows_unchanged: int = 0
    rows_set_aside: int = 0
    values_left_out: int = 0
    events: int = 0

    def as_dict(self) -> dict[str, int]:
        """The numbers by name."""
        return asdict(self)


class FileIntake:
    """Takes the records of one import in; `apply` projects what the journal holds, `heartbeat` may cancel."""

    def __init__(
        self,
        ws: Context,
        *,
        source_id: str,
        import_id: str,
        columns: Sequence[str],
        received_at: datetime,
        projected: frozenset[str],
        apply: Callable[[], object],
        heartbeat: Callable[[Tally], None],
    ) -> None:
        self._ws = ws
        self._source_id = source_id
        self._import_id = import_id
        self._columns = list(columns)
        self._undated = iso(received_at)
        self._apply = apply
        self._heartbeat = heartbeat
        self._secret = ws.secret("records")
        self._country = ws.config.workspace.country
        self._today = day_in(ws.clock.now(), ws.config.workspace.timezone)
        self._messages: list[dict[str, Any]] = []
        self._frames: list[bytes] = []
        self._seen: list[tuple[int, int]] = []
        self._repeats: list[Repeat] = []
        self._gaps: list[Gap] = []
        self._products: list[dict[str, str]] = []
        self._slot = 0
        self._aside: list[Quarantined] = []
        with ws.register.read() as conn:
            self._known = imports.known_contents(conn, source_id, without=import_id)
        self._projected = projected
        self._companies: set[str] = set()
        self.tally = Tally()
        self._told_at = time.monotonic()

    def run(self, records: Iterable[Record | Rejected]) -> Tally:
        """Take everything in, group by group, until the records end or the heartbeat raises."""
        for record in records:
            if isinstance(record, Rejected):
                self._set_aside(record)
            else:
                self._take(record)
            if len(self._messages) >= BATCH_MESSAGES:
                self._close_frame()
            if time.monotonic() - self._told_at >= HEARTBEAT_SECONDS:
                self._tell()
        self._close_frame(is_last=True)
        return self.tally

    def _take(self, record: Record) -> None:
        tally, count = self.tally, len(record.lines)
        if record.product is not None:
            self._take_product(record.product, count)
            return
        key = imports.hash64(record.key, self._secret)
        content = imports.hash64(record.content_hash)
        before = self._known.get(key)
        if before == content:
            tally.rows_read += count
            tally.rows_unchanged += count
            self._seen.append((key, content))
            self._repeat(record)
            return
        messages, problems = self._check(record, replaces=before is not None)
        if not self._names_somebody(messages):
            self._set_aside(self._nobody(record, problems))
            return
        tally.rows_read += count
        tally.rows_taken += count
        self._known[key] = content
        self._seen.append((key, content))
        tally.events += len(messages)
        if not self._projected.isdisjoint(message["context"]["record"] for message in messages):
            return
        self._messages.extend(messages)
        for problem in problems:
            self._note(record, problem)

    def _take_product(self, product: dict[str, str], count: int) -> None:
        """Keep what a list says of a product; every import keeps its own rows, so that it can be undone by itself."""
        self.tally.rows_read += count
        self.tally.rows_taken += count
        self._products.append(product)
        if len(self._products) >= GROUP_REPEATS:
            self._close_frame(is_last=True)

    def _repeat(self, record: Record) -> None:
        """Note what the record would have become, for the day when the import that brought it first is undone."""
        told = [(message["context"].get("record") or record.key, _name_of(message)) for message in record.messages]
        row_count = len(record.lines)
        for about, name in (*told, (f"{record.key}:company", "group")):
            known_by = repeats.message_hash(about, name, self._secret)
            self._repeats.append(Repeat(self._slot, known_by, row_count))
            self._slot, row_count = self._slot + 1, 0
        size, index = len(told) + 1, len(self._messages)
        if self._gaps and self._gaps[-1].index == index:
            last = self._gaps.pop()
            self._gaps.append(Gap(index, last.size + size, last.first_slot))
        else:
            self._gaps.append(Gap(index, size, self._slot - size))
        if len(self._repeats) >= GROUP_REPEATS:
            self._close_frame(is_last=True)

    def _check(self, record: Record, *, replaces: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The record's messages with normalised traits, and the values that had to be left out."""
        problems = [
            {"code": p.code, "message": p.message, "params": {**p.params, "column": p.column, "value": str(p.value)}}
            for p in record.problems
        ]
        checked: dict[str, Any] = {}
        for message in record.messages:
            if message["type"] in ("identify", "group"):
                about = "company" if message["type"] == "group" else "person"
                result = gate.check(message["traits"], country=self._country, today=self._today, about=about)  # type: ignore[arg-type]  # one of the two literals
                message["traits"] = {**result.traits}
                if about == "person":
                    checked = result.traits
                problems.extend(
                    {"code": p.code, "message": p.message, "params": {**p.params, "column": p.field, "value": p.value}}
                    for p in result.problems
                )
        found = [*record.messages, *self._company(record, checked)]
        for message in found:
            if message.get("timestamp") == self._undated:
                del message["timestamp"]
            context = message.setdefault("context", {})
            context.setdefault("record", record.key)
            context["row"] = record.key
            if replaces:
                context["replaces"] = True
            if message["type"] == "track" and context.get("traits"):
                known = checked or gate.check(context["traits"], country=self._country).traits
                context["traits"] = {name: known[name] for name in _CONTACT_TRAITS if known.get(name)}
        return found, problems

    def _company(self, record: Record, person: dict[str, Any]) -> list[dict[str, Any]]:
        """The company that somebody works for is known from then on, under its name."""
        name = person.get("company_name")
        key = plain_key(name) if isinstance(name, str) else ""
        if not key or key in self._companies or any(message["type"] == "group" for message in record.messages):
            return []
        self._companies.add(key)
        context = {"record": f"{record.key}:company"}
        return [{"type": "group", "groupId": f"name:{key}", "traits": {"company_name": name}, "context": context}]

    def _names_somebody(self, messages: Sequence[dict[str, Any]]) -> bool:
        """Whether anything is left, after the gate, that says whose row it is."""
        for message in messages:
            context = message["context"]
            told = {**context.get("traits", {}), **(message.get("traits") or {})}
            if message.get("userId") or message.get("groupId"):
                return True
            if context.get("externalIds") or any(told.get(name) for name in _TELLING):
                return True
        return False

    def _nobody(self, record: Record, problems: Sequence[dict[str, Any]]) -> Rejected:
        """A row that would belong to nobody, with the value that could not be read as the reason where there is one."""
        rows = (record.raw,) * len(record.lines)
        nobody: dict[str, Any] = {"code": "nobody_left", "message": NOBODY_LEFT, "params": {}}
        first = next(iter(problems), nobody)
        return Rejected(
            record.line, "", first["code"], first["message"], first["params"], lines=record.lines, rows=rows
        )

    def _set_aside(self, rejected: Rejected) -> None:
        rows = rejected.rows or ((rejected.raw,),)
        lines = rejected.lines or (rejected.line,)
        self.tally.rows_read += len(lines)
        self.tally.rows_set_aside += len(lines)
        for line, cells in zip(lines, rows, strict=False):
            self._aside.append(
                self._quarantined(line, cells, rejected.code, rejected.message, rejected.params, SET_ASIDE)
            )

    def _note(self, record: Record, problem: dict[str, Any]) -> None:
        self.tally.values_left_out += 1
        text = problem["message"]
        row = self._quarantined(record.line, record.raw, problem["code"], text, problem["params"], NOTED)
        self._aside.append(row)

    def _quarantined(
        self, line: int, cells: Iterable[object], code: str, message: str, params: dict[str, Any], state: str
    ) -> Quarantined:
        return Quarantined(
            quarantine_id=self._ws.ids.new(),
            source_id=self._source_id,
            import_id=self._import_id,
            line=line,
            columns=tuple(self._columns),
            cells=tuple("" if cell is None else str(cell) for cell in cells),
            code=code,
            message=message,
            params={key: str(value) for key, value in params.items()},
            at=self._ws.clock.now(),
            state=state,
        )

    def _close_frame(self, *, is_last: bool = False) -> None:
        if self._messages or self._gaps:
            frame = encode_body(
                self._source_id, self._messages, import_id=self._import_id, is_checked=True, gaps=self._gaps
            )
            self._frames.append(frame)
            self._messages, self._gaps = [], []
        if is_last or len(self._frames) >= GROUP_FRAMES or len(self._aside) >= BATCH_MESSAGES:
            self._flush()

    def _flush(self) -> None:
        """Journal first: what is noted as seen must never be missing there; then the register, then the projection.

        After a pause, whether the job is still ours is asked before anything is written.
        """
        if time.monotonic() - self._told_at >= HEARTBEAT_SECONDS:
            self._tell()
        if self._frames:
            projection.journal(self._ws).append(self._frames)
            self._frames = []
        with self._ws.register.write() as conn:
            imports.note_records(conn, self._source_id, self._import_id, self._seen)
            repeats.note(conn, self._import_id, self._repeats)
            quarantine.add(conn, self._aside)
            products.note(conn, self._import_id, self._products)
            imports.update(conn, self._import_id, self.tally.as_dict())
        self._seen, self._aside, self._repeats, self._products = [], [], [], []
        self._apply()
        self._tell()

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        self._heartbeat(self.tally)


def _name_of(message: dict[str, Any]) -> str:
    return str(message.get("event") or message["type"])
