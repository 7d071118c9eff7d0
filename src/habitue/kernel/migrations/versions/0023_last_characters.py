"""The last characters of secret keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.add_column("access_api_keys", sa.Column("last_characters", sa.Text(), server_default="", nullable=False))
