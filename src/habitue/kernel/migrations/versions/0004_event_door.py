"""Event door: messages seen as sorted runs, a journal table, the index of events in parts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from habitue.kernel import register

revision = "0004"
down_revision = "0011"
branch_labels = None
depends_on = None


RUN = 2**20


def upgrade() -> None:
    """Make the change; what was seen before stays seen."""
    op.create_table(
        "collect_journal",
        sa.Column("begins_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("begins_at", name=op.f("pk_collect_journal")),
    )
    runs = op.create_table(
        "collect_runs",
        sa.Column("run_id", register.BigId(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.BigInteger(), nullable=False),
        sa.Column("first_halves", sa.LargeBinary(), nullable=False),
        sa.Column("other_halves", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_collect_runs")),
    )
    known = op.get_bind().exec_driver_sql("SELECT message_hash FROM collect_messages").scalars()
    op.bulk_insert(runs, _runs(sorted(bytes(digest) for digest in known)))
    op.drop_table("collect_messages")
    op.add_column("profiles_events", sa.Column("part", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("ix_profiles_events_person", table_name="profiles_events")
    op.create_index("ix_profiles_events_person", "profiles_events", ["part", "identifier_id", "at"], unique=False)
    sequence = "INSERT INTO kernel_state (key, value) SELECT 'activity_seq', MAX(seq) FROM profiles_events"
    op.execute(f"{sequence} HAVING MAX(seq) IS NOT NULL")


def _runs(digests: list[bytes]) -> list[dict[str, object]]:
    """Sorted hashes of 16 bytes as runs: both halves as numbers, the least significant byte first."""
    rows: list[dict[str, object]] = []
    for start in range(0, len(digests), RUN):
        part = digests[start : start + RUN]
        first, other = (b"".join(digest[i : i + 8][::-1] for digest in part) for i in (0, 8))
        rows.append({"run_id": len(rows) + 1, "hashes": len(part), "first_halves": first, "other_halves": other})
    return rows
