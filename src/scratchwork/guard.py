"""Names and attributes that a model does not have: errors that say what it has."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .errors import UnknownAttributeError, UnknownNameError
from .settings import advice


def unknown_name(where: str, name: object, known: Iterable[str], more: str = "") -> Exception:
    """The error for a name that is not among the numbers of a model or the results of a fit."""
    names = list(known)
    todo = (advice(name, names) if names else "fit first") + more
    return UnknownNameError(where, f"one of {', '.join(names) or 'nothing yet'}", repr(name), todo)


RATE = "the learning rate is model.learning_rate"
AGAIN = "call compile again, which keeps the parameters; model.description shows it"
WEIGHTS = (
    "model.parameters and model.state are copies by name, and set_parameters(...) sets both: "
    "set_parameters({**other.parameters, **other.state})"
)
ENGINE = "call compile(engine=...): it runs on this CPU, in NumPy or compiled by Numba"
FOREIGN = {
    **dict.fromkeys(("lr", "rate", "learning_rate_init", "param_groups"), RATE),
    **dict.fromkeys(("loss", "metrics", "regularizer", "dtype"), AGAIN),
    "optimizer": f"{RATE}; for another optimizer {AGAIN}",
    **dict.fromkeys(("weights", "get_weights", "set_weights", "trainable_weights"), WEIGHTS),
    **dict.fromkeys(("trainable_variables", "variables", "named_parameters"), WEIGHTS),
    **dict.fromkeys(("state_dict", "load_state_dict", "coefs_", "intercepts_"), WEIGHTS),
    **dict.fromkeys(("train", "partial_fit", "train_on_batch"), "train with fit(X, y, epochs=1)"),
    **dict.fromkeys(("predict_proba", "predict_on_batch", "forward"), "call predict(X)"),
    **dict.fromkeys(("score", "test_on_batch"), "call evaluate(X, y)"),
    **dict.fromkeys(("save", "save_weights"), "pickle the model, or write(...) a program"),
    **dict.fromkeys(("to", "cuda", "cpu", "device", "backend", "jit_compile"), ENGINE),
    "add": "give all layers to Sequential([...])",
    "trainable": "give trainable=False to the layers",
    "loss_curve_": 'look at model.history["loss"]',
    "stop_training": "let the callback return True",
}
"""Attributes of other libraries' models, and what to do here."""

SET = 'call set_parameters(...), or set one: model["W1"] = ...'
READ_ONLY = {
    "seed": "call reset(seed), or give it to compile",
    "engine": "call compile(engine=...)",
    "history": "leave it as it is: reset() empties it, and every fit returns its own",
    "parameters": SET,
    "state": SET,
}
"""Attributes of a model that are to be read, and what changes them."""


class Guarded:
    """An object whose misspelled and foreign attributes get an error that names ours."""

    if not TYPE_CHECKING:  # a type checker shall go on finding what is not there

        def __getattr__(self, name: str) -> Any:
            raise self.unknown(name)

    def __setattr__(self, name: str, value: object) -> None:
        if name in READ_ONLY:
            where = f"model.{name}"
            raise UnknownAttributeError(where, "to be read", "a value for it", READ_ONLY[name])
        if name in FOREIGN or (name not in names_of(self) and near(name, settable(self))):
            raise self.unknown(name)
        super().__setattr__(name, value)

    def unknown(self, name: str) -> UnknownAttributeError:
        """The error for an attribute that there is not."""
        kind = type(self).__name__
        closest = near(name, names_of(self))
        hint = f"did you mean {closest!r}?" if closest else "dir() of it lists what it has"
        todo = FOREIGN.get(name, hint)
        return UnknownAttributeError(kind, "one of its attributes", repr(name), todo)


def keep(thing: object, **attributes: object) -> None:
    """Set attributes that are only read from outside."""
    vars(thing).update(attributes)


def names_of(thing: object) -> list[str]:
    """The public attributes that a class declares: methods, properties, annotations."""
    classes = type(thing).__mro__
    declared = {name for each in classes for name in (*vars(each), *inspect.get_annotations(each))}
    return sorted(name for name in declared if not name.startswith("_"))


def settable(thing: object) -> list[str]:
    """The properties that may be set."""
    kind = type(thing)
    found = ((name, getattr(kind, name, None)) for name in names_of(thing))
    return [name for name, value in found if isinstance(value, property) and value.fset]


def near(name: str, known: list[str]) -> str | None:
    found = get_close_matches(name, known, n=1, cutoff=0.75)
    return None if name.startswith("_") or not found else found[0]
