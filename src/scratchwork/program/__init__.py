"""The list of statements that a network becomes, and all that reads or extends it.

Reading order: ``value`` and ``ir`` (the types), ``record`` and ``scope`` (operators append
statements), ``primitives`` and ``shapes`` (what can be appended, with gradients), ``gradient``,
``update``, ``check``, ``passes``, ``lines``.
"""
