"""A message in the Segment shape as the journal holds it, and the frames that carry messages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from habitue.collect.proof import Proof

MessageType = Literal["identify", "track", "page", "screen", "group", "alias"]
EMPTY = frozenset({b"null", b"[]", b"{}"})
# Some SDKs write an empty object as [] or null.
Object = dict[str, Any] | list[Any] | None
Id = str | int | None


class ExternalId(msgspec.Struct, frozen=True):
    """An identifier of another system."""

    id: str | int
    type: str


class Device(msgspec.Struct, frozen=True, rename="camel"):
    """The telephone or tablet that sent a message."""

    id: Id = None
    type: str | None = None
    token: str | None = None
    advertising_id: str | None = None
    ad_tracking_enabled: Any = None
    manufacturer: Any = None
    model: Any = None


class MessageContext(msgspec.Struct, frozen=True, rename={"external_ids": "externalIds", "user_agent": "userAgent"}):
    """The part of a message's context that matters for finding the person, and what is kept beside the event."""

    external_ids: tuple[ExternalId, ...] | None = ()
    traits: Object = None
    record: str | None = None
    row: str | None = None
    country: str | None = None
    replaces: bool = False
    device: Device | list[Any] | None = None
    consent: Any = None
    campaign: Any = None
    proof: str | tuple[str, ...] | None = None
    page: Any = None
    referrer: Any = None
    app: Any = None
    library: Any = None
    locale: Any = None
    os: Any = None
    screen: Any = None
    timezone: Any = None
    user_agent: Any = None
    ip: Any = None
    direct: Any = None
    active: Any = None


class Message(msgspec.Struct, frozen=True, rename="camel"):
    """One message as it stands in the journal."""

    type: MessageType
    message_id: str | None = None
    user_id: Id = None
    anonymous_id: Id = None
    group_id: Id = None
    previous_id: Id = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    traits: Object = None
    properties: msgspec.Raw = msgspec.Raw(b"{}")
    context: MessageContext | list[Any] | None = None
    integrations: Any = None
    timestamp: datetime | None = None
    original_timestamp: datetime | None = None
    sent_at: datetime | None = None

    @property
    def about(self) -> MessageContext:
        """The context, empty where the message has none."""
        return self.context if isinstance(self.context, MessageContext) else NO_CONTEXT


NO_CONTEXT = MessageContext()


class Gap(msgspec.Struct, frozen=True, array_like=True):
    """Before message `index` there were `size` messages that an import said again; they get numbers and no events.

    `first_slot` is the place of the first of them among all that the import said again.
    """

    index: int
    size: int
    first_slot: int


class Body(msgspec.Struct, frozen=True):
    """What one journal frame holds: messages of one source, how well they are proven, the import they belong to."""

    source_id: str
    batch: tuple[Message, ...]
    import_id: str | None = None
    is_checked: bool = False
    proof: Proof = "confirmed"
    sent_at: datetime | None = None
    gaps: tuple[Gap, ...] = ()
    # When it came, microseconds, where that is not when its frame was written: what was set aside and comes again.
    received_at: int | None = None
    # What was set aside and comes again: it is applied by whoever takes it from there, once.
    frame_id: str | None = None


decode_message = msgspec.json.Decoder(Message).decode
_decoder = msgspec.json.Decoder(Body)
_encoder = msgspec.json.Encoder()


def encode_body(
    source_id: str,
    batch: Sequence[object],
    *,
    import_id: str | None = None,
    is_checked: bool = False,
    gaps: Sequence[Gap] = (),
) -> bytes:
    """The bytes of one journal frame; `batch` holds messages as dicts or Message structs."""
    body = {"source_id": source_id, "batch": batch, "import_id": import_id, "is_checked": is_checked, "gaps": gaps}
    return _encoder.encode(body)


def decode_body(data: bytes) -> Body:
    """The messages of one journal frame; raises msgspec.ValidationError for a frame that was never ours."""
    return _decoder.decode(data)


def object_of(value: Object) -> dict[str, Any]:
    """An object that an SDK may have written as an empty list or null."""
    return value if isinstance(value, dict) else {}
