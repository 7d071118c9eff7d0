"""What the processes beside the pages have in common: how they begin and end, and their sign of life."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable

from habitue.access.actor import SYSTEM
from habitue.kernel import logs, state
from habitue.kernel.clock import micros
from habitue.kernel.context import Context
from habitue.workspace import open_workspace

SEEN_SECONDS = 10.0


def run_process(run: Callable[[Context, Callable[[], bool], threading.Event], None]) -> None:
    """Run on the folder of the command line until told to stop, or until the process that started this one is gone.

    `run` takes the workspace, whether it is over, and the event that tells to stop. Who starts it tells its own process
    id as second argument: it may be gone before this line is reached.
    """
    stop = threading.Event()
    parent = int(sys.argv[2]) if len(sys.argv) > 2 else os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_workspace(sys.argv[1], actor=SYSTEM) as ws:
        logs.configure(ws.config.log)
        logs.log_uncaught()
        run(ws.context, lambda: stop.is_set() or os.getppid() != parent, stop)


class SignOfLife:
    """Leaves the time in the register's state now and then: for `/metrics`, `/ready` and `habitue doctor`."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._left_at = float("-inf")

    def leave(self, ws: Context) -> None:
        """Leave one, if the last one is long enough ago."""
        if time.monotonic() - self._left_at < SEEN_SECONDS:
            return
        with ws.register.write(synchronous="NORMAL") as conn:
            state.store(conn, {self._key: micros(ws.clock.now())})
        self._left_at = time.monotonic()
