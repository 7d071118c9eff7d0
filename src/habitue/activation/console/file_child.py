"""The process that makes a file of the answer to a query: started, bounded and killed as that of an answer is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from habitue.activation.console.cells import cell, texts
from habitue.kernel.console_check import Refused

MOST_CELLS = 20_000_000
MOST_BYTES = 100_000_000
MODULE = "habitue.activation.console.file_child"


def write(reader: pa.RecordBatchReader, request: Mapping[str, Any], out: Any) -> None:
    """Write the rows as CSV behind their number and that of the columns; raises Refused when it would be too much."""
    zone, left = ZoneInfo(request["zone"]), int(request["limit"])
    columns = len(reader.schema.names)
    lines = [",".join(cell(name) for name in reader.schema.names)]
    size = rows = 0
    while left > 0 and (batch := next(reader, None)) is not None:
        part = batch.slice(0, left)
        left -= part.num_rows
        rows += part.num_rows
        if rows * columns > MOST_CELLS:
            raise Refused("size", "", -1)
        made = [",".join(row) for row in zip(*(texts(each, zone) for each in part.columns), strict=True)]
        size += sum(map(len, made))
        if size > MOST_BYTES:
            raise Refused("size", "", -1)
        lines.extend(made)
    content = ("\ufeff" + "\r\n".join([*lines, ""])).encode()
    out.write(b"A" + rows.to_bytes(8) + columns.to_bytes(8) + content)


if __name__ == "__main__":
    from habitue.kernel.console_child import answer

    answer(write)
