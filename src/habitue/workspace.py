"""The facade: one workspace, and one attribute per subject with the same verbs as the command line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from habitue import flow
from habitue.access.actor import OWNER_BY_FOLDER
from habitue.kernel import config as settings
from habitue.kernel import keys
from habitue.kernel.clock import Clock, SystemClock
from habitue.kernel.config import Config, WorkspaceSettings
from habitue.kernel.context import ActorLike, Context
from habitue.kernel.errors import WorkspaceExists
from habitue.kernel.ids import Uuid7
from habitue.kernel.lake import Lake
from habitue.kernel.migrate import migrate
from habitue.kernel.register import Register
from habitue.privacy import purposes
from habitue.verbs.audiences import Audiences
from habitue.verbs.exports import Exports
from habitue.verbs.identity import Identity, Matching, Review
from habitue.verbs.imports import Imports
from habitue.verbs.insights import Insights, Reports
from habitue.verbs.lake import OpenLake
from habitue.verbs.people import People
from habitue.verbs.records import Jobs, Ledger, Purposes
from habitue.verbs.sources import Sources


class Workspace:
    """One workspace, seen by one actor.

    `people`, `imports`, `sources`, `audiences`, `insights`, `reports`, `exports`, `purposes`, `ledger` and `jobs` hold
    the verbs.
    Usable as a context manager, which closes it.
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """The folder of the workspace."""
        return self.context.folder

    @property
    def config(self) -> Config:
        """The settings."""
        return self.context.config

    @property
    def register(self) -> Register:
        """The relational store."""
        return self.context.register

    @cached_property
    def lake(self) -> OpenLake:
        """The tables for analysts, over the columnar replica."""
        return OpenLake(self.context)

    @property
    def clock(self) -> Clock:
        """The clock."""
        return self.context.clock

    @property
    def actor(self) -> ActorLike:
        """Who acts."""
        return self.context.actor

    @cached_property
    def people(self) -> People:
        """Find and read people, join and separate them."""
        return People(self.context)

    @cached_property
    def identity(self) -> Identity:
        """Who is who: rules, shared values, decisions and their undo."""
        return Identity(self.context)

    @cached_property
    def matching(self) -> Matching:
        """Runs that compare everybody with everybody."""
        return Matching(self.context)

    @cached_property
    def review(self) -> Review:
        """Pairs for people to decide."""
        return Review(self.context)

    @cached_property
    def imports(self) -> Imports:
        """Bring files in, and take imports back."""
        return Imports(self.context)

    @cached_property
    def sources(self) -> Sources:
        """Where data comes from."""
        return Sources(self.context)

    @cached_property
    def audiences(self) -> Audiences:
        """People who fulfil a rule."""
        return Audiences(self.context)

    @cached_property
    def insights(self) -> Insights:
        """Whom to care about, and why."""
        return Insights(self.context)

    @cached_property
    def reports(self) -> Reports:
        """Questions that a business asks, each answered."""
        return Reports(self.context)

    @cached_property
    def exports(self) -> Exports:
        """Lists as files."""
        return Exports(self.context)

    @cached_property
    def purposes(self) -> Purposes:
        """What data may be used for."""
        return Purposes(self.context)

    @cached_property
    def ledger(self) -> Ledger:
        """What was done, by whom."""
        return Ledger(self.context)

    @cached_property
    def jobs(self) -> Jobs:
        """Long work."""
        return Jobs(self.context)

    def secret(self, name: str) -> bytes:
        """The secret of 32 bytes for one use."""
        return self.context.secret(name)

    def as_actor(self, actor: ActorLike) -> Workspace:
        """The same workspace seen by another actor."""
        return Workspace(self.context.as_actor(actor))

    def refresh(self) -> None:
        """Project what waits in the journal, then renew the replica and the insights."""
        flow.catch_up(self.context)
        flow.refresh(self.context)

    def close(self) -> None:
        """Close the connections."""
        self.context.lake.close()
        self.context.register.close()


def create_workspace(
    folder: Path | str,
    *,
    workspace: WorkspaceSettings | None = None,
    clock: Clock | None = None,
    environ: Mapping[str, str] | None = None,
) -> Workspace:
    """Make a workspace in an empty or new folder and open it; WorkspaceExists when there is one."""
    path = Path(folder)
    if (path / settings.FILE_NAME).exists():
        raise WorkspaceExists(folder=str(folder))
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (path / keys.FILE_NAME).exists():
        keys.create(path)
    (path / settings.FILE_NAME).write_text(settings.text(workspace or WorkspaceSettings()), "utf-8")
    return open_workspace(path, clock=clock, environ=environ)


def open_workspace(
    folder: Path | str,
    *,
    actor: ActorLike = OWNER_BY_FOLDER,
    clock: Clock | None = None,
    environ: Mapping[str, str] | None = None,
) -> Workspace:
    """Open the workspace of a folder and bring its tables to the present version.

    Raises WorkspaceMissing or SettingInvalid.
    """
    path = Path(folder).resolve()
    config = settings.load(path, environ)
    the_clock = clock or SystemClock()
    ids = Uuid7(the_clock)
    register = Register(config.register.url or f"sqlite:///{path / 'register.db'}")
    migrate(register)
    with register.read() as conn:
        is_new = not purposes.listing(conn)
    if is_new:
        with register.write() as conn:
            purposes.seed(conn)
    lake = Lake(register, path / config.lake.path, ids, engine=config.engine, memory_mb=config.lake.memory_mb)
    context = Context(
        folder=path,
        config=config,
        register=register,
        lake=lake,
        clock=the_clock,
        ids=ids,
        actor=actor,
        master_key=keys.load(path, environ),
    )
    return Workspace(context)
