"""One fit: reads the request from its folder, fits, writes the answer beside it."""

import json
import os
import re
import sys

import numpy as np
from threadpoolctl import threadpool_limits

from algorithms import ALGORITHMS
from problems import BadRequest, Problem, checked_parameters

# Rows on which the library's own margins are told, so that the estimator can be held against them.
CHECKED_ROWS = 1000


def fit_in_folder(folder, send):
    with open(os.path.join(folder, "request.json"), encoding="utf-8") as file:
        request = json.load(file)
    try:
        return fit(request, folder, send)
    except BadRequest as error:
        return {"event": "failed", "code": "invalid-input", "message": str(error)}
    except MemoryError:
        return too_little_memory(request)
    except Exception as error:
        text = f"{type(error).__name__}: {plain(error)}"
        if "bad_alloc" in text or "bad allocation" in text or "Cannot allocate memory" in text:
            return too_little_memory(request)
        code = "invalid-input" if isinstance(error, (ValueError, TypeError, *library_errors())) else "tool-failed"
        return {"event": "failed", "code": code, "message": f"{request['algorithm']} refused: {text}"[:1500]}


def plain(error):
    """A library's own words, without the time, source file and stack that XGBoost adds to them."""
    text = str(error).split("\nStack trace")[0].strip()
    return re.sub(r"^\[[0-9:]+\] \S+:\d+: ", "", text)


def library_errors():
    """The errors by which the libraries refuse what they were given."""
    import lightgbm
    import xgboost

    return lightgbm.basic.LightGBMError, xgboost.core.XGBoostError


def too_little_memory(request):
    limit = request["memoryLimitBytes"]
    stated = "the machine's memory" if limit is None else f"the limit of {limit} bytes"
    message = f"{request['algorithm']} needs more than {stated}. Use fewer rows or columns, or raise the limit."
    return {"event": "failed", "code": "limit-exceeded", "message": message}


def fit(request, folder, send):
    algorithm = ALGORITHMS[request["algorithm"]]
    training = read_rows(request["training"], os.path.join(folder, "training.f64"))
    validation = None
    if request["validation"] is not None:
        validation = read_rows(request["validation"], os.path.join(folder, "validation.f64"))
    problem = Problem(
        kind=request["problem"],
        class_count=request["classCount"],
        training=training,
        validation=validation,
        seed=request["seed"],
        threads=request["threads"],
        report=lambda done, total, metric=None: send(
            {"event": "progress", "done": done, "total": total, "metric": metric}
        ),
    )
    if problem.kind not in algorithm.problems:
        raise BadRequest(f"{request['algorithm']} does not solve a {problem.kind} problem.")
    problem.check()
    parameters = checked_parameters(request["algorithm"], algorithm, request["parameters"], problem)
    limit_memory(request["memoryLimitBytes"])
    with threadpool_limits(limits=problem.threads):
        answer = algorithm.fit(problem, parameters)
        part = "training" if validation is None else "validation"
        rows = (training if validation is None else validation).first(CHECKED_ROWS)
        margins = np.ascontiguousarray(answer.margins(rows), dtype="<f8")
    margins.tofile(os.path.join(folder, "margins.f64"))
    with open(os.path.join(folder, "estimator.json"), "w", encoding="utf-8") as file:
        json.dump(answer.estimator, file, allow_nan=False)
    native = None
    if answer.native is not None:
        name, media_type, text = answer.native
        native = {"name": name, "mediaType": media_type}
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return {
        "event": "done",
        # What seed, threads and the problem set is no parameter: a record can be trained again as it stands.
        "parameters": {key: value for key, value in answer.parameters.items() if key in algorithm.parameters},
        "history": answer.history,
        "notes": answer.notes,
        "native": native,
        "check": {
            "rows": part,
            "rowCount": rows.count,
            "outputs": int(margins.shape[0]),
            "tolerance": answer.tolerance,
        },
    }


class Rows:
    """A matrix in columns (float64; NaN is missing), its target and its weights."""

    def __init__(self, matrix, target, weights, level_counts, names):
        self.matrix = matrix
        self.target = target
        self.weights = weights
        self.level_counts = level_counts
        self.names = names
        self.count = matrix.shape[0]

    @property
    def categorical(self):
        return [index for index, count in enumerate(self.level_counts) if count is not None]

    def first(self, count):
        weights = None if self.weights is None else self.weights[:count]
        return Rows(self.matrix[:count], self.target[:count], weights, self.level_counts, self.names)


def read_rows(about, path):
    count, columns = about["rowCount"], about["columns"]
    blocks = len(columns) + 1 + (1 if about["hasWeights"] else 0)
    numbers = np.fromfile(path, dtype="<f8")
    if numbers.size != count * blocks:
        raise BadRequest(f"{os.path.basename(path)} holds {numbers.size} numbers where {count * blocks} are expected.")
    table = numbers.reshape(blocks, count)
    width = len(columns)
    weights = table[width + 1] if about["hasWeights"] else None
    level_counts = [column["levelCount"] for column in columns]
    return Rows(table[:width].T, table[width], weights, level_counts, [column["name"] for column in columns])


def limit_memory(limit):
    """Binds the address space to what it is now and `limit` bytes more."""
    if limit is None or sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + limit, taken + limit))
