"""Tables for analysts"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The replica's events have columns more, so they are written anew."""
    op.execute("DELETE FROM kernel_lake_files WHERE table_name = 'facts'")
