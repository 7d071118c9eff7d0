"""Own ids of identifiers are indexed in parts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("identity_identifiers") as batch:
        batch.add_column(sa.Column("part", sa.Integer(), server_default="0", nullable=False))
        batch.drop_constraint(op.f("uq_identity_identifiers_own_id"), type_="unique")
    op.execute("UPDATE identity_identifiers SET part = identifier_id >> 15")
    op.create_index(op.f("ix_identity_identifiers_own"), "identity_identifiers", ["part", "own_id"])
