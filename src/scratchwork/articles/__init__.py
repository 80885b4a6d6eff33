"""The five articles that Scratchwork grew out of: a short program each, and what it shows.

The programs stand beside this file, each complete in itself; ``scratchwork articles --copy NAME``
puts one into the current folder. ``reports/`` measures what the articles say and writes it down.
"""

from .article import ARTICLES, Article

__all__ = ["ARTICLES", "Article"]
