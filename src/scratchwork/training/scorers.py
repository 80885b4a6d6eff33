"""scikit-learn's scorers by name, for validation and evaluate: ``metrics=["f1_macro"]``.

scikit-learn is imported when a name is not one of ours, and not before.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from ..activations import linear
from ..errors import DataError, DescriptionError
from ..losses import Loss
from ..metrics import METRICS, Metric, listed, metric, unknown
from ..storage import Array

OTHER_ROWS = "choose another scorer, or give rows of every class"
INSTALL = "if it is a scorer of scikit-learn: pip install scikit-learn"


def chosen(given: object) -> tuple[tuple[Metric, ...], tuple[str, ...]]:
    """What a user's ``metrics=`` means: metrics of the program, and names of scorers.

    Raises
    ------
    DescriptionError
        For what is neither, with the nearest name of both; for two metrics of one name.
    """
    metrics: dict[str, Metric] = {}
    scorers: list[str] = []
    for each in listed(given):
        found = metric(each)
        if found is None:
            scorers.append(scorer_name(each))
        elif metrics.setdefault(found.name, found) != found:
            todo = "rename one of the functions: the name is printed, and stands in history"
            raise DescriptionError("metrics", "names that differ", f"{found.name} twice", todo)
    return tuple(metrics.values()), tuple(dict.fromkeys(scorers))


def scorer_name(given: object) -> str:
    """The name of one of scikit-learn's scorers, or an error."""
    if not isinstance(given, str) or not given:
        raise unknown(given)
    try:
        from sklearn.metrics import get_scorer_names
    except ImportError:
        raise unknown(given, todo=INSTALL) from None
    names = get_scorer_names()
    if given not in names:
        raise unknown(given, set(names) - set(METRICS))
    return given


def scores(names: tuple[str, ...], loss: Loss, P: Array, y: Array, where: str) -> dict[str, float]:
    """Each scorer's number for predictions P (n, k) and the targets y.

    Scorers get class numbers, answers (0 and 1) or numbers, and the predictions in that form;
    those that ask for probabilities get P in float64. Where y holds probabilities, the most
    probable class is the right one.

    Raises
    ------
    DataError
        If a scorer fails, or its number is not defined: with its name and its own words.
    """
    from sklearn.metrics import get_scorer

    estimator, truth = adapters()[form(loss, P)](loss, P), targets(loss, P, y)
    rows = np.arange(len(P))[:, None]
    result = {}
    for name in names:
        try:
            result[name] = float(get_scorer(name)(estimator, rows, truth))
        except Exception as error:  # whatever a scorer raises, it is of these data and this loss
            words = f"{type(error).__name__}: {error}".rstrip(".")
            raise failed(name, where, words, P.shape[1]) from error
        if np.isnan(result[name]):
            raise failed(name, where, "nan, as it is not defined for these rows", P.shape[1])
    return result


def failed(name: str, where: str, words: str, outputs: int) -> DataError:
    """The error for a scorer that gave no number; several classes may want another of its kind."""
    from sklearn.metrics import get_scorer_names

    others = [x for x in (f"{name}_ovr", f"{name}_macro") if x in get_scorer_names()]
    several = outputs > 2 and others
    todo = f'for {outputs} classes there is "{others[0]}"' if several else OTHER_ROWS
    return DataError(f"{where}: scorer {name}", "rows and a loss that it fits", words, todo)


def form(loss: Loss, P: Array) -> str:
    """What predictions are to scikit-learn: probabilities, distances to a decision, or numbers."""
    if not (loss.classes or loss.answers):
        return "numbers"
    return "decisions" if loss.link is linear else "probabilities"


def targets(loss: Loss, P: Array, y: Array) -> Array:
    """y as scikit-learn has it: class numbers (n,), answers (n, k) as 0 and 1, or numbers."""
    if loss.classes:
        return y if y.ndim == 1 else y.argmax(axis=1)
    return (y > 0.5).astype(np.int64) if loss.answers else y


def labels(loss: Loss, P: Array) -> Array:
    """Class numbers (n,), or answers (n, k)."""
    if loss.classes:
        return np.asarray(P.argmax(axis=1))
    answers: Array = (loss.threshold < P).astype(np.int64)
    return answers[:, 0] if P.shape[1] == 1 else answers


@cache
def adapters() -> dict[str, Any]:
    """Estimators that were trained elsewhere: they give predictions which are there already."""
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

    class Numbers(RegressorMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn is untyped
        def __init__(self, loss: Loss, P: Array) -> None:
            self.loss, self.P = loss, P

        def __sklearn_is_fitted__(self) -> bool:
            return True

        def predict(self, X: Array) -> Array:
            return self.P[:, 0] if self.P.shape[1] == 1 else self.P

    class Classes(ClassifierMixin, Numbers):  # type: ignore[misc] # scikit-learn is untyped
        @property
        def classes_(self) -> Any:
            several = not self.loss.classes and self.P.shape[1] > 1
            if several:
                return [np.arange(2)] * self.P.shape[1]
            return np.arange(self.P.shape[1] if self.loss.classes else 2)

        def predict(self, X: Array) -> Array:
            return labels(self.loss, self.P)

    class Probabilities(Classes):
        def predict_proba(self, X: Array) -> Array:
            P = self.P.astype(np.float64)
            if self.loss.classes:
                return np.asarray(P / P.sum(axis=1, keepdims=True))
            return np.hstack([1 - P, P]) if P.shape[1] == 1 else P

    class Decisions(Classes):
        def decision_function(self, X: Array) -> Array:
            if self.loss.classes and self.P.shape[1] == 2:
                return self.P[:, 1] - self.P[:, 0]
            return self.P[:, 0] if self.P.shape[1] == 1 else self.P

    return {"numbers": Numbers, "probabilities": Probabilities, "decisions": Decisions}
