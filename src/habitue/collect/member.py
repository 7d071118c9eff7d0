"""A group message says two things: what the company is, and who belongs to it. Pure."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from habitue.collect.message import Message, object_of

MEMBER = "/member"


def member(message: Message) -> Message | None:
    """What a group message says about the person who sent it, as an identify message; None when it names nobody."""
    if message.type != "group" or not message.group_id or not (message.user_id or message.anonymous_id):
        return None
    traits: dict[str, Any] = {"company_id": str(message.group_id)}
    name = object_of(message.traits).get("name")
    if isinstance(name, str) and name:
        traits["company_name"] = name
    return replace(message, type="identify", message_id=f"{message.message_id}{MEMBER}", traits=traits, group_id=None)
