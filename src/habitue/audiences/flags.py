"""Conditions that are true or false of somebody: audiences, sequences, purposes, people around, places, samples."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from habitue.audiences.event_facts import all_of, any_of
from habitue.audiences.moment import Moment
from habitue.audiences.rule import InAudience, MayUse, Place, Related, Sample, Sequence
from habitue.audiences.sequences import people_of_sequences
from habitue.audiences.tables import Tables

Flag = Sequence | Related | MayUse | InAudience
HASH_DIGITS = 8
HASHES = 16**HASH_DIGITS
PARTS = 10_000


def people_in_place(people: ir.Table, node: Place) -> Any:
    """Whether each person lives there."""
    parts = [_folded(people.country).isin([_wanted(node.country)])] if node.country else []
    near = [_folded(people[column]).isin([_wanted(text) for text in texts])
            for column, texts in (("region", node.regions), ("city", node.cities)) if texts]  # fmt: skip
    areas = [_wanted(text.replace(" ", "")) for text in node.postcodes]
    near += [_folded(people.postal_code.replace(" ", "")).startswith(area) for area in areas]
    if near:
        parts.append(any_of(near))
    return all_of(parts).fill_null(False)


def part_of_everybody(people: ir.Table, node: Sample) -> Any:
    """Whether each person falls into the part, by a hash that every engine computes alike."""
    found = (ibis.literal(f"{node.name}:") + people.profile_id).hexdigest("md5").substr(0, HASH_DIGITS)
    low, high = (f"{-(-share * HASHES // PARTS):0{HASH_DIGITS}x}" for share in (node.first, node.until))
    # Hexadecimal digits of one length sort as the numbers do.
    return found >= low if node.until >= PARTS else (found >= low) & (found < high)


def _in_audience(tables: Tables, node: InAudience, moment: Moment, _within: ir.Table | None) -> ir.Table:
    if node.state == "is":
        return tables.members.filter(tables.members.audience_id == node.audience_id).select("profile_id")
    history = _there(tables.history)
    rows = history.filter(history.audience_id == node.audience_id)
    since, until = moment.within(node.window)
    if node.state == "was":
        parts = [rows.entered_at < until] if until is not None else []
        parts += [rows.left_at.isnull() | (rows.left_at > since)] if since is not None else []
        return rows.filter(all_of(parts)).select("profile_id")
    at = rows.entered_at if node.state == "entered" else rows.left_at
    parts = [at.notnull()]
    parts += [at >= since] if since is not None else []
    parts += [at < until] if until is not None else []
    return rows.filter(all_of(parts)).select("profile_id")


def _sequence(tables: Tables, node: Sequence, moment: Moment, _within: ir.Table | None) -> ir.Table:
    return people_of_sequences(tables.events, {"found": node}, moment).select("profile_id")


def _may_use(tables: Tables, node: MayUse, _moment: Moment, _within: ir.Table | None) -> ir.Table:
    return tables.allowed[node.purpose].select("profile_id")


def _related(tables: Tables, node: Related, _moment: Moment, within: ir.Table | None) -> ir.Table:
    """The people of groups of which any, all or none are within."""
    relations, inside = _there(tables.relations), _there(within).distinct()
    persons = tables.people.filter(tables.people.kind == "person").select("profile_id")
    around = relations.filter(relations.by == node.by).select("profile_id", "group_id").distinct()
    around = around.semi_join(persons, "profile_id")
    keyed = inside.mutate(fits=ibis.literal(1)).rename(other_id="profile_id")
    marked = around.left_join(keyed, around.profile_id == keyed.other_id)
    marked = marked.select("profile_id", "group_id", fits=marked.fits.fill_null(0))
    groups = marked.group_by("group_id").aggregate(fitting=lambda t: t.fits.sum(), people=lambda t: t.count())
    chosen = {
        "any": groups.fitting > 0,
        "all": groups.fitting == groups.people,
        "none": groups.fitting == 0,
    }[node.match]
    return around.semi_join(groups.filter(chosen), "group_id").select("profile_id")


FLAGS: Mapping[type, Callable[[Tables, Any, Moment, ir.Table | None], ir.Table]] = {
    InAudience: _in_audience,
    Sequence: _sequence,
    MayUse: _may_use,
    Related: _related,
}


def _folded(column: Any) -> Any:
    return column.lower()


def _wanted(text: str) -> Any:
    return ibis.literal(unicodedata.normalize("NFC", text.strip())).lower()


def _there(table: ir.Table | None) -> ir.Table:
    assert table is not None, "the tables that a rule needs are given with it"
    return table
