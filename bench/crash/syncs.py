"""R2: no answer of 200 before the fdatasync of its rows, seen by strace."""

from __future__ import annotations

import http.client
import re
import tempfile
import threading
from pathlib import Path

from bench.crash.places import place
from bench.crash.sending import batch_of
from bench.crash.tracing import CALLS, DOOR, TracedDoor, strace, violations
from bench.figures import Figures

CONNECTIONS = 8
MARK = re.compile(r'\\"messageId\\": ?\\"(m\d+)\\"')
PLANTED = DOOR.replace("import sys, uvicorn", "import os, sys, uvicorn\nos.fdatasync = lambda descriptor: None")


def run(figures: Figures, *, small: bool, code: str = DOOR) -> None:
    """10,000 requests; the answers of a door that does not wait for the disk would be counted as early."""
    requests = 400 if small else 10_000
    with place("sqlite") as here, tempfile.TemporaryDirectory(prefix="habitue-crash-") as folder:
        output = Path(folder) / "trace"
        before = strace("-s", "65536", "-e", f"trace={CALLS}", output=output)
        door = TracedDoor(here.ws.folder, before=before, code=code)
        with door.running():
            _send(door.port, here.key, requests)
        with output.open(encoding="utf-8", errors="replace") as lines:
            answered, early = violations(iter(lines), MARK)
    figures.add("R2: requests answered with 200", answered, "requests", goal=requests, is_upper=False)
    figures.add("R2: answered before their rows were synced", early, "requests", goal=0)


def _send(port: int, key: str, requests: int) -> None:
    def work(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(first, requests, CONNECTIONS):
            connection.request("POST", "/v1/batch", batch_of(key, "u1", [f"m{number}"]))
            connection.getresponse().read()
        connection.close()

    threads = [threading.Thread(target=work, args=(first,)) for first in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
