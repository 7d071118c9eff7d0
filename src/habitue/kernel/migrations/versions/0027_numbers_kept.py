"""Row numbers of identifiers that are gone and that somebody decided about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from habitue.kernel import register

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "identity_numbers",
        sa.Column("own_id", sa.Text(), nullable=False),
        sa.Column("identifier_id", register.BigId(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("own_id", name=op.f("pk_identity_numbers")),
    )
