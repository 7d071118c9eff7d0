"""The projector: brings what the door acknowledged into the register, a few milliseconds after it came.

`python -m habitue.work.projector FOLDER [PARENT]` runs it until it is told to stop (SIGTERM or SIGINT). It does nothing
else, so that no job and no refresh of the replica keeps a new event from being seen.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from habitue import flow
from habitue.access.actor import SYSTEM
from habitue.kernel.context import Context
from habitue.workspace import open_workspace

IDLE_SECONDS = 0.01
TROUBLE_SECONDS = 1.0

log = structlog.get_logger()


def main() -> None:
    """Project one folder until told to stop, or until the process that started it is gone."""
    stop = threading.Event()
    parent = int(sys.argv[2]) if len(sys.argv) > 2 else os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_workspace(sys.argv[1], actor=SYSTEM) as ws:
        run(ws.context, lambda: stop.is_set() or os.getppid() != parent, stop.wait)


def run(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Project until `is_over`; `wait` sleeps for some seconds. A register that cannot be reached is tried again."""
    while not is_over():
        try:
            if not flow.catch_up(ws):
                wait(IDLE_SECONDS)
        except (OSError, SQLAlchemyError) as error:
            log.warning("projecting broke off and is taken up again", error=type(error).__name__)
            wait(TROUBLE_SECONDS)


if __name__ == "__main__":
    main()
