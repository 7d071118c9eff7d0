"""Loads the example shop: writes its files and queues their imports."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from habitue.demo.generate import generate

if TYPE_CHECKING:
    from habitue.workspace import Workspace

SEED, PEOPLE = 7, 8000


def load(ws: Workspace, *, until: date, people: int = PEOPLE) -> int:
    """Queue the import of each file of the example shop; returns how many files. `until` is its last day."""
    with tempfile.TemporaryDirectory() as folder:
        made = generate(Path(folder), seed=SEED, people=people, until=until)
        for file in made.files:
            ws.imports.start(file.path, source_name=file.source_name)
    return len(made.files)
