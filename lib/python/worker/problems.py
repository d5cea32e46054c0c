"""What a fit is about, and the checks that come before any library sees it."""

from dataclasses import dataclass
from typing import Any, Callable

import numpy as np


class BadRequest(Exception):
    """The request cannot be met; the message says what to do."""


@dataclass
class Algorithm:
    fit: Callable[..., "Answer"]
    problems: tuple
    preparation: str
    parameters: tuple
    early_stopping: str | None


@dataclass
class Answer:
    estimator: dict
    # Margins of rows: an array of outputs x rows.
    margins: Callable[..., np.ndarray]
    # Every parameter as it was used.
    parameters: dict
    history: list
    notes: list
    # Largest accepted difference between the library's margins and the estimator's, relative to max(1, |margin|).
    tolerance: float
    # File name, media type and text in the library's own format.
    native: tuple | None


@dataclass
class Problem:
    kind: str
    class_count: int
    training: Any
    validation: Any
    seed: int
    threads: int
    report: Callable[..., None]

    @property
    def outputs(self):
        return self.class_count if self.kind == "multiclass" else 1

    @property
    def link(self):
        return {"binary": "logit", "multiclass": "softmax", "regression": "identity"}[self.kind]

    def check(self):
        for part, rows in (("training", self.training), ("validation", self.validation)):
            if rows is None:
                continue
            if rows.count == 0 or rows.matrix.shape[1] == 0:
                raise BadRequest(f"The {part} part has no rows or no columns; give it some.")
            if not np.all(np.isfinite(rows.target)):
                raise BadRequest(f"The target of the {part} part is missing or infinite in some rows; leave them out.")
            if np.any(np.isinf(rows.matrix)):
                column = int(np.argmax(np.any(np.isinf(rows.matrix), axis=0)))
                raise BadRequest(
                    f'Column "{rows.names[column]}" of the {part} part holds infinite values; clean them or leave it out.'
                )
            if self.kind != "regression" and (
                np.any(rows.target != np.floor(rows.target))
                or np.any(rows.target < 0)
                or np.any(rows.target >= self.class_count)
            ):
                raise BadRequest(f"The target of the {part} part is no class index below {self.class_count}.")
        weights = self.training.weights
        if weights is not None and (not np.all(np.isfinite(weights)) or np.any(weights < 0) or not np.any(weights > 0)):
            raise BadRequest("Weights must be finite, not negative and not all 0.")
        if self.kind != "regression" and np.unique(self.training.target).size < self.class_count:
            raise BadRequest("Some class has no training row; leave it out or bring rows of it.")


# What an objective or loss may be named, per problem: those whose link the estimator can carry.
def one_of(name, parameters, allowed):
    value = parameters.get(name)
    if value is not None and value not in allowed:
        raise BadRequest(f'{name} "{value}" is not served here; it can be: {", ".join(allowed)}.')


def checked_parameters(name, algorithm, stated, problem):
    for key in stated:
        if key not in algorithm.parameters:
            known = ", ".join(algorithm.parameters)
            raise BadRequest(f'{name} has no parameter "{key}" here. It has: {known}.')
    stopping = stated.get(algorithm.early_stopping) if algorithm.early_stopping is not None else None
    if stopping not in (None, False, 0) and problem.validation is None:
        raise BadRequest(f"{algorithm.early_stopping} needs validation rows; split some off.")
    return {key: whole(value) for key, value in stated.items()}


def whole(value):
    """JSON has one kind of number; the libraries insist on integers where they count."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
