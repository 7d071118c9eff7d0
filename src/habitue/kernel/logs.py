"""Logs of the long-running processes: one line an event, as JSON or for a console, without personal data or secrets.

Two guards: an exception is told by its type and its places in the code, never by its words, which may quote a row;
and every text is searched for e-mail addresses, telephone numbers, keys and passwords before it is written.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

from habitue.kernel.config import LogSettings
from habitue.kernel.errors import HabitueError

_PATTERNS = (
    (re.compile(r"(\w://)[^/\s@]+@"), r"\1…@"),
    (re.compile(r"(?i)\b(password|passwd|secret|token|writekey)(\W{1,4})[^\s,;&\"']+"), r"\1\2…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w+/=.-]{6,}"), r"\1 …"),
    (re.compile(r"\b[ws]k_\w{6,}"), "<key>"),
    (re.compile(r"\b[0-9a-fA-F]{40,}\b"), "<secret>"),
    (re.compile(r"[^\s@\"'<>(),;=]+(?:@|%40)[^\s@\"'<>(),;]+"), "<e-mail>"),
    (re.compile(r"(?<![\w.])\+?\d(?:[ ()/.-]{0,2}\d){7,14}(?!\w)"), "<number>"),
)
_OURS = frozenset({"level", "timestamp", "logger", "frames", "_record", "_from_structlog"})
_LONGEST = 2_000
_QUIET = {
    "django": logging.ERROR,
    "uvicorn": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "alembic": logging.WARNING,
}

Event = MutableMapping[str, Any]


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, so that it can be replaced and others stay."""


def configure(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send the logs of this process, its libraries' too, to `stream` (the error stream)."""
    before: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_words,
        _scrubbed,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(settings.format)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [other for other in root.handlers if not isinstance(other, _Handler)] + [handler]
    root.setLevel(settings.level.upper())
    for name, level in _QUIET.items():
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
        library.setLevel(level)


def log_uncaught() -> None:
    """Whatever ends this process or one of its threads is logged like everything else."""
    log = structlog.stdlib.get_logger("habitue")

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.critical("uncaught error", exc_info=(kind, error, trace))

    def tell_thread(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            tell(told.exc_type, told.exc_value, told.exc_traceback)

    sys.excepthook = tell
    threading.excepthook = tell_thread


def scrub(value: object) -> object:
    """The same value without what looks like a person or a secret; numbers and truth values stay."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): scrub(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(part) for part in value]
    text = str(value)[:_LONGEST]
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _scrubbed(_logger: object, _method: str, event: Event) -> Event:
    for name in event:
        if name not in _OURS:
            event[name] = scrub(event[name])
    return event


def _without_words(_logger: object, _method: str, event: Event) -> Event:
    """An exception becomes its type, its code where it has one, and its places in the code."""
    told = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = told[1] if isinstance(told, tuple) else sys.exc_info()[1] if told is True else told
    if not isinstance(error, BaseException):
        return event
    event["error"] = type(error).__name__
    if isinstance(error, HabitueError):
        event["code"] = error.code
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    event["frames"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _short(path: str) -> str:
    return "/".join(Path(path).parts[-3:])


def _renderer(form: str) -> structlog.types.Processor:
    if form == "json":
        return structlog.processors.JSONRenderer(serializer=_json)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())


def _json(event: Event, **_: object) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)
