"""How long an epoch takes, and how many lines it is: the article's ways, and ours."""

from __future__ import annotations

import ast
import io
import time
import tokenize
from collections.abc import Mapping

from scratchwork.articles.article import ARTICLES
from scratchwork.articles.page import Page
from scratchwork.datasets import one_hot

from .published import forward, gradients, update, weights_of
from .scale import RATE, Scale, Split

ARTICLE_LINES = {"NumPy": 78, "PyTorch": 41, "Keras": 18}
"""Counted in the article's listings, as ``lines_of_code`` does; of PyTorch without loading."""

BATCHES = {"PyTorch": 1, "Keras": 32}
NOTE = """\
Lines that are neither empty nor comment nor docstring: the article's as its listings have them
(that of PyTorch without the loading of images), ours those of `hansen.py`, with loading and command
line. Times by hand and with our engine NumPy are computed from those of {timed:,} images; as the
program runs it is an epoch measured whole. The held-out images are looked at in all but engine
NumPy. PyTorch and Keras go through the training images of their loaders and look at no others.
Each was measured once."""
NO_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def lines_of_code(text: str) -> int:
    """Lines that are neither empty nor comment nor docstring."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    written = (rows(x.start[0], x.end[0]) for x in tokens if x.type not in NO_CODE)
    docstrings = (
        rows(node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
    return len(set().union(*written).difference(*docstrings))


def rows(first: int, last: int) -> range:
    return range(first, last + 1)


def seconds_by_hand(split: Split, images: int, repaired: bool) -> float:
    """An epoch in NumPy as the article describes it, from the time of some images."""
    W, x, y = weights_of(split.network()), split.x_train, one_hot(split.y_train[:images], 10)
    images, judged = len(y), split.x_val[:images]
    begin = time.perf_counter()
    for image, label in zip(x[:images], y, strict=True):
        update(W, gradients(W, image, label, repaired), RATE)
    middle = time.perf_counter()
    for image in judged:
        forward(W, image)
    end = time.perf_counter()
    train, look = (middle - begin) / images, (end - middle) / len(judged)
    return train * len(x) + look * len(split.x_val)


def seconds_in_numpy(split: Split, images: int) -> float:
    """An epoch of our NumPy program, from the time of some images."""
    dnn = split.network(engine="numpy")
    some = split.x_train[:images]
    history = dnn.fit(
        some, split.y_train[:images], batch_size=1, epochs=1, shuffle=False, verbose=0
    )
    return history.seconds / len(some) * len(split.x_train)


def show(
    page: Page, split: Split, scale: Scale, ours: float, frameworks: Mapping[str, float]
) -> None:
    """A table: lines, and seconds an epoch; ours and the frameworks' were measured before."""
    page.say("times")
    lines = lines_of_code(ARTICLES["hansen"].program.read_text(encoding="utf-8"))
    listed = ARTICLE_LINES["NumPy"]
    by_hand = {
        "NumPy, as published": (listed, 1, seconds_by_hand(split, scale.timed, repaired=False)),
        "NumPy, gradient repaired": (listed, 1, seconds_by_hand(split, scale.timed, repaired=True)),
    }
    theirs = {x: (ARTICLE_LINES[x], BATCHES[x], seconds) for x, seconds in frameworks.items()}
    here = {
        "ours, engine NumPy": (lines, 1, seconds_in_numpy(split, scale.timed)),
        "ours, as the program runs": (lines, 1, ours),
    }
    page.table(
        ("an epoch", "lines of code", "images a step", "seconds", "times ours"),
        [
            (what, n, batch, f"{seconds:.2f}", f"{seconds / ours:.1f}")
            for what, (n, batch, seconds) in {**by_hand, **theirs, **here}.items()
        ],
    )
    page.text(NOTE.format(timed=min(scale.timed, len(split.x_train))))
    if not frameworks:
        page.text("PyTorch and Keras were not run; why is said where they are shown.")
