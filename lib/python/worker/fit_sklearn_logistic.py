"""scikit-learn's logistic regression as Swarm's linear estimator."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from problems import Algorithm, Answer, BadRequest


def fit(problem, stated):
    training = problem.training
    widths = [1 if count is None else count for count in training.level_counts]
    design = expand(training)
    if np.isnan(design).any():
        raise BadRequest("Logistic regression takes no missing numbers; prepare the rows for linear models.")
    model = LogisticRegression(**stated, random_state=problem.seed % 2**32)
    problem.report(0, 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(design, training.target, sample_weight=training.weights)
    problem.report(1, 1)
    notes = [
        f"Not converged after {int(np.max(model.n_iter_))} iterations; raise max_iter."
        for warning in caught[:1]
        if issubclass(warning.category, ConvergenceWarning)
    ]
    ends = np.cumsum(widths)
    cut = lambda row: [[float(value) for value in part] for part in np.split(row, ends[:-1])]
    intercepts = np.broadcast_to(np.ravel(model.intercept_), (model.coef_.shape[0],))
    outputs = [
        {"intercept": float(intercept), "terms": cut(row)}
        for intercept, row in zip(intercepts, model.coef_, strict=True)
    ]

    def margins(rows):
        raw = model.decision_function(expand(rows))
        return np.reshape(raw, (rows.count, len(outputs))).T

    return Answer(
        estimator={
            "kind": "linear",
            "link": problem.link,
            "outputs": outputs,
            "means": cut(np.average(design, axis=0, weights=training.weights)),
        },
        margins=margins,
        parameters={**stated, "random_state": problem.seed % 2**32},
        history=[],
        notes=notes,
        tolerance=1e-9,
        native=None,
    )


def expand(rows):
    """Numbers as they are, one 0/1 column per level; a missing level is a row of zeros."""
    parts = []
    for index, count in enumerate(rows.level_counts):
        column = rows.matrix[:, index : index + 1]
        parts.append(column if count is None else (column == np.arange(count)).astype("f8"))
    return np.hstack(parts)


LOGISTIC_REGRESSION = Algorithm(
    fit=fit,
    problems=("binary", "multiclass"),
    preparation="linear",
    parameters=("C", "l1_ratio", "solver", "max_iter", "tol", "fit_intercept", "class_weight"),
    early_stopping=None,
)
