"""LightGBM by its native interface, and its trees as Swarm's."""

import lightgbm
import numpy as np

from problems import Algorithm, Answer, one_of
from trees import convert, ensemble, sum_covers

OBJECTIVES = {
    "binary": ("binary", "cross_entropy"),
    "multiclass": ("multiclass",),
    "regression": ("regression", "regression_l1", "huber", "fair", "quantile", "mape"),
}


def fit(problem, stated):
    # null asks for the library's own default.
    stated = {name: value for name, value in stated.items() if value is not None}
    one_of("objective", stated, OBJECTIVES[problem.kind])
    one_of("boosting", stated, ("gbdt", "dart"))
    rounds = stated.pop("num_iterations", 100)
    stopping = stated.pop("early_stopping_round", None)
    parameters = {
        "objective": OBJECTIVES[problem.kind][0],
        **({"num_class": problem.class_count} if problem.kind == "multiclass" else {}),
        **stated,
        "seed": problem.seed % 2**31,
        "num_threads": problem.threads,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }
    training = dataset(problem.training)
    history = []
    callbacks = [report_rounds(problem, rounds, history)]
    watched = {}
    if problem.validation is not None:
        watched = {"valid_sets": [dataset(problem.validation, training)], "valid_names": ["validation"]}
        if stopping:
            callbacks.append(lightgbm.early_stopping(stopping, first_metric_only=True, verbose=False))
    booster = lightgbm.train(parameters, training, num_boost_round=rounds, callbacks=callbacks, **watched)
    kept = booster.best_iteration if booster.best_iteration > 0 else booster.current_iteration()
    notes = [f"Stopped early: round {kept} had the least validation loss."] if kept < len(history) else []
    model = booster.dump_model(num_iteration=kept)
    trees = [convert(info["tree_structure"], read_node) for info in model["tree_info"]]
    for tree in trees:
        sum_covers(tree)
    outputs = problem.outputs

    def margins(rows):
        raw = booster.predict(rows.matrix, raw_score=True, num_iteration=kept, num_threads=problem.threads)
        return np.reshape(raw, (rows.count, outputs)).T

    return Answer(
        estimator=ensemble(trees, link=problem.link, outputs=outputs, base=[0.0] * outputs),
        margins=margins,
        parameters={**parameters, "num_iterations": rounds, "early_stopping_round": stopping},
        history=history,
        notes=notes,
        tolerance=1e-9,
        native=("lightgbm.txt", "text/plain", booster.model_to_string(num_iteration=kept)),
    )


def dataset(rows, reference=None):
    return lightgbm.Dataset(
        np.asfortranarray(rows.matrix),
        label=rows.target,
        weight=rows.weights,
        reference=reference,
        # Names with spaces or brackets are none of LightGBM's.
        feature_name=[f"c{index}" for index in range(rows.matrix.shape[1])],
        categorical_feature=rows.categorical,
        free_raw_data=False,
    )


def report_rounds(problem, rounds, history):
    def callback(environment):
        round_number = environment.iteration + 1
        first = environment.evaluation_result_list[0] if environment.evaluation_result_list else None
        if first is not None:
            history.append({"round": round_number, "metric": first[1], "training": None, "validation": first[2]})
        metric = None if first is None else {"name": first[1], "value": first[2]}
        problem.report(round_number, rounds, metric)

    callback.order = 0
    return callback


def read_node(node):
    if "split_feature" not in node:
        # Rows, as in LightGBM's own SHAP values, not the sum of hessians.
        return {"value": node["leaf_value"], "cover": float(node.get("leaf_count", 0))}
    split = {
        "feature": node["split_feature"],
        "gain": node["split_gain"],
        "left": node["left_child"],
        "right": node["right_child"],
    }
    if node["decision_type"] == "==":
        # Listed categories go left, all others and missing values right.
        categories = [int(code) for code in str(node["threshold"]).split("||")]
        return {**split, "categories": categories, "missingLeft": 0}
    threshold = float(node["threshold"])
    # Where training saw no missing value, LightGBM reads one as 0.
    goes_left = node["default_left"] if node["missing_type"] == "NaN" else 0.0 <= threshold
    return {**split, "threshold": threshold, "missingLeft": int(goes_left)}


LIGHTGBM = Algorithm(
    fit=fit,
    problems=("binary", "multiclass", "regression"),
    preparation="trees",
    parameters=(
        "objective",
        "boosting",
        "data_sample_strategy",
        "num_iterations",
        "learning_rate",
        "num_leaves",
        "max_depth",
        "min_data_in_leaf",
        "min_sum_hessian_in_leaf",
        "bagging_fraction",
        "bagging_freq",
        "feature_fraction",
        "feature_fraction_bynode",
        "extra_trees",
        "early_stopping_round",
        "lambda_l1",
        "lambda_l2",
        "min_gain_to_split",
        "drop_rate",
        "max_drop",
        "skip_drop",
        "top_rate",
        "other_rate",
        "min_data_per_group",
        "max_cat_threshold",
        "cat_l2",
        "cat_smooth",
        "max_cat_to_onehot",
        "path_smooth",
        "max_bin",
        "min_data_in_bin",
        "is_unbalance",
        "scale_pos_weight",
        "alpha",
        "metric",
    ),
    early_stopping="early_stopping_round",
)
