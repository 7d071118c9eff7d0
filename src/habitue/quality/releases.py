"""Orders to replay what waits in quarantine: events of our own, so that a release happens once and in its place."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import msgspec

from habitue.access import policy
from habitue.audit import ledger
from habitue.collect import projection
from habitue.collect.envelope import INTERNAL_SOURCE, TRAIT_TYPES, Event
from habitue.collect.essentials import essentials
from habitue.collect.journal import Position
from habitue.collect.message import encode_body
from habitue.kernel.context import Context
from habitue.kernel.errors import HabitueError
from habitue.kernel.register import chunks
from habitue.kernel.text import gettext_noop as _
from habitue.quality import held
from habitue.quality.amounts import PRODUCTS

PERMISSION = "sources.edit"
NAME = "Message Released"
FRAME_MESSAGES = 500


class NotWaiting(HabitueError):
    """The message was replayed or discarded already."""

    code = "not_waiting"
    message = _("This message does not wait any more; nothing was changed.")
    next_step = _("Reload the page to see how things are now.")


def is_order(event: Event) -> bool:
    """Whether an event of our own releases a message."""
    return event.source_id == INTERNAL_SOURCE and event.name == NAME


def held_id(order: Event) -> str:
    """The message that an order releases."""
    return str(order.facts["held_id"])


def order(ws: Context, source_id: str, held_ids: Collection[str] | None = None) -> tuple[int, Position | None]:
    """Order the replay of what waits of a source, or of some messages; the number and the journal position to wait for.

    The rules decide anew when an order is carried out: what still breaks them goes on waiting.
    """
    policy.require(ws.actor, PERMISSION)
    with ws.register.read() as conn:
        found = held.waiting(conn, source_id, held_ids)
    if not found:
        return 0, None
    with ws.register.write() as conn:
        details = {"messages": len(found)}
        ledger.record(
            conn, ws, verb="quarantine.replayed", subject_kind="source", subject_id=source_id, details=details
        )
    bodies = [
        encode_body(INTERNAL_SOURCE, [_message(each, ws.ids.new()) for each in part], is_checked=True)
        for part in chunks(found, FRAME_MESSAGES)
    ]
    return len(found), projection.journal(ws).append(bodies)


def correct(ws: Context, message: str, changes: Mapping[str, str | None]) -> None:
    """Change traits or properties of a message that waits; None takes one out. It still has to be replayed.

    Raises NotWaiting when it was replayed or discarded meanwhile.
    """
    policy.require(ws.actor, PERMISSION)
    with ws.register.write() as conn:
        held.get(conn, message)
        known = held.open_bodies(conn, [message]).get(message)
        if known is None:
            raise NotWaiting()
        _apply(known.event, changes)
        row = held.row_of(known.event, (), held_id=message, state="open", is_part=known.is_part)
        held.settle(conn, [{**row, "code": known.code, "problems": known.problems}])
        details = {"fields": sorted(changes)}
        ledger.record(
            conn, ws, verb="quarantine.corrected", subject_kind="message", subject_id=message, details=details
        )


def discard(ws: Context, message: str) -> None:
    """Decide that a message is not wanted: its reason stays, its contents go. Raises NotWaiting."""
    policy.require(ws.actor, PERMISSION)
    with ws.register.write() as conn:
        held.get(conn, message)
        if not held.empty(conn, message, at=ws.clock.now()):
            raise NotWaiting()
        ledger.record(conn, ws, verb="quarantine.discarded", subject_kind="message", subject_id=message, details={})


def _message(wanted: str, message_id: str) -> dict[str, object]:
    return {"type": "track", "event": NAME, "messageId": message_id, "properties": {"held_id": wanted}}


def _apply(event: Event, changes: Mapping[str, str | None]) -> None:
    told = [dict(event.person_traits), dict(event.facts)]
    for name, value in changes.items():
        if name == "event":
            event.name = value or event.name
            continue
        if name.startswith(f"{PRODUCTS}."):
            told[1][PRODUCTS] = _with_item(told[1].get(PRODUCTS), name, value)
            continue
        known = [each for each in told if name in each] or [told[0 if event.type in TRAIT_TYPES else 1]]
        for each in known:
            each.pop(name, None)
            if value is not None:
                each[name] = value
    event.person_traits, event.read = told
    if event.type not in TRAIT_TYPES:
        event.raw = msgspec.json.encode(event.read)
        found = essentials(event.raw)
        event.amount, event.currency, event.order_id = found.amount, found.currency, found.order_id


def _with_item(products: object, path: str, value: str | None) -> object:
    """A list of products with one value (`products.0.price`) put right or taken out."""
    _products, place, name = path.split(".", 2)
    number = int(place)
    if not isinstance(products, list) or number >= len(products) or not isinstance(products[number], Mapping):
        return products
    item = {key: told for key, told in products[number].items() if key != name}
    if value is not None:
        item[name] = value
    return [*products[:number], item, *products[number + 1 :]]
