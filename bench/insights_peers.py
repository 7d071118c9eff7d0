"""The libraries that others use for the same questions, asked on the same split of the same data.

They are no dependencies. `$HABITUE_BENCH_PEERS` names the Python of an environment that has some of them (lifetimes,
pymc-marketing, implicit, scikit-uplift); what is not there is named. This file runs in that Python, alone:
`python insights_peers.py FOLDER PEER` reads arrays from the folder and prints figures as one JSON line.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

VARIABLE = "HABITUE_BENCH_PEERS"
SECONDS = 240


def ask(folder: Path, peer: str) -> Mapping[str, float] | str:
    """The figures of a peer, or in words why there are none."""
    python = os.environ.get(VARIABLE)
    if not python:
        return f"not measured: ${VARIABLE} names no Python that has it"
    try:
        done = subprocess.run(
            [python, __file__, str(folder), peer], capture_output=True, text=True, timeout=SECONDS, cwd=folder
        )
    except subprocess.TimeoutExpired:
        return f"stopped after {SECONDS} seconds"
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["it failed"])[-1]
    told: Mapping[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _lifetimes(folder: Path) -> dict[str, float]:
    from lifetimes import BetaGeoFitter, GammaGammaFitter

    data = np.load(folder / "purchases.npz")
    x, t_x, age = data["repeats"], data["recency"] / 7, data["age"] / 7
    begun = time.process_time()
    fitted = BetaGeoFitter().fit(x, t_x, age)
    seconds = time.process_time() - begun
    orders = fitted.conditional_expected_number_of_purchases_up_to_time(float(data["days"]) / 7, x, t_x, age)
    orders = np.nan_to_num(np.asarray(orders))
    average = data["repeat_money"] / np.maximum(data["repeat_priced"], 1)
    known = (data["repeat_priced"] > 0) & (average > 0)
    money = GammaGammaFitter().fit(data["repeat_priced"][known], average[known])
    worth = np.asarray(money.conditional_expected_average_profit(data["repeat_priced"], average))
    alive = np.asarray(fitted.conditional_probability_alive(x, t_x, age))
    real = data["orders"]
    return {
        "fit, CPU s": seconds,
        "orders: RMSE": float(np.sqrt(np.mean((orders - real) ** 2))),
        "orders: total off by": abs(float(orders.sum() / real.sum()) - 1),
        "at risk: AUC of P(alive)": _auc(alive, real > 0),
        "money of the best tenth": _captured(orders * worth, data["money"]),
    }


def _pymc_marketing(folder: Path) -> dict[str, float]:
    import pandas as pd
    from pymc_marketing.clv import BetaGeoModel

    data = np.load(folder / "purchases.npz")
    frame = pd.DataFrame(
        {
            "customer_id": np.arange(len(data["repeats"])), "frequency": data["repeats"],
            "recency": data["recency"] / 7, "T": data["age"] / 7,
        }
    )  # fmt: skip
    begun = time.process_time()
    model = BetaGeoModel(data=frame)
    model.fit(method="map")
    seconds = time.process_time() - begun
    told = model.expected_purchases(data=frame, future_t=float(data["days"]) / 7)
    orders = np.asarray(told.mean(("chain", "draw")))
    real = data["orders"]
    return {
        "fit (MAP), CPU s": seconds,
        "orders: RMSE": float(np.sqrt(np.mean((orders - real) ** 2))),
        "orders: total off by": abs(float(orders.sum() / real.sum()) - 1),
    }


def _implicit(folder: Path) -> dict[str, float]:
    from implicit.nearest_neighbours import BM25Recommender
    from scipy import sparse

    known, wanted = sparse.load_npz(folder / "known.npz").tocsr(), sparse.load_npz(folder / "wanted.npz").tocsr()
    begun = time.process_time()
    model = BM25Recommender(K=100, num_threads=1)
    model.fit(known, show_progress=False)
    people = np.flatnonzero(np.diff(wanted.indptr) > 0)
    lists, _scores = model.recommend(people, known[people], N=10, filter_already_liked_items=True)
    seconds = time.process_time() - begun
    hits, gains = [], []
    discount = 1 / np.log2(np.arange(2, 12))
    for who, row in zip(people, lists, strict=True):
        found = np.isin(row, wanted[who].indices)
        best = discount[: min(10, wanted[who].nnz)].sum()
        hits.append(found.any())
        gains.append(float((found * discount).sum() / best))
    return {"hit_new": float(np.mean(hits)), "ndcg_new": float(np.mean(gains)), "CPU s": seconds}


def _scikit_uplift(folder: Path) -> dict[str, float]:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.model_selection import StratifiedKFold
    from sklift.metrics import qini_auc_score
    from sklift.models import TwoModels

    data = np.load(folder / "campaign.npz")
    rows, treated, came = data["rows"], data["treated"].astype(int), data["came"].astype(int)
    scores = np.zeros(len(came))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=7).split(rows, treated * 2 + came):
        trees = [HistGradientBoostingClassifier(max_iter=80, max_leaf_nodes=8, random_state=0) for _group in range(2)]
        model = TwoModels(*trees, method="vanilla")
        model.fit(rows[train], came[train], treated[train])
        scores[test] = model.predict(rows[test])
    return {
        "Qini of two boosted models": float(qini_auc_score(came, scores, treated)),
        "our Qini by their definition": float(qini_auc_score(came, data["ours"], treated)),
    }


def _auc(score: np.ndarray, happened: np.ndarray) -> float:
    from scipy.stats import rankdata

    positive, negative = int(happened.sum()), int((~happened).sum())
    return float((rankdata(score)[happened].sum() - positive * (positive + 1) / 2) / (positive * negative))


def _captured(forecast: np.ndarray, money: np.ndarray) -> float:
    best = np.argsort(-forecast, kind="stable")[: int(np.ceil(len(forecast) / 10))]
    return float(money[best].sum() / money.sum())


PEERS: Mapping[str, Any] = {
    "lifetimes": _lifetimes,
    "pymc-marketing": _pymc_marketing,
    "implicit": _implicit,
    "scikit-uplift": _scikit_uplift,
}

if __name__ == "__main__":
    print(json.dumps(PEERS[sys.argv[2]](Path(sys.argv[1]))))
