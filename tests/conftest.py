"""What tests share: fresh workspaces on SQLite and on a PostgreSQL server that the session starts by itself."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa

from habitue.kernel.clock import FixedClock
from habitue.kernel.config import WorkspaceSettings
from habitue.kernel.migrate import migrate
from habitue.kernel.register import Register
from habitue.quality import unreadable
from habitue.workspace import Workspace, create_workspace
from tests.clusters import spark as spark
from tests.clusters import spark_address as spark_address
from tests.handing_out import TogetherScheduling, order_of

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
BOTH = ("sqlite", "postgres")
# Nothing of a server that is thrown away must be there after a crash of the machine.
_THROWN_AWAY = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """In CI a test that was skipped has failed: what is claimed must have run."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast files first; the longest of the slow ones then begin, so that no process is alone at the end."""
    items.sort(key=order_of(items))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Files are handed out in that order, whole."""
    return TogetherScheduling(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a database server of our own, started on a free port and thrown away afterwards."""
    binaries = _postgres_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server is installed")
    folder = Path(tempfile.mkdtemp(prefix="habitue-pg-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    port = _free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True, "cwd": "/"}
    subprocess.run(
        [*as_user, binaries / "initdb", "-D", data, "-U", "habitue", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
        **quiet,
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=50 {_THROWN_AWAY}"
    subprocess.run(
        [*as_user, binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"], **quiet
    )
    try:
        yield f"postgresql+psycopg://habitue@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*as_user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def register_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register without anybody in it, to be copied: making the tables takes longer than most tests."""
    file = tmp_path_factory.mktemp("register") / "register.db"
    register = Register(f"sqlite:///{file}")
    migrate(register)
    register.forget_deleted()
    register.close()
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a database that is a register without anybody in it, to be copied."""
    with _database(postgres_url) as url:
        register = Register(url)
        migrate(register)
        register.close()
        yield str(sa.make_url(url).database)


@pytest.fixture
def postgres_registers(postgres_url: str, postgres_template: str) -> Iterator[Callable[[], str]]:
    """Makes registers without anybody in them; the URL of each."""
    with ExitStack() as databases:
        yield lambda: databases.enter_context(_database(postgres_url, postgres_template))


@contextmanager
def _database(server_url: str, template: str = "template1") -> Iterator[str]:
    name = f"habitue_{os.urandom(6).hex()}"
    _on_server(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)
    _on_server(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(server_url: str, command: str) -> None:
    address = sa.make_url(server_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as conn:
        conn.execute(command)


@pytest.fixture(autouse=True)
def errors_are_raised(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame that cannot be applied fails the test at once, unless that is what the test is about."""
    if "sets_aside" not in request.keywords:
        monkeypatch.setattr(unreadable.Aside, "keep", _raise)


def _raise(_ws: object, _conn: object, _frame: object, problem: Exception) -> None:
    raise problem


MakeWorkspace = Callable[..., Workspace]


@pytest.fixture(params=BOTH)
def make_workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeWorkspace]:
    """Makes fresh workspaces, once on SQLite and once on PostgreSQL, with a clock that stands still."""
    made: list[Workspace] = []

    def make(name: str = "shop", *, now: datetime = NOW, **settings: str) -> Workspace:
        environ = {}
        if request.param == "postgres":
            environ["HABITUE_REGISTER__URL"] = request.getfixturevalue("postgres_registers")()
        else:
            with_tables(tmp_path / name, request.getfixturevalue("register_file"))
        made.append(
            create_workspace(
                tmp_path / name, workspace=WorkspaceSettings(**settings), clock=FixedClock(now), environ=environ
            )
        )
        return made[-1]

    yield make
    for ws in made:
        ws.close()


@pytest.fixture
def ws(make_workspace: MakeWorkspace) -> Workspace:
    """A fresh workspace, once on SQLite and once on PostgreSQL."""
    return make_workspace()


@pytest.fixture
def sqlite_ws(tmp_path: Path, register_file: Path) -> Iterator[Workspace]:
    """A fresh workspace on SQLite, for what does not depend on the database."""
    with_tables(tmp_path / "shop", register_file)
    with create_workspace(tmp_path / "shop", clock=FixedClock(NOW), environ={}) as made:
        yield made


def with_tables(folder: Path, register_file: Path) -> None:
    """Put the register of a new workspace into its folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(register_file, folder / "register.db")


def _postgres_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    where = shutil.which("initdb")
    return Path(where).parent if where else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
