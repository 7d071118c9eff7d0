"""Random histories of a shop, told to two worlds: in one something happens and is undone, in the other it never was.

What was undone takes its place in the journal in both, so that everything that is stored must be equal, numbers of the
journal included. A decision about somebody whom only the undone import knew is one that the other world could not make:
it is taken back after the import, since a decision that nobody takes back holds again when its records come again
(`test_decisions_return.py`). So the world without is told a history first.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from habitue import flow
from habitue.identity import commands, decide, listings
from habitue.identity.tables import blocks, identifiers, links, separations, violations
from habitue.kernel import state
from habitue.workspace import Workspace
from tests.sending import identify, order, send, state_of

Key = tuple[str, str]
SUBJECTS = ("import", "join", "separation", "judgment", "run", "day")
NAMES = (("Anna", "Berg"), ("Eva", "Kurz"), ("Peter", "Berg"), ("Maria", "Holm"))


@dataclass(slots=True)
class Step:
    """One thing that happens: messages of a source or import, or a decision about identifiers named by their keys."""

    kind: str
    messages: Sequence[dict[str, Any]] = ()
    source: str = "shop"
    import_id: str | None = None
    keys: tuple[Key, ...] = ()
    run_id: str = ""
    by: str = "anna"
    is_undone: bool = False


@dataclass(slots=True)
class History:
    """Steps in their order; those that are `is_undone` are taken back at the end, all at once.

    `impossible` are the places of the decisions that a world without them could not make.
    """

    subject: str
    steps: list[Step] = field(default_factory=list)
    impossible: set[int] = field(default_factory=set)


def history(number: int) -> History:
    """The history of this number: people, e-mail addresses and phones are its own, so that histories do not meet."""
    rng = random.Random(number)
    made = History(subject=SUBJECTS[number % len(SUBJECTS)])
    pool = Pool(rng, number)
    size = rng.randint(9, 16)
    for place in range(size):
        made.steps.append(_step(rng, pool, f"{number}-{place}"))
    at = rng.randint(2, size)
    for place, step in enumerate(_undone(rng, pool, made.subject, number)):
        made.steps.insert(min(at + place * rng.randint(1, 3), len(made.steps)), step)
    return made


@dataclass(slots=True)
class Pool:
    """The identifiers of one history; few, so that they meet often."""

    rng: random.Random
    number: int
    places: int = 0

    def message(self) -> dict[str, Any]:
        """Something that somebody did or is."""
        rng, number = self.rng, self.number
        self.places += 1
        first, last = rng.choice(NAMES)
        traits: dict[str, Any] = {}
        if rng.random() < 0.6:
            traits["email"] = f"m{rng.randrange(4)}@h{number}.example"
        if rng.random() < 0.5:
            traits["phone"] = f"+4930{number % 1000:03}77{rng.randrange(4)}"
        if rng.random() < 0.5:
            traits |= {"first_name": first, "last_name": last}
        if rng.random() < 0.4:
            traits["city"] = rng.choice(("Bonn", "Köln", "Ulm"))
        user = f"h{number}u{rng.randrange(4)}" if rng.random() < 0.35 else None
        card = f"h{number}k{rng.randrange(4)}" if rng.random() < 0.35 else None
        if rng.random() < 0.25:
            what = "Consent Given" if rng.random() < 0.5 else "Consent Withdrawn"
            properties = {"purpose": "newsletter", "channel": "email"}
            message = {"type": "track", "event": what, "properties": properties, "context": {"traits": traits}}
        elif rng.random() < 0.3:
            message = order(f"{number}-{self.places}", f"{rng.randrange(1, 90)}.50", number=card, **traits)
        else:
            message = identify(number=card, **traits)
        if user:
            message["userId"] = user
        if rng.random() < 0.3:
            message["anonymousId"] = f"h{number}b{rng.randrange(2)}"
        if rng.random() < 0.5:
            message.setdefault("context", {})["record"] = f"h{number}r{rng.randrange(6)}"
        message["messageId"] = f"h{number}-{self.places}"
        return message

    def pair(self) -> tuple[Key, Key]:
        """Two identifiers; they may not exist."""
        both = self.rng.sample([*self._keys()], 2)
        return both[0], both[1]

    def _keys(self) -> Iterator[Key]:
        for place in range(4):
            yield "email", f"m{place}@h{self.number}.example"
            yield "phone", f"+4930{self.number % 1000:03}77{place}"
            yield "user_id", f"h{self.number}u{place}"
            yield "customer_number:shop", f"h{self.number}k{place}"


def _step(rng: random.Random, pool: Pool, name: str) -> Step:
    kind = rng.choices(("messages", "import", "join", "separate", "judge", "match"), (10, 4, 2, 2, 1, 2))[0]
    if kind in ("messages", "import"):
        told = [pool.message() for _ in range(rng.randint(1, 4))]
        return Step(kind, told, source=rng.choice(("shop", "crm")), import_id=name if kind == "import" else None)
    if kind == "judge":
        return Step(f"judge {rng.choice(('blocked', 'allowed'))}", keys=pool.pair()[:1], by="kim")
    return Step(kind, keys=pool.pair(), run_id="other", by="kim")


def _undone(rng: random.Random, pool: Pool, subject: str, number: int) -> list[Step]:
    if subject == "import":
        told = [pool.message() for _ in range(3)]
        return [Step("import", told, rng.choice(("shop", "crm")), f"gone-{number}", is_undone=True)]
    kinds = {"join": ["join"], "separation": ["separate"], "judgment": ["judge blocked"], "run": ["match"] * 3}
    day = [rng.choice(("join", "separate", "judge blocked")) for _ in range(3)]
    return [
        Step(kind, keys=pool.pair(), run_id=f"gone-{number}", by=f"gone-{number}", is_undone=True)
        for kind in kinds.get(subject, day)
    ]


def live(
    ws: Workspace, told: History, *, with_undone: bool, after: Callable[[Workspace], None] = lambda ws: None
) -> Counter[str]:
    """Let a history happen; what is undone happens and is taken back, or leaves its place in the journal empty.

    `after` is done after every step, whether it happened or not.
    """
    met: Counter[str] = Counter()
    gone: list[int] = []
    alone: list[int] = []
    import_id = None
    for place, step in enumerate(told.steps):
        if step.is_undone and not with_undone:
            _pass_over(ws, len(step.messages) or 1)
            after(ws)
            continue
        is_done = _happen(ws, step)
        if not is_done and not with_undone:
            told.impossible.add(place)
        if is_done and place in told.impossible:
            alone.append(_last_seq(ws))
        met[step.kind] += 1
        if step.is_undone:
            import_id = step.import_id
            gone.append(_last_seq(ws))
        after(ws)
    if not with_undone:
        _pass_over(ws, 2)
        after(ws)
        return met
    with ws.register.read() as conn:
        seqs = [each.seq for each in listings.of_seqs(conn, gone)]
    undo = commands.UndoImport(import_id) if import_id else commands.Undo(seqs=tuple(seqs))
    flow.catch_up(ws.context, decide.submit(ws.context, undo, commands.Undo(seqs=tuple(alone))))
    met["decision about whom only the import knew"] += len(alone)
    after(ws)
    return met


def _happen(ws: Workspace, step: Step) -> bool:
    """Let one step happen; False for a decision about somebody who is not known."""
    if step.messages:
        send(ws, *(dict(message) for message in step.messages), source=step.source, import_id=step.import_id)
        return True
    known = _ids(ws, step.keys)
    if len(known) < len(step.keys):
        _pass_over(ws, 1)
        return False
    ids = [known[key] for key in step.keys]
    command: commands.Command
    match step.kind.split():
        case ["join"]:
            command = commands.Join(*ids, by=step.by)
        case ["separate"]:
            command = commands.Separate(((ids[0], ids[1]),), by=step.by)
        case ["match"]:
            command = commands.Matched(step.run_id, *ids, score=0.97, by=step.by)
        case [_, word]:
            command = commands.SayShared(ids[0], word, by=step.by)
    flow.catch_up(ws.context, decide.submit(ws.context, command))
    return True


def _pass_over(ws: Workspace, count: int) -> None:
    with ws.register.write() as conn:
        state.store(conn, {"last_seq": state.read(conn, "last_seq") + count})


def _last_seq(ws: Workspace) -> int:
    with ws.register.read() as conn:
        return state.read(conn, "last_seq")


def _ids(ws: Workspace, keys: Sequence[Key]) -> Mapping[Key, int]:
    with ws.register.read() as conn:
        query = sa.select(identifiers).where(identifiers.c.value.in_([value for _, value in keys]))
        rows = conn.execute(query).all()
    return {(row.namespace, row.value): row.identifier_id for row in rows if (row.namespace, row.value) in keys}


def everything(ws: Workspace) -> str:
    """A hash over all that is known, and over all that the graph keeps beside it."""
    digest = hashlib.sha256(state_of(ws).encode())
    with ws.register.read() as conn:
        key = {row.identifier_id: row.own_id for row in conn.execute(sa.select(identifiers))}
        rows = conn.execute(sa.select(identifiers)).all()
        digest.update(repr(sorted((row.own_id, row.claimed_by, row.blocked_seq or 0) for row in rows)).encode())
        for table, columns in (
            (links, ("seq", "rule", "state", "score")),
            (separations, ("seq",)),
            (violations, ("seq", "reason")),
        ):
            one, other = list(table.primary_key.columns)[-2:]
            rows = [
                (sorted((key.get(row[0], "?"), key.get(row[1], "?"))), *row[2:])
                for row in conn.execute(sa.select(one, other, *(table.c[name] for name in columns)))
            ]
            digest.update(repr(sorted(rows, key=repr)).encode())
        said = [(key.get(row.identifier_id), row.state, row.seq) for row in conn.execute(sa.select(blocks))]
        digest.update(repr(sorted(said, key=repr)).encode())
    return digest.hexdigest()
