"""`habitue serve`: the pages, the projector, the follower and the worker, started and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from habitue.cli.session import Session, environment
from habitue.cli.verbs import Verb, pass_session
from habitue.kernel.errors import HabitueError
from habitue.kernel.text import gettext_noop as _

if TYPE_CHECKING:
    from types import FrameType

    from habitue.workspace import Workspace

STOP_SECONDS = 15
RESTART_SECONDS = 2.0
BESIDE = ("projector", "follower", "worker")


class AddressUnusable(HabitueError):
    """Another program answers there already, or the address is not one of this machine."""

    code = "address_unusable"
    message = _("The pages cannot answer at %(address)s: %(problem)s.")
    next_step = _("Choose another address, for example: habitue serve --bind 127.0.0.1:8400")


@click.command("serve", cls=Verb)
@click.option("--bind", metavar="HOST:PORT", help="Where the pages answer; else serve.bind of the settings.")
@pass_session
def serve(session: Session, bind: str | None) -> None:
    """Answer with the pages and carry out waiting work, until Ctrl-C."""
    with session.open() as ws:
        run(session, ws, bind or ws.config.serve.bind)


def run(session: Session, ws: Workspace, bind: str) -> None:
    """Serve a workspace until told to stop (SIGINT, SIGTERM); raises AddressUnusable."""
    with _stopped_politely():
        from habitue import asgi
        from habitue.door import operations
        from habitue.door.app import MOUNTS, Door
        from habitue.door.world import world_of
        from habitue.kernel import logs

        logs.configure(ws.config.log)
        logs.log_uncaught()
        host, port = _address(bind)
        code = _setup_code(ws)
        url = f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
        session.give({"url": url, "setup_code": code}, lambda: _greet(session, url, code))
        sys.stdout.flush()
        world = world_of(ws.context)
        door = Door(world)
        key = ws.secret(operations.METRICS_SECRET).hex()
        watched = operations.Operations(world, door, who=ws.config.serve.metrics, key=key)
        with _beside(ws):
            asgi.serve(ws, host, port, mounts=dict.fromkeys(MOUNTS, door) | dict.fromkeys(operations.MOUNTS, watched))
            door.tally.flush()


def _greet(session: Session, url: str, code: str | None) -> None:
    session.say(_("Open %(url)s in your browser. Ctrl-C ends it."), url=url)
    if code is not None:
        session.say(_("From another machine, the first set-up asks for this code: %(code)s"), code=code)


def _setup_code(ws: Workspace) -> str | None:
    from habitue.web import project

    project.configure(ws)
    project.migrate()
    from habitue.web import setup_code

    return setup_code.issue(ws)


def _address(bind: str) -> tuple[str, int]:
    host, _colon, port = bind.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdigit():
        raise AddressUnusable(address=bind, problem=_("an address and a port such as 127.0.0.1:8321 are wanted"))
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return host, int(probe.getsockname()[1])
    except (OSError, OverflowError) as problem:
        said = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
        raise AddressUnusable(address=bind, problem=said) from problem


@contextmanager
def _beside(ws: Workspace) -> Iterator[None]:
    """Projector, follower and worker as children of their own sessions, so that Ctrl-C in a terminal reaches only us.

    One that dies is started again; a job that it had begun is taken up when its lease ends.
    """
    is_over = threading.Event()
    keepers = [threading.Thread(target=_keep, args=(name, str(ws.folder), is_over), daemon=True) for name in BESIDE]
    if ws.config.mail.host:
        from habitue.web.reports import mailing

        keepers.append(threading.Thread(target=mailing.loop, args=(ws.context, is_over), daemon=True))
    for keeper in keepers:
        keeper.start()
    try:
        yield
    finally:
        is_over.set()
        for keeper in keepers:
            keeper.join()


def _keep(name: str, folder: str, is_over: threading.Event) -> None:
    """Keep a process of the room `work` running."""
    command = [sys.executable, "-P", "-m", f"habitue.work.{name}", folder, str(os.getpid())]
    while not is_over.is_set():
        child = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, start_new_session=True)
        while child.poll() is None and not is_over.wait(0.2):
            pass
        if child.poll() is None:
            _stop(child)
        else:
            is_over.wait(RESTART_SECONDS)


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


@contextmanager
def _stopped_politely() -> Iterator[None]:
    """SIGTERM and SIGINT end the block; the server gives signals back after it has answered what was open."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise _Stop(number)

    former = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    except _Stop:
        pass
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


class _Stop(BaseException):
    """Somebody asked us to stop."""
