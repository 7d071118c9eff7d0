"""The tables of profiles: values as sources told them, events, and the cached golden profile."""

from __future__ import annotations

import sqlalchemy as sa

from habitue.kernel.register import BigId, Instant, metadata

values = sa.Table(
    "profiles_values",
    metadata,
    sa.Column("identifier_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("source_id", sa.Text, primary_key=True),
    sa.Column("told", sa.Text, nullable=False),
)

events = sa.Table(
    "profiles_events",
    metadata,
    sa.Column("seq", BigId, primary_key=True, autoincrement=False),
    sa.Column("identifier_id", sa.BigInteger, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("import_id", sa.Text),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("record", sa.Text),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("amount", sa.BigInteger),
    sa.Column("currency", sa.Text),
    sa.Column("order_id", sa.Text),
    sa.Column("identifiers", sa.Text, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("kept", sa.Text),
    # A quarter of a million events in a row are one part, and new events only touch the part of the index that is
    # theirs: so writing costs the same however many events there are, and reading a person looks into each part once.
    sa.Column("part", sa.Integer, nullable=False, server_default="0"),
    sa.Index("ix_profiles_events_person", "part", "identifier_id", "at"),
    sa.Index(
        "ix_profiles_events_order",
        "order_id",
        sqlite_where=sa.text("order_id IS NOT NULL"),
        postgresql_where=sa.text("order_id IS NOT NULL"),
    ),
    sa.Index(
        "ix_profiles_events_record",
        "record",
        sqlite_where=sa.text("record IS NOT NULL"),
        postgresql_where=sa.text("record IS NOT NULL"),
    ),
)

superseded = sa.Table(
    "profiles_superseded",
    metadata,
    sa.Column("seq", BigId, primary_key=True, autoincrement=False),
    sa.Column("by_seq", sa.BigInteger, nullable=False, index=True),
)

activity = sa.Table(
    "profiles_activity",
    metadata,
    sa.Column("identifier_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("last_at", Instant),
    sa.Column("event_count", sa.BigInteger, nullable=False),
)

people = sa.Table(
    "profiles_people",
    metadata,
    sa.Column("person_no", BigId, primary_key=True),
    sa.Column("profile_id", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("sort_name", sa.Text, nullable=False, server_default="", index=True),
    sa.Column("email", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("city", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("company_name", sa.Text, index=True),
    sa.Column("first_seen_at", Instant),
    sa.Column("last_seen_at", Instant, index=True),
    sa.Column("event_count", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("source_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("changed_seq", sa.BigInteger, nullable=False, index=True),
    sa.Column("traits", sa.Text, nullable=False),
)
