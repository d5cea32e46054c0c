"""scikit-learn's random forest, and its trees as Swarm's."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from problems import Algorithm, Answer
from trees import convert, ensemble, finite


def fit(problem, stated):
    total = stated.pop("n_estimators", 100)
    is_regression = problem.kind == "regression"
    maker = RandomForestRegressor if is_regression else RandomForestClassifier
    forest = maker(**stated, n_estimators=1, random_state=problem.seed % 2**32, n_jobs=problem.threads, warm_start=True)
    design = Design(problem.training.level_counts)
    matrix = design.expand(problem.training.matrix)
    # In portions for the sake of progress: scikit-learn gives the same forest as in one go.
    portion = max(1, -(-total // 20))
    for done in range(portion, total + portion, portion):
        forest.set_params(n_estimators=min(done, total))
        forest.fit(matrix, problem.training.target, sample_weight=problem.training.weights)
        problem.report(min(done, total), total)
    outputs = problem.outputs
    trees = []
    for tree in forest.estimators_:
        for output in range(outputs):
            column = 0 if is_regression else (output if outputs > 1 else 1)
            trees.append(convert(0, reader(tree.tree_, design, column=column, share=1 / total)))

    def margins(rows):
        expanded = design.expand(rows.matrix)
        if is_regression:
            return forest.predict(expanded)[np.newaxis, :]
        shares = forest.predict_proba(expanded)
        return shares[:, 1:].T if outputs == 1 else shares.T

    return Answer(
        estimator=ensemble(
            trees,
            link="identity" if is_regression else "probability",
            outputs=outputs,
            base=[0.0] * outputs,
            precision="single",
        ),
        margins=margins,
        parameters={**stated, "n_estimators": total, "random_state": problem.seed % 2**32, "n_jobs": problem.threads},
        history=[],
        notes=[],
        tolerance=1e-9,
        native=None,
    )


class Design:
    """The forest takes numbers only: a column of levels becomes one 0/1 column per level."""

    def __init__(self, level_counts):
        self.level_counts = level_counts
        # Per design column: the matrix column, and the level or None.
        self.sources = [
            (index, level)
            for index, count in enumerate(level_counts)
            for level in ([None] if count is None else range(count))
        ]

    def expand(self, matrix):
        expanded = np.empty((matrix.shape[0], len(self.sources)), dtype="f4")
        for place, (index, level) in enumerate(self.sources):
            column = matrix[:, index]
            expanded[:, place] = column if level is None else column == level
        return expanded


def reader(tree, design, *, column, share):
    # Each attribute of scikit-learn's tree is a fresh view; lists are read many times faster.
    lefts, rights = tree.children_left.tolist(), tree.children_right.tolist()
    features, thresholds = tree.feature.tolist(), tree.threshold.tolist()
    missing, covers = tree.missing_go_to_left.tolist(), tree.weighted_n_node_samples.tolist()
    values = tree.value[:, 0, column].tolist()
    impurities = (tree.weighted_n_node_samples * tree.impurity).tolist()

    def read(node):
        left, right = lefts[node], rights[node]
        if left < 0:
            return {"value": values[node] * share, "cover": covers[node]}
        source, level = design.sources[features[node]]
        # The impurity saved, weighted by rows.
        gain = impurities[node] - impurities[left] - impurities[right]
        split = {"feature": source, "gain": gain, "cover": covers[node]}
        if level is None:
            threshold = finite(thresholds[node])
            return {**split, "threshold": threshold, "missingLeft": int(missing[node]), "left": left, "right": right}
        # 1 (the level) goes right there; listed levels go left here, a missing one counts as 0.
        return {**split, "categories": [level], "missingLeft": 0, "left": right, "right": left}

    return read


RANDOM_FOREST = Algorithm(
    fit=fit,
    problems=("binary", "multiclass", "regression"),
    preparation="trees",
    parameters=(
        "n_estimators",
        "criterion",
        "max_depth",
        "min_samples_split",
        "min_samples_leaf",
        "min_weight_fraction_leaf",
        "max_features",
        "max_leaf_nodes",
        "min_impurity_decrease",
        "bootstrap",
        "class_weight",
        "ccp_alpha",
        "max_samples",
    ),
    early_stopping=None,
)
