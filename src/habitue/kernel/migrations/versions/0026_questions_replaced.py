"""Questions of matching runs whose place newer ones took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from habitue.kernel import register

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "identity_reviews_replaced",
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.Column("a", register.BigId(), autoincrement=False, nullable=False),
        sa.Column("b", register.BigId(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("later_until", register.Instant(), nullable=True),
        sa.Column("skipped_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("replaced_by", "a", "b", name=op.f("pk_identity_reviews_replaced")),
    )
