"""Matching runs keep what weighs new records; histories in audiences that wait to be told anew"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from habitue.kernel import register

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.add_column("identity_runs", sa.Column("kind", sa.Text(), server_default="bulk", nullable=False))
    op.add_column("identity_runs", sa.Column("model", sa.JSON(none_as_null=True), nullable=True))
    op.create_table(
        "audiences_corrections",
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("since", register.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("profile_id", name="pk_audiences_corrections"),
    )
