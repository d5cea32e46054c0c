"""scikit-learn's histogram gradient boosting, and its trees as Swarm's."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from problems import Algorithm, Answer, one_of
from trees import convert, ensemble, finite


def fit(problem, stated):
    is_regression = problem.kind == "regression"
    if is_regression:
        one_of("loss", stated, ("squared_error", "absolute_error", "quantile"))
    else:
        one_of("loss", stated, ("log_loss",))
    training, validation = problem.training, problem.validation
    settings = {"early_stopping": False, **stated, "random_state": problem.seed % 2**32}
    maker = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
    categorical = [count is not None for count in training.level_counts]
    booster = maker(**settings, categorical_features=categorical if any(categorical) else None)
    held = {}
    if settings["early_stopping"] is True:
        held = {"X_val": validation.matrix, "y_val": validation.target}
    problem.report(0, booster.max_iter)
    booster.fit(training.matrix, training.target, sample_weight=training.weights, **held)
    problem.report(booster.n_iter_, booster.max_iter)
    order = [index for index, flag in enumerate(categorical) if flag]
    order += [index for index, flag in enumerate(categorical) if not flag]
    categories = known_categories(booster, categorical)
    trees = [
        convert(0, reader(predictor, order, categories)) for round_trees in booster._predictors for predictor in round_trees
    ]
    base = np.ravel(booster._baseline_prediction)
    outputs = problem.outputs

    def margins(rows):
        if is_regression:
            return booster.predict(rows.matrix)[np.newaxis, :]
        raw = booster.decision_function(rows.matrix)
        return np.reshape(raw, (rows.count, outputs)).T

    history = []
    if held:
        history = [
            {"round": index, "metric": "loss", "training": float(-train), "validation": float(-valid)}
            for index, (train, valid) in enumerate(zip(booster.train_score_, booster.validation_score_, strict=True))
            if index > 0
        ]
    return Answer(
        estimator=ensemble(trees, link=problem.link, outputs=outputs, base=[float(value) for value in base]),
        margins=margins,
        parameters={**settings, "max_iter": booster.max_iter},
        history=history,
        notes=[f"Stopped early after round {booster.n_iter_}."] if booster.n_iter_ < booster.max_iter else [],
        tolerance=1e-9,
        native=None,
    )


def known_categories(booster, categorical):
    """Per encoded column: the level indices behind its codes."""
    if not any(categorical):
        return []
    encoder = booster._preprocessor.named_transformers_["encoder"]
    return [[int(code) for code in codes if not np.isnan(code)] for codes in encoder.categories_]


def reader(predictor, order, categories):
    nodes = predictor.nodes
    bitsets = predictor.raw_left_cat_bitsets

    def read(index):
        node = nodes[index]
        cover = float(node["count"])
        if node["is_leaf"]:
            return {"value": float(node["value"]), "cover": cover}
        encoded = int(node["feature_idx"])
        split = {
            "feature": order[encoded],
            "gain": max(0.0, float(node["gain"])),
            "cover": cover,
            "missingLeft": int(node["missing_go_to_left"]),
            "left": int(node["left"]),
            "right": int(node["right"]),
        }
        if not node["is_categorical"]:
            return {**split, "threshold": finite(float(node["num_threshold"]))}
        bits = bitsets[node["bitset_idx"]]
        levels = [
            level for code, level in enumerate(categories[encoded]) if (int(bits[code // 32]) >> (code % 32)) & 1
        ]
        return {**split, "categories": levels}

    return read


HIST_GRADIENT_BOOSTING = Algorithm(
    fit=fit,
    problems=("binary", "multiclass", "regression"),
    preparation="trees",
    parameters=(
        "loss",
        "quantile",
        "learning_rate",
        "max_iter",
        "max_leaf_nodes",
        "max_depth",
        "min_samples_leaf",
        "l2_regularization",
        "max_features",
        "max_bins",
        "early_stopping",
        "n_iter_no_change",
        "tol",
        "class_weight",
    ),
    early_stopping="early_stopping",
)
