"""What our optimizers share: a rate, clipping, and the checks of their settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import ClassVar, cast

from ..errors import DescriptionError
from ..program.ir import Value
from ..program.update import RuleScope
from ..schedules import Schedule
from ..settings import Described, advice, as_floats, flag, not_negative, positive


@dataclass(frozen=True)
class RateAndClipping(Described):
    """The base of our optimizers. A user's own may use it but needs only ``update``.

    Before the rule the library clips the gradients: each entry to [-clip_value, clip_value], then
    all gradients together, as one vector, to the length clip_norm (Pascanu et al. 2013, "On the
    difficulty of training recurrent neural networks", Algorithm 1): where norm > clip_norm they are
    multiplied by scale = clip_norm / norm. PyTorch's clip_grad_norm_ divides by norm + 1e-6; Keras
    calls this global_clipnorm, and what it calls clipnorm takes each array alone.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    clip_value : float >= 0, optional
        None or 0 leaves entries as they are.
    clip_norm : float >= 0, optional
        None or 0 leaves the norm as it is.
    """

    learning_rate: float | Schedule = 0.001
    _: KW_ONLY
    clip_value: float | None = None
    clip_norm: float | None = None
    clips: ClassVar[bool] = True  # program.clipping reads the two settings

    def __post_init__(self) -> None:
        self.check()

    def check(self, **rules: Callable[[str, str, object], None]) -> None:
        """Check rate, clipping and each other setting by its rule; make numbers Python floats."""
        name = type(self).__name__
        check_rate(name, self.learning_rate)
        for limit in ("clip_value", "clip_norm"):
            if getattr(self, limit) is not None:
                not_negative(name, limit, getattr(self, limit))
        for setting, rule in rules.items():
            rule(name, setting, getattr(self, setting))
        numbers = [setting for setting, rule in rules.items() if rule is not flag]
        as_floats(self, "learning_rate", "clip_value", "clip_norm", *numbers)

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        """The new W, from its gradient; ``scope`` has the step and keeps states."""
        raise NotImplementedError

    @property
    def recorded_rate(self) -> Value:
        """The learning rate within ``update``: a hyperparameter, or a schedule's last line."""
        return cast(Value, self.learning_rate)


def check_rate(optimizer: str, rate: object) -> None:
    """Accept a positive number or a schedule."""
    if isinstance(rate, type):
        expected = "a finite number learning_rate > 0, or a schedule"
        raise DescriptionError(optimizer, expected, repr(rate), advice(rate, ()))
    if callable(getattr(rate, "rate", None)):
        return
    if not isinstance(rate, Real):
        expected = "a finite number learning_rate > 0, or a schedule"
        todo = "give 0.01 or sw.CosineDecay(0.1), or a dataclass with rate(self, t, epoch)"
        raise DescriptionError(optimizer, expected, f"learning_rate={rate!r}", todo)
    positive(optimizer, "learning_rate", rate)
