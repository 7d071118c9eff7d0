"""`helpdesk_calls.jsonl`: calls, mails, chats and visits, one JSON object per line."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from habitue.demo import story
from habitue.demo.chance import happens, weighted
from habitue.demo.tables import SourceFile, TruthRow
from habitue.demo.writing import some_phone, write_email, write_name

if TYPE_CHECKING:
    from habitue.demo.mess import Mess
    from habitue.demo.person import Person
    from habitue.demo.shopping import History, Purchase

FILE, SOURCE = "helpdesk_calls.jsonl", "helpdesk"
_ZONE = ZoneInfo(story.TIMEZONE)
_REASONS = weighted(
    (
        *(("Lieferung verspätet", 26), ("Frage zum Produkt", 20), ("Beschädigt angekommen", 12)),
        *(("Rückgabe", 12), ("Rechnung", 10), ("Adresse ändern", 8), ("Kundenkarte", 7), ("Lob", 3)),
    )
)
_ABOUT_PRODUCT = frozenset(("Frage zum Produkt", "Beschädigt angekommen", "Rückgabe", "Produkt defekt"))
_CHANNELS = weighted((("phone", 62), ("email", 24), ("chat", 10), ("visit", 4)))
_OUTCOMES = {
    "Produkt defekt": weighted((("Ersatz geschickt", 55), ("Erstattung", 25), ("offen", 20))),
    "Beschädigt angekommen": weighted((("Ersatz geschickt", 70), ("Erstattung", 20), ("offen", 10))),
    "Lieferung verspätet": weighted((("Auskunft gegeben", 70), ("Nachforschung", 15), ("offen", 15))),
}
_USUAL_OUTCOMES = weighted((("gelöst", 84), ("Rückruf vereinbart", 8), ("offen", 8)))
_UNSOLVED = frozenset(("offen", "Nachforschung", "Rückruf vereinbart"))


class _Desk:
    def __init__(self, mess: Mess, start: date, until: date) -> None:
        self.mess, self.rng = mess, mess.rng
        self.start, self.until = start, until
        self.calls: list[tuple[datetime, Person | None, dict[str, object]]] = []

    def hear(self, history: History) -> None:
        """All that the person of `history` calls about."""
        for purchase in history.purchases:
            if self._bought_broken(purchase) and happens(self.rng, 0.7):
                self._call(history.person, purchase, "Produkt defekt", story.BROKEN_SKU)
            elif not purchase.store and happens(self.rng, 0.085):
                self._call(history.person, purchase, _REASONS.draw(self.rng), "")
        if not history.purchases and happens(self.rng, 0.08):
            self._call(history.person, None, "Frage zum Produkt", "")

    def nobody(self) -> None:
        """A caller without name and number."""
        self.mess.counts["caller without name and number"] += 1
        self._call(None, None, "Frage zum Produkt", "")

    def _bought_broken(self, purchase: Purchase) -> bool:
        is_recent = purchase.at.date() > self.until - timedelta(days=story.BROKEN_SINCE_DAYS)
        return is_recent and any(line.product.sku == story.BROKEN_SKU for line in purchase.lines)

    def _when(self, purchase: Purchase | None) -> datetime:
        rng = self.rng
        if purchase:
            day = purchase.at.date() + timedelta(days=rng.randrange(1, 22))
        else:
            day = self.start + timedelta(days=rng.randrange((self.until - self.start).days))
        return datetime.combine(day, time(rng.randrange(9, 18), rng.randrange(60), rng.randrange(60)))

    def _call(self, person: Person | None, purchase: Purchase | None, reason: str, sku: str) -> None:
        rng = self.rng
        at = self._when(purchase)
        if at.date() > self.until:
            return
        channel = _CHANNELS.draw(rng) if person else "phone"
        outcome = _OUTCOMES.get(reason, _USUAL_OUTCOMES).draw(rng)
        is_solved = outcome not in _UNSOLVED
        call: dict[str, object] = {
            "ticket_id": "",
            "called_at": at.replace(tzinfo=_ZONE).isoformat(),
            **self._caller(person, at.date(), channel),
            "channel": channel,
            "direction": "out" if channel == "phone" and happens(rng, 0.12) else "in",
            "reason": reason,
        }
        if reason in _ABOUT_PRODUCT and purchase:
            lines = [line for line in purchase.lines if not sku or line.product.sku == sku]
            call["product"] = rng.choice(lines).product.name
        length = int(rng.lognormvariate(5.4 if is_solved else 5.8, 0.6)) if channel in ("phone", "chat") else 0
        call |= {
            "agent": rng.choice(story.AGENTS),
            "duration_s": length,
            "resolved": is_solved,
            "outcome": outcome,
        }
        if happens(rng, 0.4):
            call["csat"] = max(1, min(5, round(rng.gauss(4.3 if is_solved else 2.2, 0.9))))
        self.calls.append((at, person, call))

    def _caller(self, person: Person | None, day: date, channel: str) -> dict[str, object]:
        if person is None:
            return {"phone": self.rng.choice(("anonym", "unbekannt", "0000000")), "caller_name": ""}
        mess = self.mess
        written = channel in ("email", "chat")
        caller: dict[str, object] = {"phone": None}
        if not written or happens(self.rng, 0.15):
            caller["phone"] = mess.phone(some_phone(mess, person, day, at_home=0.55))
        if written or happens(self.rng, 0.12):
            caller["email"] = write_email(mess, person, day)
        name = write_name(mess, person, day)
        caller["caller_name"] = f"{name.first} {name.last}"
        if mess.makes("caller with last name only", 0.25):
            caller["caller_name"] = f"{'Frau' if person.gender == 'f' else 'Herr'} {name.last}"
        return caller


def helpdesk_file(histories: tuple[History, ...], *, mess: Mess, start: date, until: date) -> SourceFile:
    """The help desk's log of what the people of `histories` called about."""
    desk = _Desk(mess, start, until)
    for history in histories:
        desk.hear(history)
    for _ in range(max(2, len(desk.calls) // 60)):
        desk.nobody()
    desk.calls.sort(key=lambda call: (call[0], call[1].person_id if call[1] else ""))
    lines: list[str] = []
    truth: list[TruthRow] = []
    for ticket, (_, person, call) in enumerate(desk.calls, start=20_001):
        call["ticket_id"] = str(ticket)
        lines.append(json.dumps(call, ensure_ascii=False))
        whose = (person.person_id, person.household) if person else ("", "")
        truth.append(TruthRow(SOURCE, FILE, "ticket_id", str(ticket), *whose))
    content = ("\n".join(lines) + "\n").encode()
    return SourceFile(FILE, SOURCE, "calls", len(lines), content, tuple(truth))
