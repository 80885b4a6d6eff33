"""What the articles say, measured: ``report(page, options)`` for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..article import Options
from ..page import Page
from . import andreoni, biswas, hansen, himmetoglu, tae

REPORTS: Mapping[str, Callable[[Page, Options], None]] = {
    "hansen": hansen.report,
    "himmetoglu": himmetoglu.report,
    "biswas": biswas.report,
    "tae": tae.report,
    "andreoni": andreoni.report,
}
"""What runs an article and writes its page."""
