"""Runs inside Alembic: works on the connection that the caller hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy.schema import SchemaItem

from habitue.kernel.register import metadata


def include(item: SchemaItem, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Django migrates its own tables; the search index is made by hand, differently on each database."""
    if kind == "table":
        return not (name or "").startswith(("web_", "django_", "profiles_search"))
    return True


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="kernel_versions",
    include_object=include,
    user_module_prefix="register.",
    transaction_per_migration=False,
)
context.run_migrations()
