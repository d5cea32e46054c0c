"""Records lightgbm.fixture.json: small models trained by LightGBM itself, with rows and LightGBM's raw scores for them.

Run with LightGBM from PyPI (the file states the version it was recorded with):
    python3 record-fixture.py > lightgbm.fixture.json
"""

import json
import sys

import lightgbm
import numpy

random = numpy.random.RandomState(7)
COUNT = 400
features = numpy.column_stack(
    [
        numpy.round(random.normal(size=COUNT), 2),
        numpy.round(random.normal(size=COUNT), 2) * (random.rand(COUNT) < 0.6),
        random.randint(0, 40, COUNT).astype(float),
    ]
)
features[random.rand(COUNT) < 0.15, 0] = numpy.nan
features[random.rand(COUNT) < 0.1, 2] = numpy.nan
score = numpy.nan_to_num(features[:, 0], nan=0.7) + features[:, 1] + (features[:, 2] % 3 == 0) * 2
score += random.normal(scale=0.3, size=COUNT)
targets = {
    "binary": (score > 0.5).astype(int),
    "multiclass": numpy.digitize(score, [0, 1]),
    "number": score,
    "count": random.poisson(numpy.exp(numpy.clip(score, -3, 2))),
}
base = {"num_leaves": 7, "min_data_in_leaf": 5, "min_data_per_group": 5, "cat_smooth": 1, "verbose": -1, "seed": 1}
cases = {
    "binary, categories, missing as nan": ("binary", {"objective": "binary", "max_cat_to_onehot": 1}),
    "binary, sigmoid of slope 2": ("binary", {"objective": "binary", "sigmoid": 2.0}),
    "multiclass": ("multiclass", {"objective": "multiclass", "num_class": 3}),
    "regression, zeros missing": ("number", {"objective": "regression", "zero_as_missing": True}),
    "regression, nothing missing": ("number", {"objective": "regression", "use_missing": False}),
    "regression, random forest": (
        "number",
        {"objective": "regression", "boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.7},
    ),
    "poisson": ("count", {"objective": "poisson"}),
}
probe = features[:60].copy()
probe[::9, 1] = numpy.nan
probe[::7, 1] = 0
probe[3:60:13, 0] = 0
probe[5, 2] = 1000
probe[6, 2] = -3
recorded = []
for name, (target, parameters) in cases.items():
    data = lightgbm.Dataset(
        features, targets[target], categorical_feature=[2], feature_name=["first", "second", "third"]
    )
    booster = lightgbm.train({**base, **parameters}, data, 4)
    raw = numpy.asarray(booster.predict(probe, raw_score=True)).reshape(len(probe), -1)
    predicted = numpy.asarray(booster.predict(probe)).reshape(len(probe), -1)
    text = booster.model_to_string()
    head, _, tail = text.partition("\nparameters:")
    recorded.append(
        {
            "name": name,
            # The list of training parameters is not part of what predicts.
            "model": head + "\nparameters:\nend of parameters\n" if tail else text,
            "raw": raw.tolist(),
            "predicted": predicted.tolist(),
        }
    )
json.dump(
    {
        "madeBy": f"record-fixture.py with lightgbm {lightgbm.__version__}, numpy {numpy.__version__}",
        "rows": [[None if numpy.isnan(value) else value for value in row] for row in probe],
        "cases": recorded,
    },
    sys.stdout,
    indent=1,
)
print()
