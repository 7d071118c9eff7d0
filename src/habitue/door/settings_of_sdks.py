"""What browser SDKs ask for before they start, so that they need no other host than ours. Pure."""

from __future__ import annotations

import re

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?")


def host_of(header: bytes) -> str:
    """The host that the client asked, when it looks like one."""
    host = header.decode("ascii", "replace")
    return host if _HOST.fullmatch(host) else "localhost"


def segment_settings(write_key: str, *, scheme: str, host: str) -> dict[str, object]:
    """The settings of Segment's browser SDK."""
    ours = {"apiKey": write_key, "apiHost": f"{host}/v1", "protocol": scheme}
    return {"integrations": {"Segment.io": ours}, "plan": {"track": {}, "identify": {}, "group": {}}}


def rudder_config(write_key: str, source_id: str, *, scheme: str, host: str) -> dict[str, object]:
    """The source configuration of RudderStack's browser SDK."""
    off = {"enabled": False}
    return {
        "source": {
            "id": source_id,
            "name": source_id,
            "writeKey": write_key,
            "enabled": True,
            "workspaceId": "habitue",
            "config": {"statsCollection": {"errors": off, "metrics": off}},
            "dataplanes": {"US": [{"url": f"{scheme}://{host}", "default": True}]},
            "destinations": [],
        },
        "updatedAt": "2026-01-01T00:00:00.000Z",
    }
