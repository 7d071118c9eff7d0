"""Customers whose true rates are known: buying and leaving are drawn as the purchase model says."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

START = date(2024, 1, 1)


def shop(
    *,
    customers: int = 1_500,
    days: int = 500,
    r: float = 0.8,
    alpha: float = 40.0,
    a: float = 0.8,
    b: float = 3.0,
    joining: int = 250,
    seed: int = 1,
) -> pa.Table:
    """Orders (customer, date, amount): rates are gamma (r, alpha in days), leaving is beta (a, b)."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        rate, leaving = chance.gamma(r, 1 / alpha), chance.beta(a, b) if a else 0.0
        worth = chance.gamma(4, 10)
        at = float(chance.uniform(0, joining))
        while at < days:
            rows.append(
                (f"C{number:05d}", START + timedelta(days=int(at)), round(float(worth * chance.uniform(0.6, 1.4)), 2))
            )
            if chance.random() < leaving:
                break
            at += max(chance.exponential(1 / max(rate, 1e-6)), 1.0)
    names, on, amounts = zip(*rows, strict=True)
    return pa.table({"customer": names, "date": on, "amount": amounts})


def durable(*, customers: int = 1_500, days: int = 1_200, seed: int = 3) -> pa.Table:
    """Things that last about 500 days: who bought lately does not need another one yet."""
    chance = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        at = float(chance.uniform(0, 500))
        while at < days:
            rows.append((f"D{number:05d}", START + timedelta(days=int(at)), 500.0))
            at += float(chance.normal(500, 40))
    names, on, amounts = zip(*rows, strict=True)
    return pa.table({"customer": names, "date": on, "amount": amounts})
