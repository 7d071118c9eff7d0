"""A server that speaks SMTP on a port of this machine, and misbehaves at the step that a test names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class PostOffice:
    """What has arrived, and at which step to misbehave: `refuse:RCPT`, `drop:DATA`, `drop:content` …"""

    port: int
    trouble: str = ""
    taken: list[bytes] = field(default_factory=list)
    connections: int = 0

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            self.connections += 1
            with client, client.makefile("rwb") as wire:
                try:
                    self._talk(wire)
                except OSError:
                    continue

    def _talk(self, wire: object) -> None:
        say(wire, "220 post office")
        while line := wire.readline():  # type: ignore[attr-defined]  # a socket file
            verb = line.split()[0].decode().upper() if line.split() else ""
            if self.trouble == f"drop:{verb}":
                return
            if self.trouble == f"refuse:{verb}":
                say(wire, "550 not here")
            elif verb == "DATA":
                say(wire, "354 go on")
                content = b"".join(iter(wire.readline, b".\r\n"))  # type: ignore[attr-defined]  # a socket file
                if self.trouble == "refuse:content":
                    say(wire, "554 no")
                    continue
                self.taken.append(content)
                if self.trouble == "drop:content":
                    return
                say(wire, "250 taken")
            elif verb == "QUIT":
                say(wire, "221 goodbye")
                return
            else:
                say(wire, "250 ok")


def say(wire: object, line: str) -> None:
    """One line of the server."""
    wire.write(f"{line}\r\n".encode())  # type: ignore[attr-defined]  # a socket file
    wire.flush()  # type: ignore[attr-defined]  # a socket file


@contextmanager
def post_office(trouble: str = "") -> Iterator[PostOffice]:
    """The server, on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    office = PostOffice(listener.getsockname()[1], trouble)
    thread = threading.Thread(target=office._serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield office
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
