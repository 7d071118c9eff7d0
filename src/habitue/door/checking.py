"""The check of messages: what passes can be read by the projector and stored by both databases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from habitue.collect.bounds import OURS
from habitue.collect.message import EMPTY, Message, MessageContext, decode_message
from habitue.door.answer import Refused
from habitue.door.world import Limits

_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_LONG = b"0" * 19
_LONG_NUMBER = re.compile(rb"[\[:,\s]-?[0-9]{19}")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """The outside of a request: a batch, or a single message whose own fields are passed over."""

    write_key: str | None = None
    batch: list[msgspec.Raw] | None = None
    context: Any = None
    integrations: Any = None
    sent_at: Any = None


@dataclass(slots=True)
class Rejected:
    """A message that was not taken, by its place in the request."""

    index: int
    message_id: str | None
    code: str
    reason: str

    def as_dict(self) -> dict[str, object]:
        """Plain data for the answer."""
        return {"index": self.index, "messageId": self.message_id, "code": self.code, "reason": self.reason}


@dataclass(slots=True)
class Checked:
    """The messages to be kept, as bytes, and those that are not."""

    kept: list[bytes] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class _Bad(Exception):
    def __init__(self, code: str, reason: str, message_id: str | None = None) -> None:
        super().__init__(reason)
        self.code, self.reason, self.message_id = code, reason, message_id


_envelope = msgspec.json.Decoder(Envelope).decode
_object = msgspec.json.Decoder(dict[str, Any]).decode
_any = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def read_envelope(body: bytes) -> Envelope:
    """The envelope of a body; Refused with 400 when it is no JSON object in UTF-8."""
    try:
        if not body.isascii():
            body.decode("utf-8")
        return _envelope(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        found = _with_bad_messages(body)
        if found is None:
            raise Refused(400, "json_invalid", f"The body cannot be read as JSON: {problem}") from problem
        return found


def _with_bad_messages(body: bytes) -> Envelope | None:
    """The envelope where only Python reads it: NaN or half a character spoil their message, not the others."""
    try:
        told = json.loads(body.decode("utf-8"))
        return _apart(told) if isinstance(told, dict) else None
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None


def _apart(told: dict[str, Any]) -> Envelope:
    outside = msgspec.convert({**told, "batch": None}, Envelope)
    _encode([outside.context, outside.integrations])  # raises ValueError for half a character
    batch = msgspec.convert(told.get("batch"), list[Any] | None)
    if batch is None:
        return outside
    return msgspec.structs.replace(outside, batch=[msgspec.Raw(json.dumps(each).encode()) for each in batch])


def sent_at(envelope: Envelope) -> datetime | None:
    """When the request was sent by the sender's clock; what cannot be read corrects nothing."""
    try:
        return msgspec.convert(envelope.sent_at, datetime | None)
    except msgspec.ValidationError:
        return None


def check_batch(body: bytes, envelope: Envelope, limits: Limits, new_id: Callable[[], str]) -> Checked:
    """The messages of a batch; what the batch says for all of them joins each."""
    batch = envelope.batch
    if batch is None:
        raise Refused(400, "batch_missing", "A batch has its messages in the list “batch”.")
    if len(batch) > limits.messages:
        raise Refused(413, "too_many_messages", f"A batch may have {limits.messages} messages.")
    raws = [bytes(raw) for raw in batch]
    if envelope.context or envelope.integrations:
        raws = [_joined(raw, envelope) for raw in raws]
    return _check(body, raws, limits, new_id)


def check_single(body: bytes, kind: str, limits: Limits, new_id: Callable[[], str]) -> Checked:
    """One message whose type is told by the address."""
    return _check(body, [body.strip()], limits, new_id, kind)


def without_key(body: bytes) -> bytes:
    """A single message without its key, so that a secret one is not kept."""
    message = _any(body)
    message.pop("writeKey", None)
    return _encode(message)


def _check(body: bytes, raws: list[bytes], limits: Limits, new_id: Callable[[], str], kind: str = "") -> Checked:
    # Only a body with such marks is walked value by value; the decoder itself refuses the rest.
    is_long = _LONG in body.translate(_ZEROS) and _LONG_NUMBER.search(body) is not None
    is_suspect = is_long or b"\\u0000" in body
    found = Checked()
    for index, raw in enumerate(raws):
        try:
            found.kept.append(_accept(raw, limits, new_id, kind, is_suspect))
        except _Bad as bad:
            found.rejected.append(Rejected(index, bad.message_id, bad.code, bad.reason))
    return found


def _accept(raw: bytes, limits: Limits, new_id: Callable[[], str], kind: str, is_suspect: bool) -> bytes:
    if len(raw) > limits.message_bytes:
        raise _Bad("too_large", f"A message may have {limits.message_bytes} bytes.", _id_of(raw))
    try:
        if kind:
            raw = _typed(raw, kind)
        message = decode_message(raw)
        if not message.message_id:
            raw = _with(raw, "messageId", new_id())
            message = decode_message(raw)
        properties = bytes(message.properties)
        fields = 0 if properties in EMPTY else len(_object(properties))
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise _Bad("invalid", str(problem), _id_of(raw)) from problem
    try:
        _check_message(message, fields, limits)
        if is_suspect or _may_be_too_deep(raw, limits):
            _Walk(limits).enter(_any(raw), 1)
    except _Bad as bad:
        bad.message_id = message.message_id
        raise
    return raw


def _may_be_too_deep(raw: bytes, limits: Limits) -> bool:
    """Whether the number of brackets and colons leaves it open; a key takes at least four characters."""
    if raw.count(b"{") + raw.count(b"[") > limits.depth:
        return True
    return len(raw) > 4 * limits.keys and raw.count(b":") > limits.keys


def _check_message(message: Message, fields: int, limits: Limits) -> None:
    if len(message.message_id or "") > limits.message_id:
        raise _Bad("message_id_too_long", f"A messageId may have {limits.message_id} characters.")
    user, visitor = message.user_id, message.anonymous_id
    if not user and not visitor:
        raise _Bad("identity_missing", "A message needs a userId or an anonymousId.")
    for value in (user, visitor, message.group_id, message.previous_id):
        if type(value) is str and len(value) > limits.identifier:
            raise _Bad("identifier_too_long", f"An identifier may have {limits.identifier} characters.")
    wanted = _WANTED.get(message.type)
    if wanted and not getattr(message, wanted[0]):
        raise _Bad("field_missing", f"A message of type {message.type} needs {wanted[1]}.")
    if message.event in OURS:
        raise _Bad("event_reserved", f"“{message.event}” is told by people here, not by a source.")
    for name in (message.event, message.name, message.category):
        if name and len(name) > limits.name:
            raise _Bad("name_too_long", f"A name may have {limits.name} characters.")
    traits, context = message.traits, message.context
    around = context.traits if type(context) is MessageContext else None
    for given in (traits, context, around):
        if given and type(given) is list:
            raise _Bad("invalid", "Traits and context are objects.")
    if max(fields, len(traits or ()), len(around or ())) > limits.fields:
        raise _Bad("too_many_fields", f"A message may have {limits.fields} traits or properties.")


_WANTED = {
    "track": ("event", "event"),
    "group": ("group_id", "groupId"),
    "alias": ("previous_id", "previousId"),
}


class _Walk:
    """Looks at every value of a message."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._keys = 0

    def enter(self, value: object, depth: int) -> None:
        """Refuse what one of the databases cannot store."""
        if isinstance(value, str):
            if "\0" in value:
                raise _Bad("character_invalid", "A text holds the character NUL.")
        elif isinstance(value, int):
            if not _SMALLEST <= value <= _LARGEST:
                raise _Bad("number_out_of_range", "A whole number does not fit into 64 bits.")
        elif isinstance(value, dict):
            self._deeper(depth, len(value))
            for key, part in value.items():
                self.enter(key, depth)
                self.enter(part, depth + 1)
        elif isinstance(value, list):
            self._deeper(depth, 0)
            for part in value:
                self.enter(part, depth + 1)

    def _deeper(self, depth: int, keys: int) -> None:
        self._keys += keys
        if depth > self._limits.depth or self._keys > self._limits.keys:
            raise _Bad("too_deep", "A message is nested too deeply or has too many keys.")


def _joined(raw: bytes, envelope: Envelope) -> bytes:
    """A message with the batch's context and integrations beneath its own; what is no object is refused later."""
    try:
        message = _any(raw)
    except (msgspec.MsgspecError, RecursionError):
        return raw
    if not isinstance(message, dict):
        return raw
    for name, shared in (("context", envelope.context), ("integrations", envelope.integrations)):
        own = message.get(name)
        if isinstance(shared, dict) and (not own or isinstance(own, dict)):
            message[name] = {**shared, **(own or {})}
    return _encode(message)


def _typed(raw: bytes, kind: str) -> bytes:
    told = msgspec.json.decode(raw, type=_Typed).type
    if told is not None and told != kind:
        raise _Bad("type_differs", f"The address takes messages of type {kind}.", _id_of(raw))
    return raw if told is not None else _with(raw, "type", kind)


def _with(raw: bytes, name: str, value: str) -> bytes:
    """A message with a field that it lacks; a field that is there as null or empty gives way."""
    message = _any(raw)
    if isinstance(message, dict) and name in message:
        return _encode({**message, name: value})
    rest = raw.strip()[1:].lstrip()
    return b'{"' + name.encode() + b'":' + _encode(value) + (b"" if rest.startswith(b"}") else b",") + rest


class _Typed(msgspec.Struct, rename="camel"):
    type: Any = None
    message_id: Any = None


def _id_of(raw: bytes) -> str | None:
    try:
        told = msgspec.json.decode(raw, type=_Typed).message_id
    except (msgspec.MsgspecError, RecursionError):
        return None
    return told[:100] if isinstance(told, str) else None
