"""Write the next step of the register's tables: python tools/new_migration.py 0002_notes "Notes on people"."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

import habitue.activation.mail.subscriptions
import habitue.workspace
from habitue.kernel.migrate import alembic_config, migrate
from habitue.kernel.register import Register


def main() -> None:
    """Compare the tables of the code with those of an empty, migrated register and write the difference."""
    revision, message = sys.argv[1:3]
    rooms = (habitue.workspace, habitue.activation.mail.subscriptions)
    assert all(rooms), "importing these makes every table known"
    with tempfile.TemporaryDirectory() as folder:
        register = Register(f"sqlite:///{Path(folder) / 'register.db'}")
        migrate(register)
        with register.write() as conn:
            command.revision(alembic_config(conn), message=message, rev_id=revision, autogenerate=True)


if __name__ == "__main__":
    main()
