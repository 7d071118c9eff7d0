"""Frames of the journal that were set aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from habitue.kernel import register

revision = "0022"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "quality_unreadable_frames",
        sa.Column("frame_id", sa.Text(), nullable=False),
        sa.Column("received_at", register.Instant(), nullable=False),
        sa.Column("at", register.Instant(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("frame_id", name=op.f("pk_quality_unreadable_frames")),
    )
