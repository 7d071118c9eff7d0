"""What customers write about: topics of free texts in any language, without a dictionary and without a download.

TF-IDF of character n-grams (3 to 5 letters within words), factored into topics (NMF, Lee and Seung 1999). A topic is
named by the words that set its texts apart from the others. Words of one person alone name nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from habitue.insights.days import local_day, minus_months
from habitue.insights.reports.catalogue import Material, Report
from habitue.insights.reports.shape import Chart, Column, Outcome, Row, Say, Section, Value
from habitue.insights.reports.sold import text_of
from habitue.kernel.text import gettext_noop as _

NEEDS = _("Import survey answers, notes of contacts or mentions with their texts; at least thirty texts are needed.")
TEXTS = {
    "Survey Answered": "text",
    "Mention Seen": "text",
    "Product Reviewed": "review_body",
    "Contact Logged": "note",
    "Campaign Answered": "text",
}
LEAST, MOST, A_TOPIC, MOST_TOPICS, NAMED_BY = 30, 20_000, 15, 8, 3
LEAST_LETTERS, LEAST_TEXTS = 4, 3
TOO_COMMON = 0.35
SEED = 1


def texts(events: ir.Table, *, timezone: str, since: date) -> ir.Table:
    """Free texts since a day (seq, profile_id, text, score), the newest first; `score` where one came with the text."""
    parts = []
    for name, key in TEXTS.items():
        told = events.filter(events["name"] == name)
        parts.append(
            told.select(
                "seq",
                "profile_id",
                "at",
                text=text_of(told.properties, key),
                score=text_of(told.properties, "score").try_cast("float64"),
                kind=text_of(told.properties, "kind"),
            )
        )
    every = ibis.union(*parts)
    kept = every.filter(every.text.notnull() & (local_day(every["at"], timezone) >= ibis.literal(since, type="date")))
    return kept.order_by([ibis.desc("at", nulls_first=False), ibis.asc("seq", nulls_first=False)]).limit(MOST)


def topics(found: Sequence[str]) -> list[int]:
    """The number of the topic of each text; the same texts give the same topics."""
    # Imported here: only who opens this report waits for it.
    import numpy as np
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer

    count = max(2, min(MOST_TOPICS, len(found) // A_TOPIC))
    lowered = [text.lower() for text in found]
    weights = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), min_df=3, max_df=0.5, max_features=20_000, sublinear_tf=True
    ).fit_transform(lowered)
    parts = NMF(n_components=count, init="nndsvd", random_state=SEED, max_iter=300).fit_transform(weights)
    chosen: list[int] = np.argmax(parts, axis=1).tolist()
    return chosen


def words_of(text: str) -> frozenset[str]:
    """The longer words of a text, lower case."""
    letters = "".join(letter if letter.isalpha() or letter == "-" else " " for letter in text.lower())
    return frozenset(word.strip("-") for word in letters.split() if len(word.strip("-")) >= LEAST_LETTERS)


def named(found: Sequence[str], chosen: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The words of each topic: most frequent in it against elsewhere, in several texts, not in all."""
    told = [words_of(text) for text in found]
    every = Counter(word for words in told for word in words)
    names = {}
    for topic in sorted(set(chosen)):
        inside = Counter(word for words, own in zip(told, chosen, strict=True) if own == topic for word in words)
        size = chosen.count(topic)
        scored = {
            word: count / size - (every[word] - count) / max(1, len(found) - size)
            for word, count in inside.items()
            if count >= LEAST_TEXTS and every[word] <= TOO_COMMON * len(found)
        }
        names[topic] = tuple(sorted(scored, key=lambda word: (-scored[word], word))[:NAMED_BY])
    return names


def compute(m: Material) -> Outcome:
    """Topics of the last two years with how often they came and how content their writers were."""
    rows = m.rows(texts(m.events, timezone=m.timezone, since=minus_months(m.today, 24)))
    if len(rows) < LEAST:
        return Outcome(Say(NEEDS))
    found = [row["text"] for row in rows]
    if len({text.strip().lower() for text in found}) < LEAST // 3:
        return Outcome(Say(_("The texts are too much alike to find topics in them.")))
    chosen = topics(found)
    names = named(found, chosen)
    told = _told(rows, chosen, names)
    says = Say(
        _("Customers write most about: %(topic)s (%(share)s of the texts)."),
        {"topic": Value(told[0]["topic"], "text"), "share": Value(told[0]["share"], "share")},
    )
    return Outcome(says, (_section(told, len(rows)),))


def _told(rows: Sequence[Row], chosen: Sequence[int], names: dict[int, tuple[str, ...]]) -> list[Row]:
    made = []
    for topic, words in names.items():
        own = [row for row, number in zip(rows, chosen, strict=True) if number == topic]
        scores = [row["score"] / (10 if row["kind"] == "nps" else 5) for row in own if row["score"] is not None]
        made.append(
            {
                "topic": ", ".join(words) or "…",
                "people": len({row["profile_id"] for row in own}),
                "texts": len(own),
                "share": len(own) / len(rows),
                "content": sum(scores) / len(scores) if scores else None,
            }
        )
    return sorted(made, key=lambda row: (-row["texts"], row["topic"]))


def _section(told: Sequence[Row], count: int) -> Section:
    worst = min((row for row in told if row["content"] is not None), key=lambda row: row["content"], default=None)
    says = Say(_("Found in %(count)s texts of the last two years."), {"count": Value(count)})
    if worst is not None:
        says = Say(
            _("Least content are those who write about: %(topic)s."),
            {"topic": Value(worst["topic"], "text")},
        )
    return Section(
        "topics",
        _("Topics"),
        says,
        (
            Column("topic", _("Words of the topic")),
            Column("people", _("People"), "people"),
            Column("texts", _("Texts"), "number"),
            Column("share", _("Share of the texts"), "share"),
            Column("content", _("How content (score of the best possible)"), "share"),
        ),
        tuple(told),
        Chart("bars", "texts", "topic"),
        note=Say(
            _("Topics are found by the letters of the words alone; they are a way in, not a count to the last text.")
        ),
    )


REPORT = Report(
    name="topics",
    label=_("What customers write about"),
    question=_("Which topics come up in answers, notes and mentions?"),
    needs=NEEDS,
    theme="opinions",
    compute=compute,
    departments=("service", "marketing"),
    order=52,
)
