"""The register of purposes: what data may be used for, and on which lawful basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from habitue.kernel.errors import NotFound
from habitue.kernel.register import insert_ignoring, metadata
from habitue.kernel.text import gettext_noop as _

purposes = sa.Table(
    "privacy_purposes",
    metadata,
    sa.Column("purpose_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

BASES = {
    "consent": _("They agreed to it"),
    "contract": _("It is needed for their order"),
    "legitimate_interest": _("We have a fair interest, and they did not object"),
}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What data may be used for: `basis` is a key of BASES, `channel` one of email, phone, post, any."""

    purpose_id: str
    name: str
    basis: str
    channel: str
    why: str


DEFAULTS: Sequence[Purpose] = (
    Purpose(
        "newsletter", _("Newsletter by e-mail"), "consent", "email", _("News and offers, only to those who agreed.")
    ),
    Purpose("call", _("Advertising by phone"), "consent", "phone", _("Calls with offers, only to those who agreed.")),
    Purpose("post", _("Letters by post"), "legitimate_interest", "post", _("Catalogues, unless somebody objected.")),
    Purpose("service", _("Service for orders"), "contract", "any", _("Questions, deliveries and returns of an order.")),
    Purpose(
        "analysis",
        _("Understanding our customers"),
        "legitimate_interest",
        "any",
        _("Figures about our customers; nobody is written to."),
    ),
)


def seed(conn: Connection) -> None:
    """Enter the purposes that every shop has; those that are there already stay as they are."""
    rows = [
        {"purpose_id": p.purpose_id, "name": p.name, "basis": p.basis, "channel": p.channel, "why": p.why}
        for p in DEFAULTS
    ]
    conn.execute(insert_ignoring(conn, purposes), rows)


def listing(conn: Connection) -> Sequence[Purpose]:
    """Every purpose, by name."""
    return [Purpose(**row._mapping) for row in conn.execute(sa.select(purposes).order_by(purposes.c.name))]


def get(conn: Connection, purpose_id: str) -> Purpose:
    """One purpose; NotFound when there is none of that id."""
    row = conn.execute(sa.select(purposes).where(purposes.c.purpose_id == purpose_id)).first()
    if row is None:
        raise NotFound(what=_("purpose"), key=purpose_id)
    return Purpose(**row._mapping)
