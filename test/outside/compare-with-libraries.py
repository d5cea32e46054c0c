"""Answers with scikit-learn, fairlearn, scipy and shap what the tools answer: one JSON question in, one answer out."""

import json
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")


def metrics(asked):
    from sklearn import metrics as m

    actual, chance, decided = (np.array(asked[name]) for name in ("actual", "probability", "predicted"))
    false_rates, true_rates, _ = m.roc_curve(actual, chance)
    return {
        "auc": m.roc_auc_score(actual, chance),
        "averagePrecision": m.average_precision_score(actual, chance),
        "logLoss": m.log_loss(actual, np.c_[1 - chance, chance]),
        "brier": m.brier_score_loss(actual, chance),
        "accuracy": m.accuracy_score(actual, decided),
        "balancedAccuracy": m.balanced_accuracy_score(actual, decided),
        "precision": m.precision_score(actual, decided, zero_division=0),
        "recall": m.recall_score(actual, decided, zero_division=0),
        "f1": m.f1_score(actual, decided, zero_division=0),
        "ks": float(np.max(true_rates - false_rates)),
    }


def fairness(asked):
    import fairlearn.metrics as f
    from sklearn.metrics import accuracy_score

    actual, decided = np.array(asked["actual"]), np.array(asked["predicted"])
    groups, control = np.array(asked["groups"]), np.array(asked["control"])
    rates = {
        "selectionRate": f.selection_rate,
        "truePositiveRate": f.true_positive_rate,
        "falsePositiveRate": f.false_positive_rate,
        "accuracy": accuracy_score,
        "count": f.count,
    }
    frame = f.MetricFrame(metrics=rates, y_true=actual, y_pred=decided, sensitive_features=groups)
    within = f.MetricFrame(
        metrics=f.selection_rate, y_true=actual, y_pred=decided, sensitive_features=groups, control_features=control
    )
    given = {"y_true": actual, "y_pred": decided, "sensitive_features": groups}
    return {
        "groups": {label: dict(row) for label, row in frame.by_group.iterrows()},
        "numbers": {
            "demographicParityDifference": f.demographic_parity_difference(**given),
            "demographicParityRatio": f.demographic_parity_ratio(**given),
            "equalizedOddsDifference": f.equalized_odds_difference(**given),
            "equalizedOddsDifferenceMean": f.equalized_odds_difference(**given, agg="mean"),
            "equalizedOddsRatio": f.equalized_odds_ratio(**given),
        },
        "toOverall": {
            "demographicParityDifference": f.demographic_parity_difference(**given, method="to_overall"),
            "demographicParityRatio": f.demographic_parity_ratio(**given, method="to_overall"),
            "equalizedOddsDifference": f.equalized_odds_difference(**given, method="to_overall"),
        },
        "within": {str(label): value for label, value in within.difference().items()},
    }


def drift(asked):
    from scipy import stats

    reference, current = np.array(asked["reference"]), np.array(asked["current"])
    compared = stats.ks_2samp(reference, current, method="asymp")
    ranks = stats.mannwhitneyu(reference, current, alternative="two-sided", method="asymptotic")
    return {
        "ks": compared.statistic,
        "ksP": compared.pvalue,
        "wasserstein": stats.wasserstein_distance(reference, current),
        "mannWhitneyP": ranks.pvalue,
        "welchP": stats.ttest_ind(reference, current, equal_var=False).pvalue,
    }


def calibrated(asked):
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.frozen import FrozenEstimator

    class Answers(ClassifierMixin, BaseEstimator):
        """A model that answers what it is given: log-odds."""

        def __init__(self):
            self.classes_ = np.array([0, 1])

        def fit(self, rows, labels):
            return self

        def decision_function(self, rows):
            return np.asarray(rows)[:, 0]

        def predict(self, rows):
            return (self.decision_function(rows) > 0).astype(int)

    def odds(chances):
        chances = np.array(chances)
        return np.log(chances / (1 - chances))[:, None]

    fitted = CalibratedClassifierCV(FrozenEstimator(Answers()), method="sigmoid", ensemble=False)
    fitted.fit(odds(asked["probability"]), asked["actual"])
    return fitted.predict_proba(odds(asked["later"]))[:, 1].tolist()


def folds(asked):
    from sklearn.linear_model import LogisticRegression

    rows, labels, answers = np.array(asked["rows"]), np.array(asked["actual"]), np.zeros(len(asked["actual"]))
    for fold in asked["folds"]:
        train, test = fold["train"], fold["test"]
        middle, spread = rows[train].mean(0), rows[train].std(0)
        model = LogisticRegression(tol=1e-10, max_iter=10_000, solver="newton-cholesky")
        model.fit((rows[train] - middle) / spread, labels[train])
        answers[test] = model.predict_proba((rows[test] - middle) / spread)[:, 1]
    return answers.tolist()


def tree_shap(asked):
    import lightgbm
    import shap
    import xgboost

    rows = np.array(asked["rows"], dtype=float)
    background = np.array(asked["background"], dtype=float)
    leaves = lightgbm.Booster(model_file=asked["lightgbm"])
    trees = xgboost.Booster()
    trees.load_model(asked["xgboost"])
    named = xgboost.DMatrix(rows, feature_names=trees.feature_names, feature_types=trees.feature_types)
    return {
        "lightgbm": shap.TreeExplainer(leaves).shap_values(rows).tolist(),
        "xgboost": shap.TreeExplainer(trees).shap_values(named).tolist(),
        "interventional": shap.TreeExplainer(leaves, background, feature_perturbation="interventional")
        .shap_values(rows)
        .tolist(),
    }


def kernel_shap(asked):
    import shap
    from sklearn.neighbors import KNeighborsClassifier

    known = np.array(asked["known"])
    middle, spread = known.mean(0), known.std(0)
    model = KNeighborsClassifier(5).fit((known - middle) / spread, asked["labels"])
    answer = lambda rows: model.predict_proba((rows - middle) / spread)[:, 1]
    explainer = shap.KernelExplainer(answer, np.array(asked["background"]))
    return explainer.shap_values(np.array(asked["rows"]), silent=True).tolist()


QUESTIONS = {one.__name__: one for one in (metrics, fairness, drift, calibrated, folds, tree_shap, kernel_shap)}
question = json.load(sys.stdin)
json.dump(QUESTIONS[question["ask"]](question), sys.stdout, default=float)
