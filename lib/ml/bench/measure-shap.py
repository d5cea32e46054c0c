"""CPU seconds of xgboost's pred_contribs on one thread. Input: folder of reference models and a JSON list of cases."""
import json
import sys
import time

import numpy
import xgboost

folder, repeats, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
cases = json.load(open(f"{folder}/expected.json"))["cases"]
result = {}
for name, case in cases.items():
    booster = xgboost.Booster(model_file=f"{folder}/{case['model']}")
    booster.set_param({"nthread": 1})
    with open(f"{folder}/{case['rows']}") as lines:
        header = next(lines).rstrip("\n").split(",")
        table = [line.rstrip("\n").split(",") for line in lines]
    places = [header.index(feature) for feature in case["features"]]
    rows = numpy.array([[float(row[place] or "nan") for place in places] for row in table], dtype=numpy.float32)
    matrix = xgboost.DMatrix(
        numpy.tile(rows, (repeats, 1)), feature_names=booster.feature_names, feature_types=booster.feature_types, nthread=1
    )
    best = float("inf")
    for _ in range(runs):
        begin = time.process_time()
        booster.predict(matrix, pred_contribs=True)
        best = min(best, time.process_time() - begin)
    trees = len(booster.get_dump())
    result[name] = best / matrix.num_row() / trees * 1e6
json.dump({"version": xgboost.__version__, "microseconds": result}, sys.stdout)
