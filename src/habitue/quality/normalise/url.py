"""Web addresses with their scheme, the host in small letters and no slash at the end."""

from __future__ import annotations

import re

from habitue.kernel.text import gettext_noop as _
from habitue.quality.normalise.result import Normalised, Problem
from habitue.quality.normalise.text import tidy

_SHAPE = re.compile(
    r"(?:(?P<scheme>https?):/*)?(?P<host>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24})(?P<port>:\d{2,5})?(?P<path>[/?#]\S*)?\Z",
    re.IGNORECASE,
)
_UNREADABLE = _("“%(value)s” is not a web address.")


def normalise_url(value: str, *, country: str | None = None) -> Normalised | Problem:
    """`WWW.Example.com/` → `https://www.example.com`; only http and https are web addresses here."""
    del country
    text = tidy(value).strip("<>\"'")
    found = _SHAPE.match(text)
    if not found or len(text) > 2_000:
        return Problem("url_unreadable", _UNREADABLE, {"value": value[:200]})
    scheme, path = (found["scheme"] or "https").lower(), found["path"] or ""
    path = "" if path == "/" else path
    return Normalised(f"{scheme}://{found['host'].lower()}{found['port'] or ''}{path}")
