"""The tables that rules are asked of, and the columns of people that have a type of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import ibis.expr.types as ir

from habitue.insights.catalogue import FieldKind

PEOPLE_COLUMNS: Mapping[str, FieldKind] = {
    "name": "text",
    "email": "text",
    "phone": "text",
    "first_name": "text",
    "last_name": "text",
    "gender": "choice",
    "birth_date": "date",
    "street": "text",
    "postal_code": "text",
    "city": "text",
    "region": "text",
    "country": "choice",
    "language": "choice",
    "company_name": "text",
    "job_title": "text",
    "website": "text",
    "source_channel": "text",
    "marital_status": "choice",
    "education": "choice",
    "income": "money",
    "customer_since": "date",
    "first_seen_at": "instant",
    "last_seen_at": "instant",
}
AGE = "age"


@dataclass(frozen=True, slots=True)
class Tables:
    """Lake tables, or slices of the same shape, as Ibis expressions.

    `members` has (audience_id, profile_id); `insights` one table with one row a profile_id for each name; `history`
    (audience_id, profile_id, entered_at, left_at); `relations` (profile_id, group_id, by), where `by` is company or
    household; `allowed` the people (profile_id) whom a purpose may reach, by purpose.
    """

    people: ir.Table
    events: ir.Table
    consents: ir.Table
    members: ir.Table
    insights: Mapping[str, ir.Table] = field(default_factory=dict)
    history: ir.Table | None = None
    relations: ir.Table | None = None
    allowed: Mapping[str, ir.Table] = field(default_factory=dict)
