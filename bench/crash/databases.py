"""A PostgreSQL server of our own that waits for its disk, and can be stopped at once and started again."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from bench.crash.serving import free_port
from bench.figures import DataMissing


class Server:
    """One server; `start` and `stop_at_once` may be repeated."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._log = folder / "log"
        self.port = free_port()
        self.url = f"postgresql+psycopg://habitue@127.0.0.1:{self.port}/postgres"
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_user:
            shutil.chown(folder, "postgres")
        made = ["-U", "habitue", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", self._data, *made)
        self._options = f"-p {self.port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=60"

    def start(self) -> None:
        """Return when it answers."""
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self._log, "-o", self._options, "start")

    def stop_at_once(self) -> None:
        """As if its processes were killed: it recovers from its log at the next start."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def cut(self) -> int:
        """End every connection of others, whatever it is doing; returns how many."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        with engine.connect() as conn:
            return int(conn.scalar(sa.text(query + "AND backend_type = 'client backend'")) or 0)

    def _run(self, program: str, *arguments: object) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [*self._as_user, str(_binaries() / program), *map(str, arguments)]
        subprocess.run(command, check=True, cwd="/", **quiet)


@contextlib.contextmanager
def own_server() -> Iterator[Server]:
    """A server that is thrown away afterwards; DataMissing when PostgreSQL is not installed."""
    folder = Path(tempfile.mkdtemp(prefix="habitue-crash-"))
    server = None
    try:
        server = Server(folder)
        server.start()
        yield server
    finally:
        if server is not None:
            with contextlib.suppress(subprocess.CalledProcessError):
                server.stop_at_once()
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    where = shutil.which("initdb")
    if found:
        return found[-1].parent
    if where is None:
        raise DataMissing("PostgreSQL is not installed; on Debian and Ubuntu: apt-get install postgresql")
    return Path(where).parent
