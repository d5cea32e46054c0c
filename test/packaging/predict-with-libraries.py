"""Predicts with XGBoost, LightGBM or ONNX Runtime itself: JSON requests in, JSON answers out.

Reads a list of {"format", "file", "columns" | "rows", ...} on standard input and writes a list of answers.
"""

import json
import sys

import numpy


def matrix(columns):
    return numpy.array([[numpy.nan if value is None else value for value in column] for column in columns]).T


def with_xgboost(request):
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(request["file"])
    data = xgboost.DMatrix(
        matrix(request["columns"]),
        feature_names=booster.feature_names,
        feature_types=booster.feature_types,
        enable_categorical=True,
    )
    margins = booster.predict(data, output_margin=True)
    return {"margins": margins.reshape(data.num_row(), -1).T.tolist(), "version": xgboost.__version__}


def with_lightgbm(request):
    import lightgbm

    booster = lightgbm.Booster(model_file=request["file"])
    rows = matrix(request["columns"])
    margins = numpy.asarray(booster.predict(rows, raw_score=True)).reshape(len(rows), -1)
    booster.dump_model()
    contributions = numpy.asarray(booster.predict(rows[:20], pred_contrib=True)).tolist()
    return {"margins": margins.T.tolist(), "contributions": contributions, "version": lightgbm.__version__}


def with_onnx(request):
    import onnx
    import onnxruntime

    onnx.checker.check_model(onnx.load(request["file"]), full_check=True)
    session = onnxruntime.InferenceSession(request["file"], providers=["CPUExecutionProvider"])
    feed = {}
    for value in session.get_inputs():
        cells = [row.get(value.name) for row in request["rows"]]
        feed[value.name] = (
            numpy.array([["" if cell is None else cell] for cell in cells], dtype=object)
            if value.type == "tensor(string)"
            else numpy.array([[numpy.nan if cell is None else float(cell)] for cell in cells])
        )
    names = [value.name for value in session.get_outputs()]
    outputs = {name: numpy.asarray(value).tolist() for name, value in zip(names, session.run(None, feed))}
    return {"outputs": outputs, "version": onnxruntime.__version__}


READERS = {"xgboost-json": with_xgboost, "lightgbm-text": with_lightgbm, "onnx": with_onnx}
json.dump([READERS[request["format"]](request) for request in json.load(sys.stdin)], sys.stdout)
