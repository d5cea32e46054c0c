"""Recomputes from a run's artifacts what the tools claim. Reads nothing of the engine, only its files.

stdin: {"model": model.json, "shap": shap.json, "rows": [test rows as records], "protected": column}
stdout: {"auc", "averagePrecision", "logLoss", "demographicParityDifference", "additivityError", "marginError",
         "rows", "groups": {group: {"rows", "accuracy", "precision", "recall", "f1", "selectionRate"}}}
"""

import json
import math
import sys

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    f1_score,
    log_loss,
    precision_score,
    recall_score,
    roc_auc_score,
)

given = json.load(sys.stdin)
model, shap, rows = given["model"], given["shap"], given["rows"]


def encoded(encoder, row):
    """One prepared value; None is missing."""
    value = row.get(encoder["column"])
    if encoder["kind"] == "numeric":
        value = encoder["impute"] if value is None else value
        return None if value is None else (float(value) - encoder["center"]) / encoder["scale"]
    if encoder["kind"] == "categorical":
        if value is None:
            return encoder["missingLevel"]
        levels = encoder["levels"]
        return levels.index(value) if value in levels else encoder["otherLevel"]
    raise SystemExit(f"no rule here for the encoder {encoder['kind']}")


def leaf(tree, values):
    node = 0
    while tree["feature"][node] >= 0:
        value = values[tree["feature"][node]]
        categories = tree["categories"][node]
        if value is None:
            left = tree["missingLeft"][node] == 1
        elif categories is None:
            left = value <= tree["threshold"][node]
        else:
            left = value in categories
        node = tree["left" if left else "right"][node]
    return tree["value"][node]


def margin(row):
    values = [encoded(encoder, row) for encoder in model["preparation"]["encoders"]]
    estimator = model["estimator"]
    return estimator["base"][0] + sum(leaf(tree, values) for tree in estimator["trees"])


margins = np.array([margin(row) for row in rows])
probabilities = 1 / (1 + np.exp(-margins))
truth = np.array([row[model["target"]] == model["positiveClass"] for row in rows])

selected = probabilities >= model["decision"]["value"]
groups = np.array([str(row.get(given["protected"])) for row in rows])
rates = [selected[groups == group].mean() for group in np.unique(groups)]



def group_metrics(rows_of):
    said, was = selected[rows_of], truth[rows_of]
    return {
        "rows": int(rows_of.sum()),
        "accuracy": accuracy_score(was, said),
        "precision": precision_score(was, said),
        "recall": recall_score(was, said),
        "f1": f1_score(was, said),
        "selectionRate": float(said.mean()),
    }


contributions = np.array(shap["contributions"][0]).reshape(len(shap["rows"]), len(shap["features"]))
added = contributions.sum(axis=1) + shap["expected"][0]

print(
    json.dumps(
        {
            "auc": roc_auc_score(truth, probabilities),
            "averagePrecision": average_precision_score(truth, probabilities),
            "logLoss": log_loss(truth, probabilities),
            "demographicParityDifference": max(rates) - min(rates),
            "additivityError": float(np.abs(added - margins[shap["rows"]]).max()),
            "marginError": float(np.abs(np.array(shap["margins"][0]) - margins[shap["rows"]]).max()),
            "rows": len(rows),
            "groups": {group: group_metrics(groups == group) for group in np.unique(groups)},
        }
    )
)
