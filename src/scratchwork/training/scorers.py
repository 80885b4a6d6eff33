"""scikit-learn's scorers by name, for validation and evaluate: ``metrics=["f1_macro"]``.

scikit-learn is imported when a name is not one of ours, and not before.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from ..activations import linear, sigmoid, softmax
from ..errors import DataError, DescriptionError
from ..losses import Loss
from ..metrics import METRICS, Metric, listed, metric, unknown
from ..program.primitives import exp
from ..storage import Array

OTHER_ROWS = "choose another scorer, or give rows of every class"
INSTALL = "if it is a scorer of scikit-learn: pip install scikit-learn"


def shares(Z: Array) -> Array:
    """softmax, in NumPy."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return np.asarray(E / E.sum(axis=1, keepdims=True))


LINKS: dict[Callable[..., Any], Callable[[Array], Array]] = {
    linear: np.asarray,
    softmax: shares,
    sigmoid: lambda Z: np.asarray(np.exp(-np.logaddexp(0, -Z))),
    exp: np.exp,
}
"""The links of our losses for raw output in float64: in float32 probabilities become 0 or 1 early.
Under another link scorers get what the program predicts.
"""


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


def scores(names: tuple[str, ...], loss: Loss, Z: Array, y: Array, where: str) -> dict[str, float]:
    """Each scorer's number for the raw output Z (n, k) and the targets y.

    Scorers get class numbers, answers (0 and 1) or numbers, and the predictions in that form;
    those that ask for probabilities get the link of Z in float64, those that take any order Z
    itself. Where y holds probabilities, the most probable class is the right one. Z is what the
    program predicts where the link is none of ``LINKS``.

    Raises
    ------
    DataError
        If a scorer fails, or its number is not defined: with its name and its own words.
    """
    from sklearn.metrics import get_scorer

    Z = Z.astype(np.float64)
    estimator, truth = adapters()[form(loss, Z)](loss, Z), targets(loss, y)
    rows = np.arange(len(Z))[:, None]
    result = {}
    for name in names:
        try:
            result[name] = float(get_scorer(name)(estimator, rows, truth))
        except Exception as error:  # whatever a scorer raises, it is of these data and this loss
            words = f"{type(error).__name__}: {error}".rstrip(".")
            raise failed(name, where, words, Z.shape[1]) from error
        if np.isnan(result[name]):
            raise failed(name, where, "nan, as it is not defined for these rows", Z.shape[1])
    return result


def failed(name: str, where: str, words: str, outputs: int) -> DataError:
    """The error for a scorer that gave no number; several classes may want another of its kind."""
    from sklearn.metrics import get_scorer_names

    others = [x for x in (f"{name}_ovr", f"{name}_macro") if x in get_scorer_names()]
    several = outputs > 2 and others
    todo = f'for {outputs} classes there is "{others[0]}"' if several else OTHER_ROWS
    return DataError(f"{where}: scorer {name}", "rows and a loss that it fits", words, todo)


def form(loss: Loss, Z: Array) -> str:
    """What predictions are to scikit-learn: probabilities, distances to a decision, or numbers.

    Logits are both. Those of several classes are not: their order over rows is another than that
    of the probabilities.
    """
    if not (loss.classes or loss.answers):
        return "numbers"
    if loss.link is linear:
        return "decisions"
    ordered = loss.link is sigmoid or (loss.link is softmax and Z.shape[1] == 2)
    return "logits" if ordered else "probabilities"


def targets(loss: Loss, y: Array) -> Array:
    """y as scikit-learn has it: class numbers (n,), answers (n, k) as 0 and 1, or numbers."""
    if loss.classes:
        return y if y.ndim == 1 else y.argmax(axis=1)
    return (y > 0.5).astype(np.int64) if loss.answers else y


def predictions(loss: Loss, Z: Array) -> Array:
    """What ``predict`` gives, in float64."""
    link = LINKS.get(loss.link)
    return link(Z) if link else Z


def labels(loss: Loss, Z: Array) -> Array:
    """Class numbers (n,), or answers (n, k), as accuracy has them."""
    if loss.classes:
        return np.asarray(Z.argmax(axis=1))
    threshold = loss.raw_threshold if loss.link in LINKS else loss.threshold
    answers: Array = (threshold < Z).astype(np.int64)
    return answers[:, 0] if Z.shape[1] == 1 else answers


def probabilities(loss: Loss, Z: Array) -> Array:
    """Of each class (n, k), of no and yes (n, 2), or of each yes (n, k)."""
    P = predictions(loss, Z)
    if loss.classes:
        return np.asarray(P / P.sum(axis=1, keepdims=True))
    if P.shape[1] > 1:
        return P
    no = predictions(loss, -Z) if loss.link is sigmoid else 1 - P  # 1 - P has fewer digits
    return np.hstack([no, P])


def decisions(loss: Loss, Z: Array) -> Array:
    """How far a row is on the side of yes, or of the second of two classes."""
    if loss.classes and Z.shape[1] == 2:
        return np.asarray(Z[:, 1] - Z[:, 0])
    return Z[:, 0] if Z.shape[1] == 1 else Z


@cache
def adapters() -> dict[str, Any]:
    """Estimators that were trained elsewhere: they give predictions which are there already."""
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

    class Numbers(RegressorMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn is untyped
        def __init__(self, loss: Loss, Z: Array) -> None:
            self.loss, self.Z = loss, Z

        def __sklearn_is_fitted__(self) -> bool:
            return True

        def predict(self, X: Array) -> Array:
            P = predictions(self.loss, self.Z)
            return P[:, 0] if P.shape[1] == 1 else P

    class Classes(ClassifierMixin, Numbers):  # type: ignore[misc] # scikit-learn is untyped
        @property
        def classes_(self) -> Any:
            several = not self.loss.classes and self.Z.shape[1] > 1
            if several:
                return [np.arange(2)] * self.Z.shape[1]
            return np.arange(self.Z.shape[1] if self.loss.classes else 2)

        def predict(self, X: Array) -> Array:
            return labels(self.loss, self.Z)

    class Probabilities(Classes):
        def predict_proba(self, X: Array) -> Array:
            return probabilities(self.loss, self.Z)

    class Decisions(Classes):
        def decision_function(self, X: Array) -> Array:
            return decisions(self.loss, self.Z)

    class Logits(Probabilities, Decisions):
        pass

    return {
        "numbers": Numbers, "probabilities": Probabilities, "decisions": Decisions, "logits": Logits
    }  # fmt: skip
