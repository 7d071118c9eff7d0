"""The search index, which each database makes in its own way."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE TABLE profiles_search (rowid BIGINT PRIMARY KEY, text TEXT NOT NULL)",
    "CREATE INDEX ix_profiles_search_text ON profiles_search USING gin (text gin_trgm_ops)",
)
SQLITE = ("CREATE VIRTUAL TABLE profiles_search USING fts5(text, tokenize='trigram', detail='none')",)


def upgrade() -> None:
    """Make the change."""
    for statement in POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE:
        op.execute(statement)
