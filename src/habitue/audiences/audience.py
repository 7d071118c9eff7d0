"""A saved audience: its table, its form as data, and what must hold of it whenever it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.audiences.check import check_rule
from habitue.audiences.rule import Rule, audiences_in, decode, encode
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError, NotFound
from habitue.kernel.register import BigId, Instant, metadata
from habitue.kernel.text import gettext_noop as _
from habitue.privacy import purposes

MAX_NAME = 120
MAX_DESCRIPTION = 2_000

audiences = sa.Table(
    "audiences_audiences",
    metadata,
    sa.Column("audience_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("is_archived", sa.Boolean, nullable=False),
    sa.Column("folder", sa.Text, nullable=False, server_default=""),
    sa.Column("draft", sa.Text),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("settled_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("settled_kinds", BigId, nullable=False, server_default="0"),
)

versions = sa.Table(
    "audiences_versions",
    metadata,
    sa.Column("audience_id", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("published_at", Instant, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Audience:
    """People who fulfil a rule, under a name; `purpose` is the id of what it is meant for, None when open.

    `rule` is the published one, `draft` one that somebody is working on; `version` 0 was never published, and then
    nobody belongs to it. `settled_version` is the version of which everybody's membership is stored, `settled_kinds`
    the mark of the kinds in which own fields were compared then.
    """

    audience_id: str
    name: str
    description: str
    rule: Rule
    purpose: str | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    is_archived: bool
    folder: str = ""
    draft: Rule | None = None
    version: int = 1
    settled_version: int = 0
    settled_kinds: int = 0

    @property
    def is_published(self) -> bool:
        """Whether memberships are kept."""
        return self.version > 0 and not self.is_archived


class AudienceChangedMeanwhile(HabitueError):
    """Somebody else changed the audience since the form was opened from which it is saved."""

    code = "audience_changed_meanwhile"
    message = _(
        "“%(name)s” was changed while you worked on it, in another window or by somebody else. Nothing was saved."
    )
    next_step = _("Look at what it says now; save again to put yours in its place.")


class AudienceNameInvalid(HabitueError):
    """The name is empty or too long, or the description is."""

    code = "audience_name_invalid"
    message = _("An audience needs a name of at most %(limit)s characters.")
    next_step = _("Enter a short name that says who these people are.")


class AudienceNameTaken(HabitueError):
    """Another audience has the same name."""

    code = "audience_name_taken"
    message = _("There is already an audience called “%(name)s”.")
    next_step = _("Choose another name, or open that audience and change it.")


class AudienceInCircle(HabitueError):
    """An audience would depend on itself."""

    code = "audience_in_circle"
    message = _("The audience would depend on itself (through “%(name)s”).")
    next_step = _("Take that audience out of the rule.")


class AudienceInUse(HabitueError):
    """Other audiences mention this one."""

    code = "audience_in_use"
    message = _("The audience “%(name)s” uses this one. Nothing was changed.")
    next_step = _("Take it out of that audience first.")


def mark_of(audience: Audience) -> str:
    """A short mark of what an audience says, another one as soon as somebody changed anything that is typed. Pure."""
    draft = "" if audience.draft is None else encode(audience.draft)
    texts = (audience.name, audience.description, audience.purpose or "", audience.folder, draft)
    said = "\0".join((*texts, encode(audience.rule), str(audience.version)))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def of_row(row: Mapping[Any, Any]) -> Audience:
    """The audience of a row of the table."""
    draft = None if row["draft"] is None else decode(row["draft"])
    return Audience(**{**row, "rule": decode(row["rule"]), "draft": draft})


def load(conn: Connection, audience_id: str) -> Audience:
    """One audience; NotFound when there is none of that id."""
    row = conn.execute(sa.select(audiences).where(audiences.c.audience_id == audience_id)).mappings().first()
    if row is None:
        raise NotFound(what=_("audience"), key=audience_id)
    return of_row(row)


def note_version(conn: Connection, ws: Context, audience: Audience) -> None:
    """Keep the rule that is published now."""
    conn.execute(
        sa.insert(versions).values(
            audience_id=audience.audience_id,
            version=audience.version,
            rule=encode(audience.rule),
            published_at=ws.clock.now(),
            published_by=ws.actor.actor_id,
        )
    )


def check_names(name: str, description: str) -> None:
    """Raise AudienceNameInvalid when name or description cannot be kept."""
    if not name.strip() or len(name.strip()) > MAX_NAME or len(description) > MAX_DESCRIPTION:
        raise AudienceNameInvalid(limit=MAX_NAME)


def check_saved(conn: Connection, *, audience_id: str, name: str, rule: Rule, purpose: str | None) -> None:
    """Raise when the name is taken, the rule is unfit, its audiences go in a circle, or the purpose is unknown."""
    check_rule(rule)
    if purpose is not None:
        purposes.get(conn, purpose)
    same_name = sa.func.lower(audiences.c.name) == sa.func.lower(name.strip())
    others = sa.select(audiences.c.audience_id).where(same_name, audiences.c.audience_id != audience_id)
    if conn.execute(others.where(sa.not_(audiences.c.is_archived))).first() is not None:
        raise AudienceNameTaken(name=name.strip())
    for other in all_mentioned(conn, rule).values():
        if other.audience_id == audience_id:
            raise AudienceInCircle(name=other.name)


def all_mentioned(conn: Connection, rule: Rule) -> Mapping[str, Audience]:
    """Every audience that a rule depends on, directly or through others; NotFound for one that is missing."""
    found: dict[str, Audience] = {}
    waiting = sorted(audiences_in(rule))
    while waiting:
        audience_id = waiting.pop()
        if audience_id not in found:
            found[audience_id] = load(conn, audience_id)
            waiting.extend(sorted(audiences_in(found[audience_id].rule)))
    return found
