"""tmp"""

Written = None


def write_program(*a, **k): ...
