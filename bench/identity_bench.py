"""How many people of the example shop are found right by shared identifiers alone, against its truth.

Pairwise: of all pairs of records that we call one person, how many are (precision); of all pairs that are one
person, how many we found (recall). Then customers of a shop, imported from five files and matched in a workspace.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from bench.figures import Figures, spent
from bench.identity_workspace import compare_in_workspace
from habitue.collect.sources import slug
from habitue.demo.generate import Generated, generate
from habitue.identity.tables import identifiers
from habitue.profiles.tables import events
from habitue.workspace import Workspace, create_workspace

UNTIL = date(2026, 6, 14)
Pair = tuple[str, str]


def run(*, small: bool) -> Figures:
    """Generate the shop, import it, compare."""
    figures = Figures("identity")
    with tempfile.TemporaryDirectory() as folder:
        made = generate(Path(folder) / "files", people=400 if small else 8_000, until=UNTIL)
        with create_workspace(Path(folder) / "shop", environ={}) as ws:
            with spent() as work:
                import_all(ws, made)
            found = compare(ws, made)
    figures.notes.append("; ".join(f"{name} {count}" for name, count in made.mess))
    figures.add("records", found.records, "records")
    figures.add("people true", found.people_true, "people")
    figures.add("people found", found.people_found, "people")
    figures.add("precision", found.precision, "", goal=1.0, is_upper=False)
    figures.add("recall", found.recall, "")
    figures.add("F1", 2 * found.precision * found.recall / (found.precision + found.recall), "")
    figures.add("largest person", found.largest, "records")
    figures.add("CPU a record", work.cpu_seconds / found.records * 1e6, "µs")
    figures.add("wrong people", len(found.wrong), "people")
    figures.add("wrong people of one household", sum("one household" in reason for _, reason in found.wrong), "people")
    for pair, reason in found.wrong[:20]:
        figures.notes.append(f"wrong: {pair} {reason}")
    compare_in_workspace(figures, small=small)
    return figures


class Comparison:
    """What is right and wrong, by pairs of records."""

    def __init__(self, truth: dict[str, str], ours: dict[str, str], homes: dict[str, str] | None = None) -> None:
        self._homes = homes or {}
        self.records = len(truth)
        self.people_true = len(set(truth.values()))
        self.people_found = len(set(ours.values()))
        self.largest = max(Counter(ours.values()).values())
        together = Counter((truth[key], ours[key]) for key in truth)
        right = sum(_pairs(count) for count in together.values())
        said = sum(_pairs(count) for count in Counter(ours.values()).values())
        true = sum(_pairs(count) for count in Counter(truth.values()).values())
        self.precision = right / said if said else 1.0
        self.recall = right / true if true else 1.0
        self.wrong = list(self._wrong(truth, ours))

    def _wrong(self, truth: dict[str, str], ours: dict[str, str]) -> Iterable[tuple[Pair, str]]:
        members: dict[str, list[str]] = defaultdict(list)
        for key, profile_id in ours.items():
            members[profile_id].append(key)
        for keys in members.values():
            firsts: dict[str, str] = {}
            for key in keys:
                firsts.setdefault(truth[key], key)
            if len(firsts) > 1:
                one, other, *_ = firsts.values()
                homes = {self._homes.get(person_id, person_id) for person_id in firsts}
                where = "of one household" if len(homes) == 1 else ""
                yield (one, other), f"{len(keys)} records of {len(firsts)} people {where}"


def compare(ws: Workspace, made: Generated) -> Comparison:
    """Match every record of the truth with the profile that it landed in."""
    landed = _landed(ws)
    truth: dict[str, str] = {}
    ours: dict[str, str] = {}
    homes: dict[str, str] = {}
    with made.truth.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = f"{row['source_name']}:{row['key_field']}:{row['record_key']}"
            profile_id = landed.get((row["source_name"], row["record_key"].lower()))
            if row["person_id"] and profile_id:
                truth[key] = row["person_id"]
                homes[row["person_id"]] = row["household_id"]
                ours[key] = profile_id
    return Comparison(truth, ours, homes)


def import_all(ws: Workspace, made: Generated) -> None:
    """Import every file of the example shop, each into the source it belongs to."""
    for file in made.files:
        ws.imports.run(file.path, source_name=file.source_name)


def _landed(ws: Workspace) -> dict[Pair, str]:
    """(source, record key) to profile: by customer number, card, e-mail, and by the record key of events."""
    found: dict[Pair, str] = {}
    names = ("shop", "crm", "newsletter", "helpdesk", "till", "survey", "subscriptions")
    by_slug = {slug(name): name for name in names}
    with ws.register.read() as conn:
        columns = (events.c.source_id, events.c.record, events.c.order_id, events.c.facts, identifiers.c.profile_id)
        query = sa.select(*columns, events.c.identifiers).join(
            identifiers, identifiers.c.identifier_id == events.c.identifier_id
        )
        for source_id, record, order_id, facts, profile_id, named in conn.execute(query):
            source = by_slug[source_id]
            for key in _keys(record, order_id, facts, named):
                found.setdefault((source, key.lower()), profile_id)
    return found


def _keys(record: str | None, order_id: str | None, facts: str, named: str) -> Iterable[str]:
    import json

    pairs, *_ = json.loads(named)
    for namespace, value in pairs:
        if namespace.startswith(("customer_number", "loyalty_card")) or namespace == "email":
            yield value
    ticket = json.loads(facts).get("ticket_id")
    if ticket:
        yield str(ticket)
    if order_id:
        yield order_id
    if record:
        yield record.partition("/")[2]


def _pairs(count: int) -> int:
    return count * (count - 1) // 2
