"""The numba dialect: a program over flat vectors, slices and blocks, with its loops written out."""
