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
    sa.Column("own_id", sa.Text, nullable=False),
    sa.Column("profile_id", sa.Text, nullable=False, index=True),
    sa.Column("names", sa.Text, nullable=False, server_default=""),
    # The only source that has named it so far, and only claimed it; empty when others know it or it was proven.
    sa.Column("claimed_by", sa.Text, nullable=False, server_default=""),
    sa.Column("first_at", Instant),
    # Since when the value is known to be shared by too many: it links nobody any more.
    sa.Column("blocked_seq", sa.BigInteger),
    # Own ids are random, so their index is kept in parts of so many identifiers in a row: a new identifier only
    # touches the part that is its own, and whoever looks for an id looks into each.
    sa.Column("part", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("value", "namespace"),
    sa.Index("ix_identity_identifiers_own", "part", "own_id"),
)
PART_BITS = 15

links = sa.Table(
    "identity_links",
    metadata,
    sa.Column("a", BigId, primary_key=True, autoincrement=False),
    sa.Column("b", BigId, primary_key=True, autoincrement=False, index=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    # active, or blocked: one side is shared by too many, and the link holds nothing together.
    sa.Column("state", sa.Text, nullable=False, server_default="active"),
    sa.Column("proof", sa.Text, nullable=False, server_default="confirmed"),
    # Of a match: probability, run, and what each field added, as JSON without any value.
    sa.Column("score", sa.Float),
    sa.Column("run_id", sa.Text),
    sa.Column("evidence", sa.Text),
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
    # The person at whom the value was refused, by name or by number: how many there are tells that it is shared.
    sa.Column("who", sa.Text, nullable=False, server_default=""),
)

# What people said about single values: `blocked` links nobody, `allowed` is never learnt to be shared.
blocks = sa.Table(
    "identity_blocks",
    metadata,
    sa.Column("identifier_id", BigId, primary_key=True, autoincrement=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("at", Instant, nullable=False),
)

# What was decided, by whom: one row for each command, so that a run or a day's work can be taken back.
decisions = sa.Table(
    "identity_decisions",
    metadata,
    sa.Column("seq", BigId, primary_key=True, autoincrement=False),
    sa.Column("verb", sa.Text, nullable=False),
    sa.Column("a", BigId, nullable=False, index=True),
    sa.Column("b", BigId, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("by_name", sa.Text, nullable=False, server_default=""),
    sa.Column("run_id", sa.Text, index=True),
    sa.Column("score", sa.Float),
    sa.Column("at", Instant, nullable=False, index=True),
)

# Row numbers of identifiers that are gone, but that somebody decided about: by the id that an identifier gives, which
# comes of its namespace and value and tells neither. Whoever comes again gets the number that the decision names.
numbers = sa.Table(
    "identity_numbers",
    metadata,
    sa.Column("own_id", sa.Text, primary_key=True),
    sa.Column("identifier_id", BigId, nullable=False, autoincrement=False),
)

rulebooks = sa.Table(
    "identity_rulebooks",
    metadata,
    sa.Column("seq", BigId, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("book", sa.Text, nullable=False),
)

# Matching runs: what was learnt and proposed. A run that was taken back stays with its state.
runs = sa.Table(
    "identity_runs",
    metadata,
    sa.Column("run_id", sa.Text, primary_key=True),
    sa.Column("job_id", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("records", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("linked", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("doubtful", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("lower", sa.Float, nullable=False),
    sa.Column("upper", sa.Float, nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
    # bulk: everybody with everybody; online: the new records of one day.
    sa.Column("kind", sa.Text, nullable=False, server_default="bulk"),
    # What weighs new records: weights and blocking keys, without any value. None where nothing was learnt.
    sa.Column("model", sa.JSON(none_as_null=True)),
)

# Pairs of identifiers that wait for somebody to decide; a cache of the newest run and of what the rules refused.
reviews = sa.Table(
    "identity_reviews",
    metadata,
    sa.Column("a", BigId, primary_key=True, autoincrement=False),
    sa.Column("b", BigId, primary_key=True, autoincrement=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("run_id", sa.Text),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("weight", sa.Float, nullable=False, server_default="0"),
    sa.Column("evidence", sa.Text, nullable=False, server_default="[]"),
    sa.Column("value", sa.Float, nullable=False, index=True),
    sa.Column("state", sa.Text, nullable=False, server_default="open", index=True),
    sa.Column("later_until", Instant),
    sa.Column("claimed_by", sa.Text),
    sa.Column("claimed_until", Instant),
    sa.Column("skipped_by", sa.Text, nullable=False, server_default=""),
)

# What a run took the place of in the queue, asked again once that run is taken back.
replaced = sa.Table(
    "identity_reviews_replaced",
    metadata,
    sa.Column("replaced_by", sa.Text, primary_key=True),
    sa.Column("a", BigId, primary_key=True, autoincrement=False),
    sa.Column("b", BigId, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("run_id", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("weight", sa.Float, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("value", sa.Float, nullable=False),
    sa.Column("later_until", Instant),
    sa.Column("skipped_by", sa.Text, nullable=False),
)
