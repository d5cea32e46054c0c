"""Fits scikit-learn's learners and calibrators to the given rows. Reads nothing of the engine.

stdin: {"columns", "asked": lists of columns, "weights", "number", "label", "grade": targets by row, "scores"}
stdout: {name: coefficients as [intercept, ...], or predictions for the asked rows}
"""

import json
import sys
import warnings

import numpy as np
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

# Which of its parameters are old differs from version to version; the numbers do not.
warnings.filterwarnings("ignore")

given = json.load(sys.stdin)
X, asked = np.array(given["columns"]).T, np.array(given["asked"]).T
weights, number = np.array(given["weights"]), np.array(given["number"])
label, grade = np.array(given["label"]), np.array(given["grade"])


def linear(model, target):
    model.fit(X, target, sample_weight=weights)
    intercepts = np.atleast_1d(model.intercept_)
    if len(intercepts) > 2:
        intercepts = intercepts - intercepts.mean()
    return np.column_stack([intercepts, np.atleast_2d(model.coef_)]).tolist()


def logistic(penalty, ratio):
    return LogisticRegression(
        penalty="elasticnet", solver="saga", C=1 / penalty, l1_ratio=ratio, tol=1e-13, max_iter=100_000
    )


platt = _SigmoidCalibration().fit(np.array(given["scores"]), label)
probability = 1 / (1 + np.exp(-np.array(given["scores"])))
isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(probability, label)
exact = {"tol": 1e-14, "max_iter": 1_000_000}
print(
    json.dumps(
        {
            "ols": linear(LinearRegression(), number),
            "lasso": linear(Lasso(alpha=0.05, **exact), number),
            "net": linear(ElasticNet(alpha=0.1, l1_ratio=0.4, **exact), number),
            "binary": linear(logistic(2, 0.5), label),
            "multi": linear(logistic(3, 0.3), grade),
            "values": KNeighborsRegressor(7, algorithm="kd_tree").fit(X, number).predict(asked).tolist(),
            "shares": KNeighborsClassifier(7, weights="distance", algorithm="kd_tree")
            .fit(X, grade)
            .predict_proba(asked)
            .T.tolist(),
            "platt": [-platt.a_, -platt.b_],
            "isotonic": isotonic.predict(np.linspace(0, 1, 101)).tolist(),
        }
    )
)
