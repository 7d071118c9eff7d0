"""Insights against their targets: CDNOW, Online Retail, Hillstrom, beside lifetimes and scikit-uplift where installed.

Every forecast is made from the part of the data before the day of the split, with the defaults that any file gets.
"""

from __future__ import annotations

from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from bench.figures import Figures, data_file, peak_memory_mb, spent
from habitue.insights import affinity, lifetime, next_order, second_purchase, uplift
from habitue.insights.books.book import OrderBook, order_book
from habitue.insights.models import bgnbd, figures, spend
from habitue.insights.models.histories import Histories, Outcome, Purchases, histories, outcome

PEERS = ("lifetimes", "pymc_marketing", "implicit", "sklift")
EPOCH = date(1970, 1, 1)
CDNOW = ("Fader & Hardie, brucehardie.com", "public research data")
RETAIL = ("UCI Online Retail", "CC BY 4.0")
HILLSTROM = ("MineThatData e-mail challenge", "public")


def run(*, small: bool) -> Figures:
    """Measure everything; the small edition takes simulated customers alone."""
    found = Figures("insights")
    for name in PEERS:
        found.notes.append(f"{name}: {'installed' if find_spec(name) else 'not installed'}")
    _speed(found, 2_000 if small else 1_000_000)
    if small:
        found.add("peak memory", peak_memory_mb(), "MB")
        return found
    sample = data_file("commerce/cdnow/CDNOW_sample.txt", origin=CDNOW[0], licence=CDNOW[1], figures=found)
    _cdnow(found, order_book(sample, customer="2", date_column="3", amount="5"), sample)
    retail = data_file(
        "commerce/online_retail/online_retail.parquet", origin=RETAIL[0], licence=RETAIL[1], figures=found
    )
    _retail(found, retail)
    mails = data_file("commerce/hillstrom/hillstrom.csv", origin=HILLSTROM[0], licence=HILLSTROM[1], figures=found)
    _hillstrom(found, mails)
    found.add("peak memory", peak_memory_mb(), "MB")
    return found


def _cdnow(found: Figures, book: OrderBook, path: Path) -> None:
    purchases, cut = book.purchases, book.purchases.first_day + 272
    known = histories(purchases, cut)
    with spent() as work:
        rates = bgnbd.fit(known.repeats, known.recency, known.age)
    weeks = rates.log_likelihood + float(known.repeats.sum()) * float(np.log(7))
    paper = (("r", rates.r, 0.2426), ("alpha", rates.alpha / 7, 4.4135), ("a", rates.a, 0.7929), ("b", rates.b, 2.4258))
    for name, value, printed in (*paper, ("log-likelihood", weeks, -9582.43)):
        found.add(f"CDNOW {name}: distance from the paper", abs(value - printed), "", goal=0.001)
    found.add("CDNOW fit of 2,357 customers", work.cpu_seconds, "CPU s", goal=0.02)
    _lifetimes(found, known)
    money = spend.gamma_gamma(known.repeat_priced, known.repeat_money / np.maximum(known.repeat_priced, 1))
    assert money is not None
    for name, value, printed in (("p", money.p, 6.25), ("q", money.q, 3.74), ("gamma", money.gamma, 15.45)):
        found.add(f"CDNOW {name}: distance from the paper", abs(value - printed), "", goal=0.01)
    scores = lifetime.fit(path, customer="2", date="3", amount="5", horizon_days=273, as_of=_day(cut))
    after = outcome(purchases, known, 273)
    _future(found, "CDNOW", scores.table, after, goals=(1.605, 0.05, 0.78, 0.162, 0.50))
    windows = next_order.fit(path, customer="2", date="3", amount="5", horizon_days=273, as_of=_day(cut)).table
    _waits(found, "CDNOW", windows, known, after, cut, goal=54)
    seconds = second_purchase.seconds(purchases).second
    for days, share in ((30, 0.175), (90, 0.292), (180, 0.375)):
        found.add(
            f"CDNOW second purchase in {days} days: points off", 100 * abs(seconds.within(days) - share), "", goal=2
        )


def _retail(found: Figures, path: Path) -> None:
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
    card = affinity.of_book(book).card
    goals = {"hit_new": 0.42, "ndcg_new": 0.088, "hit_again": 0.765, "ndcg_again": 0.285}
    for measure in card.measures:
        goal = goals[measure.name]
        found.add(f"Online Retail {measure.name}", measure.value, "", goal=goal, is_upper=False)
        found.add(f"Online Retail {measure.name} of popularity", measure.baseline or 0.0, "")


def _future(found: Figures, data: str, table: pa.Table, after: Outcome, *, goals: tuple[float | None, ...]) -> None:
    orders, buys, value = (table[name].to_numpy() for name in ("expected_orders", "p_buys", "expected_value"))
    came = after.orders > 0
    found.add(f"{data} orders: RMSE", figures.rmse(orders, after.orders), "", goal=goals[0])
    off = abs(figures.total_error(orders, after.orders))
    found.add(f"{data} orders: total off by", off, "", goal=goals[1])
    found.add(f"{data} at risk: AUC", figures.auc(buys, came), "", goal=goals[2], is_upper=False)
    found.add(f"{data} at risk: Brier", figures.brier(buys, came), "", goal=goals[3])
    found.add(
        f"{data} money of the best tenth", figures.captured(value, after.money), "", goal=goals[4], is_upper=False
    )
    low, high = table["expected_value_low"].to_numpy(), table["expected_value_high"].to_numpy()
    inside = (low <= after.money + 0.01) & (after.money <= high + 0.01)
    found.add(f"{data} money within its bounds", float(inside.mean()), "", goal=0.78, is_upper=False)


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


def _hillstrom(found: Figures, path: Path) -> None:
    table = pa_csv.read_csv(path)
    table = table.filter(pc.is_in(table["segment"], pa.array(["Womens E-Mail", "No E-Mail"])))
    table = table.append_column("treated", pc.equal(table["segment"], "Womens E-Mail"))
    features = ["recency", "history", "mens", "womens", "zip_code", "newbie", "channel"]
    made = uplift.fit(table, treated="treated", outcome="visit", features=features)
    qini = made.card.measure("qini")
    assert qini is not None
    found.add("Hillstrom visits: Qini", qini, "", goal=0.06, is_upper=False)
    if find_spec("sklift"):
        from sklift.metrics import qini_auc_score

        visits = table["visit"].to_numpy()
        treated = np.array(table["treated"].to_pylist(), dtype=int)
        theirs = qini_auc_score(visits, made.scores, treated)
        found.add("Hillstrom: our Qini from that of scikit-uplift", abs(theirs - qini), "", goal=0.001)


def _lifetimes(found: Figures, known: Histories) -> None:
    if not find_spec("lifetimes"):
        return
    from lifetimes import BetaGeoFitter

    with spent() as work:
        BetaGeoFitter().fit(known.repeats, known.recency / 7, known.age / 7)
    found.add("CDNOW fit by lifetimes", work.cpu_seconds, "CPU s")


def _speed(found: Figures, size: int) -> None:
    """Simulated customers: fit, and every column for everybody."""
    purchases = _simulated(size)
    known = histories(purchases, purchases.last_day)
    with spent() as work:
        rates = bgnbd.fit(known.repeats, known.recency, known.age)
    found.add(f"{size:,} customers: fit", work.cpu_seconds, "CPU s", goal=1 if size == 1_000_000 else None)
    found.add(f"{size:,} customers: mean rate found / true", rates.r / rates.alpha / (0.7 / 45), "")
    names = tuple(f"C{number:07d}" for number in range(purchases.customers))
    book = OrderBook(purchases, names, "EUR", {}, ())
    with spent() as work:
        lifetime.of_book(book)
    found.add(f"{size:,} customers: tests, three insights, all columns", work.seconds, "s", goal=120)
    found.add(f"{size:,} customers: the same", work.cpu_seconds, "CPU s")


def _simulated(size: int) -> Purchases:
    """Customers by the purchase model (r 0.7, alpha 45 days, a 0.8, b 3), seen for two years."""
    chance = np.random.default_rng(4)
    rate, leaving = chance.gamma(0.7, 1 / 45, size), chance.beta(0.8, 3, size)
    at = chance.uniform(0, 500, size)
    here = np.ones(size, dtype=bool)
    rows, days = [], []
    while here.any():
        who = np.flatnonzero(here)
        rows.append(who)
        days.append(at[who].astype(np.int64))
        gone = chance.random(len(who)) < leaving[who]
        at[who] += np.maximum(chance.exponential(1, len(who)) / np.maximum(rate[who], 1e-6), 1.0)
        here[who[gone]] = False
        here &= at < 730
    customer, day = np.concatenate(rows), np.concatenate(days)
    order = np.lexsort((day, customer))
    worth = chance.gamma(4, 10, size)
    money = worth[customer[order]] * chance.uniform(0.6, 1.4, len(order))
    return Purchases(size, customer[order], day[order], money, 0, 730)


def _day(day: int) -> date:
    return EPOCH + timedelta(days=day)
