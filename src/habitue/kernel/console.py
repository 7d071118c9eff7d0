"""Queries that people write themselves, carried out in a process of their own that can be stopped."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import pyarrow as pa

SECONDS = 20
START_SECONDS = 90
"""How long the process of a query may take to begin with it: on a busy machine its start is not the query's fault."""
MEMORY_MB = 1_024
LONGEST_QUERY = 20_000
MOST_BYTES = 300_000_000
BEGUN = b"B"
_LOOK_SECONDS = 0.02
_ROWS = "habitue.kernel.console_child"


@dataclass(frozen=True, slots=True)
class Request:
    """A query with all that it may see: tables by name as SQL over prepared files.

    `limit` is the number of rows that are fetched at most; `zone` the time zone of what is written as text.
    """

    query: str
    tables: Mapping[str, str]
    preparation: Sequence[str]
    paths: Sequence[str]
    limit: int
    seconds: int = SECONDS
    memory_mb: int = MEMORY_MB
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Failed(Exception):
    """Why there is no answer.

    `code` is syntax, table, name, function, node, parameter, several, not_a_select, too_long, engine, time, busy,
    stopped, memory or size; `word` the word in question, `place` its place in the query or -1; `kind` and `message`
    are the engine's own.
    """

    code: str
    word: str = ""
    place: int = -1
    kind: str = ""
    message: str = ""


def ask(request: Request, *, is_stopped: Callable[[], bool] = lambda: False) -> pa.Table:
    """The rows of a query; raises Failed.

    Returns within `seconds` after the query began, or when `is_stopped` says so, whatever the query; that it did not
    begin within START_SECONDS is told as `busy`.
    """
    answer = ask_bytes(request, _ROWS, is_stopped=is_stopped)
    try:
        return pa.ipc.open_stream(pa.BufferReader(pa.py_buffer(answer).slice(1))).read_all()
    except pa.ArrowInvalid as problem:
        raise Failed("memory") from problem


def ask_bytes(request: Request, module: str, *, is_stopped: Callable[[], bool] = lambda: False) -> bytes:
    """What another module makes of the rows, in the same bounded process, behind the letter A; raises Failed."""
    if len(request.query) > LONGEST_QUERY:
        raise Failed("too_long")
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": ":".join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"},
    )
    answer: list[bytes] = []
    begun = threading.Event()
    reader = threading.Thread(target=_read, args=(child, msgspec.json.encode(request), answer, begun), daemon=True)
    reader.start()
    try:
        _wait(reader, begun, request.seconds, is_stopped)
    finally:
        child.kill()
        reader.join()
        child.wait()
    return _whole(b"".join(answer))


def _read(child: subprocess.Popen[bytes], request: bytes, answer: list[bytes], begun: threading.Event) -> None:
    """Hand the request over, note when the query begins, and take the answer, as far as it is not too big."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        with child.stdin:
            child.stdin.write(request)
    except BrokenPipeError:
        return
    size = 0
    with child.stdout:
        first = child.stdout.read(1)
        if first == BEGUN:
            begun.set()
        else:
            answer.append(first)
        while (part := child.stdout.read(1 << 20)) and size <= MOST_BYTES:
            answer.append(part)
            size += len(part)


def _wait(reader: threading.Thread, begun: threading.Event, seconds: int, is_stopped: Callable[[], bool]) -> None:
    end, is_counted = time.monotonic() + START_SECONDS, False
    while reader.is_alive():
        reader.join(_LOOK_SECONDS)
        if begun.is_set() and not is_counted:
            end, is_counted = time.monotonic() + seconds, True
        if is_stopped():
            raise Failed("stopped")
        if reader.is_alive() and time.monotonic() > end:
            raise Failed("time" if is_counted else "busy")


def _whole(answer: bytes) -> bytes:
    if answer[:1] == b"E":
        told = json.loads(answer[1:])
        raise Failed(
            told["code"], told.get("word", ""), told.get("place", -1), told.get("kind", ""), told.get("message", "")
        )
    if len(answer) > MOST_BYTES:
        raise Failed("size")
    if answer[:1] != b"A":
        # The process ended without a word: the system took it away, for want of memory as a rule.
        raise Failed("memory")
    return answer
