"""Prints processor seconds of scikit-learn's histogram boosting on the reference sets, best of three, as JSON."""

import csv
import json
import os
import pathlib
import time

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

ROOT = pathlib.Path(os.environ.get("SWARM_SHARED", pathlib.Path(__file__).parents[4] / "shared"))
SETS = ["abalone", "adult", "bike_hour", "california_housing", "compas", "credit_default", "iris"]


def number(row, column, categories):
    text = row[column]
    if text == "":
        return np.nan
    return categories[column].get(text, np.nan) if column in categories else float(text)


def measure(name):
    reference = json.loads((ROOT / f"reference/ml/models/{name}.json").read_text())
    categories = {key: {value: i for i, value in enumerate(values)} for key, values in reference["categories"].items()}
    with open(ROOT / f"data/{name}/{name}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    x = np.array([[number(row, column, categories) for column in reference["tree_columns"]] for row in rows])
    y = np.array([row[reference["target"]] for row in rows])
    train = np.arange(len(y)) % 5 != 4
    is_regression = reference["task"] == "regression"
    model = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
    y = y.astype(float) if is_regression else y
    best = float("inf")
    for _ in range(3):
        estimator = model(early_stopping=False, random_state=0)
        before = time.process_time()
        estimator.fit(x[train], y[train])
        best = min(best, time.process_time() - before)
    return round(best, 3)


print(json.dumps({name: measure(name) for name in SETS}))
