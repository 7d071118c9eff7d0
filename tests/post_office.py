"""A server that speaks SMTP on a port of this machine, and misbehaves at the step that a test names.

It can ask for encryption (STARTTLS, or TLS from the first byte) and for a name and a password, as real ones do.
"""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class PostOffice:
    """What has arrived, and at which step to misbehave: `refuse:RCPT`, `drop:DATA`, `drop:content` …

    With `tls` a client has to encrypt before it may name anybody; with `account` it has to sign in, too, and only
    over an encrypted line. `seen` are the verbs in order, `+` in front of those that came encrypted.
    """

    port: int
    trouble: str = ""
    tls: ssl.SSLContext | None = None
    is_tls_from_the_start: bool = False
    account: tuple[str, str] | None = None
    taken: list[bytes] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    connections: int = 0

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            self.connections += 1
            with contextlib.suppress(OSError):
                _Talk(self, client).run()


class _Talk:
    """One conversation."""

    def __init__(self, office: PostOffice, client: socket.socket) -> None:
        self._office, self._client = office, client
        self._is_encrypted = self._is_known = False

    def run(self) -> None:
        try:
            if self._office.is_tls_from_the_start:
                self._encrypt()
            self._wire = self._client.makefile("rwb")
            self._say("220 post office")
            while (line := self._wire.readline()) and self._answer(line):
                pass
        finally:
            self._client.close()

    def _answer(self, line: bytes) -> bool:
        """Answer one command; False when the conversation is over."""
        office = self._office
        verb = line.split()[0].decode().upper() if line.split() else ""
        office.seen.append(("+" if self._is_encrypted else "") + verb)
        if office.trouble == f"drop:{verb}":
            return False
        if office.trouble == f"refuse:{verb}":
            self._say("550 not here")
        elif verb == "EHLO":
            self._greet()
        elif verb == "STARTTLS" and office.tls:
            self._say("220 go ahead")
            self._encrypt()
            self._wire = self._client.makefile("rwb")
        elif verb == "AUTH" and office.account:
            self._sign_in(line)
        elif verb in ("MAIL", "RCPT", "DATA") and office.tls and not self._is_encrypted:
            self._say("530 5.7.0 encrypt first")
        elif verb in ("MAIL", "RCPT", "DATA") and office.account and not self._is_known:
            self._say("530 5.7.0 sign in first")
        elif verb == "DATA":
            return self._take()
        elif verb == "QUIT":
            self._say("221 goodbye")
            return False
        else:
            self._say("250 ok")
        return True

    def _greet(self) -> None:
        offered = ["STARTTLS"] if self._office.tls and not self._is_encrypted else []
        if self._office.account and (self._is_encrypted or not self._office.tls):
            offered.append("AUTH PLAIN")
        lines = ["post office", *offered]
        for line in lines[:-1]:
            self._say(f"250-{line}")
        self._say(f"250 {lines[-1]}")

    def _sign_in(self, line: bytes) -> None:
        name, password = base64.b64decode(line.split()[2]).decode().split("\0")[1:]
        self._is_known = (name, password) == self._office.account
        self._say("235 welcome" if self._is_known else "535 5.7.8 wrong name or password")

    def _take(self) -> bool:
        self._say("354 go on")
        content = b"".join(iter(self._wire.readline, b".\r\n"))
        if self._office.trouble == "refuse:content":
            self._say("554 no")
            return True
        self._office.taken.append(content)
        if self._office.trouble == "drop:content":
            return False
        self._say("250 taken")
        return True

    def _encrypt(self) -> None:
        assert self._office.tls is not None
        self._client = self._office.tls.wrap_socket(self._client, server_side=True)
        self._is_encrypted = True

    def _say(self, line: str) -> None:
        self._wire.write(f"{line}\r\n".encode())
        self._wire.flush()


@contextmanager
def post_office(
    trouble: str = "",
    *,
    tls: ssl.SSLContext | None = None,
    is_tls_from_the_start: bool = False,
    account: tuple[str, str] | None = None,
) -> Iterator[PostOffice]:
    """The server, on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    office = PostOffice(listener.getsockname()[1], trouble, tls, is_tls_from_the_start, account)
    thread = threading.Thread(target=office._serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield office
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def certificate(folder: Path, address: str = "127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    """A certificate for an address: what the server shows, and the file by which a client trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post office")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, whole = folder / "trusted.pem", folder / "server.pem"
    trusted.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    whole.write_bytes(private + trusted.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(whole)
    return context, trusted
