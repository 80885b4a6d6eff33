"""Predictor: what a model gives for rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import known_arguments
from .built import Built
from .run import warn_if_not_finite
from .settings import flag
from .storage import Array
from .training.scorers import LINKS


@known_arguments
class Predictor(Built):
    """A built network that can be asked for predictions."""

    def predict(self, X: Any, *, raw: bool = False) -> Array:
        """Predictions (n, outputs): probabilities under cross-entropy; raw=True gives logits."""
        flag("predict", "raw", raw)
        if self.run is None:
            with self.begun("predict", X) as run:
                run.check_X(X, "predict(X)")
        run = self.ready("predict", X)
        rows = run.check_X(X, "predict(X)")
        name = "raw" if raw else "predict"
        return warn_if_not_finite(run.engine().predict(run.state, rows, name))

    def predict_classes(self, X: Any) -> Array:
        """Classes (n,): the largest output, or whether the one output is above one half.

        After a fit to labels that are text or truth values they are given back as such.
        """
        loss = self.description.loss
        raw = loss is not None and loss.link in LINKS  # where float32 probabilities are equal
        P = self.predict(X, raw=raw)
        seen = self.ready("predict_classes").seen
        if P.shape[1] > 1 and not (loss and loss.answers):
            return seen.labels(P.argmax(axis=1))
        threshold = 0.5 if loss is None else loss.raw_threshold if raw else loss.threshold
        classes = (threshold < P).astype(np.int64)
        return seen.labels(classes[:, 0]) if P.shape[1] == 1 else classes
