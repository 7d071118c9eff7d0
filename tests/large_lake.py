"""A workspace whose few events count as many."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from habitue.kernel.config import LakeSettings
from habitue.kernel.context import Context


def as_large(ws: Context) -> Context:
    """The same world, where rules are estimated from the first event on."""
    return replace(ws, config=msgspec.structs.replace(ws.config, lake=LakeSettings(estimate_from=1)))
