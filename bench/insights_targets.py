"""Insights against their targets on public data, and the libraries of others on the same splits.

Every forecast is made from the part of the data before the day of the split, with the defaults that any file gets.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from scipy import sparse

from bench.figures import Figures, spent
from bench.insights_peers import ask
from habitue.insights import affinity, lifetime, next_order, second_purchase, uplift
from habitue.insights.books.book import OrderBook, order_book
from habitue.insights.models import bgnbd, figures, intervals, recommend, spend
from habitue.insights.models.histories import Histories, Outcome, histories, outcome

EPOCH = date(1970, 1, 1)
HELD_OUT = 90
TOO_MUCH = 0.04
"""How many more cases than the fewest possible the bounds of money may hold."""


def cdnow(found: Figures, path: Path, folder: Path) -> None:
    """The sample of the papers: parameters, the 39 weeks that were held out, and the peers on the same split."""
    book = order_book(path, customer="2", date_column="3", amount="5")
    purchases, cut = book.purchases, book.purchases.first_day + 272
    known = histories(purchases, cut)
    with spent() as work:
        rates = bgnbd.fit(known.repeats, known.recency, known.age)
    weeks = rates.log_likelihood + float(known.repeats.sum()) * float(np.log(7))
    paper = (("r", rates.r, 0.2426), ("alpha", rates.alpha / 7, 4.4135), ("a", rates.a, 0.7929), ("b", rates.b, 2.4258))
    for name, value, printed in (*paper, ("log-likelihood", weeks, -9582.43)):
        found.add(f"CDNOW {name}: distance from the paper", abs(value - printed), "", goal=0.001)
    found.add("CDNOW fit of 2,357 customers", work.cpu_seconds, "CPU s", goal=0.02)
    money = spend.gamma_gamma(known.repeat_priced, known.repeat_money / np.maximum(known.repeat_priced, 1))
    assert money is not None
    for name, value, printed in (("p", money.p, 6.25), ("q", money.q, 3.74), ("gamma", money.gamma, 15.45)):
        found.add(f"CDNOW {name}: distance from the paper", abs(value - printed), "", goal=0.01)
    scores = lifetime.fit(path, customer="2", date="3", amount="5", horizon_days=273, as_of=_day(cut))
    after = outcome(purchases, known, 273)
    _save_purchases(folder, known, after)
    peers(found, folder, "CDNOW", ("lifetimes", "pymc-marketing"))
    _future(found, "CDNOW", scores.table, after, goals=(1.605, 0.05, 0.78, 0.162, 0.50))
    windows = next_order.fit(path, customer="2", date="3", amount="5", horizon_days=273, as_of=_day(cut)).table
    _waits(found, "CDNOW", windows, known, after, cut, goal=54)
    seconds = second_purchase.seconds(purchases).second
    for days, share in ((30, 0.175), (90, 0.292), (180, 0.375)):
        found.add(
            f"CDNOW second purchase in {days} days: points off", 100 * abs(seconds.within(days) - share), "", goal=2
        )


def retail(found: Figures, path: Path, folder: Path) -> None:
    """A gift shop: its last 90 days before the end held out, and its products."""
    book = order_book(path)
    purchases, cut = book.purchases, book.purchases.last_day - 90
    scores = lifetime.fit(path, horizon_days=90, as_of=_day(cut))
    ids = {name: index for index, name in enumerate(book.customers)}
    kept = scores.table.filter(pc.is_in(scores.table["customer"], pa.array(list(ids))))
    order = np.argsort([ids[name] for name in kept["customer"].to_pylist()], kind="stable")
    kept = kept.take(pa.array(order))
    known = histories(purchases, cut)
    here = np.isin(known.customer, [ids[name] for name in kept["customer"].to_pylist()])
    after = outcome(purchases, known, 90)
    chosen = Outcome(90, after.orders[here], after.money[here], after.wait[here])
    _future(found, "Online Retail", kept, chosen, goals=(1.37, None, 0.73, 0.208, 0.55))
    repeats = known.repeats[here]
    _waits(found, "Online Retail", kept, repeats, chosen, cut, goal=19)
    _save_products(folder, book)
    peers(found, folder, "Online Retail, new products", ("implicit",))
    card = affinity.of_book(book).card
    goals = {"hit_new": 0.42, "ndcg_new": 0.088, "hit_again": 0.765, "ndcg_again": 0.285}
    for measure in card.measures:
        goal = goals[measure.name]
        found.add(f"Online Retail {measure.name}", measure.value, "", goal=goal, is_upper=False)
        found.add(f"Online Retail {measure.name} of popularity", measure.baseline or 0.0, "")


def hillstrom(found: Figures, path: Path, folder: Path) -> None:
    """One mailing with its control group, and whom it moves."""
    table = pa_csv.read_csv(path)
    table = table.filter(pc.is_in(table["segment"], pa.array(["Womens E-Mail", "No E-Mail"])))
    table = table.append_column("treated", pc.equal(table["segment"], "Womens E-Mail"))
    features = ["recency", "history", "mens", "womens", "zip_code", "newbie", "channel"]
    made = uplift.fit(table, treated="treated", outcome="visit", features=features)
    qini = made.card.measure("qini")
    assert qini is not None
    found.add("Hillstrom visits: Qini", qini, "", goal=0.06, is_upper=False)
    _save_campaign(folder, table, features, made.scores)
    peers(found, folder, "Hillstrom", ("scikit-uplift",))


def _future(found: Figures, data: str, table: pa.Table, after: Outcome, *, goals: tuple[float | None, ...]) -> None:
    orders, buys, value = (table[name].to_numpy() for name in ("expected_orders", "p_buys", "expected_value"))
    came = after.orders > 0
    found.add(f"{data} orders: RMSE", figures.rmse(orders, after.orders), "", goal=goals[0])
    off = abs(figures.total_error(orders, after.orders))
    scaled = orders * float(after.orders.sum()) / float(orders.sum())
    found.add(f"{data} orders: RMSE, were the total of all known", figures.rmse(scaled, after.orders), "")
    found.add(f"{data} orders: total off by", off, "", goal=goals[1])
    found.add(f"{data} at risk: AUC", figures.auc(buys, came), "", goal=goals[2], is_upper=False)
    found.add(f"{data} at risk: Brier", figures.brier(buys, came), "", goal=goals[3])
    found.add(
        f"{data} money of the best tenth", figures.captured(value, after.money), "", goal=goals[4], is_upper=False
    )
    low, high = table["expected_value_low"].to_numpy(), table["expected_value_high"].to_numpy()
    inside = (low <= after.money + 0.01) & (after.money <= high + 0.01)
    _bounds(found, data, value, inside, after)
    factor = float(after.money.sum()) / float(value.sum())
    known = (low * factor <= after.money + 0.01) & (after.money <= high * factor + 0.01)
    found.add(f"{data} money within its bounds, were the total of all known", float(known.mean()), "")
    above = float(np.mean(after.money > high + 0.01))
    found.add(f"{data} money above its bounds", above, "")


def _waits(
    found: Figures, data: str, table: pa.Table, known: Histories | np.ndarray, after: Outcome, cut: int, *, goal: float
) -> None:
    repeats = known.repeats if isinstance(known, Histories) else known
    back = (repeats > 0) & np.isfinite(after.wait)
    told = {name: table[f"next_order_{name}"].cast(pa.int32()).to_numpy() - cut for name in ("on", "from", "until")}
    error = float(np.mean(np.abs(told["on"] - after.wait)[back]))
    found.add(f"{data} next order: mean error", error, "days", goal=goal)
    inside = (told["from"] <= after.wait) & (after.wait <= told["until"])
    found.add(f"{data} next order: off from half in the window", abs(float(inside[back].mean()) - 0.5), "", goal=0.05)


def completejourney(found: Figures, path: Path) -> None:
    """Households of a grocer, of whose lines a part is known: no figures of value, but the bounds have to hold."""
    book = order_book(path)
    cut = book.purchases.last_day - 60
    table = lifetime.fit(path, horizon_days=60, as_of=_day(cut)).table
    ids = {name: index for index, name in enumerate(book.customers)}
    known = histories(book.purchases, cut)
    money = np.zeros(len(ids))
    money[known.customer] = outcome(book.purchases, known, 60).money
    real = money[[ids[name] for name in table["customer"].to_pylist()]]
    low, high = (table[f"expected_value_{side}"].to_numpy() for side in ("low", "high"))
    inside = (low <= real + 0.01) & (real <= high + 0.01)
    after = Outcome(60, real, real, real)
    _bounds(found, "Complete Journey", table["expected_value"].to_numpy(), inside, after)


def peers(found: Figures, folder: Path, data: str, names: tuple[str, ...]) -> None:
    """The figures of the libraries of others; a note where one was not measured."""
    for name in names:
        told = ask(folder, name)
        if isinstance(told, str):
            found.notes.append(f"{name}: {told}")
            continue
        for figure, value in told.items():
            found.add(f"{data} by {name}: {figure}", value, "")


def _bounds(found: Figures, data: str, value: np.ndarray, inside: np.ndarray, after: Outcome) -> None:
    """How many cases the bounds held, and how many more than any bounds must: nought holds who brings nothing."""
    held, least = float(inside.mean()), intervals.least_held([(value, after.money)])
    found.add(f"{data} money within its bounds", held, "", goal=0.78, is_upper=False)
    found.add(f"{data} money within its bounds: above the fewest possible", held - least, "", goal=TOO_MUCH)


def _save_purchases(folder: Path, known: Histories, after: Outcome) -> None:
    np.savez(
        folder / "purchases.npz", repeats=known.repeats, recency=known.recency, age=known.age,
        repeat_money=known.repeat_money, repeat_priced=known.repeat_priced, orders=after.orders, money=after.money,
        days=after.days,
    )  # fmt: skip


def _save_products(folder: Path, book: OrderBook) -> None:
    """What was bought before the test of the lists, and what was bought for the first time in it."""
    lines = book.lines
    assert lines is not None
    whole = recommend.baskets(lines.customer, lines.day, lines.product, len(book.customers), len(lines.products))
    cut = book.purchases.last_day - min(HELD_OUT, (book.purchases.last_day - int(whole.day.min())) // 3)
    before = whole.until(cut).once().tocsr()
    wanted = whole.once().tocsr() - before
    wanted.eliminate_zeros()
    bought = np.diff(before.indptr) > 0
    sparse.save_npz(folder / "known.npz", before)
    sparse.save_npz(folder / "wanted.npz", sparse.diags(bought.astype(float)).dot(wanted).tocsr())


def _save_campaign(folder: Path, table: pa.Table, features: list[str], ours: np.ndarray) -> None:
    treated = np.array(table["treated"].to_pylist())
    rows = uplift.features_of(table, features)
    np.savez(folder / "campaign.npz", rows=rows, treated=treated, came=table["visit"].to_numpy(), ours=ours)


def _day(day: int) -> date:
    return EPOCH + timedelta(days=day)
