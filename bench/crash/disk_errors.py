"""R4: the disk fails at the k-th call, by injection: never a 200 for what was not written, and a clean restart."""

from __future__ import annotations

import http.client
import tempfile
from pathlib import Path

from bench.crash.counting import count
from bench.crash.places import REGISTERS, place
from bench.crash.sending import batch_of
from bench.crash.syncs import MARK
from bench.crash.tracing import CALLS, TracedDoor, strace, violations
from bench.figures import Figures
from habitue import flow
from habitue.workspace import Workspace

INJECTIONS = ("fdatasync:error=EIO", "pwrite64:error=EIO", "pwrite64:error=ENOSPC", "fallocate:error=ENOSPC")
PROJECT_EVERY = 20
FIRST = 3
EVERY = 7


def run(figures: Figures, *, small: bool) -> None:
    """Every kind of error on each register; one request at a time, so that each error belongs to one request."""
    requests = 60 if small else 1_000
    for register in REGISTERS[:1] if small else REGISTERS:
        for injection in INJECTIONS[:1] + INJECTIONS[-1:] if small else INJECTIONS:
            _run(figures, register, injection, requests)


def _run(figures: Figures, register: str, injection: str, requests: int) -> None:
    name = f"R4 {register} {injection}"
    with place(register) as here, tempfile.TemporaryDirectory(prefix="habitue-crash-") as folder:
        output, log = Path(folder) / "trace", Path(folder) / "log"
        call = injection.partition(":")[0]
        # A new workspace allocates its first segment at once: that is the call to fail there.
        when = "1" if call == "fallocate" else f"{FIRST}+{EVERY}"
        traced = f"trace={CALLS},fallocate"
        before = strace("-s", "65536", "-e", traced, "-e", f"inject={injection}:when={when}", output=output)
        broken = TracedDoor(here.ws.folder, url=here.url, before=before, log=log)
        with broken.running():
            first = _send(broken.port, here.key, range(requests), here.ws)
        text = output.read_text(encoding="utf-8", errors="replace")
        _answered, early = violations(iter(text.splitlines()), MARK)
        refused = [number for number, status in first.items() if status == 503]
        figures.add(f"{name}: errors injected", text.count("(INJECTED)"), "errors", goal=1, is_upper=False)
        figures.add(f"{name}: answered with 200 without having been synced", early, "requests", goal=0)
        figures.add(f"{name}: answers of 503", len(refused), "answers", goal=1, is_upper=False)
        others = [status for status in first.values() if status not in (200, 503)]
        figures.add(f"{name}: answers other than 200 and 503", len(others), "answers", goal=0)
        is_told = "the journal could not be written" in log.read_text("utf-8")
        figures.add(f"{name}: the process says so", is_told, "", goal=1, is_upper=False)
        whole = TracedDoor(here.ws.folder, url=here.url)
        with whole.running():
            again = _send(whole.port, here.key, refused, here.ws)
        taken = [number for number, status in (first | again).items() if status == 200]
        figures.add(f"{name}: taken after a restart", len(taken), "requests", goal=requests, is_upper=False)
        count(figures, here.ws, name, [f"m{number}" for number in taken])


def _send(port: int, key: str, numbers: range | list[int], ws: Workspace) -> dict[int, int]:
    """The status of each request; as beside a worker, what waits is processed now and then."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    statuses = {}
    for number in numbers:
        connection.request("POST", "/v1/batch", batch_of(key, "u1", [f"m{number}"]))
        answer = connection.getresponse()
        answer.read()
        statuses[number] = answer.status
        if number % PROJECT_EVERY == 0:
            flow.catch_up(ws.context)
    connection.close()
    return statuses
