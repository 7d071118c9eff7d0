"""The history of the register's tables, one Alembic branch."""
