"""The projector: brings what the door acknowledged into the register, a few milliseconds after it came.

`python -m habitue.work.projector FOLDER [PARENT]` runs it until it is told to stop (SIGTERM or SIGINT). It does nothing
else, so that no job and no refresh of the replica keeps a new event from being seen. While it runs, no other process of
the folder projects: they wait for it. One that was started second takes over when the first has ended.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from habitue import flow
from habitue.access.actor import SYSTEM
from habitue.collect import office
from habitue.kernel import logs, state
from habitue.kernel.clock import micros
from habitue.kernel.context import Context
from habitue.workspace import open_workspace

SEEN = "projector_seen"
SEEN_SECONDS = 10.0
IDLE_SECONDS = 0.01
LONGEST_IDLE_SECONDS = 0.08
TURN_SECONDS = 2.0
TROUBLE_SECONDS = 1.0

log = structlog.get_logger()


def main() -> None:
    """Project one folder until told to stop, or until the process that started it is gone."""
    stop = threading.Event()
    parent = int(sys.argv[2]) if len(sys.argv) > 2 else os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_workspace(sys.argv[1], actor=SYSTEM) as ws:
        logs.configure(ws.config.log)
        logs.log_uncaught()
        run(ws.context, lambda: stop.is_set() or os.getppid() != parent, stop.wait)


def run(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Project until `is_over`; `wait` sleeps for some seconds. A register that cannot be reached is tried again."""
    with office.held(ws, is_over, wait):
        seen_at, idle = float("-inf"), IDLE_SECONDS
        while not is_over():
            try:
                if time.monotonic() - seen_at >= SEEN_SECONDS:
                    _seen(ws)
                    seen_at = time.monotonic()
                if flow.catch_up(ws, seconds=TURN_SECONDS):
                    idle = IDLE_SECONDS
                else:
                    # Where nothing comes for a while, nobody needs a look a hundred times a second.
                    wait(idle)
                    idle = min(1.5 * idle, LONGEST_IDLE_SECONDS)
            except (OSError, OperationalError, InterfaceError) as error:
                # A database that restarts, or a full disk: both come back without us.
                log.warning("projecting broke off and is taken up again", error=type(error).__name__)
                wait(TROUBLE_SECONDS)


def _seen(ws: Context) -> None:
    """Leave a sign of life in the register, for `/metrics`, `/ready` and `habitue doctor`."""
    with ws.register.write(synchronous="NORMAL") as conn:
        state.store(conn, {SEEN: micros(ws.clock.now())})


if __name__ == "__main__":
    main()
