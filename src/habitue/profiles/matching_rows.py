"""Records as a table for matching: what one source says of one identifier, with whose it is by identifiers alone."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.collect.proof import CLAIMED
from habitue.identity.tables import identifiers
from habitue.kernel.register import among
from habitue.profiles.tables import people, values
from habitue.profiles.values import Told, told_of

COLUMNS = (
    "first_name", "last_name", "birth_date", "email", "phone", "street", "house_number", "postal_code", "city",
    "country",
)  # fmt: skip
NAMES = ("first_name", "last_name")
# A record without a name says enough by so many other things; the country alone tells nobody from anybody.
ENOUGH = 3
_READ = 20_000
_SOURCE_BITS = 16
Record = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class MatchingRows:
    """`table` has the columns of COLUMNS.

    `record_ids[row]` names the record, `identifier_ids[row]` is the identifier that it hangs on and `profile_ids[row]`
    whose that is; `newest[row]` is the sequence number of its newest statement. `claimed` are the rows that nobody
    proved: a message under a public key said so. `silent` are the ids of records that say too little to be compared.
    """

    table: pa.Table
    record_ids: Sequence[int] = ()
    identifier_ids: Sequence[int] = ()
    profile_ids: Sequence[str] = ()
    newest: Sequence[int] = ()
    claimed: frozenset[int] = field(default_factory=frozenset)
    silent: Sequence[int] = ()

    @property
    def known_same(self) -> list[tuple[int, int]]:
        """The rows of each person as a chain of pairs."""
        members: dict[str, list[int]] = {}
        for row, profile_id in enumerate(self.profile_ids):
            members.setdefault(profile_id, []).append(row)
        return [pair for rows in members.values() for pair in pairwise(rows)]

    def first_row(self) -> dict[str, int]:
        """A row that stands for each person."""
        found: dict[str, int] = {}
        for row, profile_id in enumerate(self.profile_ids):
            found.setdefault(profile_id, row)
        return found


def matching_rows(conn: Connection, profile_ids: Iterable[str] | None = None) -> MatchingRows:
    """Every record that says enough about a person, by identifier and source; or only those of some people."""
    chosen = (
        sa.select(
            values.c.identifier_id,
            values.c.source_id,
            values.c.told,
            identifiers.c.namespace,
            identifiers.c.value,
            people.c.profile_id,
        )
        .join(identifiers, identifiers.c.identifier_id == values.c.identifier_id)
        .join(people, people.c.profile_id == identifiers.c.profile_id)
        .where(people.c.kind == "person")
        .order_by(values.c.identifier_id, values.c.source_id)
    )
    if profile_ids is not None:
        chosen = chosen.where(among(conn, identifiers.c.profile_id, profile_ids))
    records: list[int] = []
    ids: list[int] = []
    owners: list[str] = []
    newest: list[int] = []
    claimed: set[int] = set()
    silent: list[int] = []
    columns: dict[str, list[str | None]] = {name: [] for name in COLUMNS}
    for row in conn.execute(chosen, execution_options={"yield_per": _READ}):
        told = told_of(row.told)
        record = record_of(told, row.namespace, row.value)
        if not says_enough(record):
            silent.append(record_id(row.identifier_id, row.source_id))
            continue
        if is_claimed(told):
            claimed.add(len(ids))
        records.append(record_id(row.identifier_id, row.source_id))
        ids.append(row.identifier_id)
        owners.append(row.profile_id)
        newest.append(max((told[name][2] for name in COLUMNS if name in told), default=0))
        for name in COLUMNS:
            columns[name].append(record[name])
    table = pa.table({name: pa.array(columns[name], pa.string()) for name in COLUMNS})
    return MatchingRows(table, records, ids, owners, newest, frozenset(claimed), silent)


def known_records(conn: Connection) -> set[int]:
    """The ids of all records that there are, whether they say enough or not."""
    rows = conn.execute(sa.select(values.c.identifier_id, values.c.source_id), execution_options={"yield_per": _READ})
    return {record_id(row.identifier_id, row.source_id) for row in rows}


def record_id(identifier_id: int, source_id: str) -> int:
    """A number for what one source says of one identifier; `identifier_of` leads back."""
    return identifier_id << _SOURCE_BITS | zlib.crc32(source_id.encode()) % (1 << _SOURCE_BITS)


def identifier_of(record_id: int) -> int:
    """The identifier that a record hangs on."""
    return record_id >> _SOURCE_BITS


def record_of(told: Told, namespace: str, value: str) -> Record:
    """What a source told about an identifier, by column; an e-mail or phone that names somebody counts as told."""
    record: dict[str, str | None] = {}
    for name in COLUMNS:
        said = told.get(name)
        record[name] = str(said[0]) if said and said[0] not in (None, "") else None
    if record["phone"] is None and told.get("mobile"):
        record["phone"] = str(told["mobile"][0])
    if namespace in ("email", "phone") and record[namespace] is None:
        record[namespace] = value
    return record


def says_enough(record: Record) -> bool:
    """Whether a record tells enough to be compared: a name and something else, or several other things."""
    others = sum(1 for name in COLUMNS if name not in NAMES and name != "country" and record[name])
    return others >= (1 if any(record[name] for name in NAMES) else ENOUGH)


def is_claimed(told: Told) -> bool:
    """Whether nothing of what was told was proven."""
    return all(len(said) > 3 and said[3] == CLAIMED for said in told.values())
