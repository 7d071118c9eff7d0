"""The projector: brings what the door acknowledged into the register, a few milliseconds after it came.

`python -m habitue.work.projector FOLDER [PARENT]` runs it until it is told to stop (SIGTERM or SIGINT). It does nothing
else, so that no job and no refresh of the replica keeps a new event from being seen. While it runs, no other process of
the folder projects: they wait for it. One that was started second takes over when the first has ended.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from habitue import flow
from habitue.collect import office
from habitue.kernel.context import Context
from habitue.work.process import SignOfLife, run_process

SEEN = "projector_seen"
IDLE_SECONDS = 0.01
LONGEST_IDLE_SECONDS = 0.08
TURN_SECONDS = 2.0
TROUBLE_SECONDS = 1.0

log = structlog.get_logger()


def main() -> None:
    """Project one folder until told to stop, or until the process that started it is gone."""
    run_process(lambda ws, is_over, stop: run(ws, is_over, stop.wait))


def run(ws: Context, is_over: Callable[[], bool], wait: Callable[[float], object]) -> None:
    """Project until `is_over`; `wait` sleeps for some seconds. A register that cannot be reached is tried again."""
    with office.held(ws, is_over, wait):
        sign, idle = SignOfLife(SEEN), IDLE_SECONDS
        while not is_over():
            try:
                sign.leave(ws)
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


if __name__ == "__main__":
    main()
