"""What a rule is about, so that only the audiences that mention what changed are asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from habitue.audiences.rule import (
    Consent,
    EventCount,
    EventSum,
    EventValue,
    InAudience,
    InsightIs,
    MayUse,
    Place,
    Related,
    Rule,
    Sequence,
    Trait,
    walk,
)
from habitue.insights.orders import CANCELLED, COMPLETED, REFUNDED

ORDERS = frozenset({COMPLETED, REFUNDED, CANCELLED})


@dataclass(frozen=True, slots=True)
class Topics:
    """Names of events, and whether traits, times of activity, consents, insights, history or others are asked for."""

    events: frozenset[str] = frozenset()
    traits: bool = False
    seen: bool = False
    consents: bool = False
    insights: bool = False
    history: bool = False
    related: bool = False

    def __or__(self, other: Topics) -> Topics:
        return Topics(
            self.events | other.events,
            self.traits or other.traits,
            self.seen or other.seen,
            self.consents or other.consents,
            self.insights or other.insights,
            self.history or other.history,
            self.related or other.related,
        )


@dataclass(frozen=True, slots=True)
class News:
    """What changed: names of new events, whether any traits or consents, or anything at all may have (`whole`)."""

    events: frozenset[str] = frozenset()
    traits: bool = False
    consents: bool = False
    whole: bool = False


def topics_of(rule: Rule, mentioned: Mapping[str, Rule]) -> Topics:
    """The topics of a rule and of the audiences that it mentions."""
    found = Topics()
    waiting, done = [rule], set[str]()
    while waiting:
        for _path, node in walk(waiting.pop()):
            found = found | _topics(node)
            if isinstance(node, InAudience) and node.audience_id not in done and node.audience_id in mentioned:
                done.add(node.audience_id)
                waiting.append(mentioned[node.audience_id])
    return found


def is_concerned(topics: Topics, news: News) -> bool:
    """Whether somebody's membership may have changed by the news."""
    return (
        news.whole
        or (topics.traits and news.traits)
        or (topics.consents and news.consents)
        or (topics.seen and bool(news.events or news.traits))
        or bool(topics.events & news.events)
    )


def names_of_events(topics: Iterable[Topics]) -> frozenset[str]:
    """Every event that one of the rules looks at."""
    return frozenset[str]().union(*(each.events for each in topics))


def _topics(node: Rule) -> Topics:
    match node:
        case EventCount() | EventSum() | EventValue():
            since = {node.window.event} if node.window.kind == "since_event" else set()
            return Topics(events=_with_orders({node.event, *since}))
        case Sequence():
            return Topics(events=_with_orders({step.event for step in node.steps}))
        case Trait():
            return Topics(traits=True, seen=node.field in ("first_seen_at", "last_seen_at"))
        case Place():
            return Topics(traits=True)
        case Consent():
            return Topics(consents=True)
        case MayUse():
            return Topics(consents=True, traits=True)
        case InsightIs():
            return Topics(insights=True)
        case Related():
            return Topics(traits=True, related=True)
        case InAudience():
            return Topics(history=node.state != "is")
        case _:
            return Topics()


def _with_orders(names: set[str]) -> frozenset[str]:
    """An order can be cancelled or refunded."""
    return frozenset(names | ORDERS if names & {COMPLETED, REFUNDED} else names)
