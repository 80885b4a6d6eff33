"""BLAS at one thread, so that runs repeat to the last bit; entering costs two microseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from threading import RLock, local
from typing import Any


@dataclass(frozen=True, eq=False)
class Library:
    """A loaded BLAS: reading and setting its number of threads, as quick as it goes."""

    path: str
    number: Callable[[], int]
    set_number: Callable[[int], object]
    own: bool  # whether each of Python's threads has its own number


class Guests:
    """How many are inside, and the numbers of threads from before, where these were not 1."""

    def __init__(self) -> None:
        self.inside = 0
        self.before: dict[Library, int] = {}


class OwnGuests(local, Guests):
    """The same for each of Python's threads by itself."""


@dataclass
class Hold:
    """BLAS at one thread while anyone is in here; the last one out gives the numbers back."""

    libraries: list[Library] = field(default_factory=list)
    known: bool = False  # whether the libraries were looked for
    lock: Any = field(default_factory=RLock)
    everyone: Guests = field(default_factory=Guests)
    own: OwnGuests = field(default_factory=OwnGuests)

    def __enter__(self) -> None:
        with self.lock:
            self.everyone.inside += 1
            self.own.inside += 1
            self.limit()

    def limit(self) -> None:
        """Bring every library to one thread; which one was there already is left alone."""
        for library in self.libraries:
            number = library.number()
            guests = self.own if library.own else self.everyone
            if number != 1 and guests.inside:
                guests.before.setdefault(library, number)
                library.set_number(1)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            for guests in (self.everyone, self.own):
                guests.inside -= 1
                if not guests.inside and guests.before:
                    for library, number in guests.before.items():
                        library.set_number(number)
                    guests.before.clear()

    def add(self, found: Iterable[Library]) -> None:
        """Take in libraries that were loaded later, at once where someone is inside."""
        with self.lock:
            known = {library.path for library in self.libraries}
            self.libraries += [library for library in found if library.path not in known]
            self.known = True
            self.limit()


HOLD = Hold()


def one_thread() -> Hold:
    """Hold BLAS to one thread, for repeatable runs; without threadpoolctl it is left alone.

    Most BLAS have one number of threads for the whole process. Where several of Python's threads
    are in here, the first one to leave must not give the others' back. OpenBLAS made with OpenMP
    has a number for each of Python's threads: there each thread must come in here by itself.

    Examples
    --------
    >>> with one_thread():
    ...     pass
    """
    if not HOLD.known:
        HOLD.add(libraries())
    return HOLD


def refresh() -> None:
    """Look for BLAS again, after something was loaded that may bring its own, such as SciPy.

    It takes about a millisecond. What is found is held from here on, also inside ``one_thread``.
    """
    controller.cache_clear()
    HOLD.add(libraries())


@cache
def controller() -> Any:
    """Of the BLAS libraries of this process, or None. Finding them takes a millisecond: once."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()


def libraries() -> list[Library]:
    """The BLAS libraries that are loaded by now, as far as threadpoolctl knows them."""
    found = controller()
    known = [] if found is None else found.lib_controllers
    return [library_of(each) for each in known if each.user_api == "blas"]


def library_of(found: Any) -> Library:
    """What threadpoolctl found, with OpenBLAS' own functions where a process has one number.

    These take a third of the time, and obey every thread: from threadpoolctl 3.8 on only the
    thread that first set a number can set it again.
    """
    own = found.internal_api == "openblas" and getattr(found, "threading_layer", "") == "openmp"
    number = None if own else symbol(found, "openblas_get_num_threads")
    set_number = None if own else symbol(found, "openblas_set_num_threads")
    if number is None or set_number is None:
        number, set_number = found.get_num_threads, found.set_num_threads
    return Library(found.filepath, number, set_number, own)


def symbol(found: Any, name: str) -> Callable[..., int] | None:
    """A function of OpenBLAS, which builds of it call by different names; None if there is none."""
    names = (f"{x}{name}{y}" for x, y in product(("", "scipy_"), ("", "64_", "_64")))
    functions = (getattr(found.dynlib, each, None) for each in names)
    return next((each for each in functions if each is not None), None)
