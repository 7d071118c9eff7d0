"""In which kinds an audience compared own fields when it was asked of everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from habitue.kernel import register

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    column: sa.Column[int] = sa.Column("settled_kinds", register.BigId(), nullable=False, server_default="0")
    op.add_column("audiences_audiences", column)
