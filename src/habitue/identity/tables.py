"""The tables of identity: identifiers are nodes, links are edges with evidence, a profile is a component."""

from __future__ import annotations

import sqlalchemy as sa

from habitue.kernel.register import BigId, Instant, metadata

identifiers = sa.Table(
    "identity_identifiers",
    metadata,
    sa.Column("identifier_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("namespace", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("first_seq", sa.BigInteger, nullable=False),
    sa.Column("own_id", sa.Text, nullable=False, unique=True),
    sa.Column("profile_id", sa.Text, nullable=False, index=True),
    sa.Column("names", sa.Text, nullable=False, server_default=""),
    # The only source that has named it so far, and only claimed it; empty when others know it or it was proven.
    sa.Column("claimed_by", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("value", "namespace"),
)

links = sa.Table(
    "identity_links",
    metadata,
    sa.Column("a", BigId, primary_key=True, autoincrement=False),
    sa.Column("b", BigId, primary_key=True, autoincrement=False, index=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="active"),
)

separations = sa.Table(
    "identity_separations",
    metadata,
    sa.Column("a", BigId, primary_key=True, autoincrement=False),
    sa.Column("b", BigId, primary_key=True, autoincrement=False, index=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

violations = sa.Table(
    "identity_violations",
    metadata,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kept", BigId, primary_key=True, autoincrement=False, index=True),
    sa.Column("left_out", BigId, primary_key=True, autoincrement=False, index=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
)
