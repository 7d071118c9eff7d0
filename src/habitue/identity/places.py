"""Where events of some signature lead to, for millions of signatures in little memory: sorted runs of their hashes.

A signature takes 22 bytes: the 64-bit hash by which it is found, a check sum of another kind, the identifier that it
leads to, and how often that identifier's component had changed when it was learnt. A component that changes makes
everything that led to it invalid by that count alone; what is invalid goes when runs are merged. Two signatures that
agree in both sums, whose hash is keyed anew in each process, are one in 2^96 pairs.
Source of the method: O'Neil et al., The log-structured merge-tree (1996).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Run = tuple[NDArray[np.int64], NDArray[np.uint32], NDArray[np.int64], NDArray[np.uint16]]

Signature = str
FAN = 4
MOST_CHANGES = 2**16 - 1


class Places:
    """The identifiers that signatures lead to; the oldest identifiers are forgotten first."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._changes: NDArray[np.uint16] | None = None

    def __len__(self) -> int:
        return sum(len(run[0]) for run in self._runs)

    def clear(self) -> None:
        """Forget everything."""
        self._runs, self._changes = [], None

    def find(self, signatures: Sequence[Signature | None]) -> list[int]:
        """The identifier that each signature leads to, 0 where that is not known."""
        import numpy as np

        found = np.zeros(len(signatures), dtype=np.int64)
        if self._changes is not None and self._runs:
            hashes = np.fromiter(map(hash, signatures), dtype=np.int64, count=len(signatures))
            # What is looked up in its order finds the places nearby in the processor's memory.
            order = np.argsort(hashes)
            for run in self._runs:
                self._find_in(run, hashes[order], order, signatures, found)
        return found.tolist()

    def learn(self, pairs: Iterable[tuple[Signature, int]], most: int) -> None:
        """Remember where signatures lead to, and at most so many of all."""
        import numpy as np

        told = list(pairs)
        if not told:
            return
        homes = np.fromiter((home for _, home in told), dtype=np.int64, count=len(told))
        hashes = np.fromiter((hash(signature) for signature, _ in told), dtype=np.int64, count=len(told))
        sums = np.fromiter((_sum(signature) for signature, _ in told), dtype=np.uint32, count=len(told))
        run = _sorted((hashes, sums, homes, self._counts(int(homes.max()))[homes]))
        while self._runs and len(self._runs[-1][0]) < FAN * len(run[0]):
            run = self._merged([self._runs.pop(), run])
        self._runs.append(run)
        if len(self) > most:
            self._shrink(most)

    def forget(self, identifier_ids: Iterable[int]) -> None:
        """Forget what leads to some identifiers."""
        ids = list(set(identifier_ids))
        if not ids:
            return
        counts = self._counts(max(ids))
        counts[ids] += 1
        if counts[ids].max() == MOST_CHANGES:
            self.clear()

    def _find_in(
        self,
        run: Run,
        hashes: NDArray[np.int64],
        order: NDArray[np.intp],
        signatures: Sequence[Signature | None],
        found: NDArray[np.int64],
    ) -> None:
        import numpy as np

        assert self._changes is not None
        known, sums, homes, learnt = run
        at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        hits = np.flatnonzero((known[at] == hashes) & (learnt[at] == self._changes[homes[at]]))
        told = (order[hits].tolist(), sums[at[hits]].tolist(), homes[at[hits]].tolist())
        for hit, wanted, home in zip(*told, strict=True):
            signature = signatures[hit]
            if signature is not None and _sum(signature) == wanted:
                found[hit] = home

    def _counts(self, highest: int) -> NDArray[np.uint16]:
        """How often the component of each identifier changed, with room for the highest."""
        import numpy as np

        if self._changes is None or highest >= len(self._changes):
            grown = np.zeros(highest + highest // 4 + 1_000, dtype=np.uint16)
            if self._changes is not None:
                grown[: len(self._changes)] = self._changes
            self._changes = grown
        return self._changes

    def _merged(self, runs: Sequence[Run]) -> Run:
        """Runs as one, without what is no longer valid."""
        import numpy as np

        hashes, sums, homes, learnt = (np.concatenate(columns) for columns in zip(*runs, strict=True))
        return _sorted(_chosen((hashes, sums, homes, learnt), learnt == self._counts(0)[homes]))

    def _shrink(self, most: int) -> None:
        """Keep half of what is allowed, that of the newest identifiers."""
        import numpy as np

        run = self._merged(self._runs)
        if len(run[0]) > most // 2:
            lowest = np.partition(run[2], -(most // 2))[-(most // 2)]
            run = _chosen(run, run[2] > lowest)
        self._runs = [run] if len(run[0]) else []


def _sum(signature: Signature) -> int:
    return crc32(signature.encode())


def _chosen(run: Run, keep: NDArray[np.bool_]) -> Run:
    hashes, sums, homes, learnt = run
    return hashes[keep], sums[keep], homes[keep], learnt[keep]


def _sorted(run: Run) -> Run:
    import numpy as np

    hashes, sums, homes, learnt = run
    order = np.argsort(hashes, kind="stable")
    return hashes[order], sums[order], homes[order], learnt[order]
