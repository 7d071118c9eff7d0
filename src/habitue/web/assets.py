"""Style sheets, scripts and pictures: addresses that change with their contents, sent whole."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile


class AssetStorage(StaticFilesStorage):
    """Serves files from the package; a changed file gets another address, so browsers may keep the old one."""

    def url(self, name: str) -> str:
        """The address of the asset, marked with a hash of its contents."""
        mark = _mark(name)
        return f"{super().url(name)}?v={mark}" if mark else super().url(name)


class Assets(WhiteNoiseMiddleware):
    """WhiteNoise that answers with whole files: it streams from a blocking iterator, which ASGI servers dislike."""

    @staticmethod
    def serve(static_file: StaticFile, request: HttpRequest) -> HttpResponse:
        """The file, or that the browser has it already."""
        streamed = WhiteNoiseMiddleware.serve(static_file, request)
        whole = HttpResponse(b"".join(streamed), status=streamed.status_code, headers=streamed.headers)
        streamed.close()
        return whole


@cache
def _mark(name: str) -> str:
    found = finders.find(name)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:10] if found else ""
