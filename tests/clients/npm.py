"""Installs the SDKs once, into build/npm of the project."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent
CACHE = FOLDER.parents[1] / "build" / "npm"


def modules() -> Path:
    """The folder of the installed packages, exactly those of the lock file."""
    CACHE.mkdir(parents=True, exist_ok=True)
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    mark = CACHE / "installed"
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.is_file() or mark.read_text() != wanted:
            mark.unlink(missing_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(FOLDER / name, CACHE)
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=optional"]
            subprocess.run(command, cwd=CACHE, check=True, capture_output=True)
            mark.write_text(wanted)
    return CACHE / "node_modules"
