"""Files on their way in: kept under a random name that only the session of the reader knows."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from habitue.collect.files.mapping import Mapping
from habitue.kernel.errors import NotFound
from habitue.kernel.text import gettext_noop as _

KEY = "uploads"
KEPT_SECONDS = 24 * 3600
MOST_FILES = 50
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits to be imported; `mapping` is what the reader has chosen so far."""

    token: str
    file_name: str
    source_name: str
    mapping: Mapping | None
    is_remembered: bool
    path: Path


def keep(request: HttpRequest, file: UploadedFile, *, source_name: str) -> Upload:
    """Store a file that was sent; its own name is only ever shown, never used as a path."""
    folder = _folder(request)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(folder)
    token = secrets.token_hex(16)
    path = folder / token
    with path.open("xb") as target:
        path.chmod(0o600)
        for chunk in file.chunks():
            target.write(chunk)
    known = dict(request.session.get(KEY, {}))
    known[token] = {
        "file_name": _shown_name(file.name),
        "source_name": source_name[:120],
        "mapping": None,
        "is_remembered": False,
    }
    request.session[KEY] = dict(list(known.items())[-MOST_FILES:])
    return get(request, token)


def get(request: HttpRequest, token: str) -> Upload:
    """A file of this session; NotFound for any other."""
    entry = request.session.get(KEY, {}).get(token)
    path = _folder(request) / token if entry else None
    if entry is None or path is None or not path.is_file():
        raise NotFound(what=_("uploaded file"), key=token[:8])
    mapping = Mapping.from_dict(entry["mapping"]) if entry["mapping"] else None
    return Upload(token, entry["file_name"], entry["source_name"], mapping, entry["is_remembered"], path)


def waiting(request: HttpRequest) -> list[Upload]:
    """The files of this session that were not imported yet, in the order they came."""
    known: dict[str, Any] = request.session.get(KEY, {})
    readable = [token for token, entry in known.items() if not entry.get("is_unreadable")]
    return [get(request, token) for token in readable if (_folder(request) / token).is_file()]


def choose(request: HttpRequest, upload: Upload, *, source_name: str, mapping: Mapping, is_remembered: bool) -> Upload:
    """Remember what the reader chose, so that a reload or a detour loses nothing."""
    known = dict(request.session.get(KEY, {}))
    known[upload.token] = {
        "file_name": upload.file_name,
        "source_name": source_name[:120],
        "mapping": mapping.as_dict(),
        "is_remembered": is_remembered,
    }
    request.session[KEY] = known
    return get(request, upload.token)


def note_unreadable(request: HttpRequest, upload: Upload) -> None:
    """Offer the file no more; its page still says why, until it goes with the old ones."""
    known = dict(request.session.get(KEY, {}))
    known[upload.token] = {**known[upload.token], "is_unreadable": True}
    request.session[KEY] = known


def forget(request: HttpRequest, upload: Upload) -> None:
    """Delete the file and what was chosen for it."""
    upload.path.unlink(missing_ok=True)
    known = dict(request.session.get(KEY, {}))
    known.pop(upload.token, None)
    request.session[KEY] = known


def _folder(request: HttpRequest) -> Path:
    return request.ws.folder / "uploads"


def _sweep(folder: Path) -> None:
    """Files that nobody imported within a day go."""
    oldest = time.time() - KEPT_SECONDS
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _shown_name(name: str | None) -> str:
    return _UNSHOWN.sub(" ", name or "").strip()[:200] or "file"
