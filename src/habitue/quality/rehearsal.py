"""An import as it would go: the whole file through the gate, and nothing kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Named
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from habitue.access import policy
from habitue.collect import sources
from habitue.collect.files.reading import read
from habitue.collect.files.shapes import Rejected
from habitue.kernel.context import Context
from habitue.quality.file_intake import FileIntake
from habitue.quality.importing import Preview, records


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What would become of the rows: `reasons` says how many would be set aside, by code."""

    rows_read: int
    rows_taken: int
    rows_unchanged: int
    rows_set_aside: int
    values_left_out: int
    reasons: Named[str, int]


def rehearse(ws: Context, path: Path, preview: Preview) -> Rehearsed:
    """Read the whole file as `preview` understood it; takes as long as an import without its writing."""
    policy.require(ws.actor, "imports.run")
    source_id, now = sources.slug(preview.source_name), ws.clock.now()
    intake = _Rehearsal(
        ws,
        source_id=source_id,
        import_id="",
        columns=[column.heading for column in preview.columns],
        received_at=now,
        projected=frozenset(),
        apply=lambda: None,
        heartbeat=lambda _tally: None,
    )
    batches = read(path, preview.format)
    told = records(ws, batches, preview.mapping, preview.format, source_id=source_id, received_at=now)
    tally = intake.run(told)
    return Rehearsed(
        tally.rows_read,
        tally.rows_taken,
        tally.rows_unchanged,
        tally.rows_set_aside,
        tally.values_left_out,
        dict(intake.reasons),
    )


class _Rehearsal(FileIntake):
    """An intake that counts and forgets."""

    def __init__(self, ws: Context, **more: Any) -> None:
        super().__init__(ws, **more)
        self.reasons: Counter[str] = Counter()

    def _set_aside(self, rejected: Rejected) -> None:
        count = len(rejected.lines or (rejected.line,))
        self.tally.rows_read += count
        self.tally.rows_set_aside += count
        self.reasons[rejected.code] += count

    def _close_frame(self, *, is_last: bool = False) -> None:
        self._messages, self._gaps, self._repeats, self._seen, self._aside = [], [], [], [], []
