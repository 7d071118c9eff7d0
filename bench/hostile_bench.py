"""Hostile input: a hundred thousand generated bodies against the door; no 5xx, nothing slow, memory bounded.

Bodies come from Hypothesis and, by the door's own OpenAPI, from Schemathesis, which also looks whether the answers are
those that are described. The door is a process of its own; afterwards everything it accepted is projected.
"""

from __future__ import annotations

import base64
import sys
from collections import Counter
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.failures import FailureGroup

from bench.crash.places import place
from bench.crash.serving import memory_mb
from bench.crash.tracing import DOOR, TracedDoor
from bench.figures import Figures
from bench.hostile.asking import Asker, Heard
from bench.hostile.making import Made, requests
from habitue import flow
from habitue.door.description import description

CHUNK = 1_000  # Hypothesis remembers what it has made, and grows slow
MEMORY_MB = 400
PLANTED = DOOR.replace(
    "ws = open",
    """from habitue.door import checking
whole = checking.read_envelope
def planted(body):
    envelope = whole(body)
    return {}["birthday"] if b'"birthday"' in body else envelope
checking.read_envelope = planted
ws = open""",
)


def run(*, small: bool, code: str = DOOR, bodies: int = 0, each: int = 0) -> Figures:
    """99,000 bodies from Hypothesis and about 1,600 from Schemathesis; small: 2,000 and some hundred."""
    figures, heard = Figures("hostile"), Heard()
    bodies, each = bodies or (2_000 if small else 99_000), each or (4 if small else 40)
    with place("sqlite") as here:
        door = TracedDoor(here.ws.folder, code=code)
        with door.running() as process:
            asker = Asker(door.port, heard)
            _hypothesis(asker, here.key, bodies)
            described = _schemathesis(asker, door.port, here.key, each)
            peak = memory_mb(process.pid, peak=True)
        flow.catch_up(here.ws.context)
        people = here.ws.people.count()
    figures.add("bodies sent", heard.bodies, "bodies", goal=bodies if small else 100_000, is_upper=False)
    figures.add("answers of 500 and up, or none", heard.broken, "answers", goal=0)
    figures.add("answers that are not as described", sum(described.values()), "answers", goal=0)
    figures.add("answers slower than two seconds", heard.slow, "slow answers", goal=0)
    figures.add("slowest answer", heard.seconds, "s", goal=2)
    figures.add("largest memory of the door", peak, "MB", goal=MEMORY_MB)
    figures.add("messages accepted and projected", heard.accepted, "messages", goal=1, is_upper=False)
    figures.add("people they are about", people, "people")
    shares = {"what was made": heard.sorts, "sizes": heard.sizes, "statuses": heard.statuses, "reasons": heard.codes}
    figures.notes += [_shares(name, counter) for name, counter in shares.items()]
    figures.notes += [f"not as described: {name} ({many})" for name, many in described.items()]
    figures.notes += heard.examples
    return figures


def _hypothesis(asker: Asker, key: str, bodies: int) -> None:
    for number in range(0, bodies, CHUNK):

        @seed(number)
        @settings(
            max_examples=min(CHUNK, bodies - number),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(made=requests(key))
        def send(made: Made) -> None:
            asker.ask(made.sort, made.path, made.body, {name: value for name, value in made.headers if value})

        send()
        print(f"{asker.heard.bodies} bodies, slowest answer {asker.heard.seconds:.2f} s", file=sys.stderr, flush=True)


def _schemathesis(asker: Asker, port: int, key: str, each: int) -> Counter[str]:
    """Send what the description allows and what it forbids; what came back that it does not describe, by kind."""
    schema = schemathesis.openapi.from_dict(description())
    schema.config.update(base_url=f"http://127.0.0.1:{port}")
    basic = {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}
    wrong: Counter[str] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in schemathesis.GenerationMode:
            try:
                strategy = operation.as_strategy(generation_mode=mode)
            except InvalidSchema:
                continue

            @seed(each)
            @settings(
                max_examples=each,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=strategy)
            def send(case: Any) -> None:
                _send_case(case, basic, asker.heard, wrong)

            try:
                send()
            except Unsatisfiable:
                # Where everything is allowed, nothing can be wrong.
                continue
    return wrong


def _send_case(case: Any, headers: dict[str, str], heard: Heard, wrong: Counter[str]) -> None:
    answer = case.call(headers=headers)
    heard.sorts["by the description"] += 1
    heard.statuses[answer.status_code] += 1
    seconds = answer.elapsed
    heard.seconds = max(heard.seconds, seconds)
    heard.slow += seconds > 2
    if answer.status_code == 200 and "application/json" in answer.headers.get("content-type", [""])[0]:
        told = answer.json()
        heard.accepted += int(told.get("accepted", 0)) if isinstance(told, dict) else 0
    if answer.status_code >= 500 and len(heard.examples) < 5:
        heard.examples.append(f"{answer.status_code} for {case.method} {case.formatted_path}")
    try:
        case.validate_response(answer, checks=[
            schemathesis.checks.status_code_conformance,
            schemathesis.checks.response_schema_conformance,
            schemathesis.checks.content_type_conformance,
            schemathesis.checks.not_a_server_error,
        ])  # fmt: skip
    except FailureGroup as failures:
        for failure in failures.exceptions:
            wrong[f"{case.method} {case.path}: {type(failure).__name__} {answer.status_code}"] += 1


def _shares(name: str, counter: Counter[Any]) -> str:
    whole = sum(counter.values()) or 1
    return f"{name}: " + ", ".join(f"{key} {100 * many / whole:.1f} %" for key, many in counter.most_common())
