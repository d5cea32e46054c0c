"""The algorithms by the names of those who made them."""

import platform

import lightgbm
import numpy
import sklearn
import xgboost

from fit_lightgbm import LIGHTGBM
from fit_sklearn_forest import RANDOM_FOREST
from fit_sklearn_histogram import HIST_GRADIENT_BOOSTING
from fit_sklearn_logistic import LOGISTIC_REGRESSION
from fit_xgboost import XGBOOST

ALGORITHMS = {
    "lightgbm": LIGHTGBM,
    "xgboost": XGBOOST,
    "sklearn-random-forest": RANDOM_FOREST,
    "sklearn-logistic-regression": LOGISTIC_REGRESSION,
    "sklearn-hist-gradient-boosting": HIST_GRADIENT_BOOSTING,
}


def describe():
    return {
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "scikit-learn": sklearn.__version__,
            "lightgbm": lightgbm.__version__,
            "xgboost": xgboost.__version__,
        },
        "algorithms": [
            {
                "name": name,
                "problems": list(algorithm.problems),
                "preparation": algorithm.preparation,
                "parameters": list(algorithm.parameters),
                "earlyStopping": algorithm.early_stopping,
            }
            for name, algorithm in ALGORITHMS.items()
        ],
    }
