"""The master key of a workspace and the secrets derived from it (HKDF, RFC 5869)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from habitue.kernel.errors import SettingInvalid

FILE_NAME = "habitue.key"


def create(folder: Path) -> None:
    """Write a new random key to habitue.key, readable by its owner alone."""
    descriptor = os.open(folder / FILE_NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(os.urandom(32).hex() + "\n")


def load(folder: Path, environ: Mapping[str, str] | None = None) -> bytes:
    """The master key, 32 bytes, from HABITUE_KEY or habitue.key; SettingInvalid when it cannot be used."""
    text = (os.environ if environ is None else environ).get("HABITUE_KEY", "")
    path = folder / FILE_NAME
    if not text and path.is_file():
        text = path.read_text("ascii")
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as problem:
        raise SettingInvalid(key="HABITUE_KEY", problem="64 hexadecimal digits are wanted") from problem
    if len(key) != 32:
        raise SettingInvalid(key="HABITUE_KEY", problem="habitue.key is missing or not 64 hexadecimal digits")
    return key


def derive(master: bytes, name: str) -> bytes:
    """A secret of 32 bytes for one use; different names give independent secrets."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"habitue:{name}".encode()).derive(master)
