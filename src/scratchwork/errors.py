"""What Scratchwork raises. Every message says where, what was expected, what came, and what to do.

::

    ScratchworkError
    |-- DescriptionError (ValueError)     a layer, loss, optimizer ... that cannot be
    |   `-- ShapeError                    layers that do not fit together
    |-- DataError (ValueError)            arrays that do not fit the network, or damaged data
    |   `-- UnknownNameError (KeyError)   a name that is not among a model's numbers or results
    |-- UnknownAttributeError (AttributeError)   an attribute that a model does not have
    |-- FileError (OSError)               a file that is missing or cannot be written
    |-- NotReadyError (RuntimeError)      a call before the one it needs (fit before compile)
    |-- MissingPackageError (ImportError)   an optional package that is not installed
    |-- GradientError (TypeError)         an operation before a parameter has no gradient rule
    |-- ProgramError (RuntimeError)       a program breaks an invariant: a layer's mistake, or ours
    `-- NonFiniteError (FloatingPointError)   training produced NaN or infinity

    ScratchworkWarning (UserWarning)        a notice: features of a size that training suffers from
"""

from __future__ import annotations


class ScratchworkError(Exception):
    """The root of every error raised on purpose.

    Parameters
    ----------
    where : str
        What was being looked at: ``layer 2: Dense(10)``, ``fit(X)``, a file.
    expected, got : str
        What would have been right, and what came instead.
    todo : str
        What the user can do about it.

    Examples
    --------
    >>> print(ShapeError("layer 2: Dense(10)", "input (n, features)", "(n, 28, 28)",
    ...                  "add Flatten() before it"))
    layer 2: Dense(10) expects input (n, features), got (n, 28, 28); add Flatten() before it
    """

    def __init__(self, where: str, expected: str, got: str, todo: str) -> None:
        super().__init__(where, expected, got, todo)
        self.args = (where, expected, got, todo)  # OSError keeps only the first two
        self.where, self.expected, self.got, self.todo = where, expected, got, todo

    def __reduce__(self) -> tuple[type[ScratchworkError], tuple[str, ...]]:
        return type(self), self.args  # OSError would pickle two of the four

    def __str__(self) -> str:
        return f"{self.where} expects {self.expected}, got {self.got}; {self.todo}"


class DescriptionError(ScratchworkError, ValueError):
    """A part of the description (layer, loss, optimizer, setting) is not possible."""


class ShapeError(DescriptionError):
    """A layer or operation was given a shape that it does not take."""


class DataError(ScratchworkError, ValueError):
    """An array does not fit the network, or a data file is damaged."""


class UnknownNameError(DataError, KeyError):
    """A name is not among the numbers of a model, a trace or a history."""


class UnknownAttributeError(ScratchworkError, AttributeError):
    """A model does not have an attribute of this name."""


class ScratchworkWarning(UserWarning):
    """A notice: the call goes on, and something about it deserves a look."""


class FileError(ScratchworkError, OSError):
    """A file is missing, or cannot be read or written."""


class NotReadyError(ScratchworkError, RuntimeError):
    """A method was called before the one that it needs."""


class MissingPackageError(ScratchworkError, ImportError):
    """A part of the library needs a package that is not installed."""


class GradientError(ScratchworkError, TypeError):
    """An operation between the loss and a parameter has no gradient rule."""


class ProgramError(ScratchworkError, RuntimeError):
    """A program breaks one of the invariants of ``scratchwork.program.check``."""


class NonFiniteError(ScratchworkError, FloatingPointError):
    """Training produced a number that is not finite; the model keeps the last good step."""
