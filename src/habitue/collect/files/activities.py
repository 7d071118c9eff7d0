"""What one row says happened besides orders: contacts, payments, answers, subscriptions, companies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from habitue.collect.files.amounts import currency_of, number_of, text_of
from habitue.collect.files.cells import at_clock
from habitue.collect.files.headings import key as plain_key
from habitue.collect.files.headings import word_set, words
from habitue.collect.files.plan import short_hash, values_of

if TYPE_CHECKING:
    from habitue.collect.files.persons import Person
    from habitue.collect.files.plan import Plan
    from habitue.collect.files.shapes import CellProblem, Row

Messages = list[dict[str, Any]]
_CHANNELS = {
    "phone": "phone call telephone tel telefon anruf телефон звонок",
    "email": "email e-mail mail почта письмо-email эл.почта",
    "chat": "chat messenger whatsapp telegram livechat чат мессенджер",
    "visit": "visit shop store instore besuch laden filiale визит магазин",
    "letter": "letter post brief fax письмо",
}
_CHANNEL_OF = {word: channel for channel, words in _CHANNELS.items() for word in words.split()}
_IN = word_set("in inbound incoming eingehend eingang входящий входящее входящая")
_OUT = word_set("out outbound outgoing ausgehend ausgang исходящий исходящее исходящая")
FAILED = word_set("failed declined fehlgeschlagen abgelehnt rejected error ошибка отклонен отклонён неуспешно")
REFUNDED = word_set("refunded refund erstattet rückerstattet gutschrift возврат возвращен возвращён возвращено")
CANCELLED = word_set(
    "cancelled canceled cancel void voided storniert storno abgebrochen отменен отменён отменено отмена "
    "аннулирован gekündigt gekuendigt beendet expired ended churned расторгнут закрыта отменена"
)
_RENEWED = word_set("renewed renewal verlängert verlaengert продлен продлён продлена продление")


class Ordered(NamedTuple):
    """The order that a row belongs to: its number and its instant."""

    number: str
    at: str


def words_of_status(status: str | None) -> frozenset[str]:
    """The words of a status cell, lower case."""
    return frozenset((status or "").lower().replace(",", " ").replace("_", " ").split())


def contacts(plan: Plan, person: Person, row: Row, line: int, problems: list[CellProblem]) -> Messages:
    """Contact Logged for a row with something of a contact."""
    values = values_of(plan.group("contact"), row, problems, line)
    if not values or set(values) <= {"direction", "agent", "resolved", "time"}:
        return []
    at, seconds = values.pop("at", None), values.pop("time", None)
    at = at and at_clock(at, seconds, plan.zone)
    if "channel" in values or "channel" in plan.constants:
        word = str(values.get("channel") or plan.constants["channel"]).lower()
        values["channel"] = next((_CHANNEL_OF[part] for part in word.split() if part in _CHANNEL_OF), word)
    if "direction" in values:
        word = values["direction"].lower()
        values["direction"] = "in" if word in _IN else "out" if word in _OUT else word
    told = "\x1f".join(str(values.get(name, "")) for name in ("channel", "reason", "note"))
    record = f"contact:{values.get('ticket_id') or short_hash(f'{person.key}{at}{told}')}"
    return [person.track("Contact Logged", values, at or plan.received, record)]


def payments(
    plan: Plan, person: Person, row: Row, line: int, problems: list[CellProblem], order: Ordered | None
) -> Messages:
    """Payment Made, Failed or Refunded for a row with an amount paid."""
    values = values_of(plan.group("payment"), row, problems, line)
    if "amount" not in values:
        return []
    units, sign = values["amount"]
    status = words_of_status(values.get("status"))
    event = (
        "Payment Failed"
        if status & FAILED
        else "Payment Refunded"
        if status & REFUNDED or units < 0
        else "Payment Made"
    )
    properties = {"amount": text_of(abs(units)), "currency": currency_of(sign, default=plan.currency)}
    named = {"method": values.get("method"), "order_id": order and order.number, "payment_id": values.get("id")}
    properties |= {name: value for name, value in named.items() if value is not None}
    at = values.get("at") or (order and order.at)
    told = f"{person.key}{order and order.number}{at}{units}"
    record = f"payment:{values.get('id') or short_hash(told)}"
    return [person.track(event, properties, at or plan.received, record)]


def answers(
    plan: Plan,
    person: Person,
    row: Row,
    line: int,
    problems: list[CellProblem],
    asked_after: str,
    at: str | None,
) -> Messages:
    """Survey Answered for a row with a score or a text.

    `asked_after` is the record of the order or contact that the row tells of, `at` its instant; both tell answers
    apart that name no time of their own.
    """
    fields = plan.group("survey")
    values = values_of(fields, row, problems, line)
    if "score" not in values and "text" not in values:
        return []
    if "score" in values:
        values["score"] = number_of(values["score"][0])
    told = words(" ".join([values.get("survey", ""), *(field.heading for field in fields)]))
    values["kind"] = "nps" if "nps" in told else "ces" if "ces" in told else "csat"
    at = values.pop("at", None) or at
    asked = f"{person.key}{at}{asked_after}{values.get('survey', '')}{values.get('question', '')}"
    record = f"survey:{short_hash(asked)}"
    return [person.track("Survey Answered", values, at or plan.received, record)]


def subscriptions(plan: Plan, person: Person, row: Row, line: int, problems: list[CellProblem]) -> Messages:
    """Subscription Started, Renewed or Cancelled for a row with a plan."""
    values = values_of(plan.group("subscription"), row, problems, line)
    if "plan" not in values:
        return []
    status = words_of_status(values.get("status"))
    event = "Cancelled" if status & CANCELLED else "Renewed" if status & _RENEWED else "Started"
    properties: dict[str, Any] = {"plan": values["plan"]}
    if "renews_at" in values:
        properties["renews_at"] = values["renews_at"]
    if "amount" in values:
        units, sign = values["amount"]
        properties |= {"amount": text_of(units), "currency": currency_of(sign, default=plan.currency)}
    at = values.get("started_at") or plan.received
    record = f"subscription:{short_hash(f'{person.key}' + values['plan'] + values.get('started_at', ''))}"
    return [person.track(f"Subscription {event}", properties, at, record)]


def companies(plan: Plan, person: Person, row: Row, line: int, problems: list[CellProblem]) -> Messages:
    """The group message of a row with a company's number or name."""
    traits = values_of(plan.group("company"), row, problems, line)
    name = traits.get("company_name") or person.traits.get("company_name")
    group_id = traits.pop("id", None) or (f"name:{plain_key(name)}" if name else None)
    if not group_id or not plan.group("company"):
        return []
    if name:
        traits["company_name"] = name
    record = f"company:{group_id}"
    return [
        {
            "type": "group",
            "groupId": group_id,
            **person.who,
            "traits": traits,
            "timestamp": plan.received,
            "context": person.context(record, with_traits=False),
        }
    ]


def others(
    plan: Plan, person: Person, row: Row, line: int, problems: list[CellProblem], order: Ordered | None
) -> Messages:
    """Everything a row says besides who it is about and what was ordered."""
    found: Messages = []
    asked_after, at = (order.number, order.at) if order else ("", None)
    if "contact" in plan.fields:
        found += contacts(plan, person, row, line, problems)
        if found:
            asked_after = found[0]["context"]["record"]
            at = found[0]["timestamp"] if found[0]["timestamp"] != plan.received else at
    if "payment" in plan.fields:
        found += payments(plan, person, row, line, problems, order)
    if "survey" in plan.fields:
        found += answers(plan, person, row, line, problems, asked_after, at)
    if "subscription" in plan.fields:
        found += subscriptions(plan, person, row, line, problems)
    return found


def told_besides(plan: Plan, row: Row, line: int, problems: list[CellProblem]) -> dict[str, Any]:
    """What only this file knows about the event that a row tells of."""
    return values_of(plan.group("event"), row, problems, line)
