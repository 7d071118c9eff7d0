"""The follower: moves people in audiences a moment after something of them is known or a time has come.

`python -m habitue.work.follower FOLDER [PARENT]` runs it until it is told to stop (SIGTERM or SIGINT). It does nothing
else, so that no job and no refresh of the replica keeps a membership from moving.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from habitue import flow
from habitue.audiences.realtime import Follower
from habitue.kernel.context import Context
from habitue.kernel.rereading import again
from habitue.work.process import SignOfLife, run_process

SEEN = "follower_seen"
SETTLE_SECONDS = 2.0
IDLE_SECONDS = 0.03
LONGEST_IDLE_SECONDS = 0.2
TROUBLE_SECONDS = 1.0

log = structlog.get_logger()


def main() -> None:
    """Follow one folder until told to stop, or until the process that started it is gone."""
    run_process(lambda ws, is_over, stop: run(ws, is_over, stop.wait))


def run(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Follow until `is_over`; `wait` sleeps for some seconds when nothing is to do."""
    follower, sign, settled_at = Follower(), SignOfLife(SEEN), float("-inf")
    idle = IDLE_SECONDS
    while not is_over():
        try:
            sign.leave(ws)
            if time.monotonic() - settled_at >= SETTLE_SECONDS:
                again(lambda: flow.settle(ws), wait)
                settled_at = time.monotonic()
            if again(lambda: flow.follow(ws, follower), wait):
                idle = IDLE_SECONDS
                continue
        except (OperationalError, InterfaceError) as error:
            # A database that restarts comes back without us.
            log.warning("the register cannot be used now", error=type(error).__name__)
            wait(TROUBLE_SECONDS)
        # Where nothing comes for a while, nobody needs a look thirty times a second.
        wait(idle)
        idle = min(1.5 * idle, LONGEST_IDLE_SECONDS)


if __name__ == "__main__":
    main()
