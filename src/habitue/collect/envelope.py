"""From a message in the Segment shape to an Event: typed, timed, with its identifiers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

import msgspec

from habitue.collect import message_time
from habitue.collect.bounds import bounded, bounded_pairs, without_nul
from habitue.collect.essentials import essentials
from habitue.collect.message import EMPTY, Body, Device, Message, MessageContext, object_of
from habitue.collect.proof import CLAIMED, Proof
from habitue.collect.spelling import spelled
from habitue.kernel.clock import micros

INTERNAL_SOURCE = "internal"
BY_HAND = "people"
"""The source of what people say about people."""
# Who a test event is about: nobody. It is stored and shown where it arrived, and makes no person.
TRIAL_VISITOR = "habitue-test"
TRAIT_TYPES = frozenset({"identify", "group"})
PRIORITY: Mapping[str, int] = {
    "user_id": 0,
    "company": 0,
    "customer_number": 1,
    "loyalty_card": 2,
    "email": 3,
    "phone": 4,
    "anonymous_id": 6,
    "previous_id": 7,
    "record": 9,
}


class Event(msgspec.Struct):
    """What somebody did or is, ready to be resolved.

    `identifiers` are (namespace, value) pairs, most trusted first; `facts` are traits or properties, where
    properties stay as they were written (`raw`) until somebody reads them; `person_traits` are what the message
    says about the person beside the event itself; `beside` is what else stays with it, as JSON: consent, integrations,
    the circumstances (campaign, page, device …), and a time that was corrected or is odd; `said` remembers `identity`.
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
    proof: Proof = "confirmed"
    beside: bytes = b""
    read: Mapping[str, Any] | None = None
    raw: bytes = b"{}"
    said: str = ""

    @property
    def identity(self) -> str:
        """What the event said about who it was, as it is stored: its identifiers, and the name if it had one."""
        if not self.said:
            traits = self.person_traits
            names = [traits.get(name) for name in _NAMES] if traits else _NO_NAMES
            self.said = _encoder.encode([self.identifiers, *names]).decode()
        return self.said

    @property
    def kept(self) -> Mapping[str, Any]:
        """What stays beside the event."""
        return _properties(self.beside) if self.beside else {}

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
CIRCUMSTANCES = ("campaign", "page", "referrer", "app", "library", "locale", "os", "screen", "timezone", "user_agent")
_NAMES = ("first_name", "last_name")
_NO_NAMES = (None, None)
_VIEWS = {"page": "Page Viewed", "screen": "Screen Viewed"}
_circumstances = attrgetter(*CIRCUMSTANCES)
_is_told = itemgetter(1)
CONTACTS = (("email", "email"), ("phone", "phone"), ("mobile", "phone"))
_NO_PERSON = frozenset({"record", "company", "previous_id"})
_encoder = msgspec.json.Encoder()


def to_event(message: Message, *, seq: int, body: Body, received_at: datetime) -> Event:
    """The event that `message` tells of, numbered `seq`."""
    about = message.about
    kind = message.type
    has_traits = about.traits or message.traits
    traits = _told_traits(message, about) if has_traits else {}
    if traits and not body.is_checked:
        traits = spelled(traits)
    sent = message.sent_at or body.sent_at
    at, odd = message_time.happened(received_at, message.timestamp, message.original_timestamp, sent)
    # Given by their places, which costs half of what names do.
    event = Event(
        seq,
        body.source_id,
        body.import_id,
        message.message_id or "",
        kind,
        _name(message),
        at,
        received_at,
        (),
        traits,
        bounded(about.record) if about.record else None,
        body.is_checked,
    )
    event.country = about.country
    event.replaces = about.replaces and body.proof != CLAIMED
    event.proof = body.proof
    if kept := _kept(message, about, odd, sent):
        event.beside = _encoder.encode(kept)
    if kind in TRAIT_TYPES:
        event.read = traits
    else:
        _take_properties(event, _properties_of(message))
    event.identifiers = bounded_pairs(identifiers(message, event.person_traits, body.source_id))
    return event


def _told_traits(message: Message, about: MessageContext) -> dict[str, Any]:
    """Traits of the message; RudderStack's SDKs tell those of identify in the context."""
    if message.type == "group":
        return object_of(message.traits)
    around = object_of(about.traits)
    return {**around, **object_of(message.traits)} if message.type == "identify" else around


def identifiers(message: Message, traits: Mapping[str, Any], source_id: str) -> list[tuple[str, str]]:
    """The (namespace, value) pairs of a message, most trusted first; the record itself is the last resort."""
    about = message.about
    if message.type == "group":
        return _company_identifiers(message, source_id)
    found: list[tuple[str, str]] = []
    if user_id := message.user_id:
        found.append(("user_id", user_id if isinstance(user_id, str) else str(user_id)))
    for external in about.external_ids or ():
        if external.type == "customer_number":
            found.append((f"customer_number:{source_id}", str(external.id)))
        elif namespace_kind(external.type) not in _NO_PERSON:
            found.append((external.type, str(external.id)))
    if traits:
        for field, namespace in CONTACTS:
            value = traits.get(field)
            if isinstance(value, str) and value:
                found.append((namespace, value))
    if visitor := message.anonymous_id:
        found.append(("anonymous_id", visitor if isinstance(visitor, str) else str(visitor)))
    if about.device is not None and isinstance(about.device, Device):
        found.extend(_device_identifiers(about.device))
    if message.type == "alias" and message.previous_id:
        found.append(("previous_id", str(message.previous_id)))
    row = about.row or about.record
    if row:
        found.append((f"record:{source_id}", row))
    return found


@lru_cache(maxsize=10_000)
def namespace_kind(namespace: str) -> str:
    """The kind of a namespace: `customer_number` of `customer_number:shop`."""
    return namespace.partition(":")[0]


@lru_cache(maxsize=10_000)
def priority(namespace: str) -> int:
    """How much a namespace is trusted; lower is more."""
    return PRIORITY.get(namespace_kind(namespace), 5)


def _company_identifiers(message: Message, source_id: str) -> list[tuple[str, str]]:
    if message.group_id:
        return [("company", str(message.group_id))]
    return [(f"record:{source_id}", message.about.record)] if message.about.record else []


def _device_identifiers(device: Device) -> list[tuple[str, str]]:
    system = "ios" if (device.type or "").lower() == "ios" else "android"
    found = [(f"{system}.id", str(device.id))] if device.id else []
    if device.advertising_id and device.ad_tracking_enabled is True:
        found.append((f"{system}.advertising_id", device.advertising_id))
    if device.token:
        found.append((f"{system}.push_token", device.token))
    return found


def _name(message: Message) -> str:
    """Pages have one name for all of them: else a page called after an event would count as one."""
    if message.type == "track":
        return message.event or message.name or message.type
    return _VIEWS.get(message.type, message.type)


def _properties_of(message: Message) -> bytes:
    """The properties as they were written; what a page or screen is called joins them."""
    raw = without_nul(bytes(message.properties))
    name, category = message.name, message.category
    if message.type not in _VIEWS or not (name or category):
        return raw
    called = _encoder.encode(
        {"name": name} if not category else {"name": name, "category": category} if name else {"category": category}
    )
    return called if raw in EMPTY else called[:-1] + b"," + raw.lstrip()[1:]


def _take_properties(event: Event, raw: bytes) -> None:
    if raw in EMPTY:
        return
    found = essentials(raw)
    event.raw, event.amount, event.currency, event.order_id = raw, found.amount, found.currency, found.order_id
    if not found.email and not found.phone:
        return
    contacts = {"email": found.email, "phone": found.phone}
    new = {name: value for name, value in contacts.items() if value and name not in event.person_traits}
    if new and not event.is_checked:
        event.person_traits = {**event.person_traits, **new}


def _kept(
    message: Message, about: MessageContext, odd: message_time.Odd | None, sent: datetime | None
) -> Mapping[str, Any]:
    kept: dict[str, Any] = {}
    if about.consent is not None:
        kept["consent"] = about.consent
    if message.integrations:
        kept["integrations"] = message.integrations
    kept.update(filter(_is_told, zip(CIRCUMSTANCES, _circumstances(about), strict=True)))
    if about.device and isinstance(about.device, Device) and (device := _described(about.device)):
        kept["device"] = device
    if about.direct is True and about.ip:
        kept["ip"] = about.ip
    if about.active is False:
        kept["active"] = False
    if message.original_timestamp is not None and sent is not None:
        kept["original_timestamp"], kept["sent_at"] = message.original_timestamp, sent
        if message.timestamp is not None:
            kept["timestamp"] = message.timestamp
    if odd:
        kept["odd_time"] = odd
    return kept


def _described(device: Device) -> dict[str, Any]:
    """What sort of device it is; its ids are identifiers."""
    told = {"type": device.type, "manufacturer": device.manufacturer, "model": device.model}
    return {name: value for name, value in told.items() if value}


def order_of(event: Event) -> tuple[int, int]:
    """How events of one person are ordered: by event time, then by journal sequence."""
    return micros(event.at), event.seq
