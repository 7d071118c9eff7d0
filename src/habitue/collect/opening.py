"""From the bodies of a group to its events, numbered in the order of the journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from habitue.collect.envelope import Event, to_event
from habitue.collect.member import member
from habitue.collect.message import Body
from habitue.collect.proof import CLAIMED, is_proven, secret_name
from habitue.collect.repeats import Reserved
from habitue.kernel.clock import from_micros
from habitue.kernel.context import Context


def events_of(
    ws: Context, bodies: Iterable[tuple[int, Body]], first_seq: int, reserved: list[Reserved]
) -> Iterator[Event]:
    """The events of bodies, each with when it was received (microseconds); a group message may tell of two.

    They are numbered from `first_seq` on; numbers that are set aside are put into `reserved`.
    """
    seq = first_seq
    for received, body in bodies:
        received_at = from_micros(received if body.received_at is None else body.received_at)
        gaps = {gap.index: gap for gap in body.gaps}
        for index, message in enumerate((*body.batch, None)):
            gap = gaps.get(index) if gaps else None
            if gap is not None and body.import_id is not None:
                reserved.append(Reserved(seq, body.import_id, gap.first_slot, gap.size, received_at))
                seq += gap.size
            if message is None:
                break
            about_member = member(message) if message.type == "group" and not body.is_checked else None
            for each in (message,) if about_member is None else (message, about_member):
                event = to_event(each, seq=seq, body=body, received_at=received_at)
                if event.proof == CLAIMED and (given := each.about.proof):
                    secret = ws.secret(secret_name(body.source_id))
                    event.proof = "proven" if is_proven(secret, given, event.identifiers) else CLAIMED
                yield event
                seq += 1
