"""The follower: moves people in audiences a moment after something of them is known or a time has come.

`python -m habitue.work.follower FOLDER [PARENT]` runs it until it is told to stop (SIGTERM or SIGINT). It does nothing
else, so that no job and no refresh of the replica keeps a membership from moving.
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
from habitue.audiences.realtime import Follower
from habitue.kernel import logs, state
from habitue.kernel.clock import micros
from habitue.kernel.context import Context
from habitue.workspace import open_workspace

SEEN = "follower_seen"
SEEN_SECONDS = 10.0
SETTLE_SECONDS = 2.0
IDLE_SECONDS = 0.03
LONGEST_IDLE_SECONDS = 0.2
TROUBLE_SECONDS = 1.0

log = structlog.get_logger()


def main() -> None:
    """Follow one folder until told to stop, or until the process that started it is gone."""
    stop = threading.Event()
    parent = int(sys.argv[2]) if len(sys.argv) > 2 else os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_workspace(sys.argv[1], actor=SYSTEM) as ws:
        logs.configure(ws.config.log)
        logs.log_uncaught()
        run(ws.context, lambda: stop.is_set() or os.getppid() != parent, stop.wait)


def run(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Follow until `is_over`; `wait` sleeps for some seconds when nothing is to do."""
    follower, seen_at, settled_at = Follower(), float("-inf"), float("-inf")
    idle = IDLE_SECONDS
    while not is_over():
        try:
            if time.monotonic() - seen_at >= SEEN_SECONDS:
                _seen(ws)
                seen_at = time.monotonic()
            if time.monotonic() - settled_at >= SETTLE_SECONDS:
                flow.settle(ws)
                settled_at = time.monotonic()
            if flow.follow(ws, follower):
                idle = IDLE_SECONDS
                continue
        except (OperationalError, InterfaceError) as error:
            # A database that restarts comes back without us.
            log.warning("the register cannot be used now", error=type(error).__name__)
            wait(TROUBLE_SECONDS)
        # Where nothing comes for a while, nobody needs a look thirty times a second.
        wait(idle)
        idle = min(1.5 * idle, LONGEST_IDLE_SECONDS)


def _seen(ws: Context) -> None:
    """Leave a sign of life in the register, for `/metrics` and `habitue doctor`."""
    with ws.register.write(synchronous="NORMAL") as conn:
        state.store(conn, {SEEN: micros(ws.clock.now())})


if __name__ == "__main__":
    main()
