"""A small site on a port of its own whose pages use an SDK straight from its package."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.clients.npm import FOLDER, modules


class _Site(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        page = Path(path.partition("?")[0]).name
        return str(FOLDER / page) if page.endswith(".html") else super().translate_path(path)

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def site() -> Iterator[str]:
    """The address of the site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Site, directory=str(modules())))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
