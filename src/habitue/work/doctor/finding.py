"""What a look found: well, worth knowing, or wrong; a sentence, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from habitue.kernel.context import Context

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; `message` and `next_step` are msgids with `params`."""

    name: str
    state: State
    message: str
    next_step: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is looked at: an opened workspace whose tables were not brought to the present version."""

    ws: Context
    environ: Mapping[str, str]


Look = Callable[[Ground], Finding]
