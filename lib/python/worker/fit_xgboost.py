"""XGBoost by its native interface, and its trees as Swarm's."""

import json

import numpy as np
import xgboost

from problems import Algorithm, Answer, one_of
from trees import convert, ensemble

OBJECTIVES = {
    "binary": ("binary:logistic",),
    "multiclass": ("multi:softprob",),
    "regression": ("reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror"),
}


def fit(problem, stated):
    # null asks for the library's own default.
    stated = {name: value for name, value in stated.items() if value is not None}
    one_of("objective", stated, OBJECTIVES[problem.kind])
    one_of("tree_method", stated, ("hist", "approx", "exact"))
    rounds = stated.pop("num_boost_round", 100)
    stopping = stated.pop("early_stopping_rounds", None)
    parameters = {
        "objective": OBJECTIVES[problem.kind][0],
        **({"num_class": problem.class_count} if problem.kind == "multiclass" else {}),
        "tree_method": "hist",
        **stated,
        "booster": "gbtree",
        "seed": problem.seed % 2**31,
        "nthread": problem.threads,
        "verbosity": 0,
        "validate_parameters": True,
    }
    history = []
    watched = [] if problem.validation is None else [(matrix(problem.validation, problem.threads), "validation")]
    booster = xgboost.train(
        parameters,
        matrix(problem.training, problem.threads),
        num_boost_round=rounds,
        evals=watched,
        early_stopping_rounds=stopping or None,
        verbose_eval=False,
        callbacks=[Rounds(problem, rounds, history)],
    )
    notes = []
    if stopping:
        kept = booster.best_iteration + 1
        if kept < len(history):
            notes.append(f"Stopped early: round {kept} had the least validation loss.")
        booster = booster[:kept]
    text = booster.save_raw("json").decode("utf-8")
    learner = json.loads(text)["learner"]
    outputs = problem.outputs
    read_trees = learner["gradient_booster"]["model"]["trees"]
    base = base_margins(learner["learner_model_param"]["base_score"], problem)

    def margins(rows):
        raw = booster.predict(matrix(rows, problem.threads), output_margin=True)
        return np.reshape(raw, (rows.count, outputs)).T.astype("f8")

    return Answer(
        estimator=ensemble(
            [convert(0, reader(tree)) for tree in read_trees],
            link=problem.link,
            outputs=outputs,
            base=base,
            precision="single",
        ),
        margins=margins,
        parameters={**parameters, "num_boost_round": rounds, "early_stopping_rounds": stopping},
        history=history,
        notes=notes,
        # XGBoost adds in float32: half a unit in the last place may be lost with each tree.
        tolerance=max(2e-6, rounds * 2**-24),
        native=("xgboost.json", "application/json", text),
    )


def matrix(rows, threads):
    return xgboost.DMatrix(
        rows.matrix,
        label=rows.target,
        weight=rows.weights,
        feature_types=["q" if count is None else "c" for count in rows.level_counts],
        enable_categorical=True,
        nthread=threads,
    )


def base_margins(text, problem):
    """The file states the base as a prediction; for two classes that is a probability."""
    stated = json.loads(text)
    scores = np.array(stated if isinstance(stated, list) else [stated], dtype="f4")
    if problem.kind == "binary":
        scores = np.log(scores / (np.float32(1) - scores))
    scores = np.broadcast_to(scores, (problem.outputs,))
    return [float(score) for score in scores]


class Rounds(xgboost.callback.TrainingCallback):
    def __init__(self, problem, rounds, history):
        self.problem = problem
        self.rounds = rounds
        self.history = history

    def after_iteration(self, model, epoch, evals_log):
        metric = None
        for name, values in evals_log.get("validation", {}).items():
            metric = {"name": name, "value": float(values[-1])}
            break
        if metric is not None:
            entry = {"round": epoch + 1, "metric": metric["name"], "training": None, "validation": metric["value"]}
            self.history.append(entry)
        self.problem.report(epoch + 1, self.rounds, metric)
        return False


def reader(tree):
    left, right = tree["left_children"], tree["right_children"]
    conditions = np.array(tree["split_conditions"], dtype="f4")
    sets = {
        node: tree["categories"][start : start + size]
        for node, start, size in zip(
            tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"], strict=True
        )
    }

    def read(node):
        cover = float(tree["sum_hessian"][node])
        if left[node] < 0:
            return {"value": float(conditions[node]), "cover": cover}
        split = {
            "feature": tree["split_indices"][node],
            "gain": float(tree["loss_changes"][node]),
            "cover": cover,
            "missingLeft": int(tree["default_left"][node]),
        }
        if tree["split_type"][node] == 1:
            # XGBoost sends listed categories right; Swarm left.
            return {
                **split,
                "categories": [int(code) for code in sets[node]],
                "missingLeft": 1 - split["missingLeft"],
                "left": right[node],
                "right": left[node],
            }
        # x < t over float32 is x <= the number before t.
        before = np.nextafter(conditions[node], np.float32(-np.inf), dtype="f4")
        return {**split, "threshold": float(before), "left": left[node], "right": right[node]}

    return read


XGBOOST = Algorithm(
    fit=fit,
    problems=("binary", "multiclass", "regression"),
    preparation="trees",
    parameters=(
        "objective",
        "tree_method",
        "num_boost_round",
        "early_stopping_rounds",
        "eta",
        "learning_rate",
        "gamma",
        "max_depth",
        "min_child_weight",
        "max_delta_step",
        "subsample",
        "colsample_bytree",
        "colsample_bylevel",
        "colsample_bynode",
        "lambda",
        "alpha",
        "scale_pos_weight",
        "grow_policy",
        "max_leaves",
        "max_bin",
        "max_cat_to_onehot",
        "max_cat_threshold",
        "huber_slope",
        "eval_metric",
        "base_score",
    ),
    early_stopping="early_stopping_rounds",
)
