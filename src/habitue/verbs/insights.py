"""The verbs of insights and reports."""

from __future__ import annotations

from collections.abc import Sequence

from habitue import flow
from habitue.access import policy
from habitue.insights import report
from habitue.insights import store as insight_store
from habitue.insights.card_store import KeptCard
from habitue.insights.reports import catalogue, store
from habitue.insights.reports.shape import Outcome
from habitue.verbs.verb import Progress, Verbs


class Insights(Verbs):
    """Whom to care about, and why."""

    def rfm(self) -> report.RfmReport:
        """Customers by recency, frequency and money, the best fifth, and who is about to leave."""
        policy.require(self._ws.actor, "insights.read")
        return report.report(self._ws)

    def people_at_risk(self, *, offset: int = 0, limit: int = 20) -> Sequence[report.PersonAtRisk]:
        """Valuable customers who are overdue against their own rhythm, most money first."""
        policy.require(self._ws.actor, "insights.read")
        return report.people_at_risk(self._ws, offset=offset, limit=limit)

    def card(self, name: str) -> KeptCard | None:
        """How an insight fared when it was tested on the past; None before the first time."""
        policy.require(self._ws.actor, "insights.read")
        return insight_store.card(self._ws, name)

    def due(self) -> Sequence[str]:
        """The insights that are to be learnt anew."""
        policy.require(self._ws.actor, "insights.read")
        return insight_store.due(self._ws)

    def learn(self, names: Sequence[str] = (), *, progress: Progress | None = None) -> Sequence[str]:
        """Learn insights anew, in this process: the named ones, else those that are due; returns which."""
        policy.require(self._ws.actor, "audiences.edit")
        return flow.learn(self._ws, names, progress=progress)


class Reports(Verbs):
    """Questions that a business asks, each answered by a sentence and its tables."""

    def listing(self) -> Sequence[catalogue.Report]:
        """Every report, in the order in which the pages show them."""
        policy.require(self._ws.actor, "insights.read")
        return list(catalogue.reports().values())

    def get(self, name: str) -> Outcome:
        """What the report says now; NotFound when there is none of that name."""
        return store.outcome(self._ws, name)
