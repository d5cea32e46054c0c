"""Prints processor seconds (best of two) and test scores of scikit-learn's random forest on the reference sets, as JSON."""

import csv
import json
import os
import pathlib
import time

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.metrics import log_loss, mean_squared_error, roc_auc_score

ROOT = pathlib.Path(os.environ.get("SWARM_SHARED", pathlib.Path(__file__).parents[4] / "shared"))
SETS = ["abalone", "adult", "bike_hour", "california_housing", "compas", "credit_default", "iris"]


def number(row, column, categories):
    text = row[column]
    if text == "":
        return -1.0
    return categories[column].get(text, -1) if column in categories else float(text)


def measure(name):
    reference = json.loads((ROOT / f"reference/ml/models/{name}.json").read_text())
    categories = {key: {value: i for i, value in enumerate(values)} for key, values in reference["categories"].items()}
    with open(ROOT / f"data/{name}/{name}.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    x = np.array([[number(row, column, categories) for column in reference["tree_columns"]] for row in rows])
    y = np.array([row[reference["target"]] for row in rows])
    train = np.arange(len(y)) % 5 != 4
    task = reference["task"]
    y = y.astype(float) if task == "regression" else y == reference["positive"] if task == "binary" else y
    model = RandomForestRegressor if task == "regression" else RandomForestClassifier
    best = float("inf")
    for _ in range(2):
        forest = model(**reference["models"]["random_forest"]["params"])
        before = time.process_time()
        forest.fit(x[train], y[train])
        best = min(best, time.process_time() - before)
    if task == "regression":
        score = mean_squared_error(y[~train], forest.predict(x[~train])) ** 0.5
    elif task == "binary":
        score = roc_auc_score(y[~train], forest.predict_proba(x[~train])[:, 1])
    else:
        score = log_loss(y[~train], forest.predict_proba(x[~train]), labels=forest.classes_)
    return {"seconds": round(best, 3), "score": score}


print(json.dumps({name: measure(name) for name in SETS}))
