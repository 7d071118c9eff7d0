"""Looks at the register beside the requests: nobody waits for one that is over."""

from __future__ import annotations

import asyncio
import threading
import time

from habitue.collect import journals
from habitue.door.commit import GroupCommit
from habitue.door.pressure import Pressure
from habitue.door.world import world_of
from habitue.workspace import Workspace


def test_who_asks_while_a_look_ends_does_not_stop_the_door(sqlite_ws: Workspace) -> None:
    pressure = Pressure(world_of(sqlite_ws.context), GroupCommit(journals.journal(sqlite_ws.context)))
    answered = threading.Event()

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        look = asyncio.ensure_future(pressure.look(is_forced=True))
        await asyncio.sleep(0)
        time.sleep(0.3)  # the look ends meanwhile, and the loop hears of it in its next turn
        asked = pressure.look_for_new_keys()
        # In that turn: after the future is done, and before anybody who waits for it goes on.
        loop.call_soon(lambda: (asked.send(None), asked.close(), answered.set()))
        await look
        await asyncio.sleep(0)

    thread = threading.Thread(target=asyncio.run, args=(ask(),), daemon=True)
    thread.start()
    thread.join(10)
    assert answered.is_set()
