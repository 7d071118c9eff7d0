"""Reports by mail"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from habitue.kernel import register

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "activation_subscriptions",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("since", register.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "report", name=op.f("pk_activation_subscriptions")),
    )
    op.create_table(
        "activation_mailings",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", register.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "report", "month", name=op.f("pk_activation_mailings")),
    )
