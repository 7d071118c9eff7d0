"""Peers of the matching bench beside Splink: GoldenMatch without settings, recordlinkage by ECM, dedupe with 80 labels.

Each is called as its documentation advises, in a process of its own that is ended after PEER_SECONDS: a peer that
fails or takes longer is told and costs no other figure.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
import pyarrow as pa

from bench.matching_peers import prepared

PEER_SECONDS = 600
LABELS = 80
Found = np.ndarray | str | None


def found_by(peer: str, name: str, table: pa.Table, truth: np.ndarray, *, most: float = PEER_SECONDS) -> Found:
    """Cluster numbers by a peer; a sentence where it failed; None where it is not installed or has no settings."""
    if importlib.util.find_spec(peer) is None or not _fits(peer, name):
        return None
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(theirs, peer, name, table, truth))
    process.start()
    theirs.close()
    try:
        found: Found = ours.recv() if ours.poll(most) else f"stopped after {most:,.0f} s"
    except EOFError:
        found = "its process died"
    process.kill()
    process.join()
    return found


def _fits(peer: str, name: str) -> bool:
    return peer == "goldenmatch" or name in {"recordlinkage": _ECM, "dedupe": _DEDUPE}[peer]


def _run(told: Connection, peer: str, name: str, table: pa.Table, truth: np.ndarray) -> None:
    try:
        told.send(PEERS[peer](name, table, truth))
    except Exception as problem:  # noqa: BLE001  # whatever a peer raises is told beside its name
        told.send(f"{type(problem).__name__}: {str(problem)[:200]}")


def _goldenmatch(name: str, table: pa.Table, truth: np.ndarray) -> np.ndarray:
    """Without settings: it finds columns, blocking and thresholds itself."""
    import goldenmatch

    found = goldenmatch.dedupe_df(table, confidence_required=False)
    return _numbers(table.num_rows, [cluster["members"] for cluster in found.clusters.values()])


def _recordlinkage(name: str, table: pa.Table, truth: np.ndarray) -> np.ndarray:
    """Comparisons and blocking by hand, weights by expectation maximisation, groups by transitive closure."""
    import recordlinkage

    columns, blocking = _ECM[name]
    frame = prepared(table).to_pandas()
    # Empty cells bring no two rows together; compared, they are alike: of the ways tried the best for its figures.
    index = recordlinkage.Index()
    for rule in blocking:
        index.block(rule)
    pairs = index.index(frame)
    compare = recordlinkage.Compare()
    for column, kind in columns.items():
        if kind == "equal":
            compare.exact(column, column, label=column)
        else:
            compare.string(column, column, method="jarowinkler", threshold=0.85, label=column)
    links = recordlinkage.ECMClassifier(binarize=0.8).fit_predict(compare.compute(pairs, frame.fillna("")))
    return _numbers(table.num_rows, [list(pair) for pair in links])


def _dedupe(name: str, table: pa.Table, truth: np.ndarray) -> np.ndarray:
    """It chooses 80 pairs, which the labels answer; then it learns and groups."""
    import dedupe
    from dedupe import variables

    makers: dict[str, Callable[[str], Any]] = {
        "string": lambda column: variables.String(column, has_missing=True),
        "exact": lambda column: variables.Exact(column, has_missing=True),
    }
    fields = [makers[kind](column) for column, kind in _DEDUPE[name].items()]
    chosen = table.select(list(_DEDUPE[name])).to_pylist()
    rows = {place: {**_cells(row), "place": place} for place, row in enumerate(chosen)}
    learner = dedupe.Dedupe(fields, num_cores=1, in_memory=True)
    learner.prepare_training(rows, sample_size=1_500)
    for _answer in range(LABELS):
        pair = learner.uncertain_pairs()[0]
        is_same = truth[pair[0]["place"]] == truth[pair[1]["place"]]
        learner.mark_pairs({"match": [pair] if is_same else [], "distinct": [] if is_same else [pair]})
    learner.train()
    return _numbers(table.num_rows, [list(members) for members, _scores in learner.partition(rows, threshold=0.5)])


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    """Values as dedupe wants them: lower case, and None where nothing is said."""
    return {key: (str(value).strip().lower() or None) if value is not None else None for key, value in row.items()}


def _numbers(count: int, groups: list[list[int]]) -> np.ndarray:
    """The number of each row's group; groups that share a row are one, and who is in none is alone."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = [(group[0], other) for group in groups for other in group[1:]]
    one, two = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    links = coo_matrix((np.ones(len(pairs)), (one, two)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1])


PEERS: dict[str, Callable[[str, pa.Table, np.ndarray], np.ndarray]] = {
    "goldenmatch": _goldenmatch,
    "recordlinkage": _recordlinkage,
    "dedupe": _dedupe,
}
TOLD = {
    "goldenmatch": "GoldenMatch, no settings",
    "recordlinkage": "recordlinkage, ECM",
    "dedupe": f"dedupe, {LABELS} labels",
}
_FEBRL: tuple[dict[str, str], list[Any]] = (
    {"given_name": "near", "surname": "near", "date_of_birth": "equal", "soc_sec_id": "equal", "postcode": "equal",
     "address_1": "near", "suburb": "near", "state": "equal"},
    ["soc_sec_id", "date_of_birth", ["given_name", "surname"], ["surname", "postcode"], ["given_name", "postcode"]],
)  # fmt: skip
_ECM: dict[str, tuple[dict[str, str], list[Any]]] = {
    "febrl3": _FEBRL,
    "febrl4": _FEBRL,
    "fake_1000": (
        {"first_name": "near", "surname": "near", "dob": "equal", "city": "equal", "email": "near"},
        ["first_name", "surname", "dob", "email"],
    ),
    "historical_50k": (
        {"first_name": "near", "surname": "near", "dob": "equal", "postcode_fake": "equal", "birth_place": "equal",
         "occupation": "equal"},
        [["first_name", "surname"], ["surname", "dob"], ["first_name", "dob"], ["postcode_fake", "first_name"],
         ["postcode_fake", "surname"], ["dob", "birth_place"]],
    ),
    "early_childhood": (
        {"site_name": "near", "address": "near", "zip": "equal", "phone": "equal"},
        ["phone", "address", "site_name"],
    ),
    "shop_20k": (
        {"first_name": "near", "last_name": "near", "email": "near", "phone": "equal", "birth_date": "equal",
         "street": "near", "postcode": "equal"},
        ["email", "phone", ["last_name", "birth_date"], ["birth_date", "postcode"],
         ["first_name", "last_name", "postcode"]],
    ),
}  # fmt: skip
_FEBRL_FIELDS = ("given_name", "surname", "date_of_birth", "soc_sec_id", "postcode", "address_1", "suburb")
_DEDUPE: dict[str, dict[str, str]] = {
    "febrl3": dict.fromkeys(_FEBRL_FIELDS, "string"),
    "febrl4": dict.fromkeys(_FEBRL_FIELDS, "string"),
    "fake_1000": dict.fromkeys(("first_name", "surname", "dob", "city", "email"), "string"),
    "early_childhood": {"site_name": "string", "address": "string", "zip": "exact", "phone": "string"},
    "historical_50k": dict.fromkeys(("first_name", "surname", "dob", "birth_place", "postcode_fake"), "string"),
    "shop_20k": dict.fromkeys(("first_name", "last_name", "email", "phone", "birth_date", "postcode"), "string"),
}
