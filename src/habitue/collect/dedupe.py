"""Every message once, forever: hashes of (source, messageId) of what was projected, as sorted runs.

A unique index over random keys touches one page of the disk for every message, and ever more of them as it grows.
So each group of messages is one row instead: its 64-bit hashes, sorted, and beside them the other half of each hash,
which is only read to verify a hit. Eight runs of like size are merged to one, up to a million hashes; larger ones
stay. The first halves are kept in memory, 8 bytes a message, and are read from the register again by whoever needs
them. Source of the method: O'Neil et al., The log-structured merge-tree (1996).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.envelope import INTERNAL_SOURCE, Event
from habitue.kernel.register import BigId, Memory, metadata

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Halves = NDArray[np.uint64]

FAN = 8
LARGEST = 2**20
WIDTH = 8

runs = sa.Table(
    "collect_runs",
    metadata,
    sa.Column("run_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("hashes", sa.BigInteger, nullable=False),
    sa.Column("first_halves", sa.LargeBinary, nullable=False),
    sa.Column("other_halves", sa.LargeBinary, nullable=False),
)


class Seen:
    """The first halves of everything that was seen, by run, as this process read them last."""

    def __init__(self) -> None:
        self._halves: dict[int, Halves] = {}

    def renew(self, conn: Connection) -> Mapping[int, Halves]:
        """What the register holds now: runs that others made or merged meanwhile are read, merged ones forgotten.

        A run is never changed, and its number never given again, so what is here already still holds.
        """
        present = set(conn.scalars(sa.select(runs.c.run_id)))
        for run_id in self._halves.keys() - present:
            del self._halves[run_id]
        for run_id in present - self._halves.keys():
            data = conn.scalar(sa.select(runs.c.first_halves).where(runs.c.run_id == run_id))
            self._halves[run_id] = _halves(data)
        return self._halves


def fresh(conn: Connection, memory: Memory, events: Sequence[Event]) -> list[Event]:
    """The events that were never seen before, in their order, noted as seen.

    Records of files bring their own guard, and what we say ourselves is said once.
    """
    wanted: dict[bytes, Event] = {}
    kept: list[Event] = []
    is_doubled = False
    for event in events:
        if event.import_id is not None or not event.message_id or event.source_id == INTERNAL_SOURCE:
            kept.append(event)
            continue
        digest = _digest(event.source_id, event.message_id)
        if digest in wanted:
            is_doubled = True
        else:
            wanted[digest] = event
            kept.append(event)
    if not wanted:
        return kept
    known = _known(conn, memory.of(Seen).renew(conn), list(wanted))
    if len(known) < len(wanted):
        _note(conn, [digest for digest in wanted if digest not in known])
    if not known and not is_doubled:
        return list(events)
    gone = {id(wanted[digest]) for digest in known}
    return [event for event in kept if id(event) not in gone]


def _digest(source_id: str, message_id: str) -> bytes:
    return hashlib.blake2b(f"{source_id}/{message_id}".encode(), digest_size=2 * WIDTH).digest()


def _known(conn: Connection, halves: Mapping[int, Halves], digests: Sequence[bytes]) -> set[bytes]:
    import numpy as np

    first, other = _parted(digests)
    order = np.argsort(first)
    sought = first[order]
    known: set[bytes] = set()
    for run_id, run in halves.items():
        places = np.searchsorted(run, sought)
        hits = np.flatnonzero(run[np.minimum(places, len(run) - 1)] == sought)
        if len(hits):
            data = conn.scalar(sa.select(runs.c.other_halves).where(runs.c.run_id == run_id))
            known.update(
                _verified(run, _halves(data), [(int(places[hit]), int(order[hit])) for hit in hits], other, digests)
            )
    return known


def _verified(
    run: Halves, others: Halves, hits: Iterable[tuple[int, int]], wanted: Halves, digests: Sequence[bytes]
) -> Iterable[bytes]:
    """The hashes whose other half is there too; several may share their first half."""
    for place, number in hits:
        half = run[place]
        while place < len(run) and run[place] == half:
            if others[place] == wanted[number]:
                yield digests[number]
                break
            place += 1


def _note(conn: Connection, digests: Sequence[bytes]) -> None:
    """Store a run; where there are eight of its size, they become one."""
    first, other = _sorted(*_parted(digests))
    number = int(conn.scalar(sa.select(sa.func.max(runs.c.run_id))) or 0) + 1
    sizes = {row.run_id: row.hashes for row in conn.execute(sa.select(runs.c.run_id, runs.c.hashes))}
    merged: list[int] = []
    while len(first) < LARGEST:
        alike = [run_id for run_id, size in sizes.items() if _size_class(size) <= _size_class(len(first))]
        if len(alike) < FAN - 1:
            break
        import numpy as np

        rows = conn.execute(sa.select(runs.c.first_halves, runs.c.other_halves).where(runs.c.run_id.in_(alike))).all()
        first, other = _sorted(
            np.concatenate([first, *(_halves(row.first_halves) for row in rows)]),
            np.concatenate([other, *(_halves(row.other_halves) for row in rows)]),
        )
        merged += alike
        for run_id in alike:
            del sizes[run_id]
    if merged:
        conn.execute(sa.delete(runs).where(runs.c.run_id.in_(merged)))
    conn.execute(sa.insert(runs), [_row(number, first, other)])


def _size_class(hashes: int) -> int:
    """Sizes in one class differ by less than the fan; what is large enough is in the last."""
    return min(hashes, LARGEST).bit_length() // (FAN.bit_length() - 1)


def _row(run_id: int, first: Halves, other: Halves) -> dict[str, Any]:
    return {"run_id": run_id, "hashes": len(first), "first_halves": first.tobytes(), "other_halves": other.tobytes()}


def _sorted(first: Halves, other: Halves) -> tuple[Halves, Halves]:
    import numpy as np

    order = np.argsort(first, kind="stable")
    return first[order], other[order]


def _parted(digests: Sequence[bytes]) -> tuple[Halves, Halves]:
    import numpy as np

    both = np.frombuffer(b"".join(digests), dtype=">u8").reshape(-1, 2).astype("<u8")
    return both[:, 0].copy(), both[:, 1].copy()


def _halves(data: bytes) -> Halves:
    import numpy as np

    return np.frombuffer(bytes(data), dtype="<u8")
