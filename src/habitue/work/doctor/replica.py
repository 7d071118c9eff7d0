"""The lake: the files that the register lists, and the rows in them."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from habitue.kernel.lake import lake_files
from habitue.kernel.text import gettext_noop as _
from habitue.work.doctor.finding import Finding, Ground


def files(ground: Ground) -> Finding:
    """Whether every listed file is there with as many rows as listed."""
    folder = ground.ws.folder / ground.ws.config.lake.path
    with ground.ws.register.read() as conn:
        listed = conn.execute(sa.select(lake_files.c.file_name, lake_files.c.row_count)).all()
    for file_name, rows in listed:
        try:
            is_right = pq.read_metadata(folder / file_name).num_rows == rows
        except (OSError, pa.ArrowInvalid):
            is_right = False
        if not is_right:
            step = _("Delete the folder %(folder)s; it is made anew from the register.")
            message = _("The file %(file)s of the replica is missing or not what the register lists.")
            return Finding("lake", "problem", message, step, {"file": file_name, "folder": str(folder)})
    told = {"count": len(listed)}
    return Finding("lake", "ok", _("The files of the replica are those that the register lists (%(count)s)."), "", told)
