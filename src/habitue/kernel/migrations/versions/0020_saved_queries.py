"""Saved queries, and one row a person of when audiences are asked again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from habitue.kernel import register

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "activation_queries",
        sa.Column("query_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), server_default="", nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("changed_at", register.Instant(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("query_id", name=op.f("pk_activation_queries")),
        sa.UniqueConstraint("name_key", name=op.f("uq_activation_queries_name_key")),
    )
    op.create_table(
        "audiences_dues",
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("due_at", register.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("profile_id", name=op.f("pk_audiences_dues")),
    )
    op.create_index(op.f("ix_audiences_dues_due_at"), "audiences_dues", ["due_at"], unique=False)
    op.execute(
        "INSERT INTO audiences_dues (profile_id, due_at) SELECT profile_id, min(due_at) FROM audiences_due"
        " GROUP BY profile_id"
    )
    op.drop_table("audiences_due")
