"""The list of statements that a network becomes, and all that reads or extends it.

Reading order: ``ir`` (the types), ``record`` (operators append statements), ``primitives`` (what can be
appended, each with its gradient), ``gradient``, ``update``, ``check``, ``passes``, ``lines``.
"""
