"""From a message in the Segment shape to an Event: typed, timed, with its identifiers. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

from habitue.kernel.clock import micros

INTERNAL_SOURCE = "internal"
MessageType = Literal["identify", "track", "page", "screen", "group", "alias"]
TRAIT_TYPES = frozenset({"identify", "group"})
PRIORITY: Mapping[str, int] = {
    "user_id": 0,
    "company": 0,
    "customer_number": 1,
    "loyalty_card": 2,
    "email": 3,
    "phone": 4,
    "anonymous_id": 6,
    "record": 9,
}


MAX_UNITS = 10**18  # money fits DECIMAL(18,4) and 64 bits: below a hundred thousand billions
MAX_IDENTIFIER = 512


class ExternalId(msgspec.Struct, frozen=True):
    """An identifier of another system."""

    id: str
    type: str


class MessageContext(msgspec.Struct, frozen=True, rename={"external_ids": "externalIds"}):
    """The part of a message's context that matters for finding the person."""

    external_ids: tuple[ExternalId, ...] = ()
    traits: dict[str, Any] = {}
    record: str | None = None
    row: str | None = None
    country: str | None = None
    replaces: bool = False


class Message(msgspec.Struct, frozen=True, rename="camel"):
    """One message as it stands in the journal."""

    type: MessageType
    message_id: str = ""
    user_id: str | None = None
    anonymous_id: str | None = None
    group_id: str | None = None
    previous_id: str | None = None
    event: str | None = None
    name: str | None = None
    traits: dict[str, Any] = {}
    properties: msgspec.Raw = msgspec.Raw(b"{}")
    context: MessageContext = MessageContext()
    timestamp: datetime | None = None


class _Essentials(msgspec.Struct, frozen=True):
    """What the register keeps in columns of its own; everything else of the properties is passed over unread."""

    total: Any = None
    amount: Any = None
    revenue: Any = None
    value: Any = None
    currency: Any = None
    order_id: Any = None


class Body(msgspec.Struct, frozen=True):
    """What one journal frame holds: messages of one source, and the import they belong to."""

    source_id: str
    batch: tuple[Message, ...]
    import_id: str | None = None
    is_checked: bool = False


@dataclass(slots=True)
class Event:
    """What somebody did or is, ready to be resolved.

    `identifiers` are (namespace, value) pairs, most trusted first; `facts` are traits or properties, where
    properties stay as they were written (`raw`) until somebody reads them; `person_traits` are what the message
    says about the person beside the event itself.
    """

    seq: int
    source_id: str
    import_id: str | None
    message_id: str
    type: str
    name: str
    at: datetime
    received_at: datetime
    identifiers: Sequence[tuple[str, str]]
    person_traits: Mapping[str, Any]
    record: str | None
    is_checked: bool
    amount: int | None = None
    currency: str | None = None
    order_id: str | None = None
    country: str | None = None
    replaces: bool = False
    read: Mapping[str, Any] | None = None
    raw: bytes = b"{}"

    @property
    def facts(self) -> Mapping[str, Any]:
        """Traits or properties."""
        if self.read is None:
            self.read = _properties(self.raw)
        return self.read

    @property
    def facts_json(self) -> str:
        """Traits or properties as they are stored."""
        return self.raw.decode() if self.read is None else _encoder.encode(self.read).decode()


_properties = msgspec.json.Decoder(dict[str, Any]).decode
_essentials = msgspec.json.Decoder(_Essentials).decode
_decoder = msgspec.json.Decoder(Body)
_encoder = msgspec.json.Encoder()


def encode_body(
    source_id: str, batch: Sequence[object], *, import_id: str | None = None, is_checked: bool = False
) -> bytes:
    """The bytes of one journal frame; `batch` holds messages as dicts or Message structs."""
    body = {"source_id": source_id, "batch": batch, "import_id": import_id, "is_checked": is_checked}
    return _encoder.encode(body)


def decode_body(data: bytes) -> Body:
    """The messages of one journal frame; raises msgspec.ValidationError for a frame that was never ours."""
    return _decoder.decode(data)


def to_event(message: Message, *, seq: int, body: Body, received_at: datetime) -> Event:
    """The event that `message` tells of, numbered `seq`."""
    traits = message.traits if message.type in TRAIT_TYPES else message.context.traits
    event = Event(
        seq=seq,
        source_id=body.source_id,
        import_id=body.import_id,
        message_id=message.message_id,
        type=message.type,
        name=message.event or message.name or message.type,
        at=_instant(message.timestamp) or received_at,
        received_at=received_at,
        identifiers=_bounded(identifiers(message, traits, body.source_id)),
        person_traits=traits,
        record=_short(_bare(message.context.record)) if message.context.record else None,
        is_checked=body.is_checked,
        country=message.context.country,
        replaces=message.context.replaces,
    )
    if message.type in TRAIT_TYPES:
        event.read = traits
    else:
        event.raw = bytes(message.properties).replace(b"\\u0000", b"")
        event.amount, event.currency, event.order_id = _money_of(_essentials(event.raw))
    return event


def identifiers(message: Message, traits: Mapping[str, Any], source_id: str) -> list[tuple[str, str]]:
    """The (namespace, value) pairs of a message, most trusted first; the record itself is the last resort."""
    if message.type == "group":
        return _company_identifiers(message, source_id)
    found: list[tuple[str, str]] = []
    if message.user_id:
        found.append(("user_id", message.user_id))
    for external in message.context.external_ids:
        if external.type == "customer_number":
            found.append((f"customer_number:{source_id}", external.id))
        else:
            found.append((external.type, external.id))
    for field in ("email", "phone"):
        value = traits.get(field)
        if isinstance(value, str) and value:
            found.append((field, value))
    mobile = traits.get("mobile")
    if isinstance(mobile, str) and mobile:
        found.append(("phone", mobile))
    if message.anonymous_id:
        found.append(("anonymous_id", message.anonymous_id))
    row = message.context.row or message.context.record
    if row:
        found.append((f"record:{source_id}", row))
    return found


def namespace_kind(namespace: str) -> str:
    """The kind of a namespace: `customer_number` of `customer_number:shop`."""
    return namespace.partition(":")[0]


def priority(namespace: str) -> int:
    """How much a namespace is trusted; lower is more."""
    return PRIORITY.get(namespace_kind(namespace), 5)


def units(value: object) -> int | None:
    """Money as integer 10⁻⁴ units from a decimal string, int or float; None when it is no amount."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value * 10_000 if abs(value) * 10_000 < MAX_UNITS else None
    text = value if isinstance(value, str) else repr(value)
    whole, point, rest = text.strip().partition(".")
    digits = whole.lstrip("+-")
    if not digits.isdecimal() or not digits.isascii() or (point and not (rest.isdecimal() and rest.isascii())):
        return None
    magnitude = int(digits) * 10_000 + int((rest + "0000")[:4])
    if len(rest) > 4 and rest[4] >= "5":
        magnitude += 1
    if magnitude >= MAX_UNITS:
        return None
    return -magnitude if whole.startswith("-") else magnitude


def _company_identifiers(message: Message, source_id: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if message.group_id:
        found.append(("company", message.group_id))
    if message.context.record and not found:
        found.append((f"record:{source_id}", message.context.record))
    return found


def _instant(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        return None


def _money_of(told: _Essentials) -> tuple[int | None, str | None, str | None]:
    given = next((value for value in (told.total, told.amount, told.revenue, told.value) if value is not None), None)
    return (
        units(given),
        told.currency if isinstance(told.currency, str) else None,
        _bare(str(told.order_id))[:MAX_IDENTIFIER] if told.order_id is not None else None,
    )


def _bounded(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Identifiers that both databases can index: no NUL, and a long one by its beginning and its hash."""
    return [(namespace, _short(_bare(value))) for namespace, value in pairs if _bare(value)]


def _short(value: str) -> str:
    if len(value) <= MAX_IDENTIFIER:
        return value
    return f"{value[: MAX_IDENTIFIER - 40]}#{hashlib.blake2b(value.encode(), digest_size=16).hexdigest()}"


def _bare(value: str) -> str:
    return value.replace("\0", "")


def order_of(event: Event) -> tuple[int, int]:
    """How events of one person are ordered: by event time, then by journal sequence."""
    return micros(event.at), event.seq
